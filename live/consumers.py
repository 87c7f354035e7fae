"""The three sockets: a mechanic's dashboard, a customer's dashboard, a session's room.

Browsers write over HTTP; a socket is for hearing, and in a room for what is gone in a moment. Rights are looked at in the
database when a socket opens, at each word it says, every 30 s, and when `push.check` asks for it. Handing a text on to a
browser touches no database.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from types import SimpleNamespace
from typing import ClassVar, NamedTuple
from uuid import UUID, uuid4

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.db import InterfaceError, OperationalError
from django.http import Http404, parse_cookie

from accounts_app.models import User
from accounts_app.sessions import CUSTOMER_VIEW
from live import push
from live.hub import Socket
from live.limits import FRAME_BYTES, SOCKETS_PER_PERSON, TAKE_WITHIN, Close, Rate, Seldom
from live.outbox import Outbox, Send
from mechanichub.errors import NotYours
from requests_app import matching
from sessions_app import access
from sessions_app.moves import HELD

logger = logging.getLogger(__name__)

SessionStore = import_module(settings.SESSION_ENGINE).SessionStore
Receive = Callable[[], Awaitable[dict]]

# What may be said in a room, and the fields that each word has besides its type.
WORDS: dict[str, dict[str, type]] = {
    "hello": {},
    "here": {},
    "typing": {"on": bool},
    # The call. A `seat` is one page that joined, by a name that it gave itself; static/js/call-line.js says what they mean.
    "in-call": {"seat": str, "since": int, "fresh": bool, "mic": bool, "picture": str, "can": list},
    "out-of-call": {"seat": str},
    "describe": {"seat": str, "to": str, "kind": str, "sdp": str},
    "candidates": {"seat": str, "to": str, "found": list},
    "ask": {"what": str},
    "answer": {"what": str, "yes": bool},
    "cannot": {"what": str},
    "freeze": {"client_id": str},
    "frozen": {"client_id": str, "how": str},
}

# Looks at rights have threads of their own, so that they keep their database connections and never wait for a page.
_lookers = ThreadPoolExecutor(2, thread_name_prefix="live-rights")
_warns = Seldom()


class Refused(Exception):
    """The socket is to be closed."""

    def __init__(self, code: Close) -> None:
        self.code = code


class Rights(NamedTuple):
    """What one person may do at one socket, at this moment."""

    user: User
    groups: list[str]
    may_speak: bool = False


def signed_in(session_key: str | None) -> User | None:
    """Whom this session cookie belongs to now; None after sign-out, deactivation or a change of password, and while staff see the site
    as somebody else: they are to hear neither what that person hears nor what they would hear themselves.
    """
    session = SessionStore(session_key)
    user = get_user(SimpleNamespace(session=session))
    return user if user.is_authenticated and CUSTOMER_VIEW not in session else None


class Consumer(Socket):
    """One open socket of one person. What it is about is up to `rights_of`."""

    def __init__(self, scope: dict, receive: Receive, send: Send) -> None:
        self.hub, self.arguments = scope["state"]["hub"], scope["url_route"]["kwargs"]
        self.person: UUID | None = None
        self._session_key = _session_key(scope)
        self._receive, self._send = receive, send
        self._outbox, self._rate = Outbox(send, self.hub.courier), Rate()
        self._look_wanted = False
        self._looking: asyncio.Task[None] | None = None

    @classmethod
    def as_asgi(cls) -> Callable[[dict, Receive, Send], Awaitable[None]]:
        async def application(scope: dict, receive: Receive, send: Send) -> None:
            await cls(scope, receive, send).run()

        return application

    def rights_of(self, user: User) -> Rights:
        """What `user` may do here. Runs in a thread, may ask the database.

        Raises:
            Http404, NotYours: nothing.
        """
        raise NotImplementedError

    async def run(self) -> None:
        """From handshake to close. A refusal comes after the handshake: before it, a page would not learn the reason."""
        await self._receive()
        await self._send({"type": "websocket.accept"})
        try:
            await self.opened(await self._enter())
            async for text in self._texts():
                await self.heard(text)
        except Refused as refusal:
            await self.close(refusal.code)
        finally:
            self.hub.leave(self)
            self.left()

    async def opened(self, rights: Rights) -> None:
        """The socket has joined its groups."""

    async def heard(self, text: str) -> None:
        """The browser said something. Dashboards only listen."""
        raise Refused(Close.NONSENSE)

    def left(self) -> None:
        """The socket is closed, from whichever side."""

    def put(self, text: str) -> None:
        self._outbox.put(text)

    def look_again(self) -> None:
        self._look_wanted = True  # a look that is under way may already have read what has changed since
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_until_current())

    async def look(self) -> Rights:
        """The rights as they are now; the groups follow them.

        Raises:
            Refused: the person is gone, or may not be here (any more).
        """
        try:
            rights = await _in_thread(self._rights)
        except (Http404, NotYours):
            raise Refused(Close.NOT_YOURS)
        except (OperationalError, InterfaceError) as outage:
            if _warns:
                logger.warning("the database does not say who may listen, sockets are closed: %s", outage)
            raise Refused(Close.TRY_LATER)
        if self.person and rights.user.pk != self.person:
            raise Refused(Close.NOT_YOURS)
        return rights

    async def close(self, code: Close) -> None:
        """Closes the socket and hears no more; drops it when the browser does not even take that."""
        self.hub.leave(self)
        with suppress(OSError, RuntimeError):  # it is closed already
            try:
                async with asyncio.timeout(TAKE_WITHIN):
                    await self._send({"type": "websocket.close", "code": int(code)})
            except TimeoutError:
                self._outbox.hang_up()

    async def _enter(self) -> Rights:
        rights = await self.look()
        if self.hub.sockets_of(rights.user.pk) >= SOCKETS_PER_PERSON:
            raise Refused(Close.TOO_MANY)
        self.person = rights.user.pk
        self.hub.join(self, rights.groups)
        return rights

    async def _texts(self) -> AsyncIterator[str]:
        while (message := await self._receive())["type"] == "websocket.receive":
            text = message.get("text")
            if text is None:
                raise Refused(Close.NOT_TEXT)
            if len(text.encode()) > FRAME_BYTES:
                raise Refused(Close.TOO_BIG)
            if not self._rate.take():
                raise Refused(Close.NONSENSE)
            yield text

    async def _look_until_current(self) -> None:
        try:
            while self._look_wanted:
                self._look_wanted = False
                rights = await self.look()
                if self.groups:  # else it has left meanwhile
                    self.hub.join(self, rights.groups)
        except Refused as refusal:
            await self.close(refusal.code)
        finally:
            self._looking = None

    def _rights(self) -> Rights:
        user = signed_in(self._session_key)
        if user is None:
            raise Refused(Close.NOT_YOURS if self.person else Close.SIGN_IN)
        rights = self.rights_of(user)
        return rights._replace(groups=[push.person(user.pk), *rights.groups])


class MechanicSocket(Consumer):
    """The dashboard of an approved mechanic: the queue as far as it is open to them, and their own sessions."""

    def rights_of(self, user: User) -> Rights:
        if not (user.is_mechanic and user.mechanic.may_hold):
            raise NotYours("")
        return Rights(user, [f"mechanic.{user.pk}", *matching.groups_of(user.mechanic)])


class CustomerSocket(Consumer):
    """The dashboard that everybody has: their own sessions and cars."""

    def rights_of(self, user: User) -> Rights:
        return Rights(user, [f"customer.{user.pk}"])


class SessionSocket(Consumer):
    """The room of a session. Customer and mechanic speak while the mechanic has it; before, after, and for staff it is to hear."""

    HEARING: ClassVar = {access.CUSTOMER, access.MECHANIC, access.STAFF}
    SPEAKING: ClassVar = {access.CUSTOMER, access.MECHANIC}

    def __init__(self, scope: dict, receive: Receive, send: Send) -> None:
        super().__init__(scope, receive, send)
        self.group = f"session.{self.arguments['pk']}"
        self.me: dict | None = None
        self.has_spoken = False

    def rights_of(self, user: User) -> Rights:
        session = access.room_for(user, self.arguments["pk"])
        if session.role not in self.HEARING:
            raise NotYours("")
        return Rights(user, [self.group], may_speak=session.role in self.SPEAKING and session.status in HELD)

    async def opened(self, rights: Rights) -> None:
        self.me = {"id": str(rights.user.pk), "name": rights.user.short_name, "socket": uuid4().hex[:12]}
        self.put(json.dumps({"kind": "you", **self.me}))

    async def heard(self, text: str) -> None:
        data = understood(text)
        if (await self.look()).may_speak:
            self.has_spoken = True
            push.pass_on(self.group, data, sender=self.me)

    def left(self) -> None:
        if self.has_spoken:
            push.pass_on(self.group, {"type": "bye"}, sender=self.me)


def understood(text: str) -> dict:
    """The `data` of `{"kind": "relay", "data": {"type": ..., ...}}`, when it is one of `WORDS` with just its fields.

    Raises:
        Refused: it is anything else.
    """
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused(Close.NONSENSE)
    match said:
        case {"kind": "relay", "data": {"type": str(word), **fields} as data} if {n: type(v) for n, v in fields.items()} == WORDS.get(word):
            return data
    raise Refused(Close.NONSENSE)


def _session_key(scope: dict) -> str | None:
    cookies = next((value for name, value in scope["headers"] if name == b"cookie"), b"")
    return parse_cookie(cookies.decode("latin-1")).get(settings.SESSION_COOKIE_NAME)


def _in_thread(function: Callable[[], Rights]) -> Awaitable[Rights]:
    return database_sync_to_async(function, thread_sensitive=False, executor=_lookers)()
