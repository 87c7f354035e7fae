"""Declining, always with a reason."""

import json

import pytest
from django.urls import reverse

from accounts_app.models import User
from dashboard.tests.board import HTMX, cards, signed_in, text_of
from lifecycle import people, queue
from requests_app.models import Offer
from sessions_app.models import Session
from tests import cast


def address(session: Session) -> str:
    return reverse("decline", args=[session.pk])


def test_the_form_is_a_page_and_a_fragment(max: User, carla: User) -> None:
    session = cast.pending(carla)
    page, fragment = (signed_in(max).get(address(session), **headers) for headers in ({}, HTMX))
    assert "Decline Carla Example's request?" in text_of(page)
    assert "<html" in text_of(page)
    assert "<html" not in text_of(fragment)
    assert 'hx-post="' in text_of(fragment)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"usual": "time"}, "No time just now"),
        ({"reason": "Too far from a computer"}, "Too far from a computer"),
        ({"usual": "other", "reason": "On holiday"}, "On holiday"),
        ({"usual": "skill", "reason": "Hybrids scare me"}, "Not my kind of work: Hybrids scare me"),
    ],
)
def test_the_reason_is_kept_and_the_request_is_off_the_list(max: User, nora: User, carla: User, sent: dict, kept: str) -> None:
    session = cast.pending(carla)
    response = signed_in(max).post(address(session), sent)
    assert (response.status_code, response["Location"]) == (303, reverse("mechanic-incoming"))
    assert Offer.objects.get(request=session.pk, mechanic=max.mechanic).decline_reason == kept
    assert not cards(signed_in(max).get(reverse("mechanic-incoming")))
    assert cards(signed_in(nora).get(reverse("mechanic-incoming")))


def test_in_a_dialog_the_page_is_told_and_stays(max: User, carla: User) -> None:
    session = cast.pending(carla)
    response = signed_in(max).post(address(session), {"usual": "time"}, **HTMX)
    assert response.status_code == 204
    told = json.loads(response["HX-Trigger"])
    assert told["request-declined"] == {"id": str(session.pk)}
    assert told["toast"]["text"] == "You declined this request."


@pytest.mark.parametrize(
    "sent", [{}, {"usual": "other"}, {"usual": "other", "reason": "  \u200b "}, {"usual": "boat"}, {"reason": "\0"}, {"reason": "x" * 301}]
)
def test_without_a_reason_nothing_happens(max: User, carla: User, sent: dict) -> None:
    session = cast.pending(carla)
    response = signed_in(max).post(address(session), sent)
    assert response.status_code == 422
    assert 'role="alert"' in text_of(response)
    assert not Offer.objects.filter(declined_at__isnull=False).exists()


def test_the_usual_reason_and_own_words_together_fit_the_column(max: User, carla: User) -> None:
    session = cast.pending(carla)
    assert signed_in(max).post(address(session), {"usual": "tools", "reason": "x" * 300}).status_code == 303
    assert len(Offer.objects.get().decline_reason) == 300


def test_when_somebody_was_faster_it_says_who(max: User, nora: User, carla: User) -> None:
    session = cast.waiting(carla, nora)
    for response in (signed_in(max).get(address(session)), signed_in(max).post(address(session), {"usual": "time"})):
        assert response.status_code == 409
        assert "was taken by Nora" in text_of(response)


def test_ones_own_session_is_released_and_not_declined(max: User, carla: User) -> None:
    session = cast.waiting(carla, max)
    assert signed_in(max).get(address(session)).status_code == 409
    assert signed_in(max).post(address(session), {"usual": "time"}).status_code == 409


def test_a_former_mechanic_may_decline_what_is_in_the_queue_again(max: User, carla: User) -> None:
    session = queue.release(cast.waiting(carla, max).pk, by=max, reason="later")
    assert signed_in(max).post(address(session), {"usual": "time"}).status_code == 303


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_not(method: str, max: User, nora: User, oscar: User, sam: User, will: User, carla: User, colin: User) -> None:
    session = cast.pending(carla, requested_brand="toyota")

    def answer(user: User) -> int:
        return getattr(signed_in(user), method)(address(session), {"usual": "time"}).status_code

    assert [answer(user) for user in (nora, colin, will)] == [404, 404, 404]
    assert [answer(user) for user in (carla, oscar, sam)] == [403, 403, 403]
    assert not Offer.objects.filter(declined_at__isnull=False).exists()
    assert answer(max) in (200, 303)


def test_a_suspended_mechanic_may_not(max: User, sam: User, carla: User) -> None:
    session = cast.pending(carla)
    people.suspend(max.pk, by=sam, reason="x")
    assert signed_in(max).get(address(session)).status_code == 403
