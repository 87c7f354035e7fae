"""The only door to the channel layer: what browsers hear between two page loads goes out here.

`changed`, `html`, `gone`, `relay` and `check` wait for the commit by themselves and are dropped with a rollback. None of them raises,
and none waits for the network: a text is handed to the one publisher thread of the process, so a dead Valkey costs a request
nothing. Nothing that matters depends on a push: a page reads by GET whatever it may have missed, and is told when that is.

Groups: `session.<id>`, `customer.<user id>`, `mechanic.<user id>`, `person.<user id>`, and those of requests_app/matching.py.
"""

import asyncio
import atexit
import json
import logging
import os
import threading
from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from live.layer import LayerError
from live.limits import Seldom

logger = logging.getLogger(__name__)

EVERYBODY = "everybody"  # every hub is in this group
MESSAGES_WAITING = 1000
GIVE_UP_AFTER = 3  # seconds
TRY_AGAIN_AFTER = 1
FINISH_WITHIN = 1


def changed(groups: Iterable[str], name: str, **ids: Any) -> None:
    """Tells the pages of `groups` that `name` changed; the regions that listen to it read themselves again.

    Args:
        ids: which thing it was, for pages that show only one.
    """
    _after_commit(groups, _text("changed", name=name, **ids))


def html(groups: Iterable[str], name: str, html: str) -> None:
    """Puts a finished element into the list called `name` on the pages of `groups`, or over the one with the same id.

    Args:
        html: one element with an id, rendered without knowing who will see it.
    """
    _after_commit(groups, _text("html", name=name, html=html))


def gone(groups: Iterable[str], element_id: str, text: str = "") -> None:
    """Takes an element off the pages of `groups`.

    Args:
        text: what stands in its place for a moment, such as "Taken by Max"; already translated.
    """
    _after_commit(groups, _text("gone", id=element_id, text=text))


def check(*groups: str) -> None:
    """Looks again at the rights of every open socket in `groups`; those that ended are closed with 4403."""
    for group in groups:
        transaction.on_commit(partial(_publisher().post, group, {"type": "check", "group": group}), robust=True)


def relay(group: str, data: dict) -> None:
    """Tells the pages of `group` something small that no fragment shows, such as a read mark: `{"type": ..., ...}`."""
    _after_commit([group], _text("relay", sender=None, data=data))


def pass_on(group: str, data: dict, *, sender: dict) -> None:
    """Passes on what one browser says to the others: typing, presence, signalling. Goes out at once: no row stands behind it.

    Args:
        sender: the `id` of the person, their `name`, and which `socket` of theirs it was.
    """
    _send([group], _text("relay", sender=sender, data=data))


def person(user_id: UUID | int) -> str:
    """The group of all sockets of one person, for `check`: sign-out, suspension, a closed account."""
    return f"person.{user_id}"


def reachable() -> bool:
    """True when the channel layer takes a message; takes three seconds at most."""
    return _publisher().reachable()


def _text(kind: str, **payload: Any) -> str:
    return json.dumps({"kind": kind, **payload}, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))


def _after_commit(groups: Iterable[str], text: str) -> None:
    transaction.on_commit(partial(_send, list(groups), text), robust=True)


def _send(groups: Iterable[str], text: str) -> None:
    publisher = _publisher()
    for group in groups:
        publisher.post(group, {"type": "text", "group": group, "text": text})


class Publisher(threading.Thread):
    """Carries messages from any thread to the channel layer, in the order they came.

    The layer is asynchronous. `async_to_sync` would make a new event loop, and the layer a new connection to Valkey, for each
    message; this thread keeps one of both.

    A message that cannot be delivered is dropped, and so are those that come until the layer answers again. Then every hub is
    told that there was a gap, so that its pages catch up.
    """

    def __init__(self) -> None:
        super().__init__(name="live-push", daemon=True)
        self._loop = asyncio.new_event_loop()
        self._messages: asyncio.Queue[tuple[str, dict]] = asyncio.Queue(MESSAGES_WAITING)
        self._warns = Seldom()

    def post(self, group: str, message: dict) -> None:
        """Hands a message over; never waits, never fails."""
        self._loop.call_soon_threadsafe(self._put, group, message)

    def reachable(self) -> bool:
        return asyncio.run_coroutine_threadsafe(self._delivered("nobody", {"type": "text"}), self._loop).result()

    def finish(self) -> None:
        """Waits a moment for what is still under way: a command may end right after its push."""
        if not self.is_alive():  # it was the parent's, before a fork
            return
        try:
            asyncio.run_coroutine_threadsafe(self._messages.join(), self._loop).result(FINISH_WITHIN)
        except TimeoutError:
            logger.warning("%s live updates were not sent before the end", self._messages.qsize())

    def run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._carry())

    def _put(self, group: str, message: dict) -> None:
        try:
            self._messages.put_nowait((group, message))
        except asyncio.QueueFull:
            self._drop_waiting()  # the layer is slower than we are: pages had better read than wait
            self._messages.put_nowait((EVERYBODY, {"type": "gap"}))

    async def _carry(self) -> None:
        while True:
            group, message = await self._messages.get()
            if not await self._delivered(group, message):
                await self._make_up()
            self._messages.task_done()

    async def _make_up(self) -> None:
        """Returns when the layer is back and every hub knows that messages are missing."""
        delivered = False
        while not delivered:
            await asyncio.sleep(TRY_AGAIN_AFTER)
            self._drop_waiting()
            delivered = await self._delivered(EVERYBODY, {"type": "gap"})

    async def _delivered(self, group: str, message: dict) -> bool:
        try:
            async with asyncio.timeout(GIVE_UP_AFTER):
                await get_channel_layer().group_send(group, message)
        except LayerError as outage:
            self._warn(outage)
            return False
        return True

    def _drop_waiting(self) -> None:
        while not self._messages.empty():
            self._messages.get_nowait()
            self._messages.task_done()

    def _warn(self, outage: Exception) -> None:
        if self._warns:
            logger.warning("live updates cannot be sent, pages have to read by themselves: %s", str(outage) or type(outage).__name__)


_lock = threading.Lock()
_publishers: dict[int, Publisher] = {}  # by process id: a thread does not survive a fork


def _publisher() -> Publisher:
    with _lock:
        publisher = _publishers.get(os.getpid())
        if publisher is None or not publisher.is_alive():
            publisher = _publishers[os.getpid()] = Publisher()
            publisher.start()
            atexit.register(publisher.finish)
    return publisher
