"""Files on their way out: a thread opens a file, the event loop sends it.

Pages are made by a few threads. A clip of 100 MB for somebody on a slow line would keep one of them for minutes, and four such
people the whole site. WSGI has a word for it: the application hands over an open file (PEP 3333, `wsgi.file_wrapper`; Django's
FileResponse does), the thread is free, and the loop, which can wait for thousands, reads and sends piece by piece.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import IO, Any

from mechanichub.bodies import ASGIApplication, Receive, Send

PIECE = 2**17  # bytes
TAKEN_WITHIN = 60  # seconds; a client that takes longer over one piece does not read
SCOPE_KEY = "mechanichub.outgoing"

WSGIApplication = Callable[[dict, Callable], Iterable[bytes]]


def handing_over(pages: WSGIApplication) -> WSGIApplication:
    """Offers `pages` to take open files off their hands. For a thread below `files_by_the_loop`."""

    def application(environ: dict, start_response: Callable) -> Iterable[bytes]:
        handed: list[IO[bytes]] = environ["asgi.scope"][SCOPE_KEY]

        def take(file: IO[bytes], block_size: int = PIECE) -> Iterable[bytes]:
            handed.append(file)
            return ()

        environ["wsgi.file_wrapper"] = take
        return pages(environ, start_response)

    return application


def files_by_the_loop(application: ASGIApplication) -> ASGIApplication:
    """Sends the file that was handed over, where the answer of `application` would end."""

    async def sending(scope: dict, receive: Receive, send: Send) -> None:
        handed: list[IO[bytes]] = []

        async def passing(message: dict) -> None:
            is_end = message["type"] == "http.response.body" and not message.get("more_body")
            if handed and is_end:
                await _send_file(handed[0], receive, send)
            else:
                await send(message)

        try:
            await application(scope | {SCOPE_KEY: handed}, receive, passing)
        finally:
            for file in handed:
                file.close()

    return sending


async def _send_file(file: IO[bytes], receive: Receive, send: Send) -> None:
    """All of it, unless the client goes away, or stays and takes nothing: the server closes its connection then."""
    going: asyncio.Future[Any] = asyncio.ensure_future(receive())  # its request was complete: all that can come is its end
    try:
        while (piece := await asyncio.to_thread(file.read, PIECE)) and not going.done():
            async with asyncio.timeout(TAKEN_WITHIN):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    except TimeoutError:
        return
    finally:
        going.cancel()
