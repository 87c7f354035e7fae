"""What is filled in on the dashboard: filters, and reasons."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.queries import GIVEN_BACK, HISTORY, INCOMING, Tab
from mechanichub.forms import Form
from sessions_app.models import Session

REASON_LENGTH = 300  # characters; as long as the column
OTHER = "other"


class DayField(forms.DateField):
    """A day as the browser's own calendar gives it, 2026-11-20, whatever the language of the page."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    input_formats = ["%Y-%m-%d"]


class FilterForm(Form):
    """Search and filters of a tab. What cannot be understood is left out, and says so beside its field."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name, car or concern"), "enterkeyhint": "search"}),
    )
    type = forms.ChoiceField(label=_("Type"), required=False, choices=[("", _("All")), *Session.Type.choices])
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        required=False,
        choices=[
            ("", _("All that ended")),
            (Session.Status.COMPLETED, _("Completed")),
            (Session.Status.CANCELLED, _("Cancelled")),
            (GIVEN_BACK, _("Given back")),
        ],
    )
    from_day = DayField(label=_("From"), required=False)
    to_day = DayField(label=_("To"), required=False)
    urgent = forms.BooleanField(label=_("Urgent only"), required=False)

    ONLY_ON = {"urgent": INCOMING, "outcome": HISTORY}

    def __init__(self, data: Any, *, tab: Tab) -> None:
        super().__init__(data)
        for name, where in self.ONLY_ON.items():
            if tab is not where:
                del self.fields[name]

    @property
    def wanted(self) -> dict[str, Any]:
        """The filters that are set and make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ReasonForm(Form):
    """Why: one of the usual reasons, own words, or both."""

    usual = forms.ChoiceField(
        label=_("Why?"), widget=forms.RadioSelect, error_messages={"required": _("Please choose a reason, or write one.")}
    )
    reason = forms.CharField(
        label=_("In your own words"), required=False, max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 2})
    )

    USUAL: list[tuple[str, Any]] = []

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["usual"].choices = [*self.USUAL, (OTHER, _("Another reason"))]

    def tidy_data(self) -> None:
        """Own words are another reason, also when nobody ticked that."""
        super().tidy_data()
        if self.data.get("reason") and not self.data.get("usual"):
            self.data["usual"] = OTHER

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and cleaned["usual"] == OTHER and not cleaned["reason"]:
            self.add_error("reason", _("Please say which."))
        return cleaned

    @property
    def words(self) -> str:
        """The reason as it is kept. Only after `is_valid`."""
        usual = str(dict(self.USUAL).get(self.cleaned_data["usual"], ""))
        return ": ".join(filter(None, [usual, self.cleaned_data["reason"]]))


class DeclineForm(ReasonForm):
    """Why a mechanic does not take a request."""

    USUAL = [
        ("time", _("No time just now")),
        ("skill", _("Not my kind of work")),
        ("information", _("Too little to go by")),
        ("tools", _("Needs somebody on the spot")),
    ]


class ReleaseForm(ReasonForm):
    """Why a mechanic gives a session back."""

    USUAL = [
        ("time", _("I cannot be there now")),
        ("customer", _("The customer does not come")),
        ("skill", _("Needs another specialist")),
        ("mistake", _("Taken by mistake")),
    ]
