"""What is filled in around a session: the mechanic's report, the customer's stars, and reasons."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from lifecycle.room import ReportData
from mechanichub.forms import Form
from sessions_app.models import Report, Review

REASON_LENGTH = 300  # characters; as long as the column
YES, NO = "yes", "no"


class ReportForm(Form):
    """The mechanic's report. Nothing that matters is chosen beforehand."""

    findings = forms.CharField(
        label=_("What did you find?"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("The customer reads this. Plain words, and what makes you think so."),
    )
    recommended_work = forms.CharField(
        label=_("What should be done?"), required=False, max_length=8000, widget=forms.Textarea(attrs={"rows": 3})
    )
    severity = forms.ChoiceField(
        label=_("How serious is it?"),
        choices=[(value, capfirst(label)) for value, label in Report.Severity.choices],
        widget=forms.RadioSelect,
    )
    safe_to_drive = forms.TypedChoiceField(
        label=_("Is the car safe to drive?"),
        choices=[(YES, _("Yes, safe to drive")), (NO, _("No, do not drive"))],
        coerce=lambda answer: answer == YES,
        widget=forms.RadioSelect,
    )
    cost_from = forms.DecimalField(label=_("It may cost from"), required=False, min_value=0, max_digits=9, decimal_places=2)
    cost_to = forms.DecimalField(label=_("up to"), required=False, min_value=0, max_digits=9, decimal_places=2)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors.keys() & {"cost_from", "cost_to"}:
            self.check_costs(cleaned.get("cost_from"), cleaned.get("cost_to"))
        return cleaned

    def check_costs(self, low: Decimal | None, high: Decimal | None) -> None:
        if (low is None) != (high is None):
            self.add_error("cost_from" if low is None else "cost_to", _("Give both ends of the range, or neither."))
        elif low is not None and high is not None and high < low:
            self.add_error("cost_to", _("This is less than the lower end."))

    def report(self, currency: str) -> ReportData:
        """What was filled in, for lifecycle.room.complete. Only after `is_valid`."""
        return ReportData(currency=currency, **self.cleaned_data)


class ReasonForm(Form):
    """Why somebody does something that others will ask about."""

    reason = forms.CharField(label=_("Reason"), max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 2}))


class CancelForm(Form):
    """Why a customer cancels: one of the usual reasons, or own words."""

    USUAL = [
        ("solved", _("The problem is solved")),
        ("slow", _("It takes too long")),
        ("plan", _("I want another plan")),
        ("other", _("Something else")),
    ]

    usual = forms.ChoiceField(label=_("Why?"), choices=USUAL, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("In your own words"), required=False, max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and self.data.get("reason"):
            self.fields["usual"].required = False

    @property
    def words(self) -> str:
        """The reason as it is kept. Only after `is_valid`."""
        return self.cleaned_data["reason"] or str(dict(self.USUAL)[self.cleaned_data["usual"]])


class ReviewForm(Form):
    """The customer's stars."""

    stars = forms.TypedChoiceField(
        label=_("Your stars"), choices=[(n, str(n)) for n in range(5, 0, -1)], coerce=int, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("What would you like to say?"),
        required=False,
        max_length=Review._meta.get_field("text").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PlaceInTalk(Form):
    """Which part of a conversation is asked for, by the numbers of its messages."""

    after = forms.IntegerField(required=False, min_value=0)
    before = forms.IntegerField(required=False, min_value=1)


class ReadForm(Form):
    """Up to which message somebody has read."""

    up_to = forms.IntegerField(min_value=1)
