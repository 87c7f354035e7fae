"""decline: one mechanic's no, which moves nothing."""

import pytest
from django.http import Http404

from accounts_app.models import User
from lifecycle import people, queue
from lifecycle.tests.told import now, refused, timeline, to
from mechanichub.errors import NotPossible, NotYours
from requests_app import matching
from tests import cast


def test_it_leaves_the_session_in_the_queue_and_the_others_alone(carla: User, max: User, nora: User) -> None:
    session = cast.pending(carla)
    offer = queue.decline(session.pk, by=max, reason="  Not my make.  ")
    assert offer.decline_reason == "Not my make."
    assert offer.declined_at is not None
    assert timeline(session) == [("submit", "", "pending", "Carla")]
    assert not matching.open_to(max.mechanic).exists() and matching.open_to(nora.mechanic).exists()


def test_a_reason_is_needed(carla: User, max: User) -> None:
    session = cast.pending(carla)
    assert refused(NotPossible, queue.decline, session.pk, by=max, reason=" ") == "Please give a reason."


def test_a_long_reason_is_cut(carla: User, max: User) -> None:
    assert len(queue.decline(cast.pending(carla).pk, by=max, reason="x" * 1000).decline_reason) == 300


def test_in_the_preferred_mechanics_window_it_opens_the_request_to_the_others(carla: User, max: User, nora: User, heard) -> None:
    session = cast.pending(carla, preferred_mechanic_id=max.pk)
    with heard() as said:
        queue.decline(session.pk, by=max, reason="On holiday.")
    assert now(session).request.window_ends_at is None
    assert "queue.duty" in to("html", said)
    assert queue.accept(session.pk, by=nora).status == "waiting"


def test_what_one_has_is_released_and_not_declined(carla: User, max: User) -> None:
    session = cast.waiting(carla, max)
    assert "Release it instead" in refused(NotPossible, queue.decline, session.pk, by=max, reason="No.")


def test_what_is_taken_cannot_be_declined_any_more(carla: User, max: User, nora: User) -> None:
    assert "taken by Max" in refused(NotPossible, queue.decline, cast.waiting(carla, max).pk, by=nora, reason="No.")


def test_twice_is_refused_in_words(carla: User, max: User) -> None:
    session = cast.pending(carla)
    queue.decline(session.pk, by=max, reason="No.")
    assert refused(NotPossible, queue.decline, session.pk, by=max, reason="No!") == "You declined this request."


def test_customers_staff_and_unapproved_mechanics_cannot(carla: User, sam: User, oscar: User, max: User) -> None:
    session = cast.pending(carla)
    for who in (carla, sam, oscar):
        refused(NotYours, queue.decline, session.pk, by=who, reason="No.")
    queue.decline(session.pk, by=max, reason="No.")


def test_what_was_never_open_to_one_is_not_found(carla: User, max: User) -> None:
    session = cast.pending(carla, requested_brand="bmw")
    with pytest.raises(Http404):
        queue.decline(session.pk, by=max, reason="No.")


def test_declined_stays_declined_when_it_is_unattended(carla: User, max: User, nora: User) -> None:
    session = cast.pending(carla)
    queue.decline(session.pk, by=max, reason="No.")
    queue.escalate(session.pk)
    assert not matching.open_to(max.mechanic).exists() and matching.open_to(nora.mechanic).exists()


def test_off_duty_one_declines_what_is_unattended(carla: User, max: User) -> None:
    session = queue.escalate(cast.pending(carla).pk)
    off = cast.fresh(people.set_duty(max.pk, by=max, on=False).user)
    assert queue.decline(session.pk, by=off, reason="Asleep.").declined_at
