"""requeue: staff put a session into the queue again."""

import pytest

from accounts_app.models import User
from lifecycle import queue, room
from lifecycle.tests.told import ESCALATES, last, now, refused, timeline, to
from mechanichub.errors import NotPossible, NotYours
from tests import cast


def test_an_unattended_session_keeps_its_place_and_gets_new_clocks(carla: User, sam: User, heard) -> None:
    session = queue.escalate(cast.pending(carla).pk)
    with heard() as said:
        queue.requeue(session.pk, by=sam, reason="Nora is on her way.")
    again = now(session)
    assert (again.status, again.queued_at) == ("pending", session.queued_at)
    assert again.request.expires_at == last(session).created_at + ESCALATES
    assert timeline(session)[-1] == ("requeue", "unattended", "pending", "Sam")
    assert "queue.duty" in to("html", said)


def test_a_cancelled_session_comes_back_clean(carla: User, max: User, sam: User) -> None:
    session = cast.waiting(carla, max)
    queue.cancel(session.pk, by=carla, reason="It started again.")
    queue.requeue(session.pk, by=sam, reason="And stopped again.")
    again = now(session)
    assert (again.status, again.mechanic, again.accepted_at, again.ended_at, again.cancel_reason) == ("pending", None, None, None, "")
    assert queue.accept(session.pk, by=max).status == "waiting"


def test_a_broken_off_session_too(carla: User, max: User, nora: User, sam: User) -> None:
    session = room.abort(cast.live(carla, max).pk, by=sam, reason="The line was dead.")
    queue.requeue(session.pk, by=sam, reason="Try somebody else.")
    assert now(session).started_at is None
    queue.accept(session.pk, by=nora)
    room.enter(session.pk, by=nora)
    assert room.enter(session.pk, by=carla).status == "live"


def test_one_that_was_never_in_the_queue_gets_its_place_now(carla: User, sam: User) -> None:
    session = queue.submit(cast.submission(plan_code="quick"), by=carla)
    queue.cancel(session.pk, by=carla, reason="Card lost.")
    queue.requeue(session.pk, by=sam, reason="Paid in cash.")
    assert now(session).queued_at == last(session).created_at


def test_a_customer_with_another_open_session_is_served_there(carla: User, sam: User) -> None:
    old = cast.cancelled(carla)
    cast.pending(carla)
    assert "another open session" in refused(NotPossible, queue.requeue, old.pk, by=sam, reason="Please.")


def test_a_reason_is_needed(carla: User, sam: User) -> None:
    assert refused(NotPossible, queue.requeue, cast.cancelled(carla).pk, by=sam, reason="") == "Please give a reason."


@pytest.mark.parametrize("who", ["carla", "max", "will"])
def test_only_staff_can(who: str, carla: User, max: User, will: User, sam: User, request: pytest.FixtureRequest) -> None:
    session = cast.cancelled(carla)
    refused(NotYours, queue.requeue, session.pk, by=request.getfixturevalue(who), reason="Please.")
    assert queue.requeue(session.pk, by=sam, reason="Please.").status == "pending"


def test_what_is_in_the_queue_held_or_completed_is_not_requeued(carla: User, colin: User, max: User, sam: User) -> None:
    assert "in the queue" in refused(NotPossible, queue.requeue, cast.pending(carla).pk, by=sam, reason="Please.")
    assert refused(NotPossible, queue.requeue, cast.completed(colin, max).pk, by=sam, reason="Please.") == "This session is completed."
