"""Pages of a list that begin where the last one ended, so that the hundredth costs what the first does.

A row's place is a time and its key. Both ends of a page can be given: from `after` on, and up to `until`, which is how a list
that somebody has grown page by page is read again as a whole.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Model, Q, QuerySet

PAGE = 20  # rows
MOST = 200  # rows in a list that was grown
STRETCH = 1000  # rows that a search looks through at a time

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Place(NamedTuple):
    """Where a row stands in a list; as text it fits into an address."""

    at: datetime
    pk: UUID

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // timedelta(microseconds=1)}-{self.pk}"

    @classmethod
    def read(cls, text: str) -> "Place":
        """Raises ValueError for anything that `str` did not make."""
        microseconds, _dash, pk = text.partition("-")
        try:
            return cls(_EPOCH + timedelta(microseconds=int(microseconds)), UUID(pk))
        except OverflowError:
            raise ValueError(text)


@dataclass(frozen=True)
class Order:
    """How a list is ordered: by the time in `clock` (a path from the row), then by key."""

    clock: str
    latest_first: bool

    def beyond(self, place: Place) -> Q:
        """The rows after `place`."""
        return self._side("lt" if self.latest_first else "gt", "", place)

    def up_to(self, place: Place) -> Q:
        """The rows before `place`, and the one there."""
        return self._side("gt" if self.latest_first else "lt", "e", place)

    def place_of(self, row: Model) -> Place:
        at: object = row
        for name in self.clock.split("__"):
            at = getattr(at, name)
        return Place(at, row.pk)  # type: ignore[arg-type]

    def _side(self, than: str, or_equal: str, place: Place) -> Q:
        # The first half says nothing new, but an index can begin there; with the second alone it would be read from its start.
        within = Q(**{f"{self.clock}__{than}e": place.at})
        return within & (Q(**{f"{self.clock}__{than}": place.at}) | Q(**{f"pk__{than}{or_equal}": place.pk}))


@dataclass(frozen=True)
class Page:
    """Some rows of a list.

    Args:
        end: the place where the list goes on behind this page, or None when it does not.
        is_stretch: it ends there because enough rows were looked at, and not because the page is full.
    """

    rows: list
    end: Place | None
    is_stretch: bool = False


def page(rows: QuerySet, order: Order, *, after: Place | None, until: Place | None = None, sieve: Q | None = None) -> Page:
    """The rows behind `after`: as many as fit on a page, or all up to `until` (at most MOST).

    Args:
        rows: in the order of an index that begins with all of their conditions.
        sieve: a further condition that no index helps with. It is tried on STRETCH rows at a time, so that the search for
            what is rare in a long list, or not there, costs no more than the search for what is common.
    """
    behind = rows.filter(order.beyond(after)) if after else rows
    behind, most = (behind.filter(order.up_to(until)), MOST) if until else (behind, PAGE)
    if sieve is None:
        found = _cut(list(behind[: most + 1]), most, order)
    else:
        hits = rows.filter(sieve, pk__in=behind.values("pk")[:STRETCH])
        found = _cut(list(hits[: most + 1]), most, order)
        if found.end is None and (last := behind.values_list(order.clock, "pk")[STRETCH - 1 : STRETCH].first()):
            return Page(found.rows, Place(*last), is_stretch=True)
    if found.end is None and until and rows.filter(order.beyond(until)).exists():
        return Page(found.rows, until)
    return found


def _cut(rows: list, most: int, order: Order) -> Page:
    return Page(rows[:most], order.place_of(rows[most - 1]) if len(rows) > most else None)
