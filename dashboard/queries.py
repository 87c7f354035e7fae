"""What stands on the four tabs. None of it may cost more when the house has a million sessions instead of a thousand."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Func, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts_app.models import Mechanic
from dashboard import keyset
from dashboard.keyset import Order, Page, Place
from requests_app import matching
from requests_app.models import Offer, SessionRequest
from requests_app.querysets import words_query
from sessions_app.models import Message, Participant, Session
from sessions_app.moves import IN_QUEUE

MANY = 100  # counting ends here: "99+"
KNOWN = 300  # requests that a page can tell apart from new ones
EARLIER = 10  # sessions of a car


@dataclass(frozen=True)
class Tab:
    """One of the four lists: `name` is the end of its address' name."""

    name: str
    title: str | Promise
    lead: str | Promise
    icon: str


INCOMING = Tab("incoming", _("Incoming"), _("Requests that you can take, the longest waiting first."), "inbox")
ACTIVE = Tab("active", _("Active"), _("Sessions that you have in hand."), "chat")
COMPLETED = Tab("completed", _("Completed"), _("Sessions that you ended with a report, the latest first."), "check-circle")
HISTORY = Tab("history", _("History"), _("All that was yours and has ended, the latest first."), "history")
TABS = (INCOMING, ACTIVE, COMPLETED, HISTORY)

GIVEN_BACK = "given_back"  # an outcome besides the statuses: released, or assigned to somebody else


# --- lists ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listing:
    """Rows in an order that an index has, and how filters get from a row to its session and to its request.

    Args:
        sieve: what the rows have to be besides, with no help from an index.
        is_short: the list is never longer than what is going on just now.
    """

    rows: QuerySet
    order: Order
    sieve: Q = field(default_factory=Q)
    is_short: bool = False
    session: str = ""
    request: str = "request__"

    def page(self, wanted: dict[str, Any], *, after: Place | None, until: Place | None) -> Page:
        """A page of the rows that match the filters (FilterForm.wanted)."""
        rows, sieve = self.rows.filter(self._days(wanted)), self._sieve(wanted)
        if self.is_short:
            return keyset.page(rows.filter(sieve), self.order, after=after, until=until)
        return keyset.page(rows, self.order, after=after, until=until, sieve=sieve or None)

    def _days(self, wanted: dict[str, Any]) -> Q:
        rules = Q()
        if first := wanted.get("from_day"):
            rules &= Q(**{f"{self.order.clock}__gte": _at(first, time.min)})
        if last := wanted.get("to_day"):
            rules &= Q(**{f"{self.order.clock}__lte": _at(last, time.max)})
        return rules

    def _sieve(self, wanted: dict[str, Any]) -> Q:
        rules = self.sieve
        if words := words_query(wanted.get("q", "")):
            rules &= Q(**{f"{self.request}intake__words": words})
        if kind := wanted.get("type"):
            rules &= Q(**{f"{self.session}type": kind})
        if wanted.get("urgent"):
            rules &= Q(**{f"{self.request}is_urgent": True})
        return rules


def _at(day: date, moment: time) -> datetime:
    """A time of a day where the viewer is."""
    return datetime.combine(day, moment, tzinfo=timezone.get_current_timezone())


def listing(tab: Tab, mechanic: Mechanic, outcome: str = "") -> Listing:
    """The list behind a tab; `outcome` (of FilterForm) applies to the history."""
    if tab is HISTORY and outcome:
        return OUTCOMES[outcome](mechanic)
    return {INCOMING: incoming, ACTIVE: active, COMPLETED: completed, HISTORY: history}[tab](mechanic)


def incoming(mechanic: Mechanic) -> Listing:
    rows = matching.open_to(mechanic).with_card()
    return Listing(rows, Order("session__queued_at", latest_first=False), is_short=True, session="session__", request="")


