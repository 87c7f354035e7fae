"""Random lives: two customers, two mechanics, the support team, the payment gateway and the sweep do anything at any time.

A small model says of every attempt whether it succeeds and what is then the case. After each step the sessions must be as the
model has them, and the database must be content. The clock is set by hand, so that every deadline is met to the second.
"""

import os
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as site
from django.db import connection, transaction
from django.http import Http404
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from accounts_app.models import Place, User
from demo.clock import turned_back
from lifecycle import people, queue, room
from lifecycle.sweep import sweep
from mechanichub.errors import DomainError
from sessions_app import chat, reviews
from sessions_app.models import Message, Session
from sessions_app.moves import HELD, IN_QUEUE, OPEN
from tests import cast

LIVES = int(os.environ.get("RANDOM_LIVES", "60"))  # each 30 steps; more of them for whoever has the time

BEGINNING = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
CUSTOMERS, MECHANICS = ("carla", "colin"), ("max", "nora")
EVERYBODY = (*CUSTOMERS, *MECHANICS, "sam")
# Who somebody is to the session in question. The right one comes up more often than by chance, or sessions would never get far.
CUSTOMER, OTHER_CUSTOMER, MECHANIC, OTHER_MECHANIC, STAFF = (
    "its customer",
    "the other customer",
    "its mechanic",
    "the other mechanic",
    "staff",
)
ANYBODY = (CUSTOMER, OTHER_CUSTOMER, MECHANIC, OTHER_MECHANIC, STAFF)
WHICH = st.integers(0, 2)


def some(*statuses: str) -> Callable[[Callable], Callable]:
    """Only while there is a session in such a state: one refusal more of what is far away shows little."""
    return precondition(lambda self: any(it.status in statuses for it in self.known.values()))


def mostly(*right: str) -> st.SearchStrategy[str]:
    """One of these in most cases, else anybody."""
    return st.one_of(st.sampled_from(right), st.sampled_from(right), st.sampled_from(ANYBODY))


SEATS = {"max": {"chat": 3, "call": 1}, "nora": {"chat": 1, "call": 1}}
DEADLINES = (site.PRESENT_FOR, site.SHORTEST_SESSION, site.MECHANIC_NO_SHOW, site.CUSTOMER_NO_SHOW, site.PREFERRED_WINDOW)
LONG_DEADLINES = (site.ESCALATE_AFTER, site.LIVE_TIMEOUT, site.UNPAID_TIMEOUT)
# What has to happen for the run to mean anything.
VERBS = "submit paid accept decline assign release enter complete cancel abort requeue post review set_duty suspend approve"
CLOCKS = ("window", "escalate", "mechanic no-show", "customer no-show", "unpaid", "unattended", "live too long")
EVERYTHING = [*((verb, how) for verb in VERBS.split() for how in ("done", "refused")), *((clock, "done") for clock in CLOCKS)]
REPORT = room.ReportData(**cast.REPORT)
WHY = "Because."


@dataclass
class Known:
    """What the model knows of a session."""

    customer: str
    status: str
    seat: str  # the kind of place it takes
    created_at: datetime
    preferred: str | None
    version: int = 1
    mechanic: str | None = None
    accepted_at: datetime | None = None
    started_at: datetime | None = None
    expires_at: datetime | None = None
    window_ends_at: datetime | None = None
    was_shown: bool = False
    was_paid: bool = False
    reviewed: bool = False
    messages: int = 0
    declined: set[str] = field(default_factory=set)
    seen: dict[str, datetime | None] = field(default_factory=dict)  # who may be in the room, and the last sign of life

    @property
    def held(self) -> bool:
        return self.status in HELD


