"""What a move is said to do is what it then does."""

from datetime import timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts_app.models import Mechanic, User
from lifecycle import people, queue, room
from lifecycle.diagnosis import could_take
from lifecycle.preview import PREVIEWS, Preview, in_queue_again, preview
from mechanichub.errors import NotPossible
from requests_app import matching
from requests_app.models import SessionRequest
from sessions_app.models import Session
from sessions_app.moves import MOVES
from tests import cast

WHY = "Because of this test."
VERBS = {
    "release": lambda session, sam, other: queue.release(session.pk, by=sam, reason=WHY),
    "requeue": lambda session, sam, other: queue.requeue(session.pk, by=sam, reason=WHY),
    "assign": lambda session, sam, other: queue.assign(session.pk, by=sam, mechanic_id=other.pk, reason=WHY),
    "cancel": lambda session, sam, other: queue.cancel(session.pk, by=sam, reason=WHY),
    "abort": lambda session, sam, other: room.abort(session.pk, by=sam, reason=WHY),
    "complete": lambda session, sam, other: room.complete(session.pk, by=sam, report=None, reason=WHY),
}
STATES = {
    "pending": lambda carla, max: cast.pending(carla),
    "unattended": lambda carla, max: queue.escalate(cast.pending(carla).pk),
    "waiting": lambda carla, max: cast.waiting(carla, max),
    "live": lambda carla, max: cast.live(carla, max),
    "long live": lambda carla, max: aged(cast.live(carla, max)),
    "cancelled": lambda carla, max: cast.cancelled(carla),
}
EVERY = [(state, move) for state in STATES for move in VERBS if state.removeprefix("long ") in MOVES[move].sources]


def aged(session: Session) -> Session:
    cast.an_hour_passes(session)
    return session


def look(session: Session, move: str) -> Preview:
    return preview(Session.objects.get(pk=session.pk), move)


def test_every_move_of_staff_has_a_preview() -> None:
    by_staff = {name for name, move in MOVES.items() if "staff" in move.by} - {"submit"}
    assert by_staff == VERBS.keys() == PREVIEWS.keys() - {"look"}


@pytest.mark.parametrize(("state", "move"), EVERY)
def test_it_leads_where_it_says(sam: User, carla: User, max: User, nora: User, state: str, move: str) -> None:
    session = STATES[state](carla, max)
    told = look(session, move)
    moved = VERBS[move](session, sam, nora)
    assert not told.refused
    assert moved.status == told.to


@pytest.mark.parametrize(("state", "move"), [("waiting", "release"), ("cancelled", "requeue"), ("unattended", "requeue")])
def test_whoever_is_said_to_be_next_can_take_it_then(sam: User, carla: User, max: User, nora: User, state: str, move: str) -> None:
    session = Session.objects.get(pk=STATES[state](carla, max).pk)
    before = timezone.now()
    said = in_queue_again(session, before)
    expected, takers = set(matching.eligible_for(said)), could_take(said, besides=session.mechanic_id)
    assert f"{takers.count} mechanics can take it now." in preview(session, move).sentences
    assert Session.objects.get(pk=session.pk).status == state, "looking changes nothing"
    VERBS[move](session, sam, nora)
    request = SessionRequest.objects.select_related("session").get(pk=session.pk)
    assert set(matching.eligible_for(request)) == expected and could_take(request).count == takers.count == len(expected)
    assert request.session.queued_at == session.queued_at, "its old place"
    assert abs(request.expires_at - before - timedelta(minutes=15)) < timedelta(seconds=10)


def test_a_release_says_the_place_in_the_queue_and_who_could_take_it(carla: User, colin: User, max: User, nora: User) -> None:
    first, session = cast.pending(colin), cast.waiting(carla, max)
    Session.objects.filter(pk=first.pk).update(created_at=ago(20), queued_at=ago(20))
    Session.objects.filter(pk=session.pk).update(created_at=ago(12), queued_at=ago(12))
    told = str(look(session, "release"))
    assert told.startswith("Goes back to the queue at its old place: asked 12 min ago, 1 is before it.")
    assert "2 mechanics can take it now. Max is one of them." in told
    assert told.endswith("Max leaves the room and has the place free again. Carla is told at once.")


