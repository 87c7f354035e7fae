"""approve, suspend and the duty switch: who may work; and look, by which staff see what is not theirs."""

import threading

import pytest
from django.db import connection, transaction

from accounts_app.models import Mechanic, User
from lifecycle import people, queue, room
from lifecycle.people import Decision, Fate
from lifecycle.sweep import sweep
from lifecycle.tests.told import NO_SUCH_SESSION, last, now, refused, seat, timeline, to
from mechanichub.errors import NotPossible, NotYours
from requests_app import matching
from tests import cast


def test_an_approved_mechanic_gets_his_places_and_may_work(carla: User, oscar: User, sam: User) -> None:
    people.approve(oscar.pk, by=sam)
    assert sorted(oscar.mechanic.places.values_list("kind", "number")) == [("call", 1), ("chat", 1), ("chat", 2), ("chat", 3)]
    people.set_duty(oscar.pk, by=cast.fresh(oscar), on=True)
    assert queue.accept(cast.pending(carla).pk, by=cast.fresh(oscar)).status == "waiting"


def test_approved_again_after_a_suspension_he_has_the_same_places(max: User, sam: User) -> None:
    people.suspend(max.pk, by=sam, reason="Complaints.")
    people.approve(max.pk, by=sam)
    approved = Mechanic.objects.get(pk=max.pk)
    assert (approved.standing, approved.standing_reason, approved.places.count()) == ("approved", "", 4)


def test_nobody_is_approved_twice(max: User, sam: User) -> None:
    assert refused(NotPossible, people.approve, max.pk, by=sam) == "Max is approved already."


def test_only_staff_decide_who_may_work(oscar: User, max: User, nora: User, will: User, sam: User) -> None:
    for who in (oscar, nora, will):
        refused(NotYours, people.approve, oscar.pk, by=who)
        refused(NotYours, people.suspend, max.pk, by=who, reason="No.")
    assert people.approve(oscar.pk, by=sam).may_hold
    assert people.suspend(max.pk, by=sam, reason="No.").standing == "suspended"


def test_a_suspension_gives_waiting_sessions_back_to_the_queue(carla: User, max: User, nora: User, sam: User, heard) -> None:
    session = cast.waiting(carla, max)
    with heard() as said:
        people.suspend(max.pk, by=sam, reason="Complaints.")
    suspended = Mechanic.objects.get(pk=max.pk)
    assert (suspended.standing, suspended.standing_reason, suspended.on_duty, suspended.may_hold) == (
        "suspended",
        "Complaints.",
        False,
        False,
    )
    assert timeline(session)[-1] == ("release", "waiting", "pending", "Sam")
    assert "Complaints." in last(session).reason
    assert seat(session, max).until is not None
    assert f"person.{max.pk}" in to("check", said), "his sockets must be closed"
    assert queue.accept(session.pk, by=nora).status == "waiting"


def test_a_live_session_must_be_dealt_with_first(carla: User, max: User, nora: User, sam: User) -> None:
    session = cast.live(carla, max)
    assert "is live with a customer" in refused(NotPossible, people.suspend, max.pk, by=sam, reason="Complaints.")
    queue.assign(session.pk, by=sam, mechanic_id=nora.pk, reason="Max goes.")
    assert people.suspend(max.pk, by=sam, reason="Complaints.").standing == "suspended"


def test_a_live_session_beside_a_waiting_one_leaves_both_as_they_are(carla: User, colin: User, max: User, sam: User) -> None:
    waiting, live = cast.waiting(carla, max), cast.live(colin, max)
    refused(NotPossible, people.suspend, max.pk, by=sam, reason="Complaints.")
    assert (now(waiting).status, now(live).status, Mechanic.objects.get(pk=max.pk).standing) == ("waiting", "live", "approved")


def test_a_suspension_needs_a_reason(max: User, sam: User) -> None:
    assert refused(NotPossible, people.suspend, max.pk, by=sam, reason=" ") == "Please give a reason."


