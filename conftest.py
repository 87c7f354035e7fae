"""For the tests of every app: the cast, an empty table of jobs, and names of tests that are the same in every process."""

import re
import time
from collections.abc import Iterator

import pytest
from django.core.management import CommandError
from django.db import connection
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

pytest_plugins = ["tests.cast", "tests.demo"]

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture(autouse=True)
def jobs_end_with_their_test(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """After a test that really commits Django empties the tables of its own models, and procrastinate's are not among them."""
    yield
    if _commits(request):
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE")


@pytest.fixture(autouse=True, scope="session")
def tables_are_emptied_patiently() -> Iterator[None]:
    """What a test committed goes, what the migrations wrote stays.

    A server that still answers an open page may hold a table that is to be emptied: PostgreSQL ends such a deadlock, we try again.
    """
    set_up, empty = TransactionTestCase.__dict__["_fixture_setup"], TransactionTestCase._fixture_teardown
    written_by_migrations: list[str] = []

    def look_and_set_up(case: type[TransactionTestCase]) -> None:
        if not written_by_migrations:  # the first test that commits has not begun
            written_by_migrations.append(connection.creation.serialize_db_to_string())
        set_up.__func__(case)  # Django's is a class method

    def empty_and_restore(case: TransactionTestCase) -> None:
        # Nothing is to be written by post_migrate, all of it is in what is restored: Django takes both of these for that.
        case.serialized_rollback, connection._test_serialized_contents = True, written_by_migrations[0]
        for _attempt in range(4):
            try:
                empty(case)
                break
            except CommandError:
                time.sleep(0.5)
        else:
            empty(case)
        connection.creation.deserialize_db_from_string(written_by_migrations[0])

    TransactionTestCase._fixture_setup, TransactionTestCase._fixture_teardown = classmethod(look_and_set_up), empty_and_restore
    yield
    TransactionTestCase._fixture_setup, TransactionTestCase._fixture_teardown = set_up, empty


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What talks to a real server over real sockets may lose a race against a busy machine: up to three tries, and each is reported."""
    for item in items:
        if {"site", "running_site"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.flaky(reruns=2))


def _commits(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    return "transactional_db" in request.fixturenames or bool(marker and marker.kwargs.get("transaction"))


def pytest_make_parametrize_id(val: object) -> str | None:
    """Calls a random id "some-id": two processes share out the tests by name, so both must give them the same names."""
    return UUID.sub("some-id", str(val)) if UUID.search(str(val)) else None
