"""assign: staff give a session to a mechanic."""

import pytest

from accounts_app.models import User
from lifecycle import people, queue, room
from lifecycle.tests.told import last, now, refused, seat, timeline, to
from mechanichub.errors import NotPossible, NotYours
from tests import cast


def assign(session, mechanic: User, by: User, reason: str = "He knows it.") -> None:
    return queue.assign(session.pk, by=by, mechanic_id=mechanic.pk, reason=reason)


def test_from_the_queue_it_is_like_an_accept_and_the_card_comes_down(carla: User, max: User, sam: User, heard) -> None:
    session = cast.pending(carla)
    with heard() as said:
        assign(session, max, sam)
    assert (now(session).status, now(session).mechanic_id, now(session).place.kind) == ("waiting", max.pk, "chat")
    assert timeline(session)[-1] == ("assign", "pending", "waiting", "Sam")
    assert (last(session).reason, last(session).data) == ("He knows it.", {"mechanic": str(max.pk)})
    assert [each.payload["text"] for each in said if each.kind == "gone"] == ["Taken by Max"]


def test_unattended_sessions_too(carla: User, max: User, sam: User) -> None:
    assert assign(queue.escalate(cast.pending(carla).pk), max, sam).status == "waiting"


def test_from_one_mechanic_to_another(carla: User, max: User, nora: User, sam: User, heard) -> None:
    session = cast.waiting(carla, max)
    with heard() as said:
        assign(session, nora, sam)
    assert (now(session).mechanic_id, now(session).place.mechanic_id) == (nora.pk, nora.pk)
    assert seat(session, max).until == now(session).accepted_at and seat(session, nora).until is None
    assert {f"mechanic.{max.pk}", f"mechanic.{nora.pk}"} <= to("changed", said), "he who lost it must see that, too"
    assert to("gone", said) == set(), "it was on nobody's board"


def test_a_live_session_waits_again_and_the_new_mechanic_joins(carla: User, max: User, nora: User, sam: User) -> None:
    session = cast.live(carla, max)
    assign(session, nora, sam)
    assert (now(session).status, now(session).started_at) == ("waiting", None)
    assert room.enter(session.pk, by=nora).status == "live"
    refused(NotYours, room.enter, session.pk, by=max)


def test_the_old_place_is_free_again(carla: User, colin: User, max: User, nora: User, sam: User) -> None:
    assign(cast.waiting(carla, max, plan_code="video"), nora, sam)
    assert cast.waiting(colin, max, plan_code="video").status == "waiting"


def test_and_back_to_the_first_one(carla: User, max: User, nora: User, sam: User) -> None:
    session = cast.waiting(carla, max)
    assign(session, nora, sam)
    assign(session, max, sam)
    assert now(session).mechanic_id == max.pk
    assert (seat(session, max).until, seat(session, nora).until is None) == (None, False)


def test_a_reason_is_needed(carla: User, max: User, sam: User) -> None:
    assert refused(NotPossible, assign, cast.pending(carla), max, sam, reason=" \n") == "Please give a reason."


def test_who_has_it_already_is_not_given_it_again(carla: User, max: User, sam: User) -> None:
    assert refused(NotPossible, assign, cast.waiting(carla, max), max, sam) == "Max already has this session."


def test_who_is_full_gets_nothing(carla: User, colin: User, max: User, sam: User) -> None:
    cast.waiting(carla, max, plan_code="video")
    assert "already have a call" in refused(NotPossible, assign, cast.pending(colin, plan_code="video"), max, sam)


def test_somebody_who_may_not_work_gets_nothing(carla: User, oscar: User, max: User, sam: User) -> None:
    session = cast.pending(carla)
    refused(NotYours, assign, session, oscar, sam)
    refused(NotYours, assign, session, carla, sam)
    assert assign(session, max, sam).status == "waiting"


def test_off_duty_and_who_declined_may_be_asked_by_a_human(carla: User, max: User, sam: User) -> None:
    session = cast.pending(carla)
    queue.decline(session.pk, by=max, reason="No.")
    people.set_duty(max.pk, by=max, on=False)
    assert assign(session, max, sam).status == "waiting"


def test_nobody_is_given_his_own_request(carla: User, sam: User, max: User) -> None:
    session = cast.pending(carla)
    type(max.mechanic).objects.create(user=carla, display_name="Carla", brands=[])
    people.approve(carla.pk, by=sam)
    assert "own" in refused(NotPossible, assign, session, carla, sam)


@pytest.mark.parametrize("who", ["carla", "max", "nora", "will"])
def test_only_staff_can(who: str, carla: User, max: User, nora: User, will: User, sam: User, request: pytest.FixtureRequest) -> None:
    session = cast.waiting(carla, max)
    refused(NotYours, assign, session, nora, request.getfixturevalue(who))
    assert assign(session, nora, sam).status == "waiting"


def test_what_is_over_or_unpaid_cannot_be_assigned(carla: User, colin: User, max: User, sam: User) -> None:
    assert "completed" in refused(NotPossible, assign, cast.completed(carla, max), max, sam)
    unpaid = queue.submit(cast.submission(plan_code="quick"), by=colin)
    assert "payment" in refused(NotPossible, assign, unpaid, max, sam)
