"""The price list in the admin."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing_app.models import Plan
from console.base import Kept
from mechanichub.forms import LinesField, ModelForm


class PlanForm(ModelForm):
    """What a plan offers, a line each. Its code is part of an address."""

    class Meta:
        help_texts = {
            "price": gettext_lazy("For whoever asks from now on; a session keeps the price and the minutes that it was asked for with."),
            "is_active": gettext_lazy("Switch a plan off that is not sold any more. It stays, because sessions tell of it."),
        }

    features = LinesField(
        label=gettext_lazy("Features"), required=False, most=8, word_length=80, help_text=gettext_lazy("One in each line.")
    )
    currency = forms.RegexField(
        "^[A-Z]{3}$", initial="USD", error_messages={"invalid": gettext_lazy("Three capital letters, such as USD.")}
    )

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if resolve(reverse("intake", args=[code])).url_name != "intake":
            raise ValidationError(_("Another page has this address. Please choose another code."))
        return code


@admin.register(Plan)
class PlanAdmin(Kept):
    """A session copies price and minutes, so a change concerns future sessions only. A plan that is not sold any more is switched off."""

    form = PlanForm
    list_display = ("name", "code", "session_type", "price", "currency", "minutes", "is_active", "position")
    list_filter = ("session_type", "is_active")
    search_fields = ("name", "code")

    def get_readonly_fields(self, request: HttpRequest, obj: Plan | None = None) -> tuple[str, ...]:
        return ("code", "session_type") if obj else ()
