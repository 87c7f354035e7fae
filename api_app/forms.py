"""What is filled in to make a token."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_app.models import User
from api_app.models import Scope
from mechanichub.forms import Form

NEVER = "never"
LASTS = [("30", _("30 days")), ("90", _("90 days")), ("365", _("a year")), (NEVER, _("until I revoke it"))]


class TokenForm(Form):
    """A name, what it is for, and for how long. Only the support team is asked for its own scope, and needs it."""

    name = forms.CharField(
        label=_("What is it for?"), max_length=60, help_text=_("So that you know it again, such as the name of the program.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"), choices=Scope.choices, initial=[Scope.READ], widget=forms.CheckboxSelectMultiple
    )
    lasts = forms.ChoiceField(label=_("How long does it last?"), choices=LASTS, initial="90", widget=forms.RadioSelect)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if not user.is_staff:
            self.fields["scopes"].choices = [choice for choice in Scope.choices if choice[0] != Scope.STAFF]

    def clean_scopes(self) -> list[str]:
        scopes = self.cleaned_data["scopes"]
        if self.user.is_staff and Scope.STAFF not in scopes:
            raise forms.ValidationError(_("A token of the support team sees everybody's sessions: tick “staff” to say that you know."))
        return scopes

    @property
    def expires_at(self) -> datetime | None:
        """Only after `is_valid`."""
        lasts = self.cleaned_data["lasts"]
        return None if lasts == NEVER else timezone.now() + timedelta(days=int(lasts))
