"""The customer's dashboard."""

import pytest

from dashboard import keyset
from lifecycle import queue
from sessions_app.tests.browsing import at, browser, says
from tests import cast

pytestmark = pytest.mark.django_db


def my(user, query: str = "") -> str:
    answer = browser(user).get(f"/my/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_empty_page_says_what_will_be_here(carla):
    assert "Nothing here yet" in my(carla)


def test_the_open_session_stands_first_with_its_way_in_and_out(carla):
    session = cast.pending(carla)
    html = my(carla)
    assert session.room_url in html and at("session-cancel", session) in html
    assert "In the queue, with 0 requests before it." in html


def test_an_unpaid_session_leads_to_the_till(carla):
    session = queue.submit(cast.submission(plan_code="quick"), by=carla)
    assert at("checkout", session) in my(carla)


def test_the_open_session_can_be_read_again_by_itself(carla, max):
    session = cast.live(carla, max)
    says(max, session, "Hello Carla")
    fragment = browser(carla).get("/my/open/").content.decode()
    assert "<html" not in fragment
    assert "You are live with Max" in fragment and "1 new message" in fragment
    assert at("session-cancel", session) not in fragment  # a live session is not cancelled


def test_past_sessions_show_their_outcome_and_can_be_asked_again(carla, max):
    done = cast.completed(carla, max)
    gone = cast.cancelled(carla)
    html = my(carla)
    assert "Safe to drive" in html and "It started again." in html
    assert "Give stars" in html
    for session in (done, gone):
        assert at("session-summary", session) in html and f"?again={session.pk}" in html
    browser(carla).post(at("session-review", done), {"stars": "5"})
    html = my(carla)
    assert "5 of 5 stars" in html and "Give stars" not in html


def test_cars_are_listed(carla):
    cast.pending(carla)
    assert "2016 Toyota Corolla" in my(carla).split('id="cars-title"')[1]


def test_nobody_sees_the_sessions_of_others(carla, colin, max):
    session = cast.completed(carla, max)
    assert str(session.pk) in my(carla)
    assert str(session.pk) not in my(colin)


def test_long_lists_go_on_by_place(carla, monkeypatch):
    monkeypatch.setattr(keyset, "PAGE", 2)
    sessions = [cast.cancelled(carla) for _ in range(3)]
    html = my(carla)
    assert str(sessions[2].pk) in html and str(sessions[0].pk) not in html
    after = html.split('href="?after=')[1].split('"')[0]
    rest = my(carla, f"?after={after}")
    assert str(sessions[0].pk) in rest and str(sessions[2].pk) not in rest


@pytest.mark.parametrize("after", ["x", "1-2", "%00", "99999999999999999999-00000000-0000-0000-0000-000000000000"])
def test_what_is_no_place_is_not_found(after, carla):
    assert browser(carla).get(f"/my/?after={after}").status_code == 404


def test_mechanics_are_sent_to_their_own_dashboard(max, carla):
    for address in ("/my/", "/my/open/"):
        answer = browser(max).get(address)
        assert answer.status_code == 403
        assert 'href="/mechanic/"' in answer.content.decode()
        assert browser(carla).get(address).status_code == 200
        assert browser(None).get(address).status_code == 302


def test_the_page_costs_the_same_however_long_it_is(carla, max, django_assert_max_num_queries):
    for _ in range(4):
        cast.completed(carla, max)
    cast.pending(carla)
    client = browser(carla)
    with django_assert_max_num_queries(14):
        assert client.get("/my/").status_code == 200
