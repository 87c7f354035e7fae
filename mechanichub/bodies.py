"""Requests on their way from ASGI to WSGI: a thread gets a request only when all of it has arrived.

HTTP is served by a few threads. A body that trickles in would keep one of them, and four such clients the whole site; a body
that breaks off would reach the view as if it were complete. So the event loop, which can wait for thousands, collects it first.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import IO
from urllib.parse import quote_from_bytes

Receive = Callable[[], Awaitable[dict]]
Send = Callable[[dict], Awaitable[None]]
ASGIApplication = Callable[[dict, Receive, Send], Awaitable[None]]

LARGEST = 16 * 2**20  # bytes; a photo of 15 MB and the form around it
IN_MEMORY = 2**18  # bytes; what is larger waits in a temporary file
ARRIVES_WITHIN = 120  # seconds
CHUNK = 2**16
ASCII = bytes(range(0x21, 0x7F))


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
                await _collect(request, receive, body)
            except Refused as refused:
                await _answer(refused.status, send)
            except Disconnected:
                return
            else:
                await application(request, _replay(body), send)

    return collected


async def _collect(scope: dict, receive: Receive, body: IO[bytes]) -> None:
    if any(name == b"content-length" and int(value) > LARGEST for name, value in scope["headers"]):
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        async with asyncio.timeout(ARRIVES_WITHIN):
            while await _take(receive, body):
                pass
    except TimeoutError:
        raise Refused(HTTPStatus.REQUEST_TIMEOUT)
    body.seek(0)


async def _take(receive: Receive, body: IO[bytes]) -> bool:
    """Takes the next piece; True when there is more to come."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise Disconnected
    body.write(message.get("body", b""))
    if body.tell() > LARGEST:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return message.get("more_body", False)


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
