"""The API beside the pages: a mechanic's incoming list, and accepts a second, by the session of a browser and by a token.

Both do the same work; the page renders HTML, and the API answers an accept with the whole session, which the page's redirect does not.
The kinds of calls alternate, so that whatever else the machine does falls on all of them.
"""

import http.client
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts_app.models import User
from api_app import tokens
from bench import web
from bench.accept import CLIENTS, MECHANICS, TOKEN, Job, check, prepare, web_server

ROUNDS = 3
WANTED_RATIO = 1.3  # of the time that the page takes
LIST, ACCEPT = "/mechanic/", "/sessions/{pk}/accept/"

Headers = Callable[[Job], dict[str, str]]


@dataclass(frozen=True)
class Side:
    """One way to ask: where, and how one signs in."""

    name: str
    prefix: str
    listing: str
    headers: Headers

    @property
    def accept(self) -> str:
        return self.prefix + ACCEPT


def run() -> None:
    print(f"\nThe API beside the pages: lists of 20 requests, and accepts by {CLIENTS} clients", flush=True)
    told: dict[UUID, str] = {}
    sides = [
        Side("page", "", LIST, by_cookie),
        Side("API, by session", "/api/v1", "/api/v1/requests/", by_cookie),
        Side("API, by token", "/api/v1", "/api/v1/requests/", lambda job: {"Authorization": f"Bearer {told[job.mechanic]}"}),
    ]
    lists: dict[Side, list[float]] = {side: [] for side in sides}
    rates: dict[Side, list[float]] = {side: [] for side in sides}
    with web.static_files(), web_server() as port:
        for _round in range(ROUNDS):
            for side in sides:
                jobs = prepare()
                told |= tokens_of(jobs)
                for each, took in listed(sides, jobs, port):
                    lists[each].append(took)
                rates[side].append(len(jobs) / accepted(side, jobs, port))
                check(jobs)
        asked = {side: queries(side, jobs[0]) for side in sides}
    print(f"{'':>20}{'list, ms':>12}{'ratio':>8}{'queries':>9}{'accepts a second':>19}{'ratio':>8}")
    page, rate = statistics.median(lists[sides[0]]), statistics.median(rates[sides[0]])
    for side in sides:
        took, each = statistics.median(lists[side]), statistics.median(rates[side])
        print(f"{side.name:>20}{took:>12.1f}{took / page:>8.2f}{asked[side]:>9}{each:>19.0f}{rate / each:>8.2f}")
    print(f"wanted: ratio at most {WANTED_RATIO}")


def by_cookie(job: Job) -> dict[str, str]:
    return {"Cookie": f"sessionid={job.cookie}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN}


def tokens_of(jobs: list[Job]) -> dict[UUID, str]:
    """A token for each mechanic."""
    mechanics = User.objects.filter(pk__in={job.mechanic for job in jobs})
    return {user.pk: tokens.make(user, name="bench", scopes=["read", "write"])[1] for user in mechanics}


def listed(sides: list[Side], jobs: list[Job], port: int) -> list[tuple[Side, float]]:
    """How long each list took, in milliseconds; each mechanic asks once by each side, since whoever asks too often is slowed down."""
    found = []
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as client:
        for job in jobs[:MECHANICS]:
            for side in sides:
                start = time.perf_counter()
                ask(client, "GET", side.listing, side.headers(job), port)
                found.append((side, (time.perf_counter() - start) * 1000))
    return found


def accepted(side: Side, jobs: list[Job], port: int) -> float:
    """Seconds that CLIENTS clients take for all of them."""

    def work(share: list[Job]) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", port)) as client:
            for job in share:
                ask(client, "POST", side.accept.format(pk=job.session), side.headers(job), port)

    with ThreadPoolExecutor(CLIENTS) as clients:
        start = time.perf_counter()
        list(clients.map(work, [jobs[i::CLIENTS] for i in range(CLIENTS)]))
        return time.perf_counter() - start


def ask(client: http.client.HTTPConnection, method: str, path: str, headers: dict[str, str], port: int) -> None:
    client.request(method, path, headers={"Host": f"localhost:{port}", "Accept-Encoding": "gzip", **headers})
    answer = client.getresponse()
    answer.read()
    if answer.status not in (200, 302, 303):
        raise RuntimeError(f"{method} {path} is answered with {answer.status}")


def queries(side: Side, job: Job) -> int:
    """How often a list asks the database."""
    with CaptureQueriesContext(connection) as made:
        Client(headers={"Host": "localhost", **side.headers(job)}).get(side.listing)
    return len(made)
