"""The sweep: every timed move comes from a stored time, however late, often or interrupted the sweep is."""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts_app.models import User
from lifecycle import queue, room
from lifecycle import sweep as sweeping
from lifecycle.sweep import sweep
from lifecycle.tests.told import jobs, last, now, timeline, to
from sessions_app.models import Participant, Session
from tests import cast

A_MOMENT = timedelta(microseconds=1)


def seen(session: Session, person: User, at: datetime) -> None:
    Participant.objects.filter(session=session, user=person).update(joined_at=at, last_seen_at=at)


def preferred(carla: User, max: User) -> Session:
    return cast.pending(carla, preferred_mechanic_id=max.pk)


def taken(carla: User, max: User) -> Session:
    return cast.waiting(carla, max)


def taken_and_the_mechanic_is_there(carla: User, max: User) -> Session:
    session = cast.waiting(carla, max)
    room.enter(session.pk, by=max)
    return now(session)


def unpaid(carla: User, max: User) -> Session:
    return queue.submit(cast.submission(plan_code="quick"), by=carla)


def unattended(carla: User, max: User) -> Session:
    return queue.escalate(cast.pending(carla).pk)


def queued(carla: User, max: User) -> Session:
    return cast.pending(carla)


# What is made, from what, how long after which clock, and where the session stands then.
TIMED: dict[str, tuple[Callable[[User, User], Session], Callable[[Session], datetime], int, str]] = {
    "window": (preferred, lambda session: session.queued_at, settings.PREFERRED_WINDOW, "pending"),
    "escalate": (queued, lambda session: session.queued_at, settings.ESCALATE_AFTER, "unattended"),
    "mechanic no-show": (taken, lambda session: session.accepted_at, settings.MECHANIC_NO_SHOW, "pending"),
    "customer no-show": (taken_and_the_mechanic_is_there, lambda session: session.accepted_at, settings.CUSTOMER_NO_SHOW, "cancelled"),
    "unpaid": (unpaid, lambda session: session.created_at, settings.UNPAID_TIMEOUT, "cancelled"),
    "unattended": (unattended, lambda session: session.request.expires_at, settings.UNATTENDED_TIMEOUT, "cancelled"),
    "live too long": (cast.live, lambda session: session.started_at, settings.LIVE_TIMEOUT, "cancelled"),
}


@pytest.mark.parametrize("name", TIMED)
def test_a_timed_move_is_made_at_its_time_and_not_before(name: str, carla: User, max: User) -> None:
    make, clock, seconds, ends = TIMED[name]
    session = make(carla, max)
    due = clock(session) + timedelta(seconds=seconds)
    before = session.status
    assert sweep(due - A_MOMENT) == {}
    assert (now(session).status, now(session).version) == (before, session.version)
    assert sweep(due) == {name: 1}
    assert now(session).status == ends


@pytest.mark.parametrize("name", TIMED)
def test_a_sweep_a_day_late_does_the_same(name: str, carla: User, max: User) -> None:
    make, clock, seconds, ends = TIMED[name]
    session = make(carla, max)
    assert sweep(clock(session) + timedelta(seconds=seconds))[name] == 1, "needs to be due for this to mean anything"
    assert now(session).status == ends


@pytest.mark.parametrize("name", TIMED)
def test_a_second_sweep_at_the_same_time_does_nothing_more(name: str, carla: User, max: User) -> None:
    make, clock, seconds, _ends = TIMED[name]
    session = make(carla, max)
    due = clock(session) + timedelta(seconds=seconds)
    sweep(due)
    version = now(session).version
    assert name not in sweep(due)
    assert now(session).version == version


def test_every_timed_move_is_looked_at_here() -> None:
    known = {rule.name for rule in sweeping.rules(timezone.now())}
    assert known == set(TIMED)


def test_the_system_is_who_did_it_and_it_says_why(carla: User, max: User) -> None:
    for name, (make, clock, seconds, ends) in TIMED.items():
        if name == "window":
            continue
        session = make(cast.person(name.split()[0] + name.split()[-1]), max)
        sweep(clock(session) + timedelta(seconds=seconds))
        assert timeline(session)[-1][3] == "system"
        assert (now(session).cancel_reason != "") == (ends == "cancelled"), name


def test_a_mechanic_who_has_joined_keeps_the_session(carla: User, max: User) -> None:
    session = taken_and_the_mechanic_is_there(carla, max)
    assert sweep(session.accepted_at + timedelta(seconds=settings.MECHANIC_NO_SHOW)) == {}


def test_a_customer_who_was_there_after_the_acceptance_keeps_it_too(carla: User, max: User) -> None:
    session = taken_and_the_mechanic_is_there(carla, max)
    seen(session, carla, session.accepted_at)
    assert sweep(session.accepted_at + timedelta(seconds=settings.CUSTOMER_NO_SHOW)) == {}


def test_a_customer_who_left_before_the_acceptance_does_not(carla: User, max: User) -> None:
    session = taken_and_the_mechanic_is_there(carla, max)
    seen(session, carla, session.accepted_at - A_MOMENT)
    assert sweep(session.accepted_at + timedelta(seconds=settings.CUSTOMER_NO_SHOW)) == {"customer no-show": 1}


