"""The demonstration as a fixture, for tests that want a house full of people: `demo`, loaded once for each test file that uses it."""

from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from tests.cast import price_list


@pytest.fixture(scope="module")
def loaded_demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[datetime]:
    """Loaded once for a file, and gone after it: tests that need an empty house belong into another file."""
    with django_db_blocker.unblock(), transaction.atomic():
        price_list()  # a test before this one may have emptied the tables
        before = timezone.now()
        call_command("load_demo", stdout=StringIO())
        yield before
        transaction.set_rollback(True)


@pytest.fixture
def demo(loaded_demo: datetime, db: None) -> datetime:
    """The moment before the demonstration was loaded."""
    return loaded_demo
