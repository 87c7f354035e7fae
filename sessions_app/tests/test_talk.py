"""Saying something, reading it, and reading on after an absence."""

from uuid import uuid4

import pytest

from accounts_app.models import User
from lifecycle import queue, room
from sessions_app import views
from sessions_app.models import Message, Session
from sessions_app.tests.browsing import FRAGMENT, JSON, at, browser, looked, says
from tests import cast

pytestmark = pytest.mark.django_db


def numbers(user: User, session: Session, query: str = "") -> list[int]:
    html = browser(user).get(at("session-messages", session, query)).content.decode()
    return [int(part.split('"')[0]) for part in html.split('data-number="')[1:]]


def test_a_message_is_answered_with_its_fragment(carla, max):
    session = cast.live(carla, max)
    client_id = uuid4()
    answer = says(carla, session, "It clicks.", client_id=client_id)
    assert answer.status_code == 201
    html = answer.content.decode()
    assert f'id="message-{client_id}"' in html and 'data-number="1"' in html and 'data-role="customer"' in html
    assert Message.objects.get(session=session).body == "It clicks."


def test_the_same_message_again_is_the_same_message(carla, max):
    session = cast.live(carla, max)
    client_id = uuid4()
    first, second = (says(carla, session, "It clicks.", client_id=client_id) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert session.messages.count() == 1


def test_a_repeat_is_acknowledged_even_after_the_end(carla, max):
    session = cast.live(carla, max)
    client_id = uuid4()
    says(carla, session, "It clicks.", client_id=client_id)
    cast.an_hour_passes(session)
    room.complete(session.pk, by=max, report=room.ReportData(**cast.REPORT))
    assert says(carla, session, "It clicks.", client_id=client_id).status_code == 201
    assert says(carla, session, "It clicks.").status_code == 409


def test_without_script_a_message_leads_back_to_itself(carla, max):
    session = cast.live(carla, max)
    answer = says(carla, session, "It clicks.", headers={})
    assert answer.status_code == 302
    assert answer.url == f"{session.room_url}#message-{session.messages.get().client_id}"


@pytest.mark.parametrize("state", ["pending", "completed", "cancelled"])
def test_before_and_after_nothing_can_be_said_and_the_text_is_kept(state, carla, max):
    session = {"pending": cast.pending, "completed": lambda c: cast.completed(c, max), "cancelled": cast.cancelled}[state](carla)
    assert says(carla, session).status_code == 409
    problem = says(carla, session, headers=JSON)
    assert problem.status_code == 409 and problem.json()["code"] == "not_possible"
    page = says(carla, session, "My long explanation", headers={})
    assert page.status_code == 409
    html = page.content.decode()
    assert "My long explanation</textarea>" in html
    assert "Messages can be sent while the mechanic is with you" in html
    assert not session.messages.exists()


@pytest.mark.parametrize(
    "body",
    ["", "   \n ", "\x00", "a\x00b", "\u202e\u200b", "x" * 4001, "x" * 1_000_000],
    ids=["empty", "blank", "nul", "nul inside", "unseen", "too long", "1 MB"],
)
def test_what_cannot_be_a_message_is_refused_in_words(body, carla, max):
    session = cast.live(carla, max)
    answer = says(carla, session, body)
    assert answer.status_code == 422
    assert "<p>" in answer.content.decode()
    assert not session.messages.exists()


@pytest.mark.parametrize("client_id", ["1", "\x00", "<b>", "x" * 100_000])
def test_a_message_needs_a_name_that_is_one(client_id, carla, max):
    session = cast.live(carla, max)
    assert says(carla, session, client_id=client_id).status_code == 422
    assert browser(carla).post(at("session-messages", session), {"body": "Hello"}, headers=FRAGMENT).status_code == 422


def test_the_longest_message_fits(carla, max):
    session = cast.live(carla, max)
    assert says(carla, session, "x" * 4000).status_code == 201


def test_what_is_said_is_text_and_never_markup(carla, max):
    session = cast.live(carla, max)
    says(carla, session, '<script>alert(1)</script> & "quotes"\nhttps://example.org/<b> \u202eevil javascript:alert(1)')
    html = browser(max).get(at("session-messages", session)).content.decode()
    assert "<script" not in html and "<b>" not in html and "\u202e" not in html
    assert "&lt;script&gt;" in html
    assert 'href="https://example.org/' in html and 'rel="nofollow"' in html
    assert 'href="javascript' not in html


def test_messages_are_read_by_number_in_order(carla, max):
    session = cast.live(carla, max)
    for number in range(1, 6):
        says((carla, max)[number % 2], session, f"Message {number}")
    assert numbers(carla, session) == [1, 2, 3, 4, 5]
    assert numbers(carla, session, "?after=3") == [4, 5]
    assert numbers(carla, session, "?after=0") == [1, 2, 3, 4, 5]
    assert numbers(carla, session, "?after=5") == []
    assert numbers(carla, session, "?before=3") == [1, 2]


def test_a_long_talk_opens_at_its_end_and_goes_back_in_pages(carla, max, monkeypatch):
    monkeypatch.setattr(views, "TALK_PAGE", 3)
    session = cast.live(carla, max)
    for number in range(1, 8):
        says(carla, session, f"Message {number}")
    html = browser(carla).get(session.room_url).content.decode()
    assert "Message 5" in html and "Message 4" not in html
    assert 'data-before="5"' in html
    assert numbers(carla, session, "?before=5") == [2, 3, 4]
    assert numbers(carla, session, "?before=2") == [1]
    assert "data-before" not in browser(carla).get(at("session-messages", session, "?before=2")).content.decode()
    earlier = browser(carla).get(session.room_url + "?before=5").content.decode()
    assert "Message 4" in earlier and "Latest messages" in earlier


def test_a_page_that_was_away_for_long_reads_on_until_there_is_no_more(carla, max, monkeypatch):
    monkeypatch.setattr(views, "TALK_MOST", 2)
    session = cast.live(carla, max)
    for number in range(1, 6):
        says(carla, session, f"Message {number}")
    answers = [browser(max).get(at("session-messages", session, f"?after={after}")).content.decode() for after in (0, 2, 4)]
    assert ["data-has-more" in html for html in answers] == [True, True, False]


@pytest.mark.parametrize("query", ["?after=x", "?before=-1", "?before=0", "?after=99999999999999", "?after=%00", "?before=1e3"])
def test_what_is_no_place_in_a_talk_is_not_found(query, carla, max):
    session = cast.live(carla, max)
    assert browser(carla).get(at("session-messages", session, query)).status_code == 404
    assert browser(carla).get(session.room_url + query).status_code == 404


def test_reading_marks_the_other_sides_messages(carla, max):
    session = cast.live(carla, max)
    says(carla, session, "One")
    says(carla, session, "Two")
    says(max, session, "Three")
    assert browser(max).post(at("session-read", session), {"up_to": 1}).status_code == 204
    assert list(session.messages.order_by("number").values_list("read_at", flat=True))[1:] == [None, None]
    html = browser(carla).get(at("session-messages", session)).content.decode()
    assert 'data-read-up-to="1"' in html
    assert html.count('class="message-read" hidden') == 2
    browser(max).post(at("session-read", session), {"up_to": 3})
    assert session.messages.filter(read_at=None).get().body == "Three"  # one's own words are not news


@pytest.mark.parametrize("up_to", ["", "x", "0", "-1", "99999999999999", "\x00"])
def test_what_is_no_number_marks_nothing(up_to, carla, max):
    session = cast.live(carla, max)
    says(carla, session)
    assert browser(max).post(at("session-read", session), {"up_to": up_to}).status_code == 422
    assert session.messages.get().read_at is None


def test_staff_who_look_and_former_mechanics_leave_no_read_marks(carla, max, nora, sam):
    session = cast.waiting(carla, max)
    says(carla, session)
    assert looked(sam, session).post(at("session-read", session), {"up_to": 1}).status_code == 403
    queue.release(session.pk, by=max, reason="busy")
    assert browser(max).post(at("session-read", session), {"up_to": 1}).status_code == 403
    assert session.messages.get().read_at is None


def test_outsiders_neither_speak_nor_read(carla, colin, max, nora, will):
    session = cast.live(carla, max)
    assert says(carla, session).status_code == 201
    for other in (colin, nora, will):
        assert says(other, session).status_code == 404
        assert browser(other).post(at("session-read", session), {"up_to": 1}).status_code == 404
    assert says(None, session).status_code == 302
    assert session.messages.count() == 1


def test_a_message_of_an_earlier_mechanic_keeps_its_name(carla, max, nora):
    session = cast.waiting(carla, max)
    says(max, session, "I am on my way.")
    queue.release(session.pk, by=max, reason="busy")
    queue.accept(session.pk, by=nora)
    html = browser(nora).get(at("session-messages", session)).content.decode()
    assert 'data-role="former"' in html
    assert '<span class="message-author">Max</span>' in html
