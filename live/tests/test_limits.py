"""What a socket may ask of the server. Every test also watches that the server takes it without a traceback."""

import json
import socket as sockets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from live import push
from live.limits import FRAMES_AT_ONCE, SOCKETS_PER_PERSON, Close, Rate
from live.tests.conftest import signed_in
from tests import cast

pytestmark = pytest.mark.usefixtures("nothing_broke")


@pytest.fixture
def room(listen, carla, max):
    session = cast.waiting(carla, max)
    return lambda user: listen(f"/ws/session/{session.pk}/", user)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "{",
        "[]",
        "null",
        "1e999",
        "9" * 5000,
        "[" * 60_000,
        '"\\ud800"',
        "{}",
        '{"kind": "relay"}',
        '{"kind": "relay", "data": []}',
        '{"kind": "relay", "data": {}}',
        '{"kind": "relay", "data": {"type": ["typing"], "on": true}}',
        '{"kind": "relay", "data": {"type": "typing"}}',
        '{"kind": "relay", "data": {"type": "typing", "on": "yes"}}',
        '{"kind": "relay", "data": {"type": "typing", "on": 1}}',
        '{"kind": "relay", "data": {"type": "typing", "on": true, "as": "Sam"}}',
        '{"kind": "relay", "data": {"type": "read", "by": "me", "up_to": 9}}',
        '{"kind": "html", "name": "messages", "html": "<b>"}',
        '{"kind": "relay", "data": {"type": "\\u0000"}}',
    ],
    ids=lambda text: text[:60] or "empty",
)
def test_nonsense_closes_the_socket(room, carla, max, text):
    other, ear = room(max), room(carla)
    ear.socket.send(text)
    assert ear.closed() == Close.NONSENSE
    assert other.hears_nothing("relay", within=0.2)


def test_sense_does_not(room, carla, max):
    other, ear = room(max), room(carla)
    ear.say(type="typing", on=True)
    assert other.hear("relay")["data"] == {"type": "typing", "on": True}


@pytest.mark.parametrize("path", ["/ws/mechanic/", "/ws/customer/"])
def test_dashboards_only_listen(listen, max, path):
    ear = listen(path, max)
    ear.say(type="typing", on=True)
    assert ear.closed() == Close.NONSENSE


def test_bytes_close_the_socket(room, carla):
    ear = room(carla)
    ear.socket.send(b"\x00\x01")
    assert ear.closed() == Close.NOT_TEXT


def test_text_that_is_no_utf8_closes_the_socket(room, carla):
    ear = room(carla)
    ear.socket.socket.sendall(b"\x81\x82\x00\x00\x00\x00\xff\xfe")
    assert ear.closed() == 1007


def test_a_frame_that_breaks_the_protocol_closes_the_socket(room, carla):
    ear = room(carla)
    ear.socket.socket.sendall(b"\xff\xff\xff\xff")
    assert ear.closed() == 1002


@pytest.mark.parametrize("parts", [1, 70], ids=["at once", "in parts"])
def test_more_than_64_kb_closes_the_socket(room, carla, parts):
    ear = room(carla)
    ear.socket.send(["x" * (70_000 // parts)] * parts if parts > 1 else "x" * 70_000)
    assert ear.closed() == Close.TOO_BIG


def test_a_flood_closes_the_socket(room, carla, max):
    other, ear = room(max), room(carla)
    for _ in range(3 * FRAMES_AT_ONCE):
        ear.socket.send(json.dumps({"kind": "relay", "data": {"type": "typing", "on": True}}))
    assert ear.closed() == Close.NONSENSE
    heard = [message["data"]["type"] for message in hear_until_bye(other)]
    assert FRAMES_AT_ONCE <= heard.count("typing") < 2 * FRAMES_AT_ONCE


def test_twenty_at_once_are_fine(room, carla, max):
    other, ear = room(max), room(carla)
    for _ in range(FRAMES_AT_ONCE):
        ear.say(type="typing", on=True)
    for _ in range(FRAMES_AT_ONCE):
        other.hear("relay")
    assert ear.hears_nothing("anything"), "it is still open"


def test_a_sixth_socket_of_one_person_is_refused_until_another_is_closed(listen, carla, colin):
    ears = [listen("/ws/customer/", carla) for _ in range(SOCKETS_PER_PERSON)]
    assert listen("/ws/customer/", carla).closed() == Close.TOO_MANY
    assert listen("/ws/customer/", colin, caught_up=False).hear("catch-up"), "others are not affected"
    ears[0].socket.close()
    assert listen("/ws/customer/", carla, caught_up=False).hear("catch-up")


def test_who_does_not_read_is_dropped_and_holds_nobody_up(listen, site, carla):
    with deaf(site, carla) as silent:
        ear = listen("/ws/customer/", carla)
        numbers = []
        for number in range(300):
            push.html([f"customer.{carla.pk}"], "bulk", f"{number:05}" + "x" * 60_000)
            if number % 50 == 49:  # who does read takes it in portions
                numbers += [int(ear.hear("html", within=15)["html"][:5]) for _ in range(50)]
        assert numbers == list(range(300)), "all of it, in order"
        others = [listen("/ws/customer/", carla, caught_up=False) for _ in range(SOCKETS_PER_PERSON - 1)]
        assert all(other.hear("catch-up") for other in others), "its place is free again"
        assert is_cut(silent)


@contextmanager
def deaf(site, user) -> Iterator[sockets.socket]:
    """A connection that takes what fits into its buffer, and then no more."""
    place = urlsplit(site.url)
    with sockets.socket() as silent:
        silent.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        silent.connect((place.hostname, place.port))
        silent.sendall(
            f"GET /ws/customer/ HTTP/1.1\r\nHost: {place.netloc}\r\nOrigin: {site.url}\r\nCookie: {signed_in(user).header}\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        heard = b""
        while b"catch-up" not in heard:
            heard += silent.recv(100)
        yield silent


def is_cut(silent: sockets.socket) -> bool:
    """True when there is an end to what the server sends. What the kernel held for us still comes, what the server held does not."""
    silent.settimeout(3)
    taken = 0
    try:
        while piece := silent.recv(65_536):
            taken += len(piece)
    except TimeoutError:
        return False
    except ConnectionResetError:
        pass
    return taken < 300 * 60_000


def hear_until_bye(ear) -> list[dict]:
    heard = [ear.hear("relay")]
    while heard[-1]["data"]["type"] != "bye":
        heard.append(ear.hear("relay"))
    return heard


def test_a_rate_has_a_burst_and_a_long_run(monkeypatch):
    now = 100.0
    monkeypatch.setattr("live.limits.time.monotonic", lambda: now)
    rate = Rate(per_second=10, burst=20)
    assert [rate.take() for _ in range(21)] == [True] * 20 + [False]
    now += 0.1
    assert [rate.take(), rate.take()] == [True, False]
    now += 60
    assert [rate.take() for _ in range(21)] == [True] * 20 + [False]
