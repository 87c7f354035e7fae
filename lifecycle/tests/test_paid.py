"""paid: the gateway's word brings a session into the queue."""

import pytest
from django.http import Http404

from accounts_app.models import User
from lifecycle import queue
from lifecycle.tests.told import ESCALATES, NO_SUCH_SESSION, WINDOW, last, now, refused, timeline, to
from mechanichub.errors import NotPossible, NotYours
from tests import cast


def test_a_paid_session_enters_the_queue_and_its_clock_starts_now(carla: User, heard) -> None:
    session = queue.submit(cast.submission(plan_code="quick"), by=carla)
    with heard() as said:
        queue.paid(session.pk, reference="demo-1")
    assert now(session).status == "pending"
    assert timeline(session) == [("submit", "", "awaiting_payment", "Carla"), ("paid", "awaiting_payment", "pending", "system")]
    assert last(session).data == {"reference": "demo-1"}
    assert now(session).queued_at >= session.created_at
    assert now(session).request.expires_at == now(session).queued_at + ESCALATES
    assert to("html", said) == {"queue.duty"}
    assert {f"customer.{carla.pk}", f"session.{session.pk}"} <= to("changed", said)


def test_the_preferred_mechanics_window_starts_with_the_payment(carla: User, max: User) -> None:
    session = queue.submit(cast.submission(plan_code="quick", preferred_mechanic_id=max.pk), by=carla)
    assert session.request.window_ends_at is None
    queue.paid(session.pk)
    assert now(session).request.window_ends_at == now(session).queued_at + WINDOW


def test_said_twice_it_is_done_once(carla: User) -> None:
    session = queue.submit(cast.submission(plan_code="quick"), by=carla)
    queue.paid(session.pk)
    first = now(session)
    assert queue.paid(session.pk).pk == session.pk
    assert (now(session).version, now(session).queued_at) == (first.version, first.queued_at)


def test_said_again_late_it_takes_nothing_away_from_a_mechanic(carla: User, max: User) -> None:
    session = cast.waiting(carla, max, plan_code="quick")
    assert queue.paid(session.pk).status == "waiting"


@pytest.mark.parametrize("who", ["carla", "max", "sam"])
def test_nobody_but_the_gateway_can_say_it(who: str, carla: User, max: User, sam: User, request: pytest.FixtureRequest) -> None:
    session = queue.submit(cast.submission(plan_code="quick"), by=carla)
    refused(NotYours, queue.paid, session.pk, by=request.getfixturevalue(who))
    assert queue.paid(session.pk).status == "pending"


def test_a_cancelled_session_cannot_be_paid(carla: User) -> None:
    session = queue.submit(cast.submission(plan_code="quick"), by=carla)
    queue.cancel(session.pk, by=carla, reason="Too dear.")
    assert refused(NotPossible, queue.paid, session.pk) == "This session was cancelled: Too dear."


def test_what_is_not_there_cannot_be_paid(db: None) -> None:
    with pytest.raises(Http404):
        queue.paid(NO_SUCH_SESSION)
