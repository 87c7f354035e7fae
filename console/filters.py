"""Filters for which one types something, where a list of all choices would be thousands long."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.admin.filters import ListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, PAGE_VAR, ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LONGEST = 100  # characters


@dataclass(frozen=True)
class Entry:
    """One thing to fill in.

    Args:
        kind: the type of the input, or "select".
        choices: value and words of each option of a select.
    """

    name: str
    label: str | Promise
    kind: str = "text"
    choices: tuple[tuple[str, str], ...] = ()


class TypedFilter(ListFilter):
    """A small form beside the list. A subclass says what is to be filled in and what that means for the rows."""

    template = "admin/typed_filter.html"
    entries: tuple[Entry, ...] = ()

    def __init__(self, request: HttpRequest, params: dict[str, list[str]], model: type[Model], model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        for entry in self.entries:
            value = params.pop(entry.name, [""])[-1].strip()[:LONGEST]
            if value:
                self.used_parameters[entry.name] = value

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str]:
        return [entry.name for entry in self.entries]

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:
        """One "choice": the form with its values, the parameters that it keeps, and the way to be rid of it."""
        own = {*self.expected_parameters(), PAGE_VAR, ERROR_FLAG}
        yield {
            "entries": [(entry, self.used_parameters.get(entry.name, "")) for entry in self.entries],
            "kept": [(name, value) for name, value in changelist.params.items() if name not in own],
            "is_used": bool(self.used_parameters),
            "without": changelist.get_query_string(remove=self.expected_parameters()),
        }

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return self.narrow(queryset, **self.used_parameters) if self.used_parameters else queryset

    def narrow(self, rows: QuerySet, **typed: str) -> QuerySet:
        """The rows that are meant by what was typed; what was left empty is not given."""
        raise NotImplementedError


class DatesFilter(TypedFilter):
    """From one day to another, both included, as whoever looks counts days."""

    title, field = _("date"), "created_at"
    entries = (Entry("from", _("from"), "date"), Entry("until", _("until"), "date"))

    def narrow(self, rows: QuerySet, **typed: str) -> QuerySet:
        first, last = (_day(typed.get(name)) for name in ("from", "until"))
        if first:
            rows = rows.filter(**{f"{self.field}__gte": _begins(first)})
        if last:
            rows = rows.filter(**{f"{self.field}__lt": _begins(last + timedelta(days=1))})
        return rows


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as wrong:
        raise IncorrectLookupParameters(wrong) from wrong


def _begins(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
