"""For tests that look at the whole: the site in a process of its own, and a browser."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection

from mechanichub.embedded.children import Child
from tests import chromium


@dataclass
class Site:
    """MechanicHub, served by a process of its own from the tests' database.

    `child.stop()` and `start()` are a server that restarts; meanwhile nobody answers at `url`. `log` is what it said.
    """

    url: str
    child: Child
    log: Path

    def start(self) -> None:
        """Starts the process and waits until it answers."""
        self.child.start()
        place = urlsplit(self.url)
        deadline = time.monotonic() + 60
        while not self._answers(place.hostname, place.port):
            assert self.child.running, f"the server ended: {self.log.read_text()}"
            assert time.monotonic() < deadline, f"the server does not answer: {self.log.read_text()}"
            time.sleep(0.05)

    def _answers(self, host: str | None, port: int | None) -> bool:
        http = HTTPConnection(host or "", port, timeout=5)
        try:
            http.request("GET", "/healthz")
            return http.getresponse().status == 200
        except OSError:
            return False
        finally:
            http.close()


@pytest.fixture(scope="session")
def running_site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server for all tests of this process."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    url, log = f"http://localhost:{port}", tmp_path_factory.mktemp("site") / "log"
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = os.environ | {"DATABASE_URL": database, "SITE_URL": url, "PORT": str(port), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    # As in production: hashed names, one stylesheet, nothing found that was not collected.
    environment |= {"STATIC_COLLECTED": "yes", "STATIC_ROOT": str(log.with_name("static"))}
    subprocess.run([sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"], env=environment, check=True)
    site = Site(url, Child("web server", [sys.executable, "-m", "mechanichub.serve"], environment, log=log), log)
    site.start()
    yield site
    site.child.stop()


@pytest.fixture
def site(running_site: Site, transactional_db: None) -> Site:
    """The running server, and a database that it sees: what a test writes is committed, and gone after the test."""
    if not running_site.child.running:
        running_site.start()
    return running_site


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return browser_type_launch_args | {"executable_path": chromium.ensure(), "args": chromium.FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], running_site: Site) -> dict[str, Any]:
    return browser_context_args | {"base_url": running_site.url, "locale": "en-US", "timezone_id": "UTC"}
