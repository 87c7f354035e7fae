"""A worker is killed in the middle of a letter: another one sends it, once, and nobody takes it from one that lives.

How the sweep survives a killed worker is told in lifecycle/tests/test_jobs.py.
"""

import email
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.policy import default
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts_app.models import User
from lifecycle.tests.test_jobs import (  # noqa: F401 (two are fixtures)
    look_for_stalled_jobs,
    no_jobs,
    status_of,
    the_worker_was_killed_a_while_ago,
    until,
    worker,
)
from tests.cast import completed
from tests.faults.conftest import database_in_use

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where workers put their letters. Name it before `worker`, which takes the environment as it finds it."""
    folder = tmp_path / "mail"
    folder.mkdir()
    monkeypatch.setenv("EMAIL_URL", folder.as_uri())
    return folder


@pytest.fixture
def letter(carla: User, max: User, no_jobs: None) -> int:  # noqa: F811
    """The number of the job that sends Carla her report, the only one there is."""
    completed(carla, max)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name <> 'mail_report'")
    return ProcrastinateJob.objects.values_list("pk", flat=True).get(task_name="mail_report")


@contextmanager
def letters_wait() -> Iterator[None]:
    """Whoever writes the letter has to wait in here for the name of the customer. A sweep with nothing to do has not."""
    with psycopg.connect(database_in_use()) as other:
        other.execute(f"LOCK TABLE {User._meta.db_table} IN ACCESS EXCLUSIVE MODE")
        yield


def addressees(mailbox: Path) -> list[str]:
    """One address for each letter that was sent."""
    return [email.message_from_bytes(file.read_bytes(), policy=default)["To"] for file in mailbox.iterdir()]


def starts(job_id: int) -> None:
    until(lambda: status_of(job_id) == "doing", "the start of the letter")


def looked_for_stalled_jobs() -> None:
    """Returns when a worker has done what the clock has it do every minute."""
    look_for_stalled_jobs()
    until(lambda: not ProcrastinateJob.objects.filter(task_name="retry_stalled_jobs", status__in=["todo", "doing"]).exists(), "the look")


def test_the_letter_of_a_killed_worker_is_sent_once_by_another_one(mailbox: Path, letter: int, worker: Callable) -> None:  # noqa: F811
    with letters_wait():
        killed = worker()
        starts(letter)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    assert status_of(letter) == "doing" and not addressees(mailbox)

    the_worker_was_killed_a_while_ago()
    worker()
    looked_for_stalled_jobs()
    until(lambda: status_of(letter) == "succeeded", "the letter by the second worker")
    assert addressees(mailbox) == ["carla@example.org"]


def test_nobody_takes_a_letter_from_a_worker_that_is_only_slow(mailbox: Path, letter: int, worker: Callable) -> None:  # noqa: F811
    with letters_wait():
        worker()
        starts(letter)
        worker()
        looked_for_stalled_jobs()
        assert status_of(letter) == "doing"
    until(lambda: status_of(letter) == "succeeded", "the letter by the slow one")
    looked_for_stalled_jobs()
    assert addressees(mailbox) == ["carla@example.org"]
