"""/healthz and /readyz: never wrong, never long."""

import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from mechanichub import health
from mechanichub.embedded.accounts import service_account
from mechanichub.embedded.valkey import Valkey


@pytest.fixture
def valkey(place: Path, settings: Settings) -> Iterator[Valkey]:
    """A channel layer of our own, which a test may break."""
    server = Valkey(log=place / "valkey.log", account=service_account())
    server.start()
    backend = settings.CHANNEL_LAYERS["default"]
    settings.CHANNEL_LAYERS = {"default": backend | {"CONFIG": {"hosts": [server.url]}}}
    yield server
    server.child.process.send_signal(signal.SIGCONT)
    server.stop()


def beat(age: timedelta) -> None:
    """A worker whose last sign of life is that old."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", [timezone.now() - age])


def test_healthz_needs_nothing(client: Client) -> None:
    answer = client.get("/healthz", headers={"host": "10.0.0.7"})  # a watcher does not know our name, nor is a database in reach
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db(transaction=True)
def test_readyz_says_that_all_is_well(client: Client) -> None:
    beat(timedelta(seconds=5))
    answer = client.get("/readyz")
    assert answer.json() == {"ready": True, "database": "ok", "schema": "ok", "channels": "ok", "worker": "ok", "files": "ok"}
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db(transaction=True)
def test_readyz_names_what_is_missing(client: Client) -> None:
    answer = client.get("/readyz", headers={"cookie": "sessionid=stale"})
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "database": "ok", "schema": "ok", "channels": "ok", "worker": "no worker runs", "files": "ok"}


def test_a_worker_that_fell_silent_is_none(db: None) -> None:
    beat(timedelta(minutes=3))
    assert health.worker() == "no sign of life for 180 s"
    beat(timedelta(seconds=3))
    assert health.worker() == "ok"


def test_a_migration_that_is_missing_is_named(db: None) -> None:
    assert health.schema() == "ok"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions_app' AND name = '0001_initial'")
    assert health.schema() == "1 to apply, beginning with sessions_app.0001_initial"


@pytest.mark.django_db(transaction=True)
def test_a_channel_layer_that_is_gone_is_named(client: Client, valkey: Valkey) -> None:
    assert client.get("/readyz").json()["channels"] == "ok", "it works before it breaks"
    valkey.stop()
    assert client.get("/readyz").json()["channels"].startswith("does not work")


@pytest.mark.django_db(transaction=True)
def test_a_channel_layer_that_hangs_costs_two_seconds_at_most(client: Client, valkey: Valkey) -> None:
    valkey.child.process.send_signal(signal.SIGSTOP)
    begun = time.monotonic()
    answer = client.get("/readyz")
    assert time.monotonic() - begun < health.ENOUGH + 1
    assert answer.status_code == 503
    assert answer.json()["channels"].startswith("does not")


def test_a_question_without_an_answer_is_asked_once() -> None:
    asked, never = [], Event()

    def hang() -> str:
        asked.append(time.monotonic())
        never.wait(10)
        return "ok"

    probe = health.Probe(hang)
    first = probe.ask()
    assert probe.ask() is first
    assert not first.done()
    never.set()
    assert first.result(timeout=5) == "ok"
    assert len(asked) == 1
    assert probe.ask() is not first, "an answer is not kept"


def test_a_question_that_fails_is_an_answer() -> None:
    def burst() -> str:
        raise ZeroDivisionError

    assert health.ask([health.Probe(burst)]) == {"burst": "does not work (ZeroDivisionError)"}