def test_when_neither_came_the_mechanic_is_asked_no_more_and_the_customer_keeps_the_place(carla: User, max: User) -> None:
    session = cast.waiting(carla, max)
    assert sweep(session.accepted_at + timedelta(seconds=settings.CUSTOMER_NO_SHOW)) == {"mechanic no-show": 1}
    assert now(session).queued_at == session.queued_at


def test_when_the_window_ends_everybody_sees_it(carla: User, max: User, nora: User, heard) -> None:
    session = preferred(carla, max)
    with heard() as said:
        sweep(session.request.window_ends_at)
    assert "queue.duty" in to("html", said)
    assert queue.accept(session.pk, by=nora).status == "waiting"


def test_all_that_is_due_is_done_in_one_sweep(max: User, nora: User, db: None) -> None:
    sessions = [cast.pending(cast.person(f"Person{number}")) for number in range(5)]
    assert sweep(timezone.now() + timedelta(seconds=settings.ESCALATE_AFTER)) == {"escalate": 5}
    assert {now(session).status for session in sessions} == {"unattended"}


def test_a_move_that_was_overtaken_is_no_failure(carla: User, max: User) -> None:
    session = cast.pending(carla)
    due = sweeping.due(session.request.expires_at)
    rule, pk = next(due)
    assert (rule.name, pk) == ("escalate", session.pk)
    queue.accept(session.pk, by=max)
    assert not sweeping.make(rule, pk)
    assert now(session).status == "waiting"


def test_a_session_that_another_mechanic_has_by_now_is_not_taken_from_him(carla: User, max: User, nora: User) -> None:
    """The sweep's list is old by the time it gets to a session: Max's deadline must not hit Nora."""
    session = cast.waiting(carla, max)
    due = sweeping.due(session.accepted_at + timedelta(seconds=settings.MECHANIC_NO_SHOW))
    rule, pk = next(due)
    assert rule.name == "mechanic no-show"
    queue.release(session.pk, by=max, reason="No.")
    queue.accept(session.pk, by=nora)
    Session.objects.filter(pk=session.pk).update(accepted_at=session.accepted_at + timedelta(seconds=1))
    assert not sweeping.make(rule, pk)
    assert (now(session).status, now(session).mechanic_id) == ("waiting", nora.pk)


def test_a_mechanic_who_joins_at_the_last_moment_keeps_the_session(carla: User, max: User) -> None:
    session = cast.waiting(carla, max)
    rule, pk = next(sweeping.due(session.accepted_at + timedelta(seconds=settings.MECHANIC_NO_SHOW)))
    room.enter(session.pk, by=max)
    assert not sweeping.make(rule, pk)
    assert now(session).status == "waiting"


def test_a_request_that_got_new_time_is_not_escalated(carla: User, max: User) -> None:
    session = cast.pending(carla)
    rule, pk = next(sweeping.due(session.request.expires_at))
    queue.accept(session.pk, by=max)
    queue.release(session.pk, by=max, reason="No.")
    assert not sweeping.make(rule, pk)
    assert now(session).status == "pending"


@pytest.fixture
def broken(carla: User, colin: User, db: None) -> tuple[Session, Session]:
    """Two sessions that are due; the database refuses to escalate the first one."""
    first, second = cast.pending(carla), cast.pending(colin)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$;"
            "CREATE TRIGGER refuse BEFORE UPDATE ON sessions_app_session FOR EACH ROW"
            f" WHEN (NEW.id = '{first.pk}') EXECUTE FUNCTION refuse()"
        )
    return first, second


def test_a_move_that_fails_is_reported_and_the_others_are_made(broken: tuple[Session, Session], caplog: pytest.LogCaptureFixture) -> None:
    first, second = broken
    with caplog.at_level(logging.ERROR), pytest.raises(ExceptionGroup) as reported:
        sweep(second.request.expires_at)
    assert "the disk is full" in str(reported.value.exceptions[0])
    assert f"escalate of {first.pk} failed" in caplog.text
    assert (now(first).status, now(second).status) == ("pending", "unattended")
    assert jobs() == [(task, {"session_id": str(second.pk)}) for task in ("alert_staff", "alert_mechanics")]


def test_and_it_is_made_by_the_next_sweep_when_the_trouble_is_over(broken: tuple[Session, Session]) -> None:
    first, second = broken
    with pytest.raises(ExceptionGroup):
        sweep(second.request.expires_at)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refuse ON sessions_app_session")
    assert sweep(second.request.expires_at) == {"escalate": 1}
    assert now(first).status == "unattended"


def test_a_session_goes_through_its_whole_neglect_by_itself(carla: User) -> None:
    """Nobody ever touches it: queue, everybody, the end. Each time comes from the row."""
    session = cast.pending(carla)
    escalation, end = session.request.expires_at, session.request.expires_at + timedelta(seconds=settings.UNATTENDED_TIMEOUT)
    assert (sweep(escalation), sweep(end - A_MOMENT), sweep(end)) == (Counter(escalate=1), Counter(), Counter(unattended=1))
    assert [kind for kind, *_rest in timeline(session)] == ["submit", "escalate", "cancel"]
    assert last(session).reason == "no mechanic was found within a day"
