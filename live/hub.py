"""One hub per process, between the channel layer and the sockets of this process.

The stock way, every consumer in the group with a channel of its own, costs a message and a task per socket: measured 259 ms
until the last of 1,000 sockets has a text, against 20 ms of a bare server. Here the process has one channel, is in a group
while one of its sockets wants it, and hands the finished text to each of them.

The layer delivers at most once, and the hub is honest about it. A socket hears `catch-up` when from then on it will miss
nothing: after it was opened, after the layer was lost, after a publisher had to drop something. It hears `offline` when
nothing can come for now.
"""

import asyncio
import json
import logging
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable
from contextlib import asynccontextmanager, suppress
from functools import partial
from uuid import UUID, uuid4

from channels.layers import get_channel_layer

from live.layer import ChannelLayer, LayerError
from live.limits import BEAT_EVERY, LOOK_EVERY
from live.outbox import Courier
from live.push import EVERYBODY

logger = logging.getLogger(__name__)

CATCH_UP, OFFLINE, BEAT = (json.dumps({"kind": kind}) for kind in ("catch-up", "offline", "beat"))
ANSWER_WITHIN = 2  # seconds until the layer counts as lost
ASK_AGAIN_AFTER = 0.05
TRY_AGAIN_AFTER = 0.5
LOOK_AT_LAYER_EVERY = 1
GATHER_FOR = 0.02  # so that a thousand pages opened at once are one change of subscriptions, not a thousand


class Socket:
    """What the hub knows of an open socket. The hub alone writes `groups` and `number`."""

    person: UUID | int
    groups: frozenset[str] = frozenset()
    number = 0

    def put(self, text: str) -> None:
        """Sends a text; does not wait."""
        raise NotImplementedError

    def look_again(self) -> None:
        """Looks at the rights again; does not wait."""
        raise NotImplementedError


