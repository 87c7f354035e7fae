"""release: back to the queue, at the old place there."""

import pytest

from accounts_app.models import User
from lifecycle import queue, room
from lifecycle.tests.told import ESCALATES, WINDOW, last, now, refused, seat, timeline, to
from mechanichub.errors import NotPossible, NotYours
from requests_app import matching
from tests import cast


def test_it_is_in_the_queue_again_at_its_old_place_with_new_clocks(carla: User, max: User, heard) -> None:
    session = cast.waiting(carla, max)
    with heard() as said:
        queue.release(session.pk, by=max, reason="My own car broke down.")
    released = now(session)
    assert (released.status, released.mechanic, released.place, released.accepted_at) == ("pending", None, None, None)
    assert released.queued_at == session.queued_at
    assert released.request.expires_at == last(session).created_at + ESCALATES
    assert timeline(session)[-1] == ("release", "waiting", "pending", "Max")
    assert last(session).data == {"mechanic": str(max.pk)}
    assert "queue.duty" in to("html", said)


def test_the_mechanic_leaves_the_room_and_is_told(carla: User, max: User, heard) -> None:
    session = cast.waiting(carla, max)
    with heard() as said:
        queue.release(session.pk, by=max, reason="No.")
    assert seat(session, max).until == last(session).created_at
    assert f"mechanic.{max.pk}" in to("changed", said)
    refused(NotYours, room.enter, session.pk, by=max)
    assert seat(session, carla).until is None


def test_his_place_is_free_again(carla: User, colin: User, max: User) -> None:
    queue.release(cast.waiting(carla, max, plan_code="video").pk, by=max, reason="No.")
    assert cast.waiting(colin, max, plan_code="video").status == "waiting"


def test_others_take_it_then(carla: User, max: User, nora: User) -> None:
    session = cast.waiting(carla, max)
    queue.release(session.pk, by=max, reason="No.")
    assert queue.accept(session.pk, by=nora).status == "waiting"


def test_the_preferred_mechanic_who_gives_it_back_is_not_asked_alone_again(carla: User, max: User, nora: User) -> None:
    session = cast.waiting(carla, max, preferred_mechanic_id=max.pk)
    queue.release(session.pk, by=max, reason="No.")
    assert now(session).request.window_ends_at is None, "the customer would wait ten minutes more for somebody who said no"
    assert queue.accept(session.pk, by=nora).status == "waiting"


def test_a_preferred_mechanic_who_declined_is_not_waited_for_when_another_one_gives_it_back(carla: User, max: User, nora: User) -> None:
    session = cast.pending(carla, preferred_mechanic_id=max.pk)
    assert now(session).request.window_ends_at == session.queued_at + WINDOW, "needs a window for this to mean anything"
    queue.decline(session.pk, by=max, reason="No.")
    queue.accept(session.pk, by=nora)
    queue.release(session.pk, by=nora, reason="No.")
    assert matching.eligible_for(now(session).request).exists(), "nobody at all would see it"


@pytest.mark.parametrize("who", ["max", "will", "sam"])
def test_its_mechanic_the_owner_of_his_workshop_and_staff_can(
    who: str, carla: User, max: User, will: User, sam: User, request: pytest.FixtureRequest
) -> None:
    session = cast.waiting(carla, max)
    assert queue.release(session.pk, by=request.getfixturevalue(who), reason="No.").status == "pending"


def test_the_system_can(carla: User, max: User) -> None:
    assert queue.release(cast.waiting(carla, max).pk, by=None).status == "pending"


@pytest.mark.parametrize("who", ["carla", "nora", "oscar"])
def test_the_customer_and_other_mechanics_cannot(
    who: str, carla: User, max: User, nora: User, oscar: User, request: pytest.FixtureRequest
) -> None:
    refused(NotYours, queue.release, cast.waiting(carla, max).pk, by=request.getfixturevalue(who), reason="No.")


def test_the_owner_of_another_workshop_cannot(carla: User, nora: User, will: User) -> None:
    refused(NotYours, queue.release, cast.waiting(carla, nora).pk, by=will, reason="No.")


def test_after_the_start_there_is_no_way_back(carla: User, max: User) -> None:
    assert "is live with Max" in refused(NotPossible, queue.release, cast.live(carla, max).pk, by=max, reason="No.")


def test_twice_is_once(carla: User, max: User) -> None:
    session = cast.waiting(carla, max)
    queue.release(session.pk, by=max, reason="No.")
    refused(NotYours, queue.release, session.pk, by=max, reason="No.")
    assert refused(NotPossible, queue.release, session.pk, by=None) == "This session is in the queue; no mechanic has taken it."
