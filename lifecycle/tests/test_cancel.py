"""cancel: the end of a session that has not started."""

import pytest

from accounts_app.models import User
from lifecycle import queue, room
from lifecycle.tests.told import last, now, refused, seat, timeline, to
from mechanichub.errors import NotPossible, NotYours
from tests import cast


def test_the_customer_takes_his_call_back_and_the_card_comes_down(carla: User, heard) -> None:
    session = cast.pending(carla)
    with heard() as said:
        queue.cancel(session.pk, by=carla, reason=" It started again. ")
    assert (now(session).status, now(session).cancel_reason) == ("cancelled", "It started again.")
    assert now(session).ended_at == last(session).created_at
    assert timeline(session)[-1] == ("cancel", "pending", "cancelled", "Carla")
    (gone,) = (each for each in said if each.kind == "gone")
    assert (gone.payload["id"], gone.payload["text"]) == (f"request-{session.pk}", "Cancelled")


def test_before_the_payment(carla: User, heard) -> None:
    session = queue.submit(cast.submission(plan_code="quick"), by=carla)
    with heard() as said:
        queue.cancel(session.pk, by=carla, reason="Too dear.")
    assert now(session).status == "cancelled" and now(session).queued_at is None
    assert to("gone", said) == set()


def test_when_nobody_came(carla: User) -> None:
    assert queue.cancel(queue.escalate(cast.pending(carla).pk).pk, by=carla, reason="Enough.").status == "cancelled"


def test_while_the_mechanic_is_on_his_way_it_frees_his_place_and_ends_his_part(carla: User, colin: User, max: User, heard) -> None:
    session = cast.waiting(carla, max, plan_code="video")
    with heard() as said:
        queue.cancel(session.pk, by=carla, reason="It started again.")
    assert (now(session).mechanic_id, now(session).place) == (max.pk, None)
    assert seat(session, max).until == now(session).ended_at
    assert f"mechanic.{max.pk}" in to("changed", said)
    refused(NotYours, room.enter, session.pk, by=max)
    assert cast.waiting(colin, max, plan_code="video").status == "waiting"


def test_when_the_specialists_window_runs_his_board_is_cleared_too(carla: User, max: User, heard) -> None:
    session = cast.pending(carla, preferred_mechanic_id=max.pk)
    with heard() as said:
        queue.cancel(session.pk, by=carla, reason="It started again.")
    assert f"queue.mechanic.{max.pk}" in to("gone", said)


def test_a_live_session_cannot_be_cancelled(carla: User, max: User, sam: User) -> None:
    session = cast.live(carla, max)
    assert "is live with Max" in refused(NotPossible, queue.cancel, session.pk, by=carla, reason="No.")
    assert "is live with Max" in refused(NotPossible, queue.cancel, session.pk, by=sam, reason="No.")


def test_twice_is_refused_and_keeps_the_first_reason(carla: User) -> None:
    session = cast.cancelled(carla)
    assert refused(NotPossible, queue.cancel, session.pk, by=carla, reason="No.") == "This session was cancelled: It started again."


def test_what_is_completed_stays_completed(carla: User, max: User) -> None:
    assert refused(NotPossible, queue.cancel, cast.completed(carla, max).pk, by=carla, reason="No.") == "This session is completed."


def test_a_reason_is_needed(carla: User) -> None:
    assert refused(NotPossible, queue.cancel, cast.pending(carla).pk, by=carla, reason="") == "Please give a reason."


@pytest.mark.parametrize("who", ["carla", "sam", None])
def test_customer_staff_and_the_system_can(who: str | None, carla: User, sam: User, request: pytest.FixtureRequest) -> None:
    by = request.getfixturevalue(who) if who else None
    assert queue.cancel(cast.pending(carla).pk, by=by, reason="No.").status == "cancelled"


@pytest.mark.parametrize("who", ["colin", "max", "nora", "will", "oscar"])
def test_other_people_and_mechanics_cannot(
    who: str, carla: User, colin: User, max: User, nora: User, will: User, oscar: User, request: pytest.FixtureRequest
) -> None:
    refused(NotYours, queue.cancel, cast.waiting(carla, max).pk, by=request.getfixturevalue(who), reason="No.")
