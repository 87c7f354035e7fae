"""One new request to many open dashboards: how long until the last has it, what it costs, and what it does not cause.

The yardstick is a server that does nothing but hand a Valkey message to its sockets. Both servers, and as many listeners for
each, are there during the whole run; rounds alternate between them.
"""

import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import redis
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from accounts_app.models import Mechanic, User
from bench.listeners import Job
from bench.servers import COUNT
from live import push
from live.limits import SOCKETS_PER_PERSON
from mechanichub.embedded.children import free_port

SIZES = (1000, 3000)
ROUNDS = 40
WARM_UP = 3  # rounds more
CONTENT = "<p>A car, a concern, a place and how long it waits.</p>" * 40
CARD = '<article class="card" id="request-{marker}">' + CONTENT + "{marker}</article>"
COLUMNS = ("sockets", "bare, ms", "ours, ms", "ratio", "ours, worst", "HTTP requests", "KB a socket", "KB, bare")


class Side(NamedTuple):
    """One server with its listeners."""

    port: int
    listeners: subprocess.Popen
    sockets: int
    kilobytes: float  # of the server's memory for each socket
    publish: Callable[[str], object]


def run() -> None:
    print(f"\nOne new request to open dashboards, until the last has it: median of {ROUNDS} rounds, and the HTTP requests it caused")
    print("".join(f"{name:>15}" for name in COLUMNS))
    with redis.Redis.from_url(os.environ["CHANNELS_URL"]) as valkey:
        for size in SIZES:
            with ExitStack() as stack:
                ours = stack.enter_context(side("site", "/ws/mechanic/", cookies(size), '"catch-up"', publish))
                bare = stack.enter_context(side("bare", "/", [""] * size, "hello", partial(valkey.publish, "bench")))
                print("".join(f"{value:>15}" for value in row(ours, bare)))


def publish(text: str) -> None:
    """What the site does for a new request, with a card of the usual size."""
    push.html(["queue.duty"], "queue", text)


def row(ours: Side, bare: Side) -> list[str]:
    """The line of the table for one size."""
    requests = count_requests(ours.port)
    rounds = [both(number, ours, bare) for number in range(WARM_UP + ROUNDS)][WARM_UP:]
    caused = count_requests(ours.port) - requests
    our_time, bare_time = (statistics.median(times) for times in zip(*rounds, strict=True))
    worst = max(ours for ours, _ in rounds)
    times = [f"{bare_time:.1f}", f"{our_time:.1f}", f"{our_time / bare_time:.2f}", f"{worst:.1f}"]
    return [str(ours.sockets), *times, str(caused), f"{ours.kilobytes:.0f}", f"{bare.kilobytes:.0f}"]


def both(number: int, ours: Side, bare: Side) -> tuple[float, float]:
    """One round, ours and bare; who is first changes, so that what else the machine does hits both alike."""
    if number % 2:
        bare_time = milliseconds(bare, number)
        return milliseconds(ours, number), bare_time
    return milliseconds(ours, number), milliseconds(bare, number)


def milliseconds(side: Side, number: int) -> float:
    """How long it takes until the last listener of `side` has what is published."""
    marker = f"marker-{number:05}"
    tell(side.listeners, marker)
    time.sleep(0.05)  # the listeners are listening; let everything come to rest
    start = time.monotonic()
    side.publish(CARD.format(marker=marker))
    return (float(side.listeners.stdout.readline()) - start) * 1000


def tell(process: subprocess.Popen, line: str) -> str:
    """Gives a process a line, and returns what it says to that."""
    process.stdin.write(line + "\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


@contextmanager
def side(name: str, path: str, cookies: list[str], caught_up: str, publish: Callable[[str], object]) -> Iterator[Side]:
    """Starts a server of bench/servers.py and a listener for each of `cookies`."""
    port = free_port()
    environment = os.environ | {"PORT": str(port), "SITE_URL": f"http://localhost:{port}"}
    server = subprocess.Popen([sys.executable, "-m", "bench.servers", name], env=environment)
    listeners = subprocess.Popen([sys.executable, "-m", "bench.listeners"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        wait_for(port, server)
        before = memory(server.pid)
        answer = tell(listeners, json.dumps(Job(port, path, cookies, caught_up)._asdict()))
        if answer != "ready":
            raise RuntimeError(f"the listeners of the {name} server gave up")
        time.sleep(2)
        yield Side(port, listeners, len(cookies), (memory(server.pid) - before) / len(cookies), publish)
    finally:
        for process in (listeners, server):
            process.terminate()
            process.wait(10)


def wait_for(port: int, server: subprocess.Popen) -> None:
    """Returns when the server answers."""
    for _ in range(300):
        try:
            count_requests(port)
        except (ConnectionError, http.client.HTTPException):
            time.sleep(0.1)
        else:
            return
        if server.poll() is not None:
            break
    raise RuntimeError("a server of the bench did not start")


def count_requests(port: int) -> int:
    """How many HTTP requests the site has had; the bare server always says 0."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", COUNT)
    answer = connection.getresponse().read()
    connection.close()
    return int(answer)


def memory(pid: int) -> float:
    """Resident memory of a process in kilobytes."""
    return next(float(line.split()[1]) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))


def cookies(sockets: int) -> list[str]:
    """Signed-in mechanics on duty, as many as it takes to open that many sockets."""
    people = mechanics(-(-sockets // SOCKETS_PER_PERSON))
    keys = [f"{settings.SESSION_COOKIE_NAME}={sign_in(user)}" for user in people]
    return list(islice((key for _ in range(SOCKETS_PER_PERSON) for key in keys), sockets))


def mechanics(number: int) -> list[User]:
    """The same people in every run; made where they are missing."""
    wanted = [User(email=f"bench{index}@example.org", full_name=f"Bench {index}", password="!") for index in range(number)]
    User.objects.bulk_create(wanted, ignore_conflicts=True)
    people = list(User.objects.filter(email__in=[user.email for user in wanted]))
    Mechanic.objects.bulk_create(
        [Mechanic(user=user, display_name=user.full_name, standing="approved", on_duty=True, brands=["toyota", "bmw"]) for user in people],
        ignore_conflicts=True,
    )
    return people


def sign_in(user: User) -> str:
    """The key of a new session cookie."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key
