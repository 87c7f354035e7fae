"""A database of the old system with the sample in it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

HERE = Path(__file__).parent


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
