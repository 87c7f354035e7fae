"""Accepts a second: through HTTP with four clients, beside the very same statements through psycopg alone and by pgbench.

The statements are recorded from one real accept, sign-in and rights included, and played again with other people and sessions.
Every accept in every round is of a fresh request by a mechanic with a free place; nothing is accepted twice.
"""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Hashable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts_app.models import Mechanic, Place, User
from bench.fanout import sign_in
from mechanichub.embedded.programs import postgres_programs
from requests_app.models import Intake, SessionRequest
from sessions_app.models import Participant, Session, SessionEvent

ROUNDS = 5
MECHANICS = 100  # in each round, of three chat places each
CLIENTS = 4
PROCESSES = 2  # one a core, as behind nginx
TOKEN = "b" * 32  # any token does, when cookie and header agree


class Job(NamedTuple):
    """One accept that is to be made."""

    session: uuid.UUID
    mechanic: uuid.UUID
    place: int
    cookie: str


class Statement(NamedTuple):
    sql: str
    params: tuple[Any, ...]
    in_transaction: bool


def run() -> None:
    print(f"\nAccepts a second, median of {ROUNDS} rounds of {MECHANICS * Place.STANDARD['chat']}")
    statements, recorded = record()
    sides = {
        "psycopg, 1 process": lambda jobs: by_psycopg(jobs, statements, recorded),
        f"HTTP, {CLIENTS} clients": by_http,
        "pgbench, 1 client": lambda jobs: by_pgbench(jobs, statements, recorded, clients=1),
        f"pgbench, {CLIENTS} clients": lambda jobs: by_pgbench(jobs, statements, recorded, clients=CLIENTS),
    }
    with web_server() as port:
        rates = {name: [] for name in sides}
        for _round in range(ROUNDS):
            for name, side in sides.items():
                jobs = prepare()
                seconds = side(jobs, port) if side is by_http else side(jobs)
                check(jobs)
                rates[name].append(len(jobs) / seconds)
    yardstick = statistics.median(rates["psycopg, 1 process"])
    print(f"{'':>20}{'a second':>12}{'ratio':>8}     ({len(statements)} statements each)")
    for name, each in rates.items():
        print(f"{name:>20}{statistics.median(each):>12.0f}{statistics.median(each) / yardstick:>8.2f}")


# --- what is accepted


def prepare() -> list[Job]:
    """Fresh mechanics with free places, and as many pending sessions of as many customers."""
    mechanics = people(MECHANICS, "mechanic")
    Mechanic.objects.bulk_create(Mechanic(user=user, display_name="Bench", standing="approved", on_duty=True) for user in mechanics)
    numbers = range(1, Place.STANDARD["chat"] + 1)
    places = Place.objects.bulk_create(Place(mechanic_id=user.pk, kind="chat", number=number) for number in numbers for user in mechanics)
    cookies = {user.pk: sign_in(user) for user in mechanics}
    sessions = queue_up(people(len(places), "customer"))
    return [
        Job(session.pk, place.mechanic_id, place.pk, cookies[place.mechanic_id]) for session, place in zip(sessions, places, strict=True)
    ]


def people(number: int, kind: str) -> list[User]:
    mark = uuid.uuid4().hex
    return User.objects.bulk_create(
        User(email=f"{kind}{i}.{mark}@example.org", full_name=f"Bench {i}", password="!") for i in range(number)
    )


@transaction.atomic
def queue_up(customers: list[User]) -> list[Session]:
    """One pending session for each customer, as lifecycle.queue.submit leaves it."""
    now = timezone.now()
    sessions = Session.objects.bulk_create(
        Session(
            customer=customer,
            type="chat",
            plan_id="free",
            price=0,
            currency="USD",
            minutes=5,
            status="pending",
            created_at=now,
            queued_at=now,
        )
        for customer in customers
    )
    told = {
        "name": "Bench",
        "email": "bench@example.org",
        "phone": "+14155550101",
        "city": "Oakland",
        "concern": "It stutters.",
        "consent": True,
    }
    intakes = Intake.objects.bulk_create(
        Intake(customer=customer, make="Toyota", model="Corolla", year=2016, **told) for customer in customers
    )
    SessionRequest.objects.bulk_create(
        SessionRequest(session=session, intake=intake, customer_name="Bench", customer_email="bench@example.org")
        for session, intake in zip(sessions, intakes, strict=True)
    )
    Participant.objects.bulk_create(Participant(session=session, user_id=session.customer_id, role="customer") for session in sessions)
    SessionEvent.objects.bulk_create(
        SessionEvent(session=session, number=1, kind="submit", to_status="pending", actor_id=session.customer_id) for session in sessions
    )
    return sessions


def check(jobs: list[Job]) -> None:
    """Raises when not every session is with its mechanic."""
    taken = Session.objects.filter(pk__in=[job.session for job in jobs], status="waiting", version=2).count()
    if taken != len(jobs):
        raise RuntimeError(f"{taken} of {len(jobs)} accepts were made")


# --- the sides


