"""Requests on their way from ASGI to WSGI: a thread gets a request only when all of it has arrived.

HTTP is served by a few threads. A body that trickles in would keep one of them, and four such clients the whole site; a body
that breaks off would reach the view as if it were complete. So the event loop, which can wait for thousands, collects it first.
"""

import asyncio
import re
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO
from urllib.parse import quote_from_bytes

from files_app.limits import LARGEST_OF_ALL, MOST_BYTES

Receive = Callable[[], Awaitable[dict]]
Send = Callable[[dict], Awaitable[None]]
ASGIApplication = Callable[[dict, Receive, Send], Awaitable[None]]

LARGEST = 16 * 2**20  # bytes; a photo of 15 MB and the form around it
IN_MEMORY = 2**18  # bytes; what is larger waits in a temporary file
ARRIVES_WITHIN = 120  # seconds, but for files
SILENT_FOR = 30  # seconds between two parts of a file
CHUNK = 2**16
ASCII = bytes(range(0x21, 0x7F))


@dataclass(frozen=True)
class Allowance:
    """What may come to an address.

    Args:
        largest: bytes.
        is_file: it may take as long as something comes.
        keeps_parts: when the sender goes in the middle, what is there is handed over, as if no more had been announced.
    """

    largest: int
    is_file: bool = False
    keeps_parts: bool = False


USUAL = Allowance(LARGEST)
PIECE = Allowance(LARGEST_OF_ALL, is_file=True, keeps_parts=True)  # of a file that comes by tus
FORM_WITH_FILES = Allowance(MOST_BYTES + LARGEST, is_file=True)
UUID = "[0-9a-f-]{36}"
# Method, type of content, address.
ALLOWED = (
    (PIECE, "PATCH", b"application/offset+octet-stream", re.compile(f"/uploads/{UUID}/")),
    (
        FORM_WITH_FILES,
        "POST",
        b"multipart/form-data",
        re.compile(f"(?:/api/v1)?/sessions/{UUID}/files/|/help/files/{UUID}/|/help/[a-z0-9_-]+/"),
    ),
)


class Refused(Exception):
    """The request is answered right here, with this status."""

    def __init__(self, status: HTTPStatus) -> None:
        self.status = status


class Disconnected(Exception):
    """The client went before its request was complete."""


def whole_requests(application: ASGIApplication) -> ASGIApplication:
    """Calls `application` with requests whose body is complete; answers 408 and 413 by itself."""

    async def collected(scope: dict, receive: Receive, send: Send) -> None:
        request = _tidy(scope)
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as body:
            try:
                request = await _collect(request, receive, body)
            except Refused as refused:
                await _answer(refused.status, send)
            except Disconnected:
                return
            else:
                await application(request, _replay(body), send)

    return collected


async def _collect(scope: dict, receive: Receive, body: IO[bytes]) -> dict:
    """Fills `body`; returns the request with the length that it has."""
    allowance = _allowance(scope)
    if any(name == b"content-length" and int(value) > allowance.largest for name, value in scope["headers"]):
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        async with asyncio.timeout(None if allowance.is_file else ARRIVES_WITHIN):
            while await _take(receive, body, allowance):
                pass
    except TimeoutError:
        if not allowance.keeps_parts:
            raise Refused(HTTPStatus.REQUEST_TIMEOUT)
    except Disconnected:
        if not allowance.keeps_parts:
            raise
    length = body.tell()
    body.seek(0)
    return _with_length(scope, length)


def _allowance(scope: dict) -> Allowance:
    content_type = dict(scope["headers"]).get(b"content-type", b"")
    for allowance, method, start, address in ALLOWED:
        if scope["method"] == method and content_type.startswith(start) and address.fullmatch(scope["path"]):
            return allowance
    return USUAL


async def _take(receive: Receive, body: IO[bytes], allowance: Allowance) -> bool:
    """Takes the next part; True when there is more to come."""
    async with asyncio.timeout(SILENT_FOR if allowance.is_file else None):
        message = await receive()
    if message["type"] == "http.disconnect":
        raise Disconnected
    body.write(message.get("body", b""))
    if body.tell() > allowance.largest:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return message.get("more_body", False)


def _with_length(scope: dict, length: int) -> dict:
    """WSGI reads as much as the head says: what came in chunks has no length there, and what was cut has a wrong one."""
    told = (b"content-length", b"transfer-encoding")
    others = [(name, value) for name, value in scope["headers"] if name not in told]
    if not length and others == scope["headers"]:
        return scope
    return scope | {"headers": [*others, (b"content-length", b"%d" % length)]}


def _replay(body: IO[bytes]) -> Receive:
    async def receive() -> dict:
        chunk = body.read(CHUNK)
        return {"type": "http.request", "body": chunk, "more_body": len(chunk) == CHUNK}

    return receive


def _tidy(scope: dict) -> dict:
    """Two things that WSGI cannot express: bytes beyond ASCII in a query, and headers that differ only by `_` and `-`.

    The second kind would let a client forge what a proxy adds: X_Forwarded_For and X-Forwarded-For are one variable in WSGI. For the
    same reason the headers are copied before the body comes: what a client sends behind it is no header (RFC 9110, 6.5.1).
    """
    return scope | {
        "headers": [(name, value) for name, value in scope["headers"] if b"_" not in name],
        "query_string": quote_from_bytes(scope["query_string"], safe=ASCII).encode(),
    }


async def _answer(status: HTTPStatus, send: Send) -> None:
    text = f"{status.value} {status.phrase}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(text)),
        (b"x-content-type-options", b"nosniff"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status.value, "headers": headers})
    await send({"type": "http.response.body", "body": text})
