"""The audit of all requests: real numbers, and never "0" for "I could not ask"."""

import csv
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts_app.models import User
from lifecycle import queue
from tests import cast


def ask(*arguments: str) -> tuple[int, str]:
    said = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("audit_requests", *arguments, stdout=said, no_color=True)
    return end.value.code, said.getvalue()


@pytest.fixture
def history(carla: User, colin: User, max: User, nora: User, sam: User) -> None:
    """One completed, one cancelled by its customer, one by staff, one that nobody has taken."""
    cast.completed(carla, max)
    cast.cancelled(carla)
    queue.cancel(cast.pending(colin).pk, by=sam, reason="double")
    cast.pending(colin, plan_code="video")


def counts(rows: list[dict]) -> dict[str, int]:
    return {row["what"]: row["count"] for row in rows}


def test_it_counts_what_became_of_every_request(history: None) -> None:
    code, said = ask("--json")
    found = json.loads(said)
    assert code == 0
    assert found["total"] == 4
    assert counts(found["by_status"]) == {"cancelled": 2, "completed": 1, "pending": 1}
    assert counts(found["by_assignment"]) == {"with mechanic": 1, "without mechanic": 3}
    assert counts(found["by_type"]) == {"chat": 3, "video": 1}
    assert counts(found["by_plan"]) == {"free": 3, "video": 1}
    assert counts(found["cancelled_by_reason"]) == {"It started again.": 1, "double": 1}
    assert counts(found["cancelled_by_whom"]) == {"the customer": 1, "the support team": 1}
    assert sum(counts(found["by_day"]).values()) == 4


def test_it_says_how_long_customers_waited_and_how_many_for_ever(history: None) -> None:
    _code, said = ask("--json")
    time = json.loads(said)["time_to_accept"]
    assert (time["queued"], time["taken"], time["never"]) == (4, 1, 3)
    assert time["median_seconds"] == time["p90_seconds"] is not None


def test_there_are_no_orphans(history: None) -> None:
    _code, said = ask("--json")
    found = json.loads(said)
    assert len(found["orphans"]) >= 8
    assert found["orphans_total"] == 0


def test_an_orphan_is_told_and_is_an_exit_code(history: None) -> None:
    """As in a database whose rules somebody removed."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE sessions_app_session DROP CONSTRAINT every_session_has_a_request")
        cursor.execute("DELETE FROM requests_app_sessionrequest WHERE ctid = (SELECT min(ctid) FROM requests_app_sessionrequest)")
    code, said = ask()
    assert code == 1
    assert "1  sessions without a request" in said


def test_no_requests_is_an_answer(db: None) -> None:
    code, said = ask()
    assert code == 0
    assert said.startswith("Asked, and there are no requests.")


def test_that_it_could_not_ask_is_another_one(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sessions_app_session RENAME TO sessions")
    with pytest.raises(CommandError, match=r"Could not ask: .*sessions_app_session") as refusal:
        call_command("audit_requests")
    assert refusal.value.returncode == 3


def test_only_what_was_submitted_since(history: None) -> None:
    _code, said = ask("--since", "2999-01-01")
    assert "there are no requests since 2999-01-01" in said


def test_a_day_that_is_none_is_said_so(db: None) -> None:
    with pytest.raises(CommandError, match="is no day"):
        call_command("audit_requests", "--since", "soon")


def test_the_csv_holds_every_number(history: None) -> None:
    _code, said = ask("--csv")
    rows = list(csv.DictReader(StringIO(said)))
    assert {"part": "by_status", "what": "completed", "count": "1"} in rows
    assert {"part": "orphans", "what": "sessions without a request", "count": "0"} in rows


def test_people_read_it_too(history: None) -> None:
    _code, said = ask()
    assert "4 requests" in said
    assert "3  of 4 were never taken" in said
