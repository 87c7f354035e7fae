"""Many browsers in one process, as cheap as they can be, so that the servers get the processor.

`python -m bench.listeners` reads a job as JSON from its first line of input (see `Job`), opens that many sockets, prints
"ready" when all have heard `caught_up`, then prints, for each marker that it is given on a line, when the last socket had it.
"""

import asyncio
import base64
import json
import os
import sys
import time
from typing import NamedTuple

AT_ONCE = 50  # handshakes under way


class Job(NamedTuple):
    port: int
    path: str
    cookies: list[str]  # one socket each
    caught_up: str  # what a socket hears when it is ready


class Listener(asyncio.Protocol):
    """One socket. It asks for an upgrade, and from then on only looks for a piece of text in what comes."""

    def __init__(self, job: Job, cookie: str) -> None:
        self.request = (
            f"GET {job.path} HTTP/1.1\r\nHost: localhost:{job.port}\r\nOrigin: http://localhost:{job.port}\r\nCookie: {cookie}\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n\r\n"
        )
        self.awaited, self.tail = b"", b""
        self.found: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def expect(self, marker: str) -> asyncio.Future[float]:
        """The time, of the clock that all processes share, when `marker` arrives."""
        self.awaited, self.tail = marker.encode(), b""
        self.found = asyncio.get_running_loop().create_future()
        return self.found

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(self.request.encode())  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        seen = self.tail + data
        if self.awaited in seen and not self.found.done():
            self.found.set_result(time.monotonic())
        self.tail = seen[-len(self.awaited) :]

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.found.done():
            self.found.set_exception(ConnectionError(f"closed by the server; the last it said was {self.tail!r}"))


async def main() -> None:
    job = Job(**json.loads(await _line()))
    gate = asyncio.Semaphore(AT_ONCE)
    listeners = await asyncio.gather(*(_open(job, cookie, gate) for cookie in job.cookies))
    print("ready", flush=True)
    while marker := await _line():
        arrivals = [listener.expect(marker) for listener in listeners]
        print("listening", flush=True)
        print(max(await asyncio.gather(*arrivals)), flush=True)


async def _open(job: Job, cookie: str, gate: asyncio.Semaphore) -> Listener:
    async with gate:
        listener = Listener(job, cookie)
        caught_up = listener.expect(job.caught_up)
        await asyncio.get_running_loop().create_connection(lambda: listener, "127.0.0.1", job.port)
        await caught_up
    return listener


async def _line() -> str:
    return (await asyncio.to_thread(sys.stdin.readline)).strip()


if __name__ == "__main__":
    asyncio.run(main())
