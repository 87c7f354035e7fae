"""A session explains itself: what is the matter, in words, and what to do."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts_app.models import Mechanic, User
from lifecycle import people, queue, room
from lifecycle.diagnosis import Diagnosis, diagnose, lasted
from requests_app.models import SessionRequest
from sessions_app.models import Participant, Session
from tests import cast


def look(session: Session) -> Diagnosis:
    return diagnose(Session.objects.get(pk=session.pk))


def ago(**time: int):
    return timezone.now() - timedelta(**time)


def test_a_mechanic_who_does_not_come_is_to_give_it_back(carla: User, max: User) -> None:
    session = cast.waiting(carla, max)
    Session.objects.filter(pk=session.pk).update(queued_at=ago(minutes=20), accepted_at=ago(minutes=12))
    Mechanic.objects.filter(pk=max.pk).update(last_seen_at=ago(minutes=9))
    found = look(session)
    assert found.suggested == "release"
    assert str(found).startswith("Waiting for 12 min: Max accepted at ")
    assert "and has not opened the room. Max's last sign of life was 9 min ago." in str(found)
    assert "It should have gone back by itself at" in str(found), "the sweep is overdue, and that is said too"
    assert str(found).endswith("Suggested: release to the queue.")


def test_a_customer_who_does_not_come_is_waited_for(carla: User, max: User) -> None:
    session = cast.waiting(carla, max)
    room.enter(session.pk, by=max)
    found = look(session)
    assert found.is_well
    assert "Carla has not been in the room since. It is cancelled by itself at" in str(found)


def test_two_who_missed_each_other_are_noticed(carla: User, max: User) -> None:
    session = cast.waiting(carla, max)
    room.enter(session.pk, by=max)
    Session.objects.filter(pk=session.pk).update(queued_at=ago(minutes=40), accepted_at=ago(minutes=30))
    Participant.objects.filter(session=session).update(last_seen_at=ago(minutes=8))
    found = look(session)
    assert found.suggested == "release"
    assert "never at the same time" in found.why


def test_a_fresh_request_needs_nothing(carla: User, max: User, nora: User) -> None:
    session = cast.pending(carla)
    queue.decline(session.pk, by=nora, reason="Too far away.")
    found = look(session)
    assert found.is_well
    assert "1 mechanic can take it now. Declined by Nora (Too far away.)." in str(found)


def test_a_request_that_nobody_can_take_is_to_be_assigned(carla: User, max: User) -> None:
    session = cast.pending(carla)
    people.set_duty(max.pk, by=max, on=False)
    found = look(session)
    assert found.suggested == "assign"
    assert "No mechanic can take it now." in str(found)


def test_a_sweep_that_does_not_come_is_told(carla: User, max: User) -> None:
    session = cast.pending(carla)
    SessionRequest.objects.filter(pk=session.pk).update(expires_at=ago(minutes=10))
    assert "look first whether a worker runs" in look(session).why


def test_an_unattended_one_is_to_be_assigned(carla: User, max: User) -> None:
    session = cast.pending(carla)
    SessionRequest.objects.filter(pk=session.pk).update(expires_at=ago(minutes=1))
    queue.escalate(session.pk)
    found = look(session)
    assert found.suggested == "assign"
    assert found.why == "Suggested: assign it by hand, and tell Carla."


@pytest.mark.parametrize(("minutes", "move"), [(8, "complete"), (2, "")])
def test_a_live_one_that_both_left_is_to_be_ended(carla: User, max: User, minutes: int, move: str) -> None:
    session = cast.live(carla, max)
    Session.objects.filter(pk=session.pk).update(queued_at=ago(hours=1), accepted_at=ago(hours=1), started_at=ago(minutes=20))
    Participant.objects.filter(session=session).update(last_seen_at=ago(minutes=minutes))
    assert look(session).suggested == move


def test_an_unpaid_one_says_until_when(carla: User) -> None:
    found = look(queue.submit(cast.submission(plan_code="video"), by=carla))
    assert "Carla has not paid 29.99 USD yet. It is cancelled by itself at" in str(found)


def test_an_ended_one_says_how(carla: User, colin: User, max: User) -> None:
    assert "There is a report." in str(look(cast.completed(carla, max)))
    assert "by Colin Example: It started again." in str(look(cast.cancelled(colin)))


def test_times_are_told_in_two_units() -> None:
    now = timezone.now()
    told = [lasted(now - timedelta(minutes=minutes), now) for minutes in (0, 12, 185, 3000)]
    assert told == ["0 min", "12 min", "3 h 5 min", "2 d 2 h"]


def test_the_command_finds_it_by_the_first_characters(carla: User, max: User) -> None:
    session, said = cast.waiting(carla, max), StringIO()
    call_command("explain_session", str(session.pk)[:8], stdout=said, no_color=True)
    assert str(session.pk) in said.getvalue()
    assert "Max Example took the request." in said.getvalue()


@pytest.mark.parametrize(("given", "words"), [("abc", "at least 4"), ("ffffffff", "There is no session")])
def test_the_command_says_what_it_cannot_find(db: None, given: str, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("explain_session", given)
