"""A thread of the site gets a request only when all of it is there."""

import asyncio
import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from a2wsgi import WSGIMiddleware

from mechanichub import bodies
from mechanichub.asgi import THREADS
from tests.asynchronous import run
from tests.conftest import running_site, site  # noqa: F401 (fixtures)


class Exchange:
    """One HTTP request to an application that answers with what it got."""

    def __init__(
        self, pieces: list[dict], headers: list[tuple[bytes, bytes]] = (), query: bytes = b"", method: str = "POST", path: str = "/"
    ) -> None:
        self.pieces = iter(pieces)
        self.scope = {
            "type": "http",
            "method": method,
            "path": path,
            "http_version": "1.1",
            "query_string": query,
            "headers": list(headers),
        }
        self.environ: dict | None = None
        self.body: bytes | None = None
        self.sent: list[dict] = []

    def run(self) -> "Exchange":
        application = bodies.whole_requests(WSGIMiddleware(self.echo))
        run(application(self.scope, self.receive, self.send))
        return self

    def echo(self, environ: dict, start_response: Callable) -> list[bytes]:
        self.environ, self.body = environ, environ["wsgi.input"].read()
        start_response("200 OK", [])
        return [b""]

    async def receive(self) -> dict:
        piece = next(self.pieces, None)
        if piece is None:
            await asyncio.sleep(60)
        return piece

    async def send(self, message: dict) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int | None:
        return self.sent[0]["status"] if self.sent else None


def piece(body: bytes, more: bool = True) -> dict:
    return {"type": "http.request", "body": body, "more_body": more}


@pytest.mark.parametrize("size", [0, 1, bodies.CHUNK - 1, bodies.CHUNK, bodies.CHUNK + 1, bodies.IN_MEMORY + 5])
def test_a_body_arrives_as_it_was_sent(size):
    body = bytes(number % 251 for number in range(size))
    pieces = [piece(body[at : at + 1000]) for at in range(0, size, 1000)]
    exchange = Exchange([*pieces, piece(b"", more=False)]).run()
    assert (exchange.status, exchange.body) == (200, body)


def test_a_body_that_breaks_off_reaches_nobody():
    exchange = Exchange([piece(b"accept=yes&"), {"type": "http.disconnect"}]).run()
    assert exchange.environ is None and exchange.sent == []


def test_a_body_that_never_ends_is_given_up(monkeypatch):
    monkeypatch.setattr(bodies, "ARRIVES_WITHIN", 0.05)
    exchange = Exchange([piece(b"accept=")]).run()
    assert (exchange.status, exchange.environ) == (408, None)


def test_a_body_that_says_it_is_too_large_is_refused_unread():
    exchange = Exchange([], headers=[(b"content-length", b"%d" % (bodies.LARGEST + 1))]).run()
    assert (exchange.status, exchange.environ) == (413, None)


def test_a_body_that_turns_out_too_large_is_refused():
    endless = [piece(bytes(2**20))] * 100
    exchange = Exchange(endless).run()
    assert (exchange.status, exchange.environ) == (413, None)


def test_the_largest_body_is_let_through():
    exchange = Exchange([piece(bytes(bodies.LARGEST), more=False)]).run()
    assert exchange.status == 200 and len(exchange.body) == bodies.LARGEST


# --- files ---------------------------------------------------------------------------------------

SENDS_PIECE = {"method": "PATCH", "path": "/uploads/5f0c2a53-2f0e-4c51-9f5c-0d8f6a0f9d11/"}
SENDS_FORM = {"method": "POST", "path": "/sessions/5f0c2a53-2f0e-4c51-9f5c-0d8f6a0f9d11/files/"}
OF_PIECE = (b"content-type", b"application/offset+octet-stream")
OF_FORM = (b"content-type", b"multipart/form-data; boundary=x")
GONE = {"type": "http.disconnect"}


def announced(size: int) -> tuple[bytes, bytes]:
    return (b"content-length", b"%d" % size)


def test_what_arrived_of_a_piece_is_not_lost_when_its_sender_goes():
    exchange = Exchange([piece(b"half of"), GONE], [OF_PIECE, announced(15)], **SENDS_PIECE).run()
    assert exchange.body == b"half of" and exchange.environ["CONTENT_LENGTH"] == "7"


def test_a_piece_that_stops_coming_is_taken_as_far_as_it_came(monkeypatch):
    monkeypatch.setattr(bodies, "SILENT_FOR", 0.05)
    exchange = Exchange([piece(b"half of")], [OF_PIECE, announced(15)], **SENDS_PIECE).run()
    assert exchange.body == b"half of"


def test_a_file_may_take_longer_than_a_form(monkeypatch):
    monkeypatch.setattr(bodies, "ARRIVES_WITHIN", 0)
    exchange = Exchange([piece(b"a"), piece(b"b", more=False)], [OF_PIECE], **SENDS_PIECE).run()
    assert exchange.body == b"ab"


