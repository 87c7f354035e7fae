"""What two pages in a call say to each other over the room's socket: passed on to both sides, to nobody else, and stored nowhere."""

import json

import pytest

from lifecycle import queue, room
from live.limits import FRAME_BYTES, Close
from tests import cast

pytestmark = pytest.mark.usefixtures("nothing_broke")

SEAT = "11111111-2222-4333-8444-555555555555"
SAID = [
    {"type": "in-call", "seat": SEAT, "since": 1790000000000, "fresh": True, "mic": True, "picture": "camera", "can": ["still", "torch"]},
    {"type": "out-of-call", "seat": SEAT},
    {"type": "describe", "seat": SEAT, "to": SEAT, "kind": "offer", "sdp": "v=0\r\n" * 2000},
    {
        "type": "candidates",
        "seat": SEAT,
        "to": SEAT,
        "found": [{"candidate": "candidate:1 1 udp 2122260223 127.0.0.1 9 typ host", "sdpMid": "0"}],
    },
    {"type": "ask", "what": "torch-on"},
    {"type": "answer", "what": "torch-on", "yes": True},
    {"type": "cannot", "what": "closer"},
    {"type": "freeze", "client_id": SEAT},
    {"type": "frozen", "client_id": SEAT, "how": "sent"},
]


@pytest.fixture
def session(carla, max):
    return cast.waiting(carla, max, plan_code="video")


@pytest.fixture
def enter(listen, session):
    return lambda user: listen(f"/ws/session/{session.pk}/", user)


def test_each_word_reaches_the_other_side_with_its_sender(enter, carla, max):
    home, garage = enter(carla), enter(max)
    for word in SAID:
        home.say(**word)
        heard = garage.hear("relay")
        assert heard["data"] == word
        assert heard["sender"]["id"] == str(carla.pk) and heard["sender"]["name"] == "Carla"


@pytest.mark.parametrize(
    "word",
    [
        {"type": "describe", "seat": SEAT, "to": SEAT, "kind": "offer"},
        {"type": "describe", "seat": SEAT, "to": SEAT, "kind": "offer", "sdp": None},
        {"type": "candidates", "seat": SEAT, "to": SEAT, "found": {}},
        SAID[0] | {"since": True},
        {"type": "freeze", "client_id": 1},
        {"type": "ask", "what": "torch-on", "by": "Sam"},
    ],
    ids=json.dumps,
)
def test_a_word_with_other_fields_closes_the_socket(enter, carla, max, word):
    garage, home = enter(max), enter(carla)
    home.say(**word)
    assert home.closed() == Close.NONSENSE
    assert garage.hears_nothing("relay", within=0.2)


def test_a_frame_that_is_too_large_closes_the_socket(enter, carla):
    home = enter(carla)
    home.say(**SAID[2] | {"sdp": "x" * FRAME_BYTES})
    assert home.closed() == Close.TOO_BIG


def test_staff_hear_a_call_but_say_nothing_in_it(enter, listen, session, carla, sam):
    home = enter(carla)
    room.look(session.pk, by=sam, reason="the customer asked for help")
    desk = listen(f"/ws/session/{session.pk}/", sam)
    desk.say(type="freeze", client_id=SEAT)
    assert home.hears_nothing("relay", within=0.3)


def test_who_gave_the_session_back_says_nothing_any_more(enter, session, carla, max):
    home, garage = enter(carla), enter(max)
    queue.release(session.pk, by=max, reason="No time.")
    assert garage.closed() == Close.NOT_YOURS
    home.hear("changed")
    home.say(type="freeze", client_id=SEAT)  # and neither does the customer while there is nobody to hear it
    assert home.hears_nothing("relay", within=0.3)
