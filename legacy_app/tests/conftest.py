"""A database of the old system with the sample in it."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from django.db import connection as ours
from django.db import transaction
from pytest_django import DjangoDbBlocker

from legacy_app.importing import Import
from legacy_app.source import Source, snapshot
from legacy_app.stage import Stage, stage
from legacy_app.sums import is_well

HERE = Path(__file__).parent
NOW = datetime(2025, 11, 12, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def template() -> Iterator[str]:
    """A database with the sample in it, to be copied."""
    name = f"legacy_{uuid4().hex[:8]}"
    with server() as connection:
        connection.execute(f"CREATE DATABASE {name}")
    with psycopg.connect(url_of(name)) as connection:
        connection.execute((HERE / "schema.sql").read_text())
        connection.execute((HERE / "sample.sql").read_text())
    yield name
    with server() as connection:
        connection.execute(f"DROP DATABASE {name}")


@pytest.fixture(scope="session")
def sample(template: str) -> str:
    """The address of the sample itself: nobody writes there."""
    return url_of(template)


@pytest.fixture(scope="module")
def arrived(django_db_setup: None, django_db_blocker: DjangoDbBlocker, sample: str) -> Iterator[dict]:
    """The sample came over once for a whole module; what its tests change is undone after each. The report of that run."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield bring(sample)
        transaction.set_rollback(True)


@pytest.fixture
def legacy(template: str) -> Iterator[str]:
    """The address of a database of one's own, with the sample in it."""
    with copied(template) as url:
        yield url


@pytest.fixture
def damage(legacy: str) -> Callable[[str], None]:
    """Does something to that database."""

    def run(statement: str) -> None:
        with psycopg.connect(legacy) as connection:
            connection.execute(statement)

    return run


@pytest.fixture(scope="session")
def old(template: str) -> Iterator[psycopg.Connection]:
    """The sample, to be damaged within a transaction that never ends well: so one database is enough for all."""
    with copied(template) as url, psycopg.connect(url) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def damaged(db: None, old: psycopg.Connection) -> Iterator[Callable[[str], Stage]]:
    """A copy of the sample after something was done to it."""
    with ExitStack() as stages:

        def copy(damage: str) -> Stage:
            old.execute("SET LOCAL timezone = 'UTC'")
            old.execute(damage)
            filled = stages.enter_context(stage())
            filled.fill(Source(old))
            return filled

        yield copy
        old.rollback()


def bring(url: str, *, keep_open: bool = False) -> dict:
    """Imports; the report."""
    with stage() as copy:
        with snapshot(url) as source:
            copy.fill(source)
        run = Import(copy, NOW, keep_open=keep_open)
        run.look()
        report = run.write()
        check_rules_of_the_database()
        assert is_well(report.sums), [found for found in report.sums.values() if found["lost"]]
        return report.as_data()


def check_rules_of_the_database() -> None:
    """What would be looked at when the transaction commits."""
    with ours.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def copied(template: str) -> Iterator[str]:
    """The address of a copy, for a while."""
    name = f"legacy_{uuid4().hex[:8]}"
    with server() as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield url_of(name)
    with server() as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def server() -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def url_of(name: str) -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
