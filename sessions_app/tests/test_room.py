"""The one address of a session: waiting room, room, history; and who may be there."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts_app.models import User
from lifecycle import people, queue, room
from sessions_app.models import Participant, Session
from sessions_app.tests.browsing import FRAGMENT, JSON, at, browser, looked, says
from tests import cast

pytestmark = pytest.mark.django_db


def page(user: User | None, session: Session) -> str:
    response = browser(user).get(session.room_url)
    assert response.status_code == 200
    return response.content.decode()


def test_the_three_types_have_rooms_of_their_own_address(carla, colin, max, nora):
    video = cast.waiting(carla, max, plan_code="video")
    chat = cast.waiting(colin, nora)
    assert browser(carla).get(f"/video/{video.pk}/").status_code == 200
    assert browser(colin).get(f"/chat/{chat.pk}/").status_code == 200
    assert browser(carla).get(f"/chat/{video.pk}/").url == f"/video/{video.pk}/"
    assert browser(carla).get(f"/diagnostic/{video.pk}/").url == f"/video/{video.pk}/"


def test_waiting_customers_read_where_they_are_in_the_queue_in_real_numbers(carla, colin, max, nora):
    cast.pending(colin)
    session = cast.pending(carla)
    html = page(carla, session)
    assert "Looking for your mechanic" in html
    assert "1 request before yours" in html
    assert "2 mechanics on duty" in html
    queue.cancel(Session.objects.get(customer=colin).pk, by=colin, reason="solved")
    assert "0 requests before yours" in page(carla, session)


def test_a_queue_without_mechanics_says_so_and_when_everybody_is_called(carla, max, nora):
    session = cast.pending(carla)
    for mechanic in (max, nora):
        people.set_duty(mechanic.pk, by=mechanic, on=False)
    assert "No mechanic for this is on duty just now" in page(carla, session)


def test_a_preferred_mechanic_is_named_with_the_end_of_the_window(carla, max, nora):
    html = page(carla, cast.pending(carla, preferred_mechanic_id=max.pk))
    assert "We are asking Max first" in html
    assert "<dd>1</dd>" in html  # the mechanics who see it


def test_an_unattended_customer_may_wait_change_the_plan_or_cancel(carla, max):
    session = cast.pending(carla)
    queue.escalate(session.pk)
    html = page(carla, session)
    assert "Nobody has taken it yet" in html
    assert "Or simply wait" in html
    assert f"?again={session.pk}" in html
    assert at("session-cancel", session) in html


def test_an_unpaid_session_leads_to_the_till(carla):
    session = queue.submit(cast.submission(plan_code="quick"), by=carla)
    assert at("checkout", session) in page(carla, session)


def test_the_waiting_room_becomes_the_room_by_its_fragment(carla, max):
    session = cast.pending(carla)
    assert 'data-stage="queue"' in browser(carla).get(at("session-state", session)).content.decode()
    queue.accept(session.pk, by=max)
    html = browser(carla).get(at("session-state", session)).content.decode()
    assert 'data-stage="talk"' in html
    assert "data-may-write" in html
    assert "Max has taken your request" in html
    room.enter(session.pk, by=max)
    assert "Max is here" in browser(carla).get(at("session-state", session)).content.decode()


def test_the_composer_lies_outside_of_every_fragment_that_is_swapped(carla, max):
    session = cast.live(carla, max)
    assert 'name="body"' in page(carla, session)
    assert 'name="body"' not in browser(carla).get(at("session-state", session)).content.decode()


def test_a_sign_of_life_answers_with_the_state_and_starts_the_session(carla, max):
    session = cast.waiting(carla, max)
    room.enter(session.pk, by=max)
    answer = browser(carla).post(at("session-enter", session), headers=FRAGMENT)
    assert answer.status_code == 200
    assert "data-left=" in answer.content.decode()  # the clock of a live session
    session.refresh_from_db()
    assert session.status == "live"
    assert Participant.objects.get(session=session, user=carla).joined_at is not None


def test_without_script_the_sign_of_life_is_a_button_that_leads_back(carla, max):
    session = cast.waiting(carla, max)
    html = page(carla, session)
    assert "<noscript><form" in html and at("session-enter", session) in html
    assert browser(carla).post(at("session-enter", session)).url == session.room_url


def test_who_is_here_is_who_gave_a_sign_of_life_lately(carla, max):
    session = cast.live(carla, max)
    assert "avatar-here" in page(carla, session)
    Participant.objects.filter(user=max).update(last_seen_at=timezone.now() - timedelta(minutes=1))
    html = page(carla, session)
    assert "avatar-here" not in html and "not in the room" in html


def test_both_sides_see_the_car_the_concern_and_the_codes_in_words(carla, max):
    session = cast.live(carla, max)
    for user in (carla, max):
        html = page(user, session)
        assert "2016 Toyota Corolla" in html
        assert "The engine light is on" in html
        assert "P0302" in html and "misfire" in html.lower()
        assert "+1 415-555-0101" in html


def test_the_call_is_for_the_two_who_are_in_it(carla, max, sam):
    session = cast.live(carla, max, plan_code="video")
    assert all("<call-stage" in page(person, session) for person in (carla, max))
    room.look(session.pk, by=sam, reason="Both complain.")
    assert "<call-stage" not in page(sam, session)


@pytest.mark.parametrize("plan", ["free", "video"])
def test_a_mechanic_can_end_a_live_session_and_give_back_a_waiting_one(plan, carla, max):
    session = cast.waiting(carla, max, plan_code=plan)
    html = page(max, session)
    assert at("session-release", session) in html and "door-complete" not in html
    room.enter(session.pk, by=carla)
    room.enter(session.pk, by=max)
    html = page(max, session)
    assert "door-complete" in html and "door-release" not in html
    assert "door-complete" not in page(carla, session)


def test_what_was_said_stays_to_be_read(carla, max):
    session = cast.live(carla, max)
    says(carla, session, "It clicks.")
    cast.an_hour_passes(session)
    room.complete(session.pk, by=max, report=room.ReportData(**cast.REPORT))
    for user in (carla, max):
        html = page(user, session)
        assert "It clicks." in html
        assert "The session is over" in html
        assert at("session-summary", session) in html


def test_a_cancelled_session_says_why_and_how_to_ask_again(carla):
    session = cast.cancelled(carla)
    html = page(carla, session)
    assert "It started again." in html
    assert f"?again={session.pk}" in html


# --- rights: docs/ARCHITECTURE.md, "enter the room"


def test_only_those_it_concerns_find_the_room(carla, colin, max, nora, will, oscar, sam):
    session = cast.live(carla, max)
    for address in (session.room_url, at("session-state", session), at("session-messages", session)):
        assert browser(carla).get(address).status_code == 200
        assert browser(max).get(address).status_code == 200
        for other in (colin, nora, will, oscar):
            assert browser(other).get(address).status_code == 404, (other, address)
        assert "/accounts/login/" in browser(None).get(address).url


def test_a_mechanic_to_whom_it_is_open_is_not_in_the_room_yet(carla, max):
    session = cast.pending(carla)
    assert browser(max).get(session.room_url).status_code == 404
    queue.accept(session.pk, by=max)
    assert browser(max).get(session.room_url).status_code == 200


def test_a_suspended_mechanic_loses_the_room(carla, max, sam):
    session = cast.completed(carla, max)
    assert browser(max).get(session.room_url).status_code == 200
    people.suspend(max.pk, by=sam, reason="complaints")
    assert browser(max).get(session.room_url).status_code == 404


def test_a_former_mechanic_reads_until_it_was_taken_from_him_and_no_contact_data(carla, max, nora):
    session = cast.waiting(carla, max)
    says(max, session, "I am on my way.")
    queue.release(session.pk, by=max, reason="busy")
    queue.accept(session.pk, by=nora)
    says(nora, session, "Nora here.")
    html = page(max, session)
    assert "I am on my way." in html
    assert "Nora here." not in html
    assert "+1 415-555-0101" not in html
    assert 'name="body"' not in html
    assert "Max gave the session back to the queue." in html and "Nora took" not in html  # his part of the timeline
    assert "+1 415-555-0101" not in browser(max).get(at("session-state", session)).content.decode()
    assert says(max, session).status_code == 403
    assert browser(max).post(at("session-enter", session), headers=FRAGMENT).status_code == 403
    assert browser(max).get(at("session-messages", session, "?after=0")).content.decode().count('class="message"') == 1


def test_staff_say_why_before_they_look_and_it_stands_on_the_timeline(carla, max, sam):
    session = cast.live(carla, max)
    says(carla, session, "It clicks.")
    assert browser(sam).get(session.room_url).url == at("session-look", session)
    assert browser(sam).get(at("session-messages", session)).status_code == 403
    assert browser(sam).get(at("session-state", session)).status_code == 403
    client = browser(sam)
    assert client.post(at("session-look", session), {"reason": "  "}).status_code == 422
    client = looked(sam, session)
    assert "It clicks." in client.get(session.room_url).content.decode()
    event = session.events.get(kind="looked_at")
    assert (event.actor, event.reason) == (sam, "The customer called.")


def test_a_reason_to_look_lasts_an_hour(carla, max, sam, monkeypatch):
    session = cast.live(carla, max)
    client = looked(sam, session)
    assert client.get(session.room_url).status_code == 200
    monkeypatch.setattr("sessions_app.access.LOOK_LASTS", timedelta(0))
    assert client.get(session.room_url).url == at("session-look", session)


def test_staff_read_and_do_not_write(carla, max, sam):
    session = cast.live(carla, max)
    client = looked(sam, session)
    assert 'name="body"' not in client.get(session.room_url).content.decode()
    assert says(sam, session).status_code == 403
    assert client.post(at("session-enter", session), headers=FRAGMENT).status_code == 403


def test_nobody_but_staff_has_to_say_why(carla, colin, max):
    session = cast.live(carla, max)
    assert browser(carla).get(at("session-look", session)).url == session.room_url
    assert browser(carla).post(at("session-look", session), {"reason": "curious"}).url == session.room_url
    assert not session.events.filter(kind="looked_at").exists()
    assert browser(colin).get(at("session-look", session)).status_code == 404


@pytest.mark.parametrize(
    "name", ["room-chat", "session-state", "session-messages", "session-summary", "session-cancel", "session-complete"]
)
def test_unknown_sessions_are_not_found(name, carla):
    unknown = Session(pk=uuid4())
    assert browser(carla).get(at(name, unknown)).status_code == 404
    problem = browser(carla).get(at(name, unknown), headers=JSON)
    assert problem.status_code == 404 and problem.json()["code"] == "not_found"


@pytest.mark.parametrize("pk", ["1", "not-an-id", "00000000-0000-0000-0000-00000000000g", "%00"])
def test_what_is_no_id_is_not_found(pk, carla):
    for address in (f"/chat/{pk}/", f"/sessions/{pk}/summary/", f"/sessions/{pk}/messages/"):
        assert browser(carla).get(address).status_code == 404


def test_a_room_costs_few_queries_however_much_was_said(carla, max, django_assert_max_num_queries):
    session = cast.live(carla, max)
    for number in range(60):
        says((carla, max)[number % 2], session, f"Message {number}")
    client = browser(carla)
    with django_assert_max_num_queries(20):  # four of them are savepoints around what is asked of files
        assert client.get(session.room_url).status_code == 200
