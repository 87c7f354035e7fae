"""Servers of one's own, that a test may take away, and people who ask them over HTTP."""

import os
import secrets
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import connection

from accounts_app.models import User
from mechanichub.embedded.children import Child, free_port
from tests.browser.conftest import signed_in
from tests.cast import REPORT
from tests.conftest import Site

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@contextmanager
def serving(log: Path, **services: str) -> Iterator[Site]:
    """A server of one's own; services: environment variables such as CHANNELS_URL."""
    port = free_port()
    url = f"http://localhost:{port}"
    environment = os.environ | {"SITE_URL": url, "PORT": str(port), "DJANGO_SETTINGS_MODULE": "tests.settings"} | services
    site = Site(url, Child("web server", [sys.executable, "-m", "mechanichub.serve"], environment=environment, log=log), log)
    site.start()
    try:
        yield site
    finally:
        site.child.stop()


def database_in_use() -> str:
    """The address of the database that this test works in."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def until(happens: Callable[[], bool], what: str, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} seconds"
        time.sleep(0.005)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str
    seconds: float

    @property
    def is_done(self) -> bool:
        """The server has said that it did it."""
        return 200 <= self.status < 400


@dataclass
class Visitor:
    """Somebody signed in, on a connection that is opened for each request. Made in the test's thread, used in any."""

    site: Site
    cookie: str = ""
    token: str = field(default_factory=lambda: secrets.token_hex(16))

    @classmethod
    def of(cls, user: User, site: Site) -> "Visitor":
        return cls(site, f"{settings.SESSION_COOKIE_NAME}={signed_in(user)}")

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, **fields: object) -> Answer:
        return self.ask("POST", path, urlencode(fields))

    def ask(self, method: str, path: str, body: str | None = None) -> Answer:
        """Sends a request, and waits half a minute at most.

        Raises:
            OSError: nobody answers there.
        """
        place = urlsplit(self.site.url)
        http = HTTPConnection(place.hostname or "", place.port, timeout=30)
        headers = {"Cookie": f"{self.cookie}; {settings.CSRF_COOKIE_NAME}={self.token}", "X-CSRFToken": self.token, "Accept": "text/html"}
        began = time.monotonic()
        try:
            http.request(method, path, body, headers | (FORM if body is not None else {}))
            answer = http.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode(), time.monotonic() - began)
        finally:
            http.close()

    # --- what people do --------------------------------------------------------------------------

    def asks_for_help(self, client_id: uuid.UUID) -> Answer:
        told = {"name": "Carla Example", "email": "carla@example.org", "phone": "+14155550101", "city": "Oakland", "consent": "on"}
        car = {"year": 2016, "make": "Toyota", "model": "Corolla"}
        return self.post("/help/free/", client_id=client_id, plan="free", concern="The engine light is on, code P0302.", **told, **car)

    def accepts(self, session_id: uuid.UUID) -> Answer:
        return self.post(f"/sessions/{session_id}/accept/")

    def enters(self, session_id: uuid.UUID) -> Answer:
        return self.post(f"/sessions/{session_id}/enter/")

    def gives_back(self, session_id: uuid.UUID) -> Answer:
        return self.post(f"/sessions/{session_id}/release/", usual="other", reason="My phone rings.")

    def says(self, session_id: uuid.UUID, body: str, client_id: uuid.UUID) -> Answer:
        return self.post(f"/sessions/{session_id}/messages/", body=body, client_id=client_id)

    def completes(self, session_id: uuid.UUID) -> Answer:
        return self.post(f"/sessions/{session_id}/complete/", **REPORT | {"safe_to_drive": "yes"})
