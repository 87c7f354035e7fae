"""The server itself, spoken to by hand: nonsense is answered in words or hung up on, and everybody else is served meanwhile."""

import io
import socket
import time
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse
from urllib.parse import urlsplit

import pytest

from tests.conftest import Site

OK = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
FORM = b"POST /help/codes/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
PATIENCE = 20  # seconds; a busy machine takes its time


class Ear(io.BufferedReader):
    """What comes in. http.client closes it after each answer, and the next one may be in it already."""

    def close(self) -> None:
        pass


class Line:
    """One connection."""

    def __init__(self, site: Site) -> None:
        place = urlsplit(site.url)
        self.socket = socket.create_connection((place.hostname, place.port), timeout=PATIENCE)
        self.ear = Ear(socket.SocketIO(self.socket, "rb"))

    def makefile(self, mode: str) -> Ear:
        """Where http.client reads an answer."""
        return self.ear

    def say(self, *pieces: bytes) -> "Line":
        """Sends, for as long as the other side listens."""
        try:
            for piece in pieces:
                self.socket.sendall(piece)
        except OSError:
            pass
        return self

    def hear(self) -> tuple[int, bytes]:
        """The next answer: (status, body); (0, b"") when the other side has hung up."""
        answer = HTTPResponse(self)
        try:
            answer.begin()
            return answer.status, answer.read()
        except (OSError, HTTPException):
            return 0, b""

    def is_closed(self) -> bool:
        """True when the other side hangs up, whatever it still had to say."""
        try:
            while self.ear.read1(65536):
                pass
        except TimeoutError:
            return False
        except OSError:
            return True
        return True

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *error: object) -> None:
        self.socket.close()


@pytest.fixture
def line(site: Site) -> Iterator[Line]:
    """A connection; whatever becomes of it, the site serves the next one and has written no traceback."""
    before = len(site.log.read_text())
    with Line(site) as one:
        yield one
    with Line(site) as other:
        assert other.say(OK).hear() == (200, b"ok\n")
    assert "Traceback" not in site.log.read_text()[before:]


# --- nonsense ------------------------------------------------------------------------------------

NONSENSE = {
    "a request that is none": b"HELLO\r\n\r\n",
    "any bytes": bytes(range(256)) * 4,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 300,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/9.9": b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "an address that is none": b"GET nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "only a query": b"GET ?q=1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a proxy": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n",
    "everything": b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a header without a name": b"GET / HTTP/1.1\r\n: a\r\n\r\n",
    "a header with a space in its name": b"GET / HTTP/1.1\r\nHo st: localhost\r\n\r\n",
    "NUL in a header": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n",
    "a line break in a header": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\rSet-Cookie: b\r\n\r\n",
    "a negative length": FORM + b"Content-Length: -1\r\n\r\n",
    "a length in words": FORM + b"Content-Length: ten\r\n\r\n",
    "a length that no number holds": FORM + b"Content-Length: " + b"9" * 50 + b"\r\n\r\n",
    "two lengths": FORM + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    "a length and pieces": FORM + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /hidden HTTP/1.1\r\n\r\n",
    "pieces of an unknown kind": FORM + b"Transfer-Encoding: nonsense\r\n\r\n0\r\n\r\n",
    "a piece of negative size": FORM + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nabcde\r\n0\r\n\r\n",
    "a piece of endless size": FORM + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n",
    "a piece longer than it says": FORM + b"Transfer-Encoding: chunked\r\n\r\n2\r\nabcde\r\n0\r\n\r\n",
    "an unknown alphabet": b"GET /?q=1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/html; charset=rot13\r\n\r\n",
    "an alphabet that is none": b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Type: a/b; charset*=nonsense''a\r\n\r\n",
    "no host": b"GET /my/ HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /my/ HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    "somebody else's host": b"GET http://evil.example/my/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "an upgrade to nothing we know": b"GET /my/ HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    "half an upgrade": b"GET /my/ HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    "a socket where there is none": b"GET /ws/nowhere/ HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nOrigin: http://localhost\r\n\r\n",
}


@pytest.mark.parametrize("note", NONSENSE)
def test_nonsense_is_answered_or_hung_up_on(line, note):
    line.say(NONSENSE[note])
    line.socket.shutdown(socket.SHUT_WR)
    status, body = line.hear()
    assert status in (0, 302, 400, 403, 404, 405, 413, 426), (status, body)
    assert b"evil" not in body and b"/hidden" not in body


def test_half_a_request_is_no_request(line):
    line.say(FORM + b"Content-Length: 1000\r\n\r\nconcern=P0420")
    line.socket.shutdown(socket.SHUT_WR)
    assert line.hear()[0] in (0, 400, 408)


