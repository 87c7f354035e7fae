"""The table of moves, walked cell by cell: what is in it works, and nothing else does."""

import inspect
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from accounts_app.models import User
from lifecycle import queue, record, room
from lifecycle.tests.told import last, now
from mechanichub.errors import NotPossible, NotYours
from sessions_app.models import Session
from sessions_app.moves import HELD, MOVES, Status
from tests import cast

pytestmark = pytest.mark.django_db
WHY = "Because."
VERBS: dict[str, Callable] = {
    "paid": queue.paid,
    "accept": queue.accept,
    "assign": queue.assign,
    "release": partial(queue.release, reason=WHY),
    "start": room.start,
    "complete": partial(room.complete, report=room.ReportData(**cast.REPORT)),
    "cancel": partial(queue.cancel, reason=WHY),
    "abort": partial(room.abort, reason=WHY),
    "escalate": queue.escalate,
    "requeue": partial(queue.requeue, reason=WHY),
}
# Who is what to a session: (while a mechanic has it, otherwise). The system is no person, and has its own column.
ROLES = {
    "its customer": ("customer", "customer"),
    "another customer": ("", ""),
    "Max, its mechanic while it is held": ("mechanic", "eligible"),
    "Nora, another mechanic": ("eligible", "eligible"),
    "the owner of Max's workshop": ("owner", ""),
    "a mechanic who may not work": ("", ""),
    "staff": ("staff", "staff"),
    "the system": ("system", "system"),
}


@pytest.fixture(scope="module")
def people(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """One session in every state, for all cells; each cell is undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        cast.price_list()
        sam, will, oscar, other = (
            cast.person("Sam", is_staff=True, is_superuser=True),
            cast.person("Will"),
            cast.person("Oscar"),
            cast.person("Colin"),
        )
        workshop = will.workshops.create(name="Will's Garage", slug="wills-garage")
        max, nora = cast.mechanic("Max", by=sam, brands=[], workshop=workshop), cast.mechanic("Nora", by=sam, brands=[])
        type(max.mechanic).objects.create(user=oscar, display_name="Oscar")
        sessions = {
            Status.AWAITING_PAYMENT: queue.submit(cast.submission(plan_code="quick"), by=cast.person("Ann")),
            Status.PENDING: cast.pending(cast.person("Ben")),
            Status.UNATTENDED: queue.escalate(cast.pending(cast.person("Cem")).pk),
            Status.WAITING: cast.waiting(cast.person("Dana"), max),
            Status.LIVE: cast.live(cast.person("Eve"), max),
            Status.COMPLETED: cast.completed(cast.person("Finn"), max),
            Status.CANCELLED: cast.cancelled(cast.person("Gita")),
        }
        for session in sessions.values():
            cast.an_hour_passes(session)
        yield {
            "sessions": sessions,
            "another customer": other,
            "Max, its mechanic while it is held": cast.fresh(max),
            "Nora, another mechanic": cast.fresh(nora),
            "the owner of Max's workshop": will,
            "a mechanic who may not work": cast.fresh(oscar),
            "staff": sam,
            "the system": None,
        }
        transaction.set_rollback(True)


def make(name: str, session: Session, by: User | None, people: dict) -> Session:
    """Makes the move, after seeing to it that nothing but the table is in its way."""
    if name == "start":
        session.participants.filter(until=None).update(last_seen_at=timezone.now())
    extra = {"mechanic_id": people["Nora, another mechanic"].pk, "reason": WHY} if name == "assign" else {}
    return VERBS[name](session.pk, by=by, **extra)


def system_may_ask(name: str) -> bool:
    """False where the type of `by` rules the system out already."""
    verb = getattr(VERBS[name], "func", VERBS[name])
    return "None" in str(inspect.signature(verb).parameters["by"].annotation)


def role_of(who: str, status: Status) -> str:
    return ROLES[who][0 if status in HELD else 1]


def second_click(name: str, who: str, status: Status) -> bool:
    """A mechanic's accept of what he has is not refused: it gives him his session, and moves nothing."""
    return name == "accept" and role_of(who, status) == "mechanic"


def test_every_move_has_a_verb() -> None:
    assert set(VERBS) == set(MOVES) - {"submit"}, "a move without a verb, or a verb without a move"


@pytest.mark.parametrize("name", VERBS)
@pytest.mark.parametrize("status", Status)
def test_a_move_is_possible_exactly_where_the_table_says_so(status: Status, name: str, people: dict) -> None:
    session = people["sessions"][status]
    customer = {"its customer": session.customer}
    wrong = []
    for who in ROLES:
        by = (people | customer)[who]
        if by is None and not system_may_ask(name):
            continue
        allowed = status in MOVES[name].sources and role_of(who, status) in MOVES[name].by
        outcome = outcome_of(name, session, by, people)
        if second_click(name, who, status):
            allowed, outcome = False, "refused" if outcome == f"stays {status}" else outcome
        if outcome != (f"{name} to {MOVES[name].targets[0]}" if allowed else "refused"):
            wrong.append(f"{who}: {outcome}, and should be {'allowed' if allowed else 'refused'}")
    assert not wrong, f"{name} from {status}: {'; '.join(wrong)}"


def outcome_of(name: str, session: Session, by: User | None, people: dict) -> str:
    place = transaction.savepoint()
    try:
        before = now(session)
        moved = make(name, before, by, people)
        if moved.version == before.version:
            return f"stays {moved.status}"
        assert (now(session).status, last(session).kind, last(session).actor) == (moved.status, name, by)
        return f"{name} to {moved.status}"
    except (NotYours, NotPossible, Http404):
        return "refused"
    finally:
        transaction.savepoint_rollback(place)


@pytest.mark.parametrize("status", Status)
def test_what_a_page_offers_is_what_the_table_allows(status: Status, people: dict) -> None:
    session = people["sessions"][status]
    for who in ROLES:
        by = (people | {"its customer": session.customer})[who]
        table = {name for name, move in MOVES.items() if status in move.sources and role_of(who, status) in move.by}
        assert set(record.legal(now(session), by)) == table, f"{who} is offered other moves than the table has"


@pytest.mark.parametrize("status", Status)
def test_every_refusal_says_where_the_session_stands(status: Status, people: dict) -> None:
    sentence = record.standing(now(people["sessions"][status]))
    assert sentence.startswith("This session") and sentence.rstrip().endswith(".")


def test_the_moves_reach_every_state_and_leave_every_open_one() -> None:
    reached = {target for move in MOVES.values() for target in move.targets}
    left = {source for move in MOVES.values() for source in move.sources}
    assert reached == set(Status)
    assert left - {""} == set(Status) - {Status.COMPLETED}


def test_a_machine_whose_clock_is_behind_writes_no_earlier_time(people: dict) -> None:
    place = transaction.savepoint()
    session = people["sessions"][Status.PENDING]
    ahead = timezone.now() + timedelta(seconds=30)
    Session.objects.filter(pk=session.pk).update(queued_at=ahead)
    accepted = queue.accept(session.pk, by=people["Nora, another mechanic"])
    transaction.savepoint_rollback(place)
    assert accepted.accepted_at == ahead
