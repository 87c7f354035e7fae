"""PostgreSQL crashes and restarts under load: nobody loses what was acknowledged, and the server mends itself.

The cluster is one of our own, on disk as in earnest. While threads chat, ask for help, accept and give back over HTTP, it is
stopped without a goodbye (SIGQUIT: the next start recovers from the log), and later stopped as `make run` does.
"""

import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from os import environ
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from accounts_app.models import User
from mechanichub.embedded.accounts import service_account
from mechanichub.embedded.postgres import Postgres
from mechanichub.tests.conftest import place  # noqa: F401 (a fixture)
from requests_app.models import Intake
from sessions_app.models import Message, Session, SessionEvent
from tests import cast
from tests.conftest import Site
from tests.faults.conftest import Answer, Visitor, serving, until

AWAY = 0.7  # seconds without a PostgreSQL
Deed = Callable[[uuid.UUID], Answer]


@pytest.fixture
def postgres(place: Path) -> Iterator[Postgres]:  # noqa: F811
    """A cluster that a test may crash, with our tables in it."""
    postgres = Postgres(place / "postgres", log=place / "postgres.log", account=service_account())
    postgres.start()
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(migrate, env=environ | {"DATABASE_URL": postgres.url}, check=True)
    yield postgres
    postgres.stop()


@pytest.fixture
def elsewhere(postgres: Postgres, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """This process works in that cluster as well, instead of in the tests' database."""
    usual = dict(connection.settings_dict)
    there = urlsplit(postgres.url)
    connection.close()
    connection.settings_dict |= {"HOST": there.hostname, "PORT": there.port, "NAME": there.path[1:]}
    connection.settings_dict |= {"USER": there.username, "PASSWORD": there.password}
    with django_db_blocker.unblock():
        yield
        connection.close()
    connection.settings_dict |= usual


@pytest.fixture
def site(elsewhere: None, postgres: Postgres, tmp_path: Path) -> Iterator[Site]:
    with serving(tmp_path / "site.log", DATABASE_URL=postgres.url) as site:
        yield site


@dataclass
class Worker(threading.Thread):
    """Does one thing again and again. What was not acknowledged is tried again under the same name, as browsers do."""

    deed: Deed
    answers: list[Answer] = field(default_factory=list)
    acknowledged: list[uuid.UUID] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    enough: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        while not self.enough.is_set():
            name = uuid.uuid4()
            while not self.try_once(name) and not self.enough.is_set():
                time.sleep(0.05)

    def try_once(self, name: uuid.UUID) -> bool:
        try:
            answer = self.deed(name)
        except OSError as refusal:
            self.trouble.append(f"no answer at all: {refusal!r}")
            return False
        self.answers.append(answer)
        if answer.is_done:
            self.acknowledged.append(name)
        return answer.is_done

    def goes_on(self) -> None:
        """Waits until two more things were acknowledged: the first may have been under way before."""
        before = len(self.acknowledged)
        until(lambda: len(self.acknowledged) >= before + 2, f"the return of {self.deed}, last told {self.answers[-1:]} {self.trouble[-1:]}")


@pytest.mark.usefixtures("elsewhere")
def test_nothing_acknowledged_is_lost_and_nobody_restarts_the_server(postgres: Postgres, site: Site) -> None:
    people = cast_of_the_day()
    talk, request = cast.live(people["Carla"], people["Max"]), cast.pending(people["Colin"])
    visitor = {name: Visitor.of(user, site) for name, user in people.items()}
    taken: Counter[str] = Counter()

    def takes_or_gives_back(_name: uuid.UUID) -> Answer:
        """Nora by turns accepts and gives back; whether an unanswered try was made shows in the refusal of the next one."""
        kind = "release" if taken["accept"] > taken["release"] else "accept"
        answer = visitor["Nora"].accepts(request.pk) if kind == "accept" else visitor["Nora"].gives_back(request.pk)
        if answer.status < 500:
            taken[kind] += 1
        return answer

    workers = [
        Worker(lambda _name: visitor["Sue"].get("/my/")),
        Worker(visitor["Vera"].asks_for_help),
        Worker(takes_or_gives_back),
        Worker(lambda name: visitor["Max"].says(talk.pk, "I am here.", name)),
        Worker(lambda name: visitor["Carla"].says(talk.pk, "Hello?", name)),
    ]
    for worker in workers:
        worker.start()
    for stop in (crash, Postgres.stop):
        for worker in workers:
            worker.goes_on()
        stop(postgres)  # within milliseconds after Carla was told that her message is kept
        time.sleep(AWAY)
        postgres.start()
    for worker in workers:
        worker.goes_on()
    for worker in workers:
        worker.enough.set()
        worker.join()

    connection.close()
    _sue, vera, nora, max, carla = workers
    assert_kept(carla.acknowledged + max.acknowledged, list(Message.objects.values_list("client_id", flat=True)))
    assert_kept(vera.acknowledged, list(Intake.objects.filter(customer=people["Vera"]).values_list("client_id", flat=True)))
    assert SessionEvent.objects.filter(session=request, kind__in=["accept", "release"]).count() >= len(nora.acknowledged)
    assert [*Message.objects.order_by("number").values_list("number", flat=True)] == [*range(1, Message.objects.count() + 1)]
    assert Session.objects.open().filter(customer=people["Vera"]).count() == 1
    answered_in_order(workers)
    assert "Traceback" not in site.log.read_text(), site.log.read_text()


def cast_of_the_day() -> dict[str, User]:
    cast.price_list()
    sam = cast.person("Sam", is_staff=True, is_superuser=True)
    mechanics = [cast.mechanic(name, by=sam, brands=["toyota"]) for name in ("Max", "Nora")]
    customers = [cast.person(name) for name in ("Carla", "Colin", "Vera", "Sue")]
    return {user.short_name: user for user in [*mechanics, *customers]}


def crash(postgres: Postgres) -> None:
    """Its immediate shutdown: nothing is written down, open connections are cut."""
    postgres.child.process.send_signal(signal.SIGQUIT)
    postgres.child.process.wait(10)


def answered_in_order(workers: list[Worker]) -> None:
    """Every request was answered: done, refused by a rule, or 503 with the word when to come again; and there were such."""
    assert [trouble for worker in workers for trouble in worker.trouble] == []
    answers = [answer for worker in workers for answer in worker.answers]
    odd = [answer for answer in answers if not answer.is_done and answer.status not in (409, 503)]
    assert not odd, f"{Counter(answer.status for answer in odd)}: {odd[0].text}"
    outages = [answer for answer in answers if answer.status == 503]
    assert outages, "needs an outage that somebody saw"
    assert {answer.headers["Retry-After"] for answer in outages} == {"2"}
    assert max(answer.seconds for answer in answers) < 10, "nobody waits for ever"


def assert_kept(acknowledged: list[uuid.UUID], kept: list[uuid.UUID]) -> None:
    assert len(acknowledged) > 5, "needs more work than this to mean anything"
    assert not set(acknowledged) - set(kept), "acknowledged and lost"
    assert len(kept) == len(set(kept)), "made twice"
