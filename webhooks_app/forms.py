"""What somebody fills in about a webhook."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts_app.models import Workshop
from mechanichub.forms import Form
from webhooks_app import kinds, targets


class WebhookForm(Form):
    """Of a workshop's own webhook. `workshops` are those to choose from, when it is a new one."""

    workshop = forms.ModelChoiceField(Workshop.objects.none(), label=_("Workshop"), empty_label=None)
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("What you call it, for example “Shop system”."))
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Where your program listens. It has to begin with https:// and to be on the public internet."),
    )
    events = forms.MultipleChoiceField(
        label=_("Events"),
        required=False,
        choices=kinds.OF_A_WORKSHOP.items(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Which it is told of; all of them when none is chosen."),
    )

    def __init__(self, *args: Any, workshops: list[Workshop] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if workshops is None or len(workshops) == 1:
            del self.fields["workshop"]  # there is nothing to choose
        else:
            self.fields["workshop"].queryset = Workshop.objects.filter(pk__in=[each.pk for each in workshops])

    def clean_url(self) -> str:
        return checked_url(self.cleaned_data["url"])


def checked_url(url: str) -> str:
    """The address, when something may be posted there as far as can be said without asking a name server.

    Raises:
        ValidationError
    """
    try:
        targets.parse(url, local=settings.WEBHOOKS_LOCAL)
    except targets.NotAllowed as refusal:
        raise forms.ValidationError(str(refusal))
    return url