class Lives(RuleBasedStateMachine):
    """One example is one transaction, which is rolled back at its end."""

    users: dict[str, User]
    made: Counter  # over all examples: (verb, done or refused)

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[uuid.UUID, Known] = {}
        self.standing = dict.fromkeys(MECHANICS, "approved")
        self.duty = dict.fromkeys(MECHANICS, True)
        self.end = ExitStack()
        self.watch = self.end.enter_context(turned_back(BEGINNING))
        self.end.enter_context(transaction.atomic())
        self.people = {name: cast.fresh(user) for name, user in self.users.items()}

    def teardown(self) -> None:
        try:
            self.timelines_tell_it_all()
            self.messages_are_numbered_densely()
        finally:
            transaction.set_rollback(True)
            self.end.close()

    # --- what the model thinks -----------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self.watch.moment

    def pick(self, number: int) -> tuple[uuid.UUID, Known]:
        """One of three sessions: the open ones, and the last of the others."""
        latest = sorted(self.known, key=lambda pk: self.known[pk].status not in OPEN)
        pk = latest[number % min(3, len(latest))]
        return pk, self.known[pk]

    def who(self, it: Known, role: str) -> str:
        """The name of the one who is this to the session."""
        mechanic = it.mechanic or "max"
        others = {OTHER_CUSTOMER: (CUSTOMERS, it.customer), OTHER_MECHANIC: (MECHANICS, mechanic)}
        if role in others:
            names, taken = others[role]
            return next(name for name in names if name != taken)
        return {CUSTOMER: it.customer, MECHANIC: mechanic, STAFF: "sam"}[role]

    def open_of(self, customer: str) -> tuple[uuid.UUID, Known] | None:
        return next(((pk, each) for pk, each in self.known.items() if each.customer == customer and each.status in OPEN), None)

    def has_seat(self, mechanic: str, kind: str) -> bool:
        return sum(each.held and each.mechanic == mechanic and each.seat == kind for each in self.known.values()) < SEATS[mechanic][kind]

    def in_window(self, it: Known) -> bool:
        return it.status == "pending" and it.window_ends_at is not None and it.window_ends_at > self.now

    def is_open_to(self, it: Known, who: str) -> bool:
        return (
            self.standing.get(who) == "approved"
            and it.status in IN_QUEUE
            and (self.duty[who] or it.status == "unattended")
            and (not self.in_window(it) or it.preferred == who)
            and who not in it.declined
        )

    def enqueue(self, it: Known) -> None:
        waits = not it.was_shown and it.preferred and self.standing[it.preferred] == "approved" and self.duty[it.preferred]
        it.window_ends_at = self.now + timedelta(seconds=site.PREFERRED_WINDOW) if waits else None
        it.expires_at, it.was_shown = self.now + timedelta(seconds=site.ESCALATE_AFTER), True
        it.status, it.mechanic, it.accepted_at, it.started_at = "pending", None, None, None
        self.unseat(it)

    def unseat(self, it: Known) -> None:
        it.seen = {it.customer: it.seen.get(it.customer)}

    def seat(self, it: Known, mechanic: str) -> None:
        self.unseat(it)
        it.seen[mechanic] = None
        it.status, it.mechanic, it.accepted_at, it.started_at = "waiting", mechanic, self.now, None

    def over(self, it: Known, status: str = "cancelled") -> None:
        it.status = status
        if status == "cancelled":
            self.unseat(it)

    def attempt(self, allowed: bool, verb: Callable, *args: Any, **kwargs: Any) -> Any:
        """Makes a move; whether it is refused must be what the model says."""
        result, refusal = None, None
        try:
            with transaction.atomic():
                result = verb(*args, **kwargs)
        except (DomainError, Http404) as error:
            refusal = error
        assert (refusal is None) == allowed, f"{verb.__name__} {'is' if allowed else 'is not'} possible, but: {refusal or 'it was done'}"
        self.made[verb.__name__, "done" if allowed else "refused"] += 1
        return result

    # --- what people do ------------------------------------------------------------------------

    @initialize()
    def begins(self) -> None:
        self.submits("carla", "free", None)

    @rule(
        who=st.sampled_from((*CUSTOMERS, *CUSTOMERS, *EVERYBODY)),
        plan=st.sampled_from(("free", "free", "quick", "video")),
        preferred=st.sampled_from((None, None, *MECHANICS)),
    )
    def submits(self, who: str, plan: str, preferred: str | None) -> None:
        earlier = self.open_of(who)
        allowed = who not in MECHANICS and not (earlier and earlier[1].held)
        form = cast.submission(plan_code=plan, preferred_mechanic_id=self.people[preferred].pk if preferred else None)
        session = self.attempt(allowed, queue.submit, form, by=self.people[who])
        if session is None:
            return
        if earlier:
            self.over(earlier[1])
            earlier[1].version += 1
        it = Known(who, "awaiting_payment", "call" if plan == "video" else "chat", self.now, preferred, seen={who: None})
        if plan == "free":
            self.enqueue(it)
        self.known = {session.pk: it, **self.known}  # the latest first
        again = queue.submit(form, by=self.people[who])
        assert again.pk == session.pk

    @some("awaiting_payment")
    @rule(number=WHICH)
    def pays(self, number: int) -> None:
        pk, it = self.pick(number)
        if self.attempt(it.was_paid or it.status == "awaiting_payment", queue.paid, pk) and not it.was_paid:
            it.was_paid, it.version = True, it.version + 1
            self.enqueue(it)

    @some(*IN_QUEUE, *HELD)
    @rule(role=mostly(MECHANIC, OTHER_MECHANIC), number=WHICH)
    def accepts(self, role: str, number: int) -> None:
        pk, it = self.pick(number)
        who = self.who(it, role)
        his = it.held and it.mechanic == who
        allowed = his or (self.is_open_to(it, who) and self.has_seat(who, it.seat))
        if self.attempt(allowed, queue.accept, pk, by=self.people[who]) and not his:
            it.version += 1
            self.seat(it, who)

    @some(*IN_QUEUE, *HELD)
    @rule(role=mostly(MECHANIC, OTHER_MECHANIC), number=WHICH)
    def declines(self, role: str, number: int) -> None:
        pk, it = self.pick(number)
        who = self.who(it, role)
        if self.attempt(self.is_open_to(it, who), queue.decline, pk, by=self.people[who], reason=WHY):
            it.declined.add(who)
            if self.in_window(it):
                it.window_ends_at = None

    @some(*IN_QUEUE, *HELD)
    @rule(role=mostly(STAFF), to=st.sampled_from(MECHANICS), number=WHICH)
    def assigns(self, role: str, to: str, number: int) -> None:
        pk, it = self.pick(number)
        who = self.who(it, role)
        free = self.standing[to] == "approved" and it.mechanic != to and self.has_seat(to, it.seat)
        allowed = who == "sam" and it.status in (*IN_QUEUE, *HELD) and free
        if self.attempt(allowed, queue.assign, pk, by=self.people[who], mechanic_id=self.people[to].pk, reason=WHY):
            it.version += 1
            self.seat(it, to)

    @some(*HELD)
    @rule(role=mostly(MECHANIC), number=WHICH)
    def releases(self, role: str, number: int) -> None:
        pk, it = self.pick(number)
        who = self.who(it, role)
        allowed = it.status == "waiting" and who in ("sam", it.mechanic)
        if self.attempt(allowed, queue.release, pk, by=self.people[who], reason=WHY):
            it.version += 1
            self.enqueue(it)

    @rule(role=mostly(CUSTOMER, MECHANIC), number=WHICH)
    def enters(self, role: str, number: int) -> None:
        pk, it = self.pick(number)
        who = self.who(it, role)
        if self.attempt(who in it.seen, room.enter, pk, by=self.people[who]) is None:
            return
        it.seen[who] = self.now
        present = [at for at in it.seen.values() if at and at >= self.now - timedelta(seconds=site.PRESENT_FOR)]
        if it.status == "waiting" and len(present) == 2:
            it.status, it.started_at, it.version = "live", self.now, it.version + 1

    @some("waiting")
    @rule(number=WHICH)
    def both_join(self, number: int) -> None:
        self.enters(CUSTOMER, number)
        self.enters(MECHANIC, number)

    @some(*IN_QUEUE)
    @rule(number=WHICH, role=st.sampled_from((MECHANIC, OTHER_MECHANIC)))
    def one_takes_it_and_both_join(self, number: int, role: str) -> None:
        self.accepts(role, number)
        self.both_join(number)

    @some("live")
    @rule(number=WHICH)
    def an_hour_later_it_is_done(self, number: int) -> None:
        self.watch.forward(3600)
        self.completes(MECHANIC, number, with_report=True)

    @some(*HELD)
    @rule(role=mostly(MECHANIC), number=WHICH, with_report=st.booleans())
    def completes(self, role: str, number: int, with_report: bool) -> None:
        pk, it = self.pick(number)
        who = self.who(it, role)
        allowed = it.status == "live" and (who == "sam" or (who == it.mechanic and with_report))
        if self.attempt(allowed, room.complete, pk, by=self.people[who], report=REPORT if with_report else None, reason=WHY):
            short = self.now - it.started_at < timedelta(seconds=site.SHORTEST_SESSION)
            it.version += 1
            self.over(it, "cancelled" if short else "completed")

    @rule(role=st.sampled_from(ANYBODY), number=WHICH)
    def cancels(self, role: str, number: int) -> None:
        pk, it = self.pick(number)
        who = self.who(it, role)
        allowed = who in (it.customer, "sam") and it.status in ("awaiting_payment", "pending", "unattended", "waiting")
        if self.attempt(allowed, queue.cancel, pk, by=self.people[who], reason=WHY):
            it.version += 1
            self.over(it)

    @some("live")
    @rule(role=mostly(STAFF), number=WHICH)
    def aborts(self, role: str, number: int) -> None:
        pk, it = self.pick(number)
        who = self.who(it, role)
        if self.attempt(who == "sam" and it.status == "live", room.abort, pk, by=self.people[who], reason=WHY):
            it.version += 1
            self.over(it)

    @some("cancelled", "unattended")
    @rule(role=mostly(STAFF), number=WHICH)
    def requeues(self, role: str, number: int) -> None:
        pk, it = self.pick(number)
        who = self.who(it, role)
        other = self.open_of(it.customer)
        allowed = who == "sam" and it.status in ("cancelled", "unattended") and (other is None or other[0] == pk)
        if self.attempt(allowed, queue.requeue, pk, by=self.people[who], reason=WHY):
            it.version += 1
            self.enqueue(it)

    @some(*HELD)
    @rule(role=mostly(CUSTOMER, MECHANIC), number=WHICH)
    def writes(self, role: str, number: int) -> None:
        pk, it = self.pick(number)
        who = self.who(it, role)
        message = self.attempt(who in it.seen and it.held, chat.post, pk, by=self.people[who], client_id=uuid.uuid4(), body="Hello.")
        if message:
            it.messages += 1
            assert message.number == it.messages

    @some("completed")
    @rule(role=mostly(CUSTOMER), number=WHICH)
    def rates(self, role: str, number: int) -> None:
        pk, it = self.pick(number)
        who = self.who(it, role)
        allowed = who == it.customer and it.status == "completed" and not it.reviewed
        if self.attempt(allowed, reviews.review, pk, by=self.people[who], stars=4):
            it.reviewed, it.version = True, it.version + 1

    @rule(number=WHICH)
    def looks(self, number: int) -> None:
        pk, it = self.pick(number)
        room.look(pk, by=self.people["sam"], reason=WHY)
        it.version += 1

    @rule(
        who=st.sampled_from(MECHANICS),
        what=st.sampled_from(("goes on duty", "goes on duty", "goes off duty", "is suspended", "is approved", "is approved")),
    )
    def a_mechanic(self, who: str, what: str) -> None:
        if what == "is suspended":
            self.is_suspended(who)
        elif what == "is approved":
            self.is_approved(who)
        else:
            self.switches_duty(who, what == "goes on duty")
        self.people[who] = cast.fresh(self.people[who])

    def switches_duty(self, who: str, on: bool) -> None:
        if self.attempt(self.standing[who] == "approved", people.set_duty, self.people[who].pk, by=self.people[who], on=on):
            self.duty[who] = on

    def is_suspended(self, who: str) -> None:
        his = [each for each in self.known.values() if each.held and each.mechanic == who]
        allowed = self.standing[who] != "suspended" and all(each.status == "waiting" for each in his)
        if self.attempt(allowed, people.suspend, self.people[who].pk, by=self.people["sam"], reason=WHY):
            self.standing[who], self.duty[who] = "suspended", False
            for it in his:
                it.version += 1
                self.enqueue(it)

    def is_approved(self, who: str) -> None:
        if self.attempt(self.standing[who] != "approved", people.approve, self.people[who].pk, by=self.people["sam"]):
            self.standing[who] = "approved"
            self.people[who] = cast.fresh(self.people[who])
            self.switches_duty(who, True)

    # --- what time does ------------------------------------------------------------------------

    @rule(seconds=st.one_of(st.sampled_from(DEADLINES), st.integers(1, 900), st.sampled_from(LONG_DEADLINES)), swept=st.booleans())
    def time_passes(self, seconds: int, swept: bool) -> None:
        self.watch.forward(seconds)
        if swept or seconds in LONG_DEADLINES:
            self.sweeps()

    def sweeps(self) -> None:
        """In the order in which the sweep takes its rules: one session can be met by several."""
        for it in self.known.values():
            if it.status == "pending" and it.window_ends_at and it.window_ends_at <= self.now:
                it.window_ends_at = None
            if it.status == "pending" and it.expires_at <= self.now:
                it.status, it.version = "unattended", it.version + 1
            if it.status == "waiting" and it.seen[it.mechanic] is None and self.overdue(it.accepted_at, site.MECHANIC_NO_SHOW):
                it.version += 1
                self.enqueue(it)
            if it.status == "waiting" and self.customer_is_missing(it) and self.overdue(it.accepted_at, site.CUSTOMER_NO_SHOW):
                self.ended_by_the_clock(it)
            if it.status == "awaiting_payment" and self.overdue(it.created_at, site.UNPAID_TIMEOUT):
                self.ended_by_the_clock(it)
            if it.status == "unattended" and self.overdue(it.expires_at, site.UNATTENDED_TIMEOUT):
                self.ended_by_the_clock(it)
            if it.status == "live" and self.overdue(it.started_at, site.LIVE_TIMEOUT):
                self.ended_by_the_clock(it)
        for name, count in sweep().items():
            self.made[name, "done"] += count

    def overdue(self, since: datetime | None, seconds: int) -> bool:
        return since is not None and since <= self.now - timedelta(seconds=seconds)

    def customer_is_missing(self, it: Known) -> bool:
        at = it.seen[it.customer]
        return at is None or at < it.accepted_at

    def ended_by_the_clock(self, it: Known) -> None:
        it.version += 1
        self.over(it)

    # --- what must be so after every step --------------------------------------------------------

    def check_invariants(self, *args: Any, **kwargs: Any) -> None:
        super().check_invariants(*args, **kwargs)
        self.the_database_is_content()
        self.the_sessions_are_as_the_model_has_them()

    def the_database_is_content(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")

    def the_sessions_are_as_the_model_has_them(self) -> None:
        pks = {name: user.pk for name, user in self.people.items()}
        columns = ("status", "version", "accepted_at", "started_at", "request__expires_at", "request__window_ends_at")
        there = {pk: tuple(rest) for pk, *rest in Session.objects.values_list("pk", *columns)}
        model = {
            pk: (it.status, it.version, it.accepted_at, it.started_at, it.expires_at, it.window_ends_at) for pk, it in self.known.items()
        }
        running = {pk: row for pk, row in there.items() if row[0] not in ("completed", "cancelled")}
        assert running == {pk: row for pk, row in model.items() if row[0] not in ("completed", "cancelled")}
        assert {pk: row[:2] for pk, row in there.items()} == {pk: row[:2] for pk, row in model.items()}
        holders = dict(Session.objects.filter(status__in=HELD).values_list("pk", "mechanic"))
        assert holders == {pk: pks[it.mechanic] for pk, it in self.known.items() if it.held}

    def timelines_tell_it_all(self) -> None:
        """Played back, the events lead to where the session is."""
        for session in Session.objects.prefetch_related("events"):
            events = sorted(session.events.all(), key=lambda event: event.number)
            assert [event.number for event in events] == list(range(1, session.version + 1))
            assert [event.from_status for event in events[1:]] == [event.to_status for event in events[:-1]]
            assert events[-1].to_status == session.status
            assert [event.created_at for event in events] == sorted(event.created_at for event in events)

    def messages_are_numbered_densely(self) -> None:
        for pk, it in self.known.items():
            numbers = list(Message.objects.filter(session=pk).order_by("number").values_list("number", flat=True))
            assert numbers == list(range(1, it.messages + 1))


@pytest.fixture
def users(transactional_db: None) -> dict[str, User]:
    cast.price_list()
    sam = cast.person("Sam", is_staff=True, is_superuser=True)
    users = {name: cast.person(name.title()) for name in CUSTOMERS}
    users |= {name: cast.mechanic(name.title(), by=sam, brands=[]) for name in MECHANICS}
    Place.objects.filter(mechanic=users["nora"].pk, kind="chat", number__gt=1).delete()
    return {**users, "sam": sam}


@pytest.mark.django_db(transaction=True)
def test_whatever_they_do_the_model_and_the_database_agree(users: dict[str, User]) -> None:
    made: Counter = Counter()
    lives = type("TheseLives", (Lives,), {"users": users, "made": made})
    run_state_machine_as_test(
        lives,
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=30,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    never = [f"{what} {how}" for what, how in EVERYTHING if not made[what, how]]
    # Chance leaves one or the other out; test_moves.py and test_sweep.py leave out none.
    assert len(never) <= len(EVERYTHING) // 6, f"these never happened, so the run shows too little: {never}"