class Hub:
    def __init__(self) -> None:
        self.courier = Courier()
        self._sockets: set[Socket] = set()
        self._members: defaultdict[str, set[Socket]] = defaultdict(set)
        self._people: Counter[UUID | int] = Counter()
        self._opened = 0
        self._behind: set[Socket] = set()  # may have missed something
        self._subscribed: set[str] = set()
        self._connected = asyncio.Event()
        self._stir = asyncio.Event()  # subscriptions, or a socket, need attention
        self._echo: tuple[str, asyncio.Future[None]] | None = None

    # --- for sockets

    def join(self, socket: Socket, groups: Collection[str]) -> None:
        """Hands `socket` what is sent to `groups`, in place of the groups it had; `catch-up` will say from when on."""
        if socket not in self._sockets:
            self._welcome(socket)
        before, socket.groups = socket.groups, frozenset(groups)
        for group in socket.groups - before:
            self._members[group].add(socket)
        self._drop(socket, before - socket.groups)
        if socket.groups - before:
            self._fall_behind([socket])

    def leave(self, socket: Socket) -> None:
        """Forgets `socket`; does nothing when it never joined."""
        if socket not in self._sockets:
            return
        self._sockets.discard(socket)
        self._behind.discard(socket)
        self._people[socket.person] -= 1
        if not self._people[socket.person]:
            del self._people[socket.person]
        self._drop(socket, socket.groups)
        socket.groups = frozenset()

    def sockets_of(self, person: UUID | int) -> int:
        """How many sockets `person` has open in this process."""
        return self._people[person]

    def _welcome(self, socket: Socket) -> None:
        self._opened += 1
        socket.number = self._opened
        self._sockets.add(socket)
        self._people[socket.person] += 1

    def _drop(self, socket: Socket, groups: Iterable[str]) -> None:
        for group in groups:
            self._members[group].discard(socket)
            if not self._members[group]:
                del self._members[group]
                self._stir.set()

    def _fall_behind(self, sockets: Collection[Socket]) -> None:
        self._behind.update(sockets)
        self._stir.set()
        if not self._connected.is_set():
            for socket in sockets:
                socket.put(OFFLINE)

    # --- its life

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Hub"]:
        """Runs the hub in the background; waits a moment for the layer, but starts without it too."""
        tasks = [asyncio.create_task(self._stay_connected()), asyncio.create_task(self._tend())]
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._connected.wait(), ANSWER_WITHIN)
            yield self
        finally:
            await _end(tasks)

    async def _stay_connected(self) -> None:
        while True:
            try:
                await self._serve(get_channel_layer())
            except LayerError as outage:
                self._lose(outage)
            except Exception as mistake:  # a hub that ends would leave every page deaf until the next restart
                logger.exception("the hub failed and begins anew")
                self._lose(mistake)
            await asyncio.sleep(TRY_AGAIN_AFTER)

    def _lose(self, outage: Exception) -> None:
        if self._connected.is_set():
            logger.warning("the channel layer is lost, pages are told that they are offline: %s", str(outage) or type(outage).__name__)
            self._connected.clear()
            self._fall_behind(self._sockets)

    async def _serve(self, layer: ChannelLayer) -> None:
        channel = await layer.new_channel("hub.")
        listener = asyncio.create_task(self._listen(layer, channel))
        try:
            await self._keep_up(layer, channel)
        finally:
            # First the layer: a receive that is cancelled would otherwise say goodbye to a server that may be dead.
            await layer.flush()
            listener.cancel()

    async def _keep_up(self, layer: ChannelLayer, channel: str) -> None:
        """Keeps the subscriptions what the sockets want. Raises LayerError when messages may have been lost."""
        self._subscribed.clear()
        self._behind = set(self._sockets)
        await self._hear_myself(partial(layer.send, channel))
        connects = layer.connects()
        while layer.connects() == connects:
            behind, self._behind = self._behind, set()
            await self._align(layer, channel)
            self._connected.set()
            self._catch_up(behind & self._sockets)
            await self._rest()
        raise ConnectionError("the connection to it was interrupted")

    async def _align(self, layer: ChannelLayer, channel: str) -> None:
        wanted = {EVERYBODY, *self._members}
        self._stir.clear()
        for group in self._subscribed - wanted:
            await layer.group_discard(group, channel)
        self._subscribed &= wanted
        ask = partial(layer.send, channel)
        for group in wanted - self._subscribed:
            await layer.group_add(group, channel)
            ask = partial(layer.group_send, group)
        # Nobody acknowledges a subscription, and what is published on another connection may overtake it. They are made one
        # after the other, so when an echo comes through the last of them, all of them hold. Without a new one it shows that
        # the layer is there.
        await self._hear_myself(ask)
        self._subscribed = wanted

    def _catch_up(self, sockets: Iterable[Socket]) -> None:
        for socket in sockets:
            socket.put(CATCH_UP)
            socket.look_again()  # a `check` may be among what was missed

    async def _hear_myself(self, ask: Callable[[dict], Awaitable[None]]) -> None:
        self._echo = (uuid4().hex, asyncio.get_running_loop().create_future())
        mark, heard = self._echo
        async with asyncio.timeout(ANSWER_WITHIN):
            while not heard.done():
                await ask({"type": "echo", "mark": mark})
                await asyncio.wait([heard], timeout=ASK_AGAIN_AFTER)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(LOOK_AT_LAYER_EVERY):
                await self._stir.wait()
                await asyncio.sleep(GATHER_FOR)
        except TimeoutError:
            return

    async def _listen(self, layer: ChannelLayer, channel: str) -> None:
        while True:
            self._take(await layer.receive(channel))

    def _take(self, message: dict) -> None:
        match message:
            case {"type": "text", "group": group, "text": text}:
                for socket in tuple(self._members.get(group, ())):
                    socket.put(text)
            case {"type": "check", "group": group}:
                for socket in tuple(self._members.get(group, ())):
                    socket.look_again()
            case {"type": "gap"}:
                self._fall_behind(self._sockets)
            case {"type": "echo", "mark": mark} if self._echo and self._echo[0] == mark and not self._echo[1].done():
                self._echo[1].set_result(None)

    async def _tend(self) -> None:
        """Beats and looks, each socket at its own second, so that thousands do not come at once."""
        second = 0
        while True:
            await asyncio.sleep(1)
            second += 1
            for socket in tuple(self._sockets):
                if (second + socket.number) % BEAT_EVERY == 0:
                    socket.put(BEAT)
                if (second + socket.number) % LOOK_EVERY == 0:
                    socket.look_again()


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    """Cancels until it helps: `asyncio.wait_for` of Python 3.11, which redis-py sends by, may swallow a cancellation."""
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=0.1)