def test_an_application_is_turned_down_the_same_way(oscar: User, sam: User) -> None:
    assert people.suspend(oscar.pk, by=sam, reason="No papers.").standing == "suspended"


@pytest.mark.django_db(transaction=True)
def test_a_suspension_that_waited_does_not_take_a_session_from_somebody_else(carla: User, max: User, nora: User, sam: User) -> None:
    """While the suspension of Max waits for the session's row, the session goes over to Nora."""
    session = cast.waiting(carla, max)
    outcome: list[str] = []

    def suspend() -> None:
        outcome.append(people.suspend(max.pk, by=sam, reason="Complaints.").standing)
        connection.close()

    waits = threading.Thread(target=suspend)
    with transaction.atomic():
        queue.release(session.pk, by=max, reason="No.")
        queue.accept(session.pk, by=nora)
        waits.start()
        wait_for_a_lock()
    waits.join(20)
    assert outcome == ["suspended"]
    assert (now(session).status, now(session).mechanic_id) == ("waiting", nora.pk)


def wait_for_a_lock() -> None:
    """Returns when another connection waits for a row that we hold."""
    for _attempt in range(2000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits: the test needs that to mean anything")


def test_the_duty_switch_opens_and_closes_the_queue(carla: User, max: User, heard) -> None:
    cast.pending(carla)
    with heard() as said:
        people.set_duty(max.pk, by=max, on=False)
    assert f"person.{max.pk}" in to("check", said), "his sockets listen to other groups from now on"
    assert not matching.open_to(cast.fresh(max).mechanic).exists()
    people.set_duty(max.pk, by=max, on=True)
    assert matching.open_to(cast.fresh(max).mechanic).exists()


def test_nobody_switches_it_for_another_one(max: User, nora: User, sam: User, will: User) -> None:
    for who in (nora, sam, will):
        refused(NotYours, people.set_duty, max.pk, by=who, on=False)


def test_only_an_approved_mechanic_is_on_duty(oscar: User, max: User, sam: User) -> None:
    refused(NotYours, people.set_duty, oscar.pk, by=oscar, on=True)
    people.suspend(max.pk, by=sam, reason="Complaints.")
    refused(NotYours, people.set_duty, max.pk, by=cast.fresh(max), on=True)


def test_a_look_into_a_session_is_on_its_timeline_with_its_reason(carla: User, max: User, sam: User) -> None:
    session = cast.completed(carla, max)
    room.look(session.pk, by=sam, reason="Complaint 17.")
    assert timeline(session)[-1] == ("looked_at", "completed", "completed", "Sam")
    assert last(session).reason == "Complaint 17."
    assert now(session).version == last(session).number


def test_the_moves_go_on_after_a_look(carla: User, max: User, sam: User) -> None:
    session = cast.pending(carla)
    room.look(session.pk, by=sam, reason="Why is it still here?")
    assert queue.accept(session.pk, by=max).status == "waiting"


def test_a_look_needs_staff_and_a_reason(carla: User, max: User, sam: User) -> None:
    session = cast.pending(carla)
    for who in (carla, max):
        refused(NotYours, room.look, session.pk, by=who, reason="Curious.")
    assert refused(NotPossible, room.look, session.pk, by=sam, reason="") == "Please give a reason."


def test_somebody_who_is_no_mechanic_cannot_be_approved_or_suspended(carla: User, sam: User) -> None:
    for verb in (people.approve, people.suspend):
        with pytest.raises(Mechanic.DoesNotExist):
            verb(NO_SUCH_SESSION, by=sam, **({"reason": "x"} if verb is people.suspend else {}))


# --- a suspension that decides about live sessions -------------------------------------------------


def test_a_live_session_may_be_finished_and_then_the_suspension_takes_effect(
    carla: User, colin: User, max: User, nora: User, sam: User
) -> None:
    session, other = cast.live(carla, max), cast.waiting(colin, max)
    mechanic = people.suspend(max.pk, by=sam, reason="Complaints.", live={session.pk: Decision(Fate.FINISH)})
    assert (mechanic.standing, mechanic.leaves_because, mechanic.on_duty) == ("approved", "Complaints.", False)
    assert (now(session).status, now(other).status) == ("live", "pending")
    max = cast.fresh(max)
    assert not matching.open_to(max.mechanic).exists() and not matching.eligible_for(other.request).filter(pk=max.pk).exists()
    refused(NotYours, queue.accept, other.pk, by=max)
    refused(NotYours, queue.assign, other.pk, by=sam, mechanic_id=max.pk, reason="He knows it.")
    refused(NotYours, people.set_duty, max.pk, by=max, on=True)
    assert sweep() == {}
    cast.an_hour_passes(session)
    room.complete(session.pk, by=max, report=room.ReportData(**cast.REPORT))
    assert sweep() == {"leaving": 1} and sweep() == {}
    mechanic = Mechanic.objects.get(pk=max.pk)
    assert (mechanic.standing, mechanic.standing_reason, mechanic.leaves_because) == ("suspended", "Complaints.", "")


def test_whoever_is_leaving_can_be_kept_or_shut_out_at_once(carla: User, max: User, sam: User) -> None:
    session = cast.live(carla, max)
    people.suspend(max.pk, by=sam, reason="Complaints.", live={session.pk: Decision(Fate.FINISH)})
    assert people.approve(max.pk, by=sam).may_take and not people.leave(max.pk)
    people.suspend(max.pk, by=sam, reason="Complaints.", live={session.pk: Decision(Fate.FINISH)})
    people.suspend(max.pk, by=sam, reason="More complaints.", live={session.pk: Decision(Fate.BREAK_OFF)})
    assert (Mechanic.objects.get(pk=max.pk).standing, now(session).status) == ("suspended", "cancelled")
    assert "complaints" not in now(session).cancel_reason.lower(), "that is between the mechanic and the team"


def test_a_live_session_is_handed_to_another_mechanic(carla: User, max: User, nora: User, sam: User) -> None:
    session = cast.live(carla, max)
    people.suspend(max.pk, by=sam, reason="Complaints.", live={session.pk: Decision(Fate.HAND_OVER, nora.pk)})
    assert (now(session).status, now(session).mechanic_id) == ("waiting", nora.pk)
    assert Mechanic.objects.get(pk=max.pk).standing == "suspended"


def test_when_one_session_cannot_go_where_it_should_nothing_happens(carla: User, colin: User, max: User, nora: User, sam: User) -> None:
    call, waiting = cast.live(carla, max, plan_code="video"), cast.waiting(colin, max)
    cast.waiting(cast.person("Dana"), nora, plan_code="video")
    words = refused(NotPossible, people.suspend, max.pk, by=sam, reason="x", live={call.pk: Decision(Fate.HAND_OVER, nora.pk)})
    assert "call" in words
    assert (now(call).status, now(waiting).status) == ("live", "waiting")
    mechanic = Mechanic.objects.get(pk=max.pk)
    assert (mechanic.standing, mechanic.on_duty, mechanic.leaves_because) == ("approved", True, "")


def test_an_application_is_turned_down_once_and_may_be_approved_later(oscar: User, max: User, sam: User) -> None:
    refused(NotYours, people.turn_down, oscar.pk, by=max, reason="No papers.")
    people.turn_down(oscar.pk, by=sam, reason="No papers.")
    refused(NotPossible, people.turn_down, oscar.pk, by=sam, reason="No papers.")
    refused(NotPossible, people.turn_down, max.pk, by=sam, reason="No papers.")
    assert (Mechanic.objects.get(pk=oscar.pk).standing, oscar.mechanic.may_take) == ("declined", False)
    assert people.approve(oscar.pk, by=sam).may_take
