"""A process that dies between two statements of a verb leaves all of it or nothing of it.

A child made by fork does the verb and kills itself (SIGKILL) after its n-th statement, for every n until the verb gets to its end.
Whatever the database holds is compared, row by row, with what it held before.
"""

import os
import signal
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction

from accounts_app.models import User
from lifecycle import queue, room
from sessions_app.models import Session
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)

OURS = ("accounts_app", "billing_app", "sessions_app", "requests_app")
ENOUGH_POINTS = 5  # a verb with fewer statements than this was not looked at
TOO_MANY_POINTS = 200
Verb = Callable[[], object]


def crash(verb: Verb, after: int) -> bool:
    """Does `verb` in a process that dies after so many statements; False when it got to its end before that."""
    connection.close()  # parent and child must not speak on one socket
    child = os.fork()
    if child == 0:
        _die(verb, after)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "the verb failed by itself, see the traceback"
    return False


def _die(verb: Verb, after: int) -> None:
    """The whole life of the child. It never returns into pytest."""
    try:
        with connection.execute_wrapper(Killer(after)):
            verb()
        os._exit(0)
    except BaseException:
        os.write(2, traceback.format_exc().encode())
        os._exit(1)


class Killer:
    """Counts the statements of this process and kills it after one of them."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, execute: Callable, *statement: Any) -> Any:
        result = execute(*statement)
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result


def everything() -> dict[str, list[str]]:
    """All rows of all our tables, and the jobs."""
    tables = [model._meta.db_table for model in apps.get_models() if model._meta.app_label in OURS]
    rows = " UNION ALL ".join(f"SELECT '{table}', whole::text FROM {table} AS whole" for table in [*tables, "procrastinate_jobs"])
    found = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(f"{rows} ORDER BY 1, 2")
        for table, row in cursor.fetchall():
            found[table].append(row)
    return found


def crashes(verb: Verb) -> Iterator[int]:
    """Dies after 1, 2, 3 ... statements; yields after each death, and ends when the verb was done to its end."""
    for after in range(1, TOO_MANY_POINTS):
        if not crash(verb, after):
            assert after > ENOUGH_POINTS, f"needs more than {after} statements for this to mean anything"
            return
        yield after
    pytest.fail("the verb never came to its end")


def changed(before: dict[str, list[str]]) -> set[str]:
    """The tables that differ from `before`."""
    after = everything()
    return {table for table in {*before, *after} if after.get(table) != before.get(table)}


@contextmanager
def what_if() -> Iterator[None]:
    """Does something, lets every deferred rule look at it, and takes it back."""
    with transaction.atomic():
        yield
        connection.check_constraints()
        transaction.set_rollback(True)


SUBMITTED = {
    "requests_app_vehicle",
    "requests_app_intake",
    "requests_app_sessionrequest",
    "sessions_app_session",
    "sessions_app_sessionevent",
    "sessions_app_participant",
}
MOVED = {"sessions_app_session", "sessions_app_sessionevent"}


def all_or_nothing(verb: Verb, makes: set[str]) -> None:
    before = everything()
    for point in crashes(verb):
        assert not changed(before), f"half of it exists after statement {point}"
    assert changed(before) == makes


def test_half_a_verb_would_be_seen(carla: User) -> None:
    """The control: two writes without a transaction are caught in between."""

    def two_writes() -> None:
        User.objects.filter(pk=carla.pk).update(full_name="Carla Half")
        User.objects.filter(pk=carla.pk).update(phone="")

    before = everything()
    assert crash(two_writes, after=1)
    assert changed(before) == {"accounts_app_user"}
    carla.refresh_from_db()
    assert (carla.full_name, carla.phone) == ("Carla Half", "+14155550101")


def test_submit_is_whole_or_not_at_all_and_the_click_can_be_made_again(carla: User, max: User) -> None:
    submission, before = cast.submission(), everything()
    for point in crashes(lambda: queue.submit(submission, by=carla)):
        assert not changed(before), f"half of it exists after statement {point}"
        with what_if():
            assert queue.accept(queue.submit(submission, by=carla).pk, by=max).mechanic_id == max.pk
    assert changed(before) == SUBMITTED
    assert queue.submit(submission, by=carla) == Session.objects.get(), "the click after the commit makes no second one"
    assert queue.accept(Session.objects.get().pk, by=max).mechanic_id == max.pk


def test_a_submission_does_not_supersede_the_earlier_one_before_it_is_there_itself(carla: User) -> None:
    earlier, submission = cast.pending(carla), cast.submission()
    all_or_nothing(lambda: queue.submit(submission, by=carla), SUBMITTED - {"requests_app_vehicle"})
    earlier.refresh_from_db()
    assert earlier.status == "cancelled"


def test_accept_is_whole_or_not_at_all_and_somebody_else_can_still_take_it(carla: User, max: User, nora: User) -> None:
    session, before = cast.pending(carla), everything()
    for point in crashes(lambda: queue.accept(session.pk, by=max)):
        assert not changed(before), f"half of it exists after statement {point}"
        with what_if():
            assert queue.accept(session.pk, by=nora).mechanic_id == nora.pk
    assert changed(before) == MOVED | {"sessions_app_participant"}
    session.refresh_from_db()
    assert (session.status, session.mechanic_id) == ("waiting", max.pk)


def test_a_release_is_whole_or_not_at_all(carla: User, max: User) -> None:
    session = cast.waiting(carla, max)
    makes = MOVED | {"sessions_app_participant", "requests_app_sessionrequest"}
    all_or_nothing(lambda: queue.release(session.pk, by=max, reason="My phone rings."), makes)


def test_a_report_its_end_and_its_letter_come_together(carla: User, max: User) -> None:
    session = cast.live(carla, max)
    cast.an_hour_passes(session)
    report = room.ReportData(**cast.REPORT)
    makes = MOVED | {"sessions_app_report", "procrastinate_jobs"}
    all_or_nothing(lambda: room.complete(session.pk, by=max, report=report), makes)


def test_an_escalation_and_its_letters_come_together(carla: User) -> None:
    session = cast.pending(carla)
    all_or_nothing(lambda: queue.escalate(session.pk), MOVED | {"procrastinate_jobs"})
