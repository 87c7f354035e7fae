"""The heads of requests: how long they may be, and how long they may take.

uvicorn keeps whatever comes until a head is complete, and waits for the first one for ever. One client could fill the memory with a
header that never ends, and a thousand silent ones would hold every connection that this process may have.
"""

import asyncio
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LONGEST = 2**16  # bytes in a row that belong to no body
ARRIVES_WITHIN = 30  # seconds


class HeadsWithLimits(HttpToolsProtocol):
    """uvicorn's HTTP, which answers 431 and 408 to heads that do not end."""

    _loose = 0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._loose += len(data)
        if self._deadline is None and not self._is_answering():
            self._wait_for_head()
        super().data_received(data)
        if self._loose > LONGEST:
            self._hang_up(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    # What the parser finds, in a part of the data that it was just fed; at most that part goes uncounted.

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._loose = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._loose = 0
        super().on_message_complete()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait_for_head(self) -> None:
        self._deadline = self.loop.call_later(ARRIVES_WITHIN, self._hang_up, HTTPStatus.REQUEST_TIMEOUT)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None

    def _hang_up(self, status: HTTPStatus) -> None:
        """Says why, unless an earlier request is still being answered here."""
        if self.transport.is_closing():
            return
        if self._is_answering():
            self.transport.abort()
            return
        self.transport.write(_answer(status))
        self.transport.close()


def _answer(status: HTTPStatus) -> bytes:
    text = f"{status.value} {status.phrase}\n"
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len(text)}"
    return f"{head}\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n{text}".encode()
