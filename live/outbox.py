"""Texts on their way to browsers, without anybody waiting for anybody."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

from live.limits import TAKE_WITHIN, TEXTS_WAITING

logger = logging.getLogger(__name__)

Send = Callable[[dict], Awaitable[None]]


class Outbox:
    """The texts that one socket is to be sent, in order.

    Every socket is put a beat every few seconds, so `put` is also where it shows that a browser has stopped reading.
    """

    __slots__ = ("_courier", "_send", "_since", "_texts", "_under_way")

    def __init__(self, send: Send, courier: "Courier") -> None:
        self._send, self._courier = send, courier
        self._texts: deque[str] = deque()
        self._under_way = False
        self._since = 0.0  # when the text that is being sent was begun, in the loop's seconds

    def put(self, text: str) -> None:
        """Sends `text` after those before it; does not wait."""
        self._texts.append(text)
        if not self._under_way:
            self._under_way = True
            self._courier.call(self)
        elif self._is_stuck():
            self.hang_up()

    async def deliver(self) -> None:
        """Sends all there is; takes as long as the browser takes."""
        loop = asyncio.get_running_loop()
        try:
            while self._texts:
                self._since = loop.time()
                await self._send({"type": "websocket.send", "text": self._texts.popleft()})
        except (OSError, RuntimeError):  # the browser went, or the socket was closed, before it was its turn
            self._texts.clear()
        finally:
            self._under_way, self._since = False, 0.0

    def hang_up(self) -> None:
        """Drops the connection at once.

        A closing handshake, and the end of the application too, would first write what is buffered, and a browser that does
        not read keeps that waiting for ever. ASGI has no word for this; uvicorn's `send` is a method of its connection.
        """
        self._texts.clear()
        transport = getattr(getattr(self._send, "__self__", None), "transport", None)
        if transport is not None:
            transport.abort()

    def _is_stuck(self) -> bool:
        taking = asyncio.get_running_loop().time() - self._since if self._since else 0.0
        return len(self._texts) > TEXTS_WAITING or taking > TAKE_WITHIN


class Courier:
    """Walks from one outbox to the next and delivers what is there.

    A task for each text of each socket would cost half as much again as the sending itself. A send that does not have to wait
    never leaves the task, so one walk serves thousands within one turn of the event loop. When a browser does keep the walker
    waiting, that shows in the next turn: the walker stays with that browser, and another one walks on.
    """

    def __init__(self) -> None:
        self._waiting: deque[Outbox] = deque()
        self._walker: asyncio.Task[None] | None = None
        self._held_up: set[asyncio.Task[None]] = set()

    def call(self, outbox: Outbox) -> None:
        """Has `outbox` delivered soon."""
        self._waiting.append(outbox)
        if self._walker is None:
            self._walk_on()

    def _walk_on(self) -> None:
        self._walker = asyncio.create_task(self._walk()) if self._waiting else None

    async def _walk(self) -> None:
        me = asyncio.current_task()
        relief = asyncio.get_running_loop().call_soon(self._relieve)
        try:
            while self._waiting and self._walker is me:
                await _deliver(self._waiting.popleft())
        finally:
            relief.cancel()
            if self._walker is me:
                self._walk_on()

    def _relieve(self) -> None:
        self._held_up.add(self._walker)  # the event loop itself keeps no task alive
        self._walker.add_done_callback(self._held_up.discard)
        self._walk_on()


async def _deliver(outbox: Outbox) -> None:
    try:
        await outbox.deliver()
    except Exception:  # whatever is wrong with this socket, the others are still waiting
        logger.exception("a text could not be sent")