def test_a_piece_in_chunks_has_the_length_that_it_has():
    exchange = Exchange([piece(b"a"), piece(b"b", more=False)], [OF_PIECE, (b"transfer-encoding", b"chunked")], **SENDS_PIECE).run()
    assert exchange.environ["CONTENT_LENGTH"] == "2" and "HTTP_TRANSFER_ENCODING" not in exchange.environ


def test_half_a_form_with_files_reaches_nobody():
    exchange = Exchange([piece(b"--x"), GONE], [OF_FORM], **SENDS_FORM).run()
    assert exchange.environ is None and exchange.sent == []


@pytest.mark.parametrize(
    ("what", "content_type", "largest"),
    [(SENDS_PIECE, OF_PIECE, bodies.PIECE.largest), (SENDS_FORM, OF_FORM, bodies.FORM_WITH_FILES.largest)],
)
def test_a_file_that_says_it_is_too_large_is_refused_unread(what, content_type, largest):
    exchange = Exchange([], [content_type, announced(largest + 1)], **what).run()
    assert (exchange.status, exchange.environ) == (413, None)


def test_an_endless_piece_is_refused_as_soon_as_it_is_too_large():
    endless = [piece(bytes(2**20))] * 1000
    exchange = Exchange(endless, [OF_PIECE, (b"transfer-encoding", b"chunked")], **SENDS_PIECE).run()
    assert (exchange.status, exchange.environ) == (413, None)
    assert len(list(exchange.pieces)) > 900, "it was read to its end"


@pytest.mark.parametrize("headers", [[(b"content-type", b"text/plain")], [], [OF_FORM]])
def test_nothing_but_pieces_may_be_as_large_as_a_file(headers):
    exchange = Exchange([], [*headers, announced(bodies.LARGEST + 1)], **SENDS_PIECE).run()
    assert exchange.status == 413


@pytest.mark.parametrize("pieces", [[piece(b"x" * 2**20), GONE], [piece(bytes(2**20))] * 200, [piece(b"x" * 2**20, more=False)]])
def test_nothing_of_a_file_is_left_in_the_temporary_folder(pieces, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    Exchange(pieces, [OF_PIECE], **SENDS_PIECE).run()
    assert list(tmp_path.iterdir()) == [] and not open_files(tmp_path)


def open_files(folder: Path) -> list[str]:
    """Also those without a name."""
    opened = (os.readlink(each) for each in Path("/proc/self/fd").iterdir() if each.is_symlink())
    return [each for each in opened if each.startswith(str(folder))]


# --- heads ---------------------------------------------------------------------------------------


def test_a_header_with_an_underscore_cannot_pose_as_another():
    exchange = Exchange([piece(b"", more=False)], headers=[(b"x_forwarded_proto", b"https"), (b"x-requested-with", b"x")]).run()
    assert "HTTP_X_FORWARDED_PROTO" not in exchange.environ
    assert exchange.environ["HTTP_X_REQUESTED_WITH"] == "x"


def test_what_comes_behind_the_body_is_no_header():
    headers = [(b"x-known", b"1")]
    exchange = Exchange([], headers)
    exchange.scope["headers"] = headers  # the very list to which the server adds what comes behind

    def pieces():
        yield piece(b"a")
        headers.append((b"x-forwarded-for", b"192.0.2.1"))
        yield piece(b"", more=False)

    exchange.pieces = pieces()
    exchange.run()
    assert "HTTP_X_KNOWN" in exchange.environ and "HTTP_X_FORWARDED_FOR" not in exchange.environ


def test_a_query_may_be_any_bytes():
    exchange = Exchange([piece(b"", more=False)], query=b"q=caf\xc3\xa9%20a&b=1+2").run()
    assert exchange.environ["QUERY_STRING"] == "q=caf%C3%A9%20a&b=1+2"


def test_clients_that_send_slowly_do_not_keep_others_waiting(site):  # noqa: F811
    place = urlsplit(site.url)
    slow = [knock(place) for _ in range(3 * THREADS)]
    for connection in slow:
        connection.sendall(
            b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nCookie: csrftoken=" + b"a" * 32 + b"\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nhalf=of+it"
        )
    with knock(place) as quick:
        quick.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200 OK" in quick.recv(100)
    for connection in slow:
        connection.close()


def knock(place) -> socket.socket:
    return socket.create_connection((place.hostname, place.port), timeout=5)


@pytest.mark.parametrize("target", [b"/?q=\xff\xfe", b"/\xff\xfe", b"/%ff%00", b"/?%ff=%00", b"//", b"/?" + b"a" * 5000])
def test_an_address_of_any_bytes_is_no_error_of_the_server(site, target):  # noqa: F811
    with knock(urlsplit(site.url)) as connection:
        connection.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = connection.makefile("rb").readline()
    assert answer.split()[1] in (b"200", b"400", b"404"), answer