def by_http(jobs: list[Job], port: int) -> float:
    """Seconds that CLIENTS browsers take."""

    def work(share: list[Job]) -> None:
        browser = http.client.HTTPConnection("127.0.0.1", port)
        for job in share:
            headers = {"Host": f"localhost:{port}", "Cookie": f"sessionid={job.cookie}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN}
            browser.request("POST", f"/sessions/{job.session}/accept/", headers=headers)
            answer = browser.getresponse()
            answer.read()
            if answer.status not in (302, 303):
                raise RuntimeError(f"an accept was answered with {answer.status}")

    with ThreadPoolExecutor(CLIENTS) as browsers:
        start = time.perf_counter()
        list(browsers.map(work, [jobs[i::CLIENTS] for i in range(CLIENTS)]))
        return time.perf_counter() - start


def by_psycopg(jobs: list[Job], statements: list[Statement], recorded: Job) -> float:
    """Seconds that one process with one connection takes for the statements alone."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, cursor_factory=psycopg.ClientCursor) as database:
        start = time.perf_counter()
        for job in jobs:
            play(database, statements, dict(zip(recorded, job, strict=True)))
        return time.perf_counter() - start


def play(database: psycopg.Connection, statements: list[Statement], others: dict) -> None:
    for statement in statements:
        if not statement.in_transaction:
            database.execute(statement.sql, replaced(statement.params, others))
    with database.transaction():
        for statement in statements:
            if statement.in_transaction:
                database.execute(statement.sql, replaced(statement.params, others))


def replaced(params: tuple, others: dict) -> list:
    """The parameters with other people, another session, and the time of now."""
    now = timezone.now()
    return [now if isinstance(param, datetime) else others.get(param, param) if isinstance(param, Hashable) else param for param in params]


def by_pgbench(jobs: list[Job], statements: list[Statement], recorded: Job, *, clients: int) -> float:
    """Seconds that PostgreSQL takes for the statements as text, from `clients` connections at once."""
    with tempfile.TemporaryDirectory() as folder, psycopg.connect(os.environ["DATABASE_URL"]) as database:
        cursor = psycopg.ClientCursor(database)
        scripts = [Path(folder, f"{i}.sql") for i in range(clients)]
        for i, script in enumerate(scripts):
            script.write_text("".join(as_text(cursor, statements, dict(zip(recorded, job, strict=True))) for job in jobs[i::clients]))
        start = time.perf_counter()
        running = [subprocess.Popen(pgbench(script), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for script in scripts]
        for process in running:
            _out, complaint = process.communicate()
            if process.returncode:
                raise RuntimeError(complaint.decode())
        return time.perf_counter() - start


def pgbench(script: Path) -> list[str]:
    return [
        str(postgres_programs(None) / "pgbench"),
        "--no-vacuum",
        "--client=1",
        "--transactions=1",
        f"--file={script}",
        os.environ["DATABASE_URL"],
    ]


def as_text(cursor: psycopg.ClientCursor, statements: list[Statement], others: dict) -> str:
    """One accept as a script of one line a statement; pgbench reads a colon before a word as a variable, so there are none."""
    lines = [(each.in_transaction, cursor.mogrify(each.sql, replaced(each.params, others)).replace("\n", " ")) for each in statements]
    before, inside = ([line for is_inside, line in lines if is_inside is wanted] for wanted in (False, True))
    return ";\n".join([*before, "BEGIN", *inside, "COMMIT"]) + ";\n"


# --- the recording


def record() -> tuple[list[Statement], Job]:
    """The statements of one accept, and which one it was."""
    job = prepare()[MECHANICS - 1]  # the first place of the last mechanic, as it will be taken
    statements: list[Statement] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: dict) -> Any:
        statements.append(Statement(sql, tuple(params or ()), connection.in_atomic_block))
        return execute(sql, params, many, context)

    client = Client(headers={"host": "localhost"})
    client.cookies["sessionid"] = job.cookie
    with connection.execute_wrapper(note):
        answer = client.post(f"/sessions/{job.session}/accept/")
    if answer.status_code not in (302, 303):
        raise RuntimeError(f"the accept to be recorded was answered with {answer.status_code}")
    return statements, job


@contextmanager
def web_server() -> Iterator[int]:
    """The web server as in production, one process a core on one socket; gives its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as door:
        port = door.getsockname()[1]
        environment = os.environ | {"SITE_URL": f"http://localhost:{port}", "PORT": str(port)}
        command = [sys.executable, "-m", "mechanichub.serve", f"--fd={door.fileno()}"]
        processes = [subprocess.Popen(command, env=environment, pass_fds=[door.fileno()]) for _ in range(PROCESSES)]
        try:
            warm_up(port)
            yield port
        finally:
            for process in processes:
                process.terminate()
                process.wait(10)


def warm_up(port: int) -> None:
    """Returns when every process has answered some requests."""
    for attempt in count():
        try:
            for _ in range(50):
                browser = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                browser.request("GET", "/healthz", headers={"Host": "localhost"})
                browser.getresponse().read()
                browser.close()
            return
        except OSError:
            if attempt > 100:
                raise
            time.sleep(0.1)
