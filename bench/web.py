"""The site in a process of its own, as a browser sees it."""

import http.client
import os
import posixpath
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from mechanichub.embedded.children import Child

STARTS_WITHIN = 60  # seconds


@contextmanager
def static_files() -> Iterator[None]:
    """Collected and compressed, as they are served."""
    with TemporaryDirectory(prefix="mechanichub-bench-") as folder:
        os.environ["STATIC_ROOT"] = settings.STATIC_ROOT = folder
        subprocess.run([sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"], check=True)
        yield


@contextmanager
def site(database: str) -> Iterator[http.client.HTTPConnection]:
    """One web process with that database, and a connection to it."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        command = [sys.executable, "-m", "mechanichub.serve", f"--fd={door.fileno()}"]
        child = Child("web server", command, os.environ | {"DATABASE_URL": database}, sockets=[door])
        child.start()
        try:
            with closing(http.client.HTTPConnection("localhost", door.getsockname()[1], timeout=STARTS_WITHIN)) as browser:
                get(browser, "/healthz")
                yield browser
        finally:
            child.stop()


def get(browser: http.client.HTTPConnection, path: str, cookie: str = "") -> tuple[float, bytes]:
    """How long the answer took, in milliseconds, and its body as compressed as a browser gets it."""
    start = time.perf_counter()
    browser.request("GET", path, headers={"Accept": "text/html", "Accept-Encoding": "br, gzip", "Cookie": cookie})
    answer = browser.getresponse()
    body = answer.read()
    took = (time.perf_counter() - start) * 1000
    if answer.status != 200:
        raise RuntimeError(f"{path} is answered with {answer.status}")
    return took, body


def assets_of(page: str) -> list[str]:
    """The addresses of all that a browser fetches for a page: styles, pictures, scripts and what those import."""
    addresses = list(dict.fromkeys(re.findall(r'(?:href|src)="(/static/[^"#]+)', page)))
    for address in addresses:  # it grows while it is read
        source = (Path(settings.STATIC_ROOT) / address.removeprefix(settings.STATIC_URL)).read_text() if address.endswith(".js") else ""
        imported = (posixpath.join(posixpath.dirname(address), name) for name in re.findall(r'import[^"]*"\./([^"]+)";', source))
        addresses += [name for name in imported if name not in addresses]
    return addresses
