"""Calling a session off before it starts."""

import pytest

from lifecycle import queue
from sessions_app.tests.browsing import FRAGMENT, JSON, at, browser
from tests import cast

pytestmark = pytest.mark.django_db


def test_a_customer_cancels_with_one_of_the_usual_reasons(carla):
    session = cast.pending(carla)
    answer = browser(carla).post(at("session-cancel", session), {"usual": "slow"})
    assert answer.url == "/my/"
    session.refresh_from_db()
    assert (session.status, session.cancel_reason) == ("cancelled", "It takes too long")


def test_own_words_count_more_than_a_usual_reason(carla):
    session = cast.pending(carla)
    browser(carla).post(at("session-cancel", session), {"usual": "other", "reason": "The car was towed."})
    session.refresh_from_db()
    assert session.cancel_reason == "The car was towed."


@pytest.mark.parametrize(
    "wrong", [{}, {"usual": "", "reason": " "}, {"usual": "rude"}, {"reason": "a\x00b"}, {"reason": "x" * 301}, {"reason": "x" * 1_000_000}]
)
def test_a_reason_is_needed_and_has_to_be_one(wrong, carla):
    session = cast.pending(carla)
    answer = browser(carla).post(at("session-cancel", session), wrong)
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    session.refresh_from_db()
    assert session.status == "pending"


@pytest.mark.parametrize("state", ["unpaid", "pending", "unattended", "waiting"])
def test_it_can_be_cancelled_until_it_starts(state, carla, max):
    session = cast.waiting(carla, max) if state == "waiting" else queue.submit(cast.submission(plan_code="quick"), by=carla)
    if state in ("pending", "unattended"):
        queue.paid(session.pk)
    if state == "unattended":
        queue.escalate(session.pk)
    assert browser(carla).post(at("session-cancel", session), {"usual": "solved"}).status_code == 302


def test_a_live_or_ended_one_cannot_be_cancelled_and_the_state_is_said(carla, max):
    session = cast.live(carla, max)
    page = browser(carla).post(at("session-cancel", session), {"usual": "solved"})
    assert page.status_code == 409 and "live with Max" in page.content.decode()
    fragment = browser(carla).post(at("session-cancel", session), {"usual": "solved"}, headers=FRAGMENT)
    assert fragment.status_code == 409 and "<html" not in fragment.content.decode()
    problem = browser(carla).post(at("session-cancel", session), {"usual": "solved"}, headers=JSON)
    assert problem.status_code == 409 and "live with Max" in problem.json()["detail"]


def test_nobody_cancels_for_the_customer_but_staff(carla, colin, max, nora, will, sam):
    offered = cast.pending(colin)
    session = cast.waiting(carla, max)
    for user, status in ((colin, 404), (nora, 404), (max, 403), (will, 403)):
        assert browser(user).post(at("session-cancel", session), {"usual": "solved"}).status_code == status, user
    assert browser(nora).post(at("session-cancel", offered), {"usual": "solved"}).status_code == 403  # it is open to her
    assert browser(sam).post(at("session-cancel", session), {"reason": "The customer called."}).status_code == 302
    session.refresh_from_db()
    assert session.status == "cancelled"


def test_a_former_mechanic_cannot_cancel(carla, max, nora):
    session = cast.waiting(carla, max)
    queue.release(session.pk, by=max, reason="busy")
    queue.accept(session.pk, by=nora)
    assert browser(max).post(at("session-cancel", session), {"usual": "solved"}).status_code == 403
