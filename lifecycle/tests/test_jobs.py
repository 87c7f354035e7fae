"""The worker's clockwork, with real workers: they do the sweep, and what a killed one leaves behind is done by the next."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from accounts_app.models import User
from lifecycle import tasks
from lifecycle.tests.told import now
from requests_app.models import SessionRequest
from sessions_app.models import Session
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worker() -> Iterator[Callable[..., subprocess.Popen]]:
    """Starts a worker on the tests' database; `wait` has it end when there is nothing left to do."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = os.environ | {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    started = []

    def start(*options: str) -> subprocess.Popen:
        command = [sys.executable, "manage.py", "procrastinate", "worker", *options]
        started.append(
            subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def until(happens: Callable[[], bool], what: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} seconds"
        time.sleep(0.05)


def overdue(customer: User) -> Session:
    """A session that should have escalated a second ago."""
    session = cast.pending(customer)
    SessionRequest.objects.filter(pk=session.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    return session


def the_worker_was_killed_a_while_ago() -> None:
    """Procrastinate takes half a minute without a heartbeat for dead; the tests do not wait for it."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '2 minutes'")


def stall(job_id: int) -> None:
    """What a worker leaves that was killed during this job, and swept away since by another one."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job_id])


def look_for_stalled_jobs() -> None:
    """As the clock does every minute."""
    with suppress(AlreadyEnqueued):
        tasks.retry_stalled_jobs.defer(timestamp=0)


def status_of(job_id: int) -> str:
    return ProcrastinateJob.objects.values_list("status", flat=True).get(pk=job_id)


@pytest.fixture(autouse=True)
def no_jobs(transactional_db: None) -> None:
    """Procrastinate's tables are not Django's, so nothing else empties them."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE")


def test_the_sweep_and_the_retry_are_on_the_clock() -> None:
    """Asked of the clock itself: a field of seconds in the wrong place means every second of some minutes, and then nothing for long."""
    app.perform_import_paths()
    every = {each.task.name: seconds_between(each.croniter) for each in app.periodic_registry.periodic_tasks.values()}
    assert every == every | {"sweep": {30}, "retry_stalled_jobs": {60}, "look_for_webhooks": {15}}


def seconds_between(clock: Any) -> set[float]:
    """How long it is from each time that something is due to the next one, over an hour and more."""
    due = [clock.get_next(ret_type=float, start_time=0.0)]
    while due[-1] < 2 * 3600:
        due.append(clock.get_next(ret_type=float))
    return {later - earlier for earlier, later in pairwise(due)}


def test_a_worker_sweeps(carla: User, worker: Callable) -> None:
    session = overdue(carla)
    tasks.run_sweep.defer(timestamp=0)
    process = worker()
    until(lambda: now(session).status == "unattended", "the escalation")
    process.terminate()
    assert process.wait(20) == 0


def test_a_sweep_of_a_killed_worker_is_made_by_the_next_one(carla: User, worker: Callable) -> None:
    session = overdue(carla)
    job_id = tasks.run_sweep.defer(timestamp=0)
    with transaction.atomic():
        Session.objects.select_for_update().get(pk=session.pk)  # the sweep stands before this row
        process = worker()
        until(lambda: status_of(job_id) == "doing", "the start of the sweep")
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert status_of(job_id) == "doing", "nobody but a periodic task will ever find it"
    the_worker_was_killed_a_while_ago()
    look_for_stalled_jobs()
    worker()
    until(lambda: now(session).status == "unattended", "the escalation by the second worker")


def test_a_stalled_sweep_does_not_stop_the_next_ones_for_ever(carla: User, worker: Callable) -> None:
    """The killed one keeps the lock, and its successor is queued already: two cannot be queued, so one has to give up."""
    session = overdue(carla)
    stalled = tasks.run_sweep.defer(timestamp=0)
    stall(stalled)
    tasks.run_sweep.defer(timestamp=30)
    look_for_stalled_jobs()
    worker()
    until(lambda: now(session).status == "unattended", "the escalation")
    assert status_of(stalled) == "failed"


def test_one_stalled_job_that_cannot_be_retried_does_not_keep_the_others(carla: User, worker: Callable) -> None:
    letter = app.configure_task("alert_staff").defer(session_id=str(overdue(carla).pk))
    sweep = tasks.run_sweep.defer(timestamp=0)
    stall(sweep)
    stall(letter)
    tasks.run_sweep.defer(timestamp=30)
    look_for_stalled_jobs()
    worker()
    until(lambda: status_of(letter) == "succeeded", "the letter")
    assert status_of(sweep) == "failed"
