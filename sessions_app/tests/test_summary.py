"""What stays of a session: the summary, the stars, the timeline."""

import pytest

from lifecycle import queue
from sessions_app import timeline
from sessions_app.models import Review
from sessions_app.tests.browsing import at, browser, looked
from tests import cast

pytestmark = pytest.mark.django_db


def summary(user, session) -> str:
    answer = browser(user).get(at("session-summary", session))
    assert answer.status_code == 200
    return answer.content.decode()


def test_both_read_all_of_it(carla, max):
    session = cast.completed(carla, max, plan_code="quick")
    for user in (carla, max):
        html = summary(user, session)
        for words in ("2016 Toyota Corolla", "The engine light is on", "P0302", cast.REPORT["findings"], cast.REPORT["recommended_work"]):
            assert words in html
        assert "Safe to drive" in html and "Have it looked at soon" in html
        assert ("$9.99" in html and "60 minutes" in html) or "61 minutes" in html
        assert "Max" in html and "Carla Example" in html
        assert "415-555" not in html  # it may be handed on


def test_a_car_that_is_not_safe_is_the_first_thing_one_reads(carla, max):
    session = cast.completed(carla, max)
    session.report.safe_to_drive = False
    session.report.cost_from, session.report.cost_to = 0, 1250
    session.report.save()
    html = summary(carla, session)
    assert html.index("Do not drive this car") < html.index(cast.REPORT["findings"])
    assert "$0.00 to $1,250.00" in html


def test_it_can_be_seen_by_whom_the_report_concerns(carla, colin, max, nora, will, oscar, sam):
    session = cast.completed(carla, max)
    for user in (carla, max, will, sam):
        summary(user, session)
    for user in (colin, nora, oscar):
        assert browser(user).get(at("session-summary", session)).status_code == 404
    assert browser(None).get(at("session-summary", session)).status_code == 302


def test_a_former_mechanic_does_not_read_the_report(carla, max, nora):
    session = cast.waiting(carla, max)
    queue.release(session.pk, by=max, reason="busy")
    queue.accept(session.pk, by=nora)
    assert browser(nora).get(at("session-summary", session)).status_code == 200
    assert browser(max).get(at("session-summary", session)).status_code == 404


def test_a_cancelled_or_open_session_says_so(carla, colin, max):
    assert "It started again." in summary(carla, cast.cancelled(carla))
    assert "not over yet" in summary(colin, cast.live(colin, max))


# --- stars


def test_a_customer_gives_stars_once(carla, max):
    session = cast.completed(carla, max)
    assert 'name="stars"' in summary(carla, session)
    assert browser(carla).post(at("session-review", session), {"stars": "4", "text": "Quick and kind."}).status_code == 302
    assert browser(carla).post(at("session-review", session), {"stars": "1"}).status_code == 409
    assert Review.objects.get().stars == 4
    for user in (carla, max):
        html = summary(user, session)
        assert "4 of 5 stars" in html and "Quick and kind." in html
        assert 'name="stars"' not in html


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"stars": "0"},
        {"stars": "6"},
        {"stars": "x"},
        {"stars": "\x00"},
        {"stars": "5", "text": "a\x00"},
        {"stars": "5", "text": "x" * 1_000_000},
    ],
)
def test_what_are_no_stars_is_a_field_error(wrong, carla, max):
    session = cast.completed(carla, max)
    answer = browser(carla).post(at("session-review", session), wrong)
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert not Review.objects.exists()


def test_only_the_customer_rates_and_only_what_was_completed(carla, colin, max, nora, will, sam):
    session = cast.completed(carla, max)
    for user, status in ((max, 403), (will, 403), (sam, 403), (colin, 404), (nora, 404)):
        assert browser(user).post(at("session-review", session), {"stars": "5"}).status_code == status
        assert browser(user).post(at("session-review", session), {}).status_code == status
    assert browser(colin).post(at("session-review", cast.cancelled(colin)), {"stars": "5"}).status_code == 409
    assert not Review.objects.exists()


def test_hidden_stars_are_hidden_from_the_mechanic(carla, max, sam):
    session = cast.completed(carla, max)
    browser(carla).post(at("session-review", session), {"stars": "1", "text": "Rude words"})
    Review.objects.update(is_hidden=True)
    assert "Rude words" not in summary(max, session)
    assert "Rude words" in summary(carla, session)
    html = summary(sam, session)
    assert "Rude words" in html and "Hidden" in html


# --- the timeline


def told(session, role: str) -> list[str]:
    return [sentence.text for sentence in timeline.sentences(session, role)]


def test_the_timeline_speaks_to_its_reader(carla, max):
    session = cast.completed(carla, max)
    assert told(session, "customer") == [
        "You asked for help.",
        "Max took the request.",
        "Both were in the room, and the session started.",
        "Max ended the session.",
    ]
    assert told(session, "mechanic")[:2] == ["Carla asked for help.", "You took the request."]
    assert told(session, "staff")[:2] == ["Carla Example asked for help.", "Max Example took the request."]


def test_what_happens_by_itself_has_words_of_its_own(carla, max):
    session = cast.waiting(carla, max, plan_code="quick")
    queue.release(session.pk, by=None, reason="the mechanic did not join in time")
    queue.escalate(session.pk)
    queue.cancel(session.pk, by=None, reason="no mechanic was found within a day")
    session.refresh_from_db()
    assert told(session, "customer")[1:] == [
        "The payment arrived, and the search for a mechanic began.",
        "Max took the request.",
        "Max did not join in time; the session went back to the queue.",
        "No mechanic had taken it in time, so every mechanic and the support team were called.",
        "The session was cancelled automatically.",
    ]
    assert timeline.sentences(session, "customer")[-1].detail == "no mechanic was found within a day"


def test_a_customer_does_not_read_what_mechanics_and_staff_tell_each_other(carla, max, nora, sam):
    session = cast.waiting(carla, max)
    looked(sam, session)
    queue.assign(session.pk, by=sam, mechanic_id=nora.pk, reason="Max is ill.")
    session.refresh_from_db()
    for_customer = timeline.sentences(session, "customer")
    assert [sentence.text for sentence in for_customer[-2:]] == [
        "The support team looked into the session.",
        "The support team gave the session to Nora.",
    ]
    assert [sentence.detail for sentence in for_customer] == ["", "", "", ""]
    assert timeline.sentences(session, "mechanic")[-1].text == "The support team gave the session to you."
    for_staff = timeline.sentences(session, "staff")
    assert [sentence.detail for sentence in for_staff[-2:]] == ["The customer called.", "Max is ill."]
    assert for_staff[-1].text == "Sam Example gave the session to Nora."


def test_a_former_mechanic_reads_his_own_part(carla, max, nora):
    session = cast.waiting(carla, max)
    queue.release(session.pk, by=max, reason="busy")
    queue.accept(session.pk, by=nora)
    session.refresh_from_db()
    session.role = "former"
    assert [sentence.event.kind for sentence in timeline.read_by(max, session)] == ["accept", "release"]