def active(mechanic: Mechanic) -> Listing:
    from_customer = Message.objects.filter(session=OuterRef("pk"), author=OuterRef("customer"), read_at=None)
    unread = Subquery(from_customer.order_by().values("session").annotate(number=Count("pk")).values("number"))
    seats = Participant.objects.filter(until=None).select_related("user__mechanic").order_by("role")
    rows = _with_request(Session.objects.active_for(mechanic.user)).prefetch_related(Prefetch("participants", seats, to_attr="seats"))
    return Listing(rows.annotate(unread=Coalesce(unread, 0)), Order("accepted_at", latest_first=False), is_short=True)


def completed(mechanic: Mechanic) -> Listing:
    return Listing(_with_request(Session.objects.completed_by(mechanic.user)), Order("ended_at", latest_first=True))


def history(mechanic: Mechanic) -> Listing:
    return Listing(_with_request(Session.objects.history_of(mechanic.user)), Order("ended_at", latest_first=True))


def cancelled(mechanic: Mechanic) -> Listing:
    return replace(history(mechanic), sieve=Q(status=Session.Status.CANCELLED))


def given_back(mechanic: Mechanic) -> Listing:
    rows = Session.objects.left_by(mechanic.user)
    still_his = Q(mechanic=mechanic.pk)  # it ended while it was his
    return Listing(_with_request(rows), Order("left_at", latest_first=True), sieve=~still_his)


OUTCOMES = {Session.Status.COMPLETED.value: completed, Session.Status.CANCELLED.value: cancelled, GIVEN_BACK: given_back}


def _with_request(sessions: QuerySet[Session]) -> QuerySet[Session]:
    return sessions.select_related("request__intake", "review").defer("request__intake__words")


# --- counts --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counts:
    """The numbers on the tabs, and what a page needs to keep the first one right by itself.

    Args:
        incoming, active: exact.
        completed, history: at most MANY.
        known: the requests behind `incoming` (at most KNOWN of them), shortened ids.
        declined: those in the queue that this mechanic has declined, shortened ids.
    """

    incoming: int
    active: int
    completed: int
    history: int
    known: list[str]
    declined: list[str]

    def __getitem__(self, tab: Tab) -> str:
        number = getattr(self, tab.name)
        return f"{MANY - 1}+" if tab in (COMPLETED, HISTORY) and number >= MANY else str(number)


def counts(mechanic: Mechanic) -> Counts:
    """All counts in one query (two when more than KNOWN requests are waiting)."""
    own = Session.objects
    declined = Offer.objects.filter(mechanic=mechanic, declined_at__isnull=False, request__session__status__in=IN_QUEUE)
    row = Mechanic.objects.values(
        active=_size(own.active_for(mechanic.user)),
        completed=_size(own.completed_by(mechanic.user)[:MANY]),
        history=_size(own.history_of(mechanic.user)[:MANY]),
        known=ArraySubquery(matching.open_to(mechanic).values("pk")[:KNOWN]),
        declined=ArraySubquery(declined.values("request_id")),
    ).get(pk=mechanic.pk)
    row["known"] = row["known"] or []  # NULL for whoever takes nothing new: Django does not even ask
    incoming = len(row["known"]) if len(row["known"]) < KNOWN else matching.open_to(mechanic).count()
    short = {name: [str(pk)[:8] for pk in row.pop(name)] for name in ("known", "declined")}
    return Counts(incoming=incoming, **row, **short)


def _size(rows: QuerySet) -> Func:
    return Func(ArraySubquery(rows.values("pk")), function="cardinality", output_field=IntegerField())


# --- one session ---------------------------------------------------------------------------------


def present_since() -> datetime:
    """Whoever gave a sign of life after this is in the room."""
    return timezone.now() - timedelta(seconds=settings.PRESENT_FOR)


def earlier_sessions(request: SessionRequest) -> QuerySet[Session]:
    """What this car had before, the latest first, whoever owned it then."""
    intake = request.intake
    same_car = Q(request__intake__vin=intake.vin) if intake.vin else Q()
    if intake.vehicle_id:
        same_car |= Q(request__intake__vehicle=intake.vehicle_id)
    if not same_car:
        return Session.objects.none()
    earlier = Session.objects.filter(same_car, created_at__lt=request.session.created_at, queued_at__isnull=False)
    return _with_request(earlier).select_related("mechanic").order_by("-created_at", "-id")[:EARLIER]
