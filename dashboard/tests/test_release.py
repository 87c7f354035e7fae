"""Giving a session back before it has started."""

import pytest
from django.urls import reverse

from accounts_app.models import User
from dashboard.tests.board import HTMX, cards, link, signed_in, text_of
from lifecycle import people, queue
from sessions_app.models import Session
from tests import cast


def address(session: Session) -> str:
    return reverse("session-release", args=[session.pk])


def test_it_goes_back_to_the_queue_with_the_reason_on_its_timeline(max: User, nora: User, carla: User) -> None:
    session = cast.waiting(carla, max)
    response = signed_in(max).post(address(session), {"usual": "customer", "reason": "I waited four minutes"})
    assert (response.status_code, response["Location"]) == (303, reverse("mechanic-active"))
    session.refresh_from_db()
    assert (session.status, session.mechanic) == ("pending", None)
    assert session.events.get(kind="release").reason == "The customer does not come: I waited four minutes"
    assert str(session.pk) in cards(signed_in(nora).get(reverse("mechanic-incoming")))


def test_from_a_dialog_the_page_goes_on_to_the_list(max: User, carla: User) -> None:
    session = cast.waiting(carla, max)
    assert "hx-post" in text_of(signed_in(max).get(address(session), **HTMX))
    response = signed_in(max).post(address(session), {"usual": "time"}, **HTMX)
    assert response["HX-Redirect"] == reverse("mechanic-active")


@pytest.mark.parametrize("sent", [{}, {"usual": "other"}, {"usual": "boat"}, {"reason": "\0"}])
def test_without_a_reason_nothing_happens(max: User, carla: User, sent: dict) -> None:
    session = cast.waiting(carla, max)
    assert signed_in(max).post(address(session), sent).status_code == 422
    session.refresh_from_db()
    assert session.status == "waiting"


def test_a_session_that_has_started_cannot_be_released(max: User, carla: User) -> None:
    session = cast.live(carla, max)
    for response in (signed_in(max).get(address(session)), signed_in(max).post(address(session), {"usual": "time"})):
        assert response.status_code == 409
        assert "is live with Max" in text_of(response)
        assert link(response, "Back to Active") == reverse("mechanic-active")


def test_the_owner_of_the_workshop_and_staff_may_too(max: User, will: User, sam: User, carla: User, colin: User) -> None:
    for user, customer in ((will, carla), (sam, colin)):
        session = cast.waiting(customer, max)
        assert signed_in(user).post(address(session), {"usual": "time"}).status_code == 303
        session.refresh_from_db()
        assert session.status == "pending"


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_not(method: str, max: User, nora: User, oscar: User, carla: User, colin: User) -> None:
    session = cast.waiting(carla, max)

    def answer(user: User) -> int:
        return getattr(signed_in(user), method)(address(session), {"usual": "time"}).status_code

    assert [answer(user) for user in (nora, colin)] == [404, 404]
    assert [answer(user) for user in (carla, oscar)] == [403, 403]
    session.refresh_from_db()
    assert session.status == "waiting"


def test_a_former_and_a_suspended_mechanic_may_not(max: User, nora: User, sam: User, carla: User) -> None:
    session = queue.release(cast.waiting(carla, max).pk, by=max, reason="later")
    queue.accept(session.pk, by=nora)
    assert signed_in(max).post(address(session), {"usual": "time"}).status_code == 403
    people.suspend(max.pk, by=sam, reason="x")
    assert signed_in(max).post(address(session), {"usual": "time"}).status_code == 403
