"""What the pages of the admin have in common: it observes. Rows that are moved by verbs are not edited here."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from console import questions
from mechanichub.forms import ModelForm

SEARCH_LENGTH = 100  # characters


class Kept(admin.ModelAdmin):
    """Rows that may be edited and are never deleted: other rows tell of them.

    `search_in` says under the search field what it looks through. (Django's own search_help_text would be the field's only name to a
    screen reader.)
    """

    form = ModelForm
    search_in = ""
    show_full_result_count = False
    list_per_page = 50

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """Looks for the beginning of what was typed: each word is a condition on each column, and thousands of them take seconds."""
        return super().get_search_results(request, queryset, search_term[:SEARCH_LENGTH])


class Observed(Kept):
    """Rows that are read only."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ChoiceFilter(admin.SimpleListFilter):
    """A filter whose choices we know, so that nobody has to look through all rows for them."""

    choices_known: Iterable[tuple[str, Any]] = ()

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return list(self.choices_known)

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(**{self.parameter_name: self.value()}) if self.value() else queryset


class NeedsAttention(admin.SimpleListFilter):
    """The rows behind a number on the first page (console.questions). Any list whose model is asked about can have it."""

    title, parameter_name = gettext_lazy("needs attention"), "needs"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [(question.key, question.short) for question in questions.about(model_admin.model)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() is None:
            return queryset
        asked = [question for question in questions.about(queryset.model) if question.key == self.value()]
        return queryset.filter(pk__in=asked[0].rows(timezone.now()).order_by().values("pk")) if asked else queryset.none()


def badge(text: Any, level: str = "") -> SafeString:
    """A word with a colour (static/css/badge.css)."""
    return format_html('<span class="badge badge-{}">{}</span>', level or "outline", text)


def short(moment: datetime | None) -> str:
    """A time in a list: day and minute."""
    return date_format(timezone.localtime(moment), "j M Y, H:i") if moment else "-"


def session_link(pk: Any, text: Any) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("admin:sessions_app_session_change", args=[pk]), text)