# --- too much ------------------------------------------------------------------------------------


def test_twenty_megabytes_are_refused_at_once(line):
    line.say(FORM + b"Content-Length: 20971520\r\n\r\n")
    status, body = line.hear()
    assert status == 413 and b"too large" in body.lower()
    assert line.is_closed()


def test_twenty_megabytes_that_come_all_the_same_harm_nobody(line):
    line.say(FORM + b"Content-Length: 20971520\r\n\r\n", *[bytes(2**20)] * 20)
    assert line.hear()[0] in (0, 413)


def test_twenty_megabytes_in_pieces_are_refused(line):
    piece = b"100000\r\n" + b"a" * 2**20 + b"\r\n"
    line.say(FORM + b"Transfer-Encoding: chunked\r\n\r\n", *[piece] * 20, b"0\r\n\r\n")
    assert line.hear()[0] in (0, 413)


def test_two_megabytes_are_refused_in_words(line):
    line.say(FORM + b"Content-Length: 2097152\r\n\r\n", b"a" * 2**21)
    status, body = line.hear()
    assert status == 403 or (status == 413 and b"Nothing was saved" in body)


@pytest.mark.parametrize("size", [8_000, 16_000, 32_000])
def test_headers_may_be_long(line, size):
    status, body = line.say(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nCookie: a=" + b"b" * size + b"\r\n\r\n").hear()
    assert (status, body) == (200, b"ok\n")


ENDLESS = {
    "an address": (b"GET /", b"a" * 2**16),
    "a header": (b"GET / HTTP/1.1\r\nX: ", b"a" * 2**16),
    "a name of a header": (b"GET / HTTP/1.1\r\n", b"a" * 2**16),
    "headers": (b"GET / HTTP/1.1\r\n", b"".join(b"X-%d: a\r\n" % number for number in range(6000))),
    "a method": (b"", b"A" * 2**16),
    "trailers": (FORM + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"".join(b"X-%d: a\r\n" % number for number in range(6000))),
    "a piece's extension": (FORM + b"Transfer-Encoding: chunked\r\n\r\n1;", b"a" * 2**16),
}


@pytest.mark.parametrize("note", ENDLESS)
def test_what_never_ends_is_hung_up_on(line, note):
    start, more = ENDLESS[note]
    began = time.monotonic()
    line.say(start, *[more] * 64)
    assert line.hear()[0] in (0, 400, 413, 414, 431)
    assert line.is_closed() and time.monotonic() - began < PATIENCE


# --- one after another ---------------------------------------------------------------------------


def test_after_an_error_the_same_connection_goes_on(line):
    for path, status in ((b"/nowhere", 404), (b"/my/", 302), (b"/help/codes/", 405), (b"/%00", 404), (b"/healthz", 200)):
        assert line.say(b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\n\r\n").hear()[0] == status, path


def test_requests_sent_in_one_go_are_answered_in_order(line):
    ask = [b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\n\r\n" for path in (b"/healthz", b"/nowhere", b"/healthz", b"/my/")]
    line.say(b"".join(ask))
    assert [line.hear()[0] for _ in ask] == [200, 404, 200, 302]


def test_a_thousand_requests_in_one_go_are_answered(line):
    line.say(OK * 1000)
    assert {line.hear() for _ in range(1000)} == {(200, b"ok\n")}


def test_what_follows_a_refused_body_is_not_taken_for_a_request(line):
    line.say(FORM + b"Content-Length: 20971520\r\n\r\n" + OK)
    assert line.hear()[0] == 413
    assert line.hear() == (0, b"")


# --- slowly --------------------------------------------------------------------------------------


def test_two_hundred_half_requests_keep_nobody_waiting(site):
    waiting = [Line(site).say(b"GET / HTTP/1.1\r\nHost: local") for _ in range(200)]
    began = time.monotonic()
    with Line(site) as other:
        assert other.say(OK).hear() == (200, b"ok\n")
    assert time.monotonic() - began < PATIENCE / 2
    for line in waiting:
        line.socket.close()


def test_clients_that_read_nothing_keep_nobody_waiting(site):
    deaf = [Line(site).say(b"GET /help/ HTTP/1.1\r\nHost: localhost\r\n\r\n" * 200) for _ in range(12)]
    with Line(site) as other:
        assert other.say(b"GET /accounts/login/ HTTP/1.1\r\nHost: localhost\r\n\r\n").hear()[0] == 200
    for line in deaf:
        line.socket.close()
