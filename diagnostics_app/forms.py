"""What is filled in at one step of the check."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from diagnostics_app.models import LONGEST_NOTE, Check
from mechanichub.forms import Form
from requests_app import trouble_codes
from requests_app.concerns import Category

CODES_LENGTH = 120  # characters


class UUIDsField(forms.TypedMultipleChoiceField):
    """Ids out of boxes that were ticked. Whether they may be used is for the verb to say."""

    def __init__(self) -> None:
        super().__init__(coerce=UUID, required=False)

    def valid_value(self, value: str) -> bool:
        return True


class AnswerForm(Form):
    """Note, codes, files and the answer. A button gives `result`; without one, the answer stays what it was."""

    result = forms.ChoiceField(required=False, choices=[choice for choice in Check.Result.choices if choice[0] != Check.Result.OPEN])
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 1, "placeholder": _("What do you see, hear or measure?")}),
    )
    codes = forms.CharField(label=_("Trouble codes"), required=False, max_length=CODES_LENGTH)
    files = UUIDsField()
    had_files = UUIDsField()  # what was ticked when the page was made: what somebody attached since then stays

    def clean_codes(self) -> list[str]:
        text = self.cleaned_data["codes"]
        codes = trouble_codes.find(text)
        if text and not codes:
            raise forms.ValidationError(_("This is no trouble code. They look like P0302 or U0100."))
        return codes

    def words(self, result: str) -> dict[str, Any]:
        """What answers.answer takes, for an answer that was `result`. Only after `is_valid`."""
        told = self.cleaned_data
        return {
            "result": told["result"] or result,
            "note": told["note"],
            "trouble_codes": told["codes"],
            "files": set(told["files"]) - set(told["had_files"]),
            "without": set(told["had_files"]) - set(told["files"]),
        }


class EvidenceForm(Form):
    """Files for a step: by their ids, or by the names that the browser gave them when it sent them."""

    files = UUIDsField()
    client_ids = UUIDsField()


class WishForm(Form):
    """What the customer is asked to show."""

    wish = forms.ChoiceField(choices=Check.Wish.choices)
    client_id = forms.CharField()

    def clean_client_id(self) -> UUID:
        try:
            return UUID(self.cleaned_data["client_id"])
        except ValueError:
            raise forms.ValidationError(_("This page is out of order. Please reload it and ask again."))


class ChecklistForm(Form):
    """Which checklist it is."""

    category = forms.ChoiceField(label=_("Checklist"), choices=[(value, capfirst(label)) for value, label in Category.choices])
