"""enter and start: two signs of life make a live session."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.http import Http404
from django.utils import timezone

from accounts_app.models import User
from lifecycle import queue, room
from lifecycle.tests.told import NO_SUCH_SESSION, now, refused, seat, timeline, to
from mechanichub.errors import NotPossible, NotYours
from sessions_app.models import Session
from tests import cast


def seen(session: Session, person: User, seconds_ago: float) -> None:
    """The last sign of life of this person was so long ago."""
    at = timezone.now() - timedelta(seconds=seconds_ago)
    session.participants.filter(user=person).update(joined_at=at, last_seen_at=at)


def test_when_the_second_one_joins_it_starts(carla: User, max: User) -> None:
    session = cast.waiting(carla, max)
    assert room.enter(session.pk, by=carla).status == "waiting"
    assert room.enter(session.pk, by=max).status == "live"
    assert now(session).started_at >= now(session).accepted_at
    assert timeline(session)[-1] == ("start", "waiting", "live", "Max")


def test_it_does_not_matter_who_is_first(carla: User, max: User) -> None:
    session = cast.waiting(carla, max)
    room.enter(session.pk, by=max)
    assert room.enter(session.pk, by=carla).status == "live"


def test_a_customer_who_waits_in_the_room_already_is_there_when_the_mechanic_comes(carla: User, max: User) -> None:
    session = cast.pending(carla)
    assert room.enter(session.pk, by=carla).status == "pending"
    queue.accept(session.pk, by=max)
    assert room.enter(session.pk, by=max).status == "live"


@pytest.mark.parametrize(("seconds_ago", "status"), [(settings.PRESENT_FOR - 5, "live"), (settings.PRESENT_FOR + 5, "waiting")])
def test_somebody_who_left_is_not_there(carla: User, max: User, seconds_ago: float, status: str) -> None:
    session = cast.waiting(carla, max)
    seen(session, carla, seconds_ago)
    assert room.enter(session.pk, by=max).status == status


def test_and_when_he_comes_back_it_starts(carla: User, max: User) -> None:
    session = cast.waiting(carla, max)
    seen(session, carla, 300)
    room.enter(session.pk, by=max)
    assert room.enter(session.pk, by=carla).status == "live"


def test_the_first_sign_is_the_joining_and_the_later_ones_move_the_last(carla: User, max: User) -> None:
    session = cast.waiting(carla, max)
    room.enter(session.pk, by=max)
    joined = seat(session, max).joined_at
    seen(session, max, 10)
    session.participants.filter(user=max).update(joined_at=joined)
    room.enter(session.pk, by=max)
    assert seat(session, max).joined_at == joined < seat(session, max).last_seen_at


def test_joining_is_told_and_a_sign_of_life_is_not(carla: User, max: User, heard) -> None:
    session = cast.waiting(carla, max)
    with heard() as said:
        room.enter(session.pk, by=carla)
    assert {f"session.{session.pk}", f"mechanic.{max.pk}"} <= to("changed", said)
    with heard() as said:
        room.enter(session.pk, by=carla)
    assert said == []


def test_a_sign_of_life_in_a_live_or_ended_session_moves_nothing(carla: User, max: User) -> None:
    session = cast.live(carla, max)
    version = now(session).version
    room.enter(session.pk, by=max)
    room.enter(session.pk, by=carla)
    cast.an_hour_passes(session)
    room.complete(session.pk, by=max, report=room.ReportData(**cast.REPORT))
    assert room.enter(session.pk, by=carla).status == "completed"
    assert now(session).version == version + 1


@pytest.mark.parametrize("who", ["nora", "colin", "will", "sam", "oscar"])
def test_who_has_no_part_in_it_cannot(
    who: str, carla: User, max: User, nora: User, colin: User, will: User, sam: User, oscar: User, request: pytest.FixtureRequest
) -> None:
    session = cast.waiting(carla, max)
    assert "not part of this session" in refused(NotYours, room.enter, session.pk, by=request.getfixturevalue(who))
    assert room.enter(session.pk, by=max).status == "waiting"


def test_the_former_mechanic_cannot(carla: User, max: User, nora: User) -> None:
    session = cast.waiting(carla, max)
    queue.release(session.pk, by=max, reason="No.")
    refused(NotYours, room.enter, session.pk, by=max)
    queue.accept(session.pk, by=nora)
    refused(NotYours, room.enter, session.pk, by=max)
    assert room.enter(session.pk, by=nora).status == "waiting"


def test_the_presence_of_the_former_mechanic_starts_nothing(carla: User, max: User, nora: User) -> None:
    session = cast.waiting(carla, max)
    room.enter(session.pk, by=max)
    queue.release(session.pk, by=max, reason="No.")
    queue.accept(session.pk, by=nora)
    assert room.enter(session.pk, by=carla).status == "waiting"


def test_what_does_not_exist_is_not_found(carla: User) -> None:
    with pytest.raises(Http404):
        room.enter(NO_SUCH_SESSION, by=carla)


@pytest.mark.parametrize("who", ["carla", "max", None])
def test_start_by_hand_needs_both_in_the_room(who: str | None, carla: User, max: User, request: pytest.FixtureRequest) -> None:
    by = request.getfixturevalue(who) if who else None
    session = cast.waiting(carla, max)
    seen(session, carla, 1)
    assert "when both are in the room" in refused(NotPossible, room.start, session.pk, by=by)
    seen(session, max, 1)
    assert room.start(session.pk, by=by).status == "live"


@pytest.mark.parametrize("who", ["nora", "colin", "will", "sam"])
def test_nobody_else_starts_it(
    who: str, carla: User, max: User, nora: User, colin: User, will: User, sam: User, request: pytest.FixtureRequest
) -> None:
    session = cast.waiting(carla, max)
    seen(session, carla, 1)
    seen(session, max, 1)
    refused(NotYours, room.start, session.pk, by=request.getfixturevalue(who))


def test_it_starts_once(carla: User, max: User) -> None:
    assert "is live with Max" in refused(NotPossible, room.start, cast.live(carla, max).pk, by=max)
