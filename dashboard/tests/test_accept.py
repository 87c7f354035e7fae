"""Accepting from the board."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts_app.models import User
from dashboard.tests.board import HTMX, link, signed_in, text_of
from lifecycle import people, queue
from sessions_app.models import Session
from tests import cast


def accept(user: User, session: Session, **headers: str):
    return signed_in(user).post(reverse("accept", args=[session.pk]), **headers)


def status(session: Session) -> str:
    return Session.objects.get(pk=session.pk).status


@pytest.mark.parametrize(("plan", "room"), [("free", "chat"), ("video", "video"), ("diagnostic", "diagnostic")])
def test_accepting_leads_straight_into_the_room_of_its_type(max: User, carla: User, plan: str, room: str) -> None:
    session = cast.pending(carla, plan_code=plan)
    response = accept(max, session)
    assert (response.status_code, response["Location"]) == (303, f"/{room}/{session.pk}/")
    session.refresh_from_db()
    assert (session.status, session.mechanic) == ("waiting", max.mechanic)


def test_htmx_is_sent_there_too(max: User, carla: User) -> None:
    session = cast.pending(carla)
    response = accept(max, session, **HTMX)
    assert (response.status_code, response["HX-Redirect"]) == (200, session.room_url)


def test_the_second_one_is_told_who_was_faster_and_finds_the_way_back(max: User, nora: User, carla: User) -> None:
    session = cast.pending(carla)
    accept(nora, session)
    response = accept(max, session)
    assert response.status_code == 409
    assert "was taken by Nora" in text_of(response)
    assert link(response, "Back to Incoming") == reverse("mechanic-incoming")
    assert Session.objects.get(pk=session.pk).mechanic == nora.mechanic


def test_htmx_gets_that_as_a_fragment(max: User, nora: User, carla: User) -> None:
    session = cast.waiting(carla, nora)
    response = accept(max, session, **HTMX)
    assert response.status_code == 409
    assert "was taken by Nora" in text_of(response)
    assert "<html" not in text_of(response)


def test_json_gets_that_as_json(max: User, nora: User, carla: User) -> None:
    session = cast.waiting(carla, nora)
    response = accept(max, session, HTTP_ACCEPT="application/json")
    assert (response.status_code, response.json()["code"]) == (409, "not_possible")


def test_a_second_click_leads_into_the_room_again(max: User, carla: User) -> None:
    session = cast.waiting(carla, max)
    assert accept(max, session)["Location"] == session.room_url
    assert session.events.filter(kind="accept").count() == 1


def test_with_all_places_taken_it_is_refused_and_stays_open(max: User, carla: User, colin: User) -> None:
    cast.waiting(carla, max, plan_code="video")
    session = cast.pending(colin, plan_code="diagnostic")
    response = accept(max, session)
    assert response.status_code == 409
    assert "You already have a call." in text_of(response)
    assert status(session) == "pending"


def test_a_cancelled_one_says_so(max: User, carla: User) -> None:
    session = queue.cancel(cast.pending(carla).pk, by=carla, reason="It started again.")
    response = accept(max, session)
    assert response.status_code == 409
    assert "It started again." in text_of(response)


def test_a_declined_one_stays_declined(max: User, carla: User) -> None:
    session = cast.pending(carla)
    queue.decline(session.pk, by=max, reason="no")
    assert accept(max, session).status_code == 409
    assert status(session) == "pending"


def test_what_i_have_seen_before_going_off_duty_is_not_called_declined(max: User, carla: User) -> None:
    session = cast.pending(carla)
    signed_in(max).get(reverse("session-intake", args=[session.pk]))
    people.set_duty(max.pk, by=max, on=False)
    response = accept(max, session)
    assert response.status_code == 409
    assert "not open to you just now" in text_of(response)


def test_who_may_not(max: User, nora: User, oscar: User, sam: User, will: User, carla: User, colin: User) -> None:
    for_toyota = cast.pending(carla, requested_brand="toyota")
    assert accept(nora, for_toyota).status_code == 404
    assert accept(colin, for_toyota).status_code == 404
    assert accept(will, for_toyota).status_code == 404
    assert accept(carla, for_toyota).status_code == 403
    assert accept(oscar, for_toyota).status_code == 403
    assert accept(sam, for_toyota).status_code == 403
    assert status(for_toyota) == "pending"
    assert accept(max, for_toyota).status_code == 303


def test_a_visitor_signs_in_first_and_a_link_accepts_nothing(client, max: User, carla: User) -> None:
    session = cast.pending(carla)
    address = reverse("accept", args=[session.pk])
    assert client.post(address).status_code == 302
    assert signed_in(max).get(address).status_code == 405
    assert status(session) == "pending"


def test_it_costs_few_queries(max: User, carla: User) -> None:
    session = cast.pending(carla)
    client = signed_in(max)
    with CaptureQueriesContext(connection) as queries:
        response = client.post(reverse("accept", args=[session.pk]))
    assert response.status_code == 303
    said = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(said) <= 9, said  # one of them tells the webhooks that want to know
