"""Files: how many photos of 5 MB a minute one web process and one worker take, from the first byte until they can be seen, and what
100 MB in one piece do to the memory of the web process.

The yardstick is the inspection alone, without web and storage: no photo can be ready faster.
"""

import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import psutil
from django.conf import settings
from PIL import Image

from accounts_app.models import User
from bench import rows, web
from bench.fanout import sign_in
from files_app.inspection import inspect
from files_app.limits import LARGEST_OF_ALL
from files_app.models import SessionFile
from lifecycle import queue, room
from sessions_app.models import Session

PHOTOS, PHOTO_BYTES, PIECE = 10, 5_000_000, 4 * 2**20
READY_WITHIN = 300  # seconds
LOOK_EVERY = 0.01  # seconds, at the memory
WANTED_GROWTH = 20  # MB
TOKEN = "a" * 32


def run() -> None:
    """Prints both tables."""
    with web.static_files(), worker(), web.site(os.environ["DATABASE_URL"]) as browser:
        session, headers = furnish()
        photos(browser, session, headers)
        memory(browser, session, headers)


@contextmanager
def worker() -> Iterator[None]:
    command = [sys.executable, "manage.py", "procrastinate", "worker", "--queues=files", "--concurrency=2"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def furnish() -> tuple[Session, dict[str, str]]:
    """A live session, and the headers of its customer's browser."""
    rows.customers(0, 10)
    rows.mechanics(0, 1)
    rows.waiting_in_queue(1, 2)
    session = Session.objects.filter(status="pending").select_related("customer").first()
    queue.accept(session.pk, by=User.objects.select_related("mechanic").get(email="mechanic0@example.org"))
    room.enter(session.pk, by=session.customer)
    cookies = f"{settings.SESSION_COOKIE_NAME}={sign_in(session.customer)}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
    return session, {"Cookie": cookies, "X-CSRFToken": TOKEN, "Tus-Resumable": "1.0.0"}


# --- photos --------------------------------------------------------------------------------------


def photos(browser: http.client.HTTPConnection, session: Session, headers: dict[str, str]) -> None:
    photo = photo_of(PHOTO_BYTES)
    print(f"\n{PHOTOS} photos of {len(photo) / 1e6:.1f} MB, one after the other, in pieces of {PIECE / 2**20:.0f} MB", flush=True)
    alone = statistics.median(inspected(photo) for _time in range(3))
    began = time.monotonic()
    sent = {send(browser, session, headers, photo, "photo.jpg", "image/jpeg", PIECE): time.monotonic() for _photo in range(PHOTOS)}
    arrived = time.monotonic() - began
    ready = {pk: when_ready(pk) - at for pk, at in sent.items()}
    seen = time.monotonic() - began
    print(f"{'arrived, a minute':<34}{60 * PHOTOS / arrived:>10.0f}")
    print(f"{'ready, a minute':<34}{60 * PHOTOS / seen:>10.0f}")
    print(f"{'one inspection alone, s':<34}{alone:>10.2f}")
    print(f"{'last byte to ready, median, s':<34}{statistics.median(ready.values()):>10.2f}")
    print(f"{'last byte to ready, slowest, s':<34}{max(ready.values()):>10.2f}", flush=True)


def photo_of(size: int) -> bytes:
    """A JPEG of about that size: noise, as no camera makes it, but as large."""
    side = int((size / 0.76) ** 0.5)
    photo = BytesIO()
    Image.frombytes("RGB", (side, side), os.urandom(3 * side * side)).save(photo, "JPEG", quality=85)
    return photo.getvalue()


def inspected(photo: bytes) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder, "photo"), Path(folder, "out")
        path.write_bytes(photo)
        out.mkdir()
        began = time.monotonic()
        inspect(path, out)
        return time.monotonic() - began


def send(
    browser: http.client.HTTPConnection, session: Session, headers: dict[str, str], body: bytes, name: str, kind: str, piece: int
) -> uuid.UUID:
    """Sends a file by tus; its id."""
    browser.close()  # the server has hung up meanwhile, and it opens itself again
    about = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in {"filename": name, "filetype": kind}.items())
    told = {**headers, "Upload-Length": str(len(body)), "Upload-Metadata": about}
    address = asked(browser, "POST", f"/sessions/{session.pk}/uploads/", b"", told, 201).headers["Location"]
    for offset in range(0, len(body), piece):
        told = {**headers, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        asked(browser, "PATCH", address, body[offset : offset + piece], told, 204)
    return uuid.UUID(address.split("/")[-2])


def asked(
    browser: http.client.HTTPConnection, method: str, path: str, body: bytes, headers: dict[str, str], wanted: int
) -> http.client.HTTPResponse:
    browser.request(method, path, body, headers)
    answer = browser.getresponse()
    answer.read()
    if answer.status != wanted:
        raise RuntimeError(f"{method} {path} is answered with {answer.status}")
    return answer


def when_ready(pk: uuid.UUID) -> float:
    """Waits until it was checked; the time."""
    deadline = time.monotonic() + READY_WITHIN
    while (state := SessionFile.objects.values_list("state", flat=True).get(pk=pk)) == "checking":
        if time.monotonic() > deadline:
            raise RuntimeError("the worker does not check files")
        time.sleep(0.02)
    if state != "ready":
        raise RuntimeError("a photo was refused")
    return time.monotonic()


# --- memory --------------------------------------------------------------------------------------


def memory(browser: http.client.HTTPConnection, session: Session, headers: dict[str, str]) -> None:
    """100 MB in one piece, as a plain client of the protocol sends them: the most that a request can be."""
    SessionFile.objects.filter(session=session).delete()
    print("\nMemory of the web process during an upload of 100 MB in one piece, MB", flush=True)
    server = server_of(browser)
    before, peak, stop = server.memory_info().rss, [0], threading.Event()

    def look() -> None:
        while not stop.wait(LOOK_EVERY):
            peak[0] = max(peak[0], server.memory_info().rss)

    looker = threading.Thread(target=look)
    looker.start()
    began = time.monotonic()
    send(browser, session, headers, os.urandom(LARGEST_OF_ALL), "noise.mp4", "video/mp4", LARGEST_OF_ALL)
    took = time.monotonic() - began
    stop.set()
    looker.join()
    print(f"{'before':<34}{before / 1e6:>10.1f}\n{'at most':<34}{peak[0] / 1e6:>10.1f}\n{'growth':<34}{(peak[0] - before) / 1e6:>10.1f}")
    print(f"{'it took, s':<34}{took:>10.1f}\nwanted: a growth of at most {WANTED_GROWTH} MB")


def server_of(browser: http.client.HTTPConnection) -> psutil.Process:
    """The web process: whoever holds the other end of the connection's port."""
    port = browser.port
    children = psutil.Process().children(recursive=True)
    return next(child for child in children if any(each.laddr.port == port for each in child.net_connections("tcp")))
