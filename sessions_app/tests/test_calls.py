"""The way to the relay, and the consent that raises a chat to a voice call."""

import base64
import hashlib
import hmac
import time

import pytest

from lifecycle import queue
from sessions_app import calls
from sessions_app.access import session_for
from sessions_app.tests.browsing import FRAGMENT, at, browser
from tests import cast

RELAY = "turn:relay.example.org:3478"


@pytest.fixture
def with_relay(settings):
    settings.STUN_URLS, settings.TURN_URLS, settings.TURN_SECRET = ["stun:relay.example.org"], [RELAY], "a secret"


@pytest.mark.parametrize("who", ["carla", "max"])
def test_the_relay_admits_both_sides_for_ten_minutes(request, carla, max, with_relay, who):
    user, session = request.getfixturevalue(who), cast.waiting(carla, max, plan_code="video")
    answer = browser(user).get(at("session-relay", session))
    stun, turn = answer.json()["iceServers"]
    assert stun == {"urls": ["stun:relay.example.org"]} and turn["urls"] == [RELAY]
    until, _, name = turn["username"].partition(":")
    assert name == str(user.pk) and 595 <= int(until) - time.time() <= 600
    digest = hmac.new(b"a secret", turn["username"].encode(), hashlib.sha1).digest()
    assert base64.b64decode(turn["credential"]) == digest
    assert "no-store" in answer["Cache-Control"]


def test_without_a_relay_none_is_named(carla, max):
    session = cast.live(carla, max, plan_code="video")
    assert browser(carla).get(at("session-relay", session)).json() == {"iceServers": [], "iceTransportPolicy": "all", "lasts": 600}


def test_addresses_of_both_sides_can_be_kept_from_each_other(carla, max, with_relay, settings):
    settings.CALL_RELAY_ONLY = True
    session = cast.live(carla, max, plan_code="video")
    assert browser(carla).get(at("session-relay", session)).json()["iceTransportPolicy"] == "relay"


def test_devices_are_for_our_own_pages_only(client, db):
    assert "camera=(self), microphone=(self), display-capture=(self)" in client.get("/")["Permissions-Policy"]


# --- from writing to talking ---------------------------------------------------------------------


def test_agreeing_to_talk_is_on_the_timeline_once(carla, max):
    session = cast.live(carla, max)
    for _ in range(2):
        assert browser(carla).post(at("session-voice", session), headers=FRAGMENT).status_code == 204
    event = session.events.get(kind="audio_agreed")
    assert (event.actor, event.from_status, event.to_status) == (carla, "live", "live")
    assert "You agreed to talk, and the chat became a voice call." in browser(carla).get(at("session-summary", session)).content.decode()
    assert "Carla agreed to talk" in browser(max).get(at("session-summary", session)).content.decode()


def test_the_pages_of_both_hear_of_it(carla, max, django_capture_on_commit_callbacks):
    session = cast.live(carla, max)
    with django_capture_on_commit_callbacks() as told:
        calls.agree_to_voice(session.pk, by=max)
    assert told, "nobody was told"
    with django_capture_on_commit_callbacks() as told:
        calls.agree_to_voice(session.pk, by=carla)
    assert not told, "nothing changed"


def test_a_video_session_needs_no_such_consent(carla, max):
    session = cast.live(carla, max, plan_code="video")
    assert browser(carla).post(at("session-voice", session)).status_code == 409


def test_what_was_agreed_with_another_mechanic_does_not_count(carla, max, nora):
    session = cast.waiting(carla, max)
    calls.agree_to_voice(session.pk, by=carla)
    queue.release(session.pk, by=max, reason="No time.")
    session = queue.accept(session.pk, by=nora)
    assert not calls.voice_agreed(session)
    calls.agree_to_voice(session.pk, by=carla)
    assert calls.voice_agreed(session) and session.events.filter(kind="audio_agreed").count() == 2


# --- what the room offers ------------------------------------------------------------------------


def offered(session, user) -> str:
    return calls.offered(session_for(user, session.pk))


@pytest.mark.parametrize("plan", ["video", "diagnostic"])
def test_a_call_is_there_while_the_mechanic_is(carla, max, plan):
    assert offered(queue.submit(cast.submission(plan_code=plan), by=carla), carla) == calls.NOTHING
    session = cast.pending(carla, plan_code=plan)
    assert offered(session, carla) == calls.TEST
    queue.accept(session.pk, by=max)
    assert offered(session, carla) == offered(session, max) == calls.VIDEO
    assert f'data-call="{calls.VIDEO}"' in browser(max).get(at("session-state", session)).content.decode()


def test_it_is_gone_with_the_session(carla, max):
    session = cast.completed(carla, max, plan_code="video")
    assert offered(session, carla) == offered(session, max) == calls.NOTHING


def test_a_chat_offers_to_ask_and_then_to_talk(carla, max, sam):
    session = cast.pending(carla)
    assert offered(session, carla) == calls.NOTHING
    queue.accept(session.pk, by=max)
    assert offered(session, carla) == calls.ASK
    calls.agree_to_voice(session.pk, by=max)
    assert offered(session, carla) == offered(session, max) == calls.VOICE
    assert offered(session, sam) == calls.NOTHING