def ago(minutes: int):
    return timezone.now() - timedelta(minutes=minutes)


def test_a_mechanic_without_a_place_is_not_counted_until_the_move_frees_it(carla: User, colin: User, max: User) -> None:
    session = cast.waiting(carla, max, plan_code="video")  # the only place that Max has for a call
    other = cast.pending(colin, plan_code="video")
    assert not could_take(SessionRequest.objects.get(pk=other.pk)).count
    assert "1 mechanic can take it now." in look(session, "release").sentences


def test_without_anybody_on_duty_it_says_so(carla: User, max: User) -> None:
    session = cast.waiting(carla, max)
    people.set_duty(max.pk, by=max, on=False)
    told = look(session, "release").sentences
    assert "No mechanic can take it now." in told and not any("one of them" in each for each in told)


@pytest.mark.parametrize(
    ("plan", "is_paid", "words"),
    [
        ("free", True, "It was free, so there is nothing to pay back."),
        ("video", False, "It was not paid, so there is nothing to pay back."),
        ("video", True, "29.99 USD were paid. Nothing is paid back by itself"),
    ],
)
def test_a_cancellation_says_what_becomes_of_the_money(carla: User, plan: str, is_paid: bool, words: str) -> None:
    session = queue.submit(cast.submission(plan_code=plan), by=carla)
    if is_paid and session.price:
        queue.paid(session.pk)
    assert words in str(look(session, "cancel"))


def test_what_would_be_given_away_is_said(sam: User, carla: User) -> None:
    session = queue.submit(cast.submission(plan_code="video"), by=carla)
    queue.cancel(session.pk, by=carla, reason=WHY)
    told = str(look(session, "requeue"))
    assert told.startswith("Goes into the queue, behind all others. It was never paid: 29.99 USD would be given away.")
    assert queue.requeue(session.pk, by=sam, reason=WHY).status == "pending"


def test_a_preferred_mechanic_who_would_be_asked_alone_is_named(sam: User, carla: User, max: User, nora: User) -> None:
    session = queue.submit(cast.submission(plan_code="video", preferred_mechanic_id=max.pk), by=carla)
    queue.cancel(session.pk, by=carla, reason=WHY)
    assert "only Max is asked." in str(look(session, "requeue"))
    queue.requeue(session.pk, by=sam, reason=WHY)
    assert list(matching.eligible_for(SessionRequest.objects.get(pk=session.pk))) == [max.mechanic]


def test_a_refusal_is_known_before_it_is_tried(sam: User, carla: User, max: User) -> None:
    session = cast.cancelled(carla)
    cast.pending(carla)
    with pytest.raises(NotPossible) as refusal:
        queue.requeue(session.pk, by=sam, reason=WHY)
    assert look(session, "requeue").refused == refusal.value.detail


def test_nobody_to_assign_to_is_a_refusal(carla: User, max: User) -> None:
    session = cast.waiting(carla, max)
    assert look(session, "assign").refused == "No other mechanic has a free place for it."


@pytest.mark.parametrize(("state", "letters"), [("live", 0), ("long live", 1)])
def test_a_letter_is_announced_exactly_when_it_is_sent(sam: User, carla: User, max: User, state: str, letters: int) -> None:
    session = STATES[state](carla, max)
    told = str(look(session, "complete"))
    assert ("gets an e-mail" in told) == bool(letters)
    assert ("would count as cancelled" in told) == (not letters)
    room.complete(session.pk, by=sam, report=None, reason=WHY)
    assert ProcrastinateJob.objects.filter(task_name="mail_report").count() == letters


def test_a_place_is_free_again_where_it_says_so(sam: User, carla: User, max: User, nora: User) -> None:
    session = cast.live(carla, max)
    assert "Max has the place free again." in str(look(session, "abort"))
    free = Mechanic.objects.with_free_place("chat").get(pk=max.pk).free_places
    room.abort(session.pk, by=sam, reason=WHY)
    assert Mechanic.objects.with_free_place("chat").get(pk=max.pk).free_places == free + 1
