"""Ears: real WebSocket clients of the real server."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest
from django.test import Client
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from accounts_app.models import User
from tests.conftest import Site, running_site, site  # noqa: F401 (fixtures)


class Ear:
    """One open socket, and what is heard on it."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def hear(self, kind: str, within: float = 5) -> dict:
        """The next message of this kind; those before it are skipped."""
        return self.hear_all(kind, within)[-1]

    def hear_all(self, kind: str, within: float = 5) -> list[dict]:
        """What comes, up to the first message of this kind."""
        heard, deadline = [], time.monotonic() + within
        while not heard or heard[-1]["kind"] != kind:
            heard.append(json.loads(self.socket.recv(max(0.001, deadline - time.monotonic()))))
        return heard

    def hears_nothing(self, kind: str, within: float = 0.7) -> bool:
        """True when no message of this kind comes within some seconds."""
        try:
            self.hear(kind, within)
        except TimeoutError:
            return True
        return False

    def say(self, **data: Any) -> None:
        self.socket.send(json.dumps({"kind": "relay", "data": data}))

    def closed(self, within: float = 2) -> int:
        """The code that the server closes with; fails when it does not in time."""
        deadline = time.monotonic() + within
        try:
            while True:
                self.socket.recv(max(0.001, deadline - time.monotonic()))
        except ConnectionClosed:
            return self.socket.close_code


class Cookies(Client):
    """A browser's cookies: signs in and out as pages do."""

    @property
    def header(self) -> str:
        return "; ".join(f"{name}={cookie.value}" for name, cookie in self.cookies.items())


def signed_in(user: User | None) -> Cookies:
    cookies = Cookies()
    if user:
        cookies.force_login(user)
    return cookies


@pytest.fixture
def listen(site: Site) -> Iterator[Callable[..., Ear]]:  # noqa: F811
    """`listen("/ws/customer/", carla)` opens a socket; once it has caught up, unless it is refused."""
    yield from listening(site)


def listening(site: Site) -> Iterator[Callable[..., Ear]]:  # noqa: F811
    opened = ExitStack()

    def listen_at(path: str, user: User | None = None, *, cookies: Cookies | None = None, caught_up: bool = True, **options: Any) -> Ear:
        cookies = cookies or signed_in(user)
        address = site.url.replace("http", "ws") + path
        usual = {"origin": site.url, "additional_headers": {"Cookie": cookies.header}, "compression": None, "close_timeout": 1}
        ear = Ear(opened.enter_context(connect(address, **usual | options)))
        if caught_up:
            with suppress(ConnectionClosed):
                ear.hear("catch-up")
        return ear

    with opened:
        yield listen_at


@pytest.fixture
def nothing_broke(site: Site) -> Iterator[None]:  # noqa: F811
    """Fails when the server wrote a traceback meanwhile."""
    before = len(site.log.read_text())
    yield
    said = site.log.read_text()[before:]
    assert "Traceback" not in said, said
