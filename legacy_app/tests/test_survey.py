"""The sample of the old database gives the expected report, also where tables and columns are missing."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from legacy_app.reading import Reader
from legacy_app.source import UnreadableSource, snapshot
from legacy_app.stage import Stage
from legacy_app.survey import survey
from legacy_app.tests.conftest import NOW

HERE = Path(__file__).parent
EXPECTED = json.loads((HERE / "expected.json").read_text())
PARTS = ("missing", "source", "links", "orphans", "healed", "result", "not_imported", "warnings")


def reported(copy: Stage) -> dict:
    return survey(Reader(copy, NOW)).as_data()


def comparable(value: object) -> object:
    """Lists as sets: their order carries no meaning."""
    if isinstance(value, dict):
        return {key: comparable(each) for key, each in value.items()}
    if isinstance(value, list):
        return sorted((json.dumps(comparable(each), sort_keys=True) for each in value), key=str)
    return value


def test_the_sample_gives_the_expected_report(damaged: Callable[[str], Stage]) -> None:
    report = reported(damaged(""))
    for part in PARTS:
        assert comparable(report[part]) == comparable(EXPECTED[part])


@pytest.mark.parametrize("name", EXPECTED["drifts"])
def test_an_installation_that_lacks_something_is_read_all_the_same(damaged: Callable[[str], Stage], name: str) -> None:
    drift = EXPECTED["drifts"][name]
    found, expected = reported(damaged(drift["sql"])), json.loads(json.dumps({part: EXPECTED[part] for part in PARTS}))
    for path, value in drift["changed"].items():
        *outer, last = path.split(".")
        place = expected
        for step in outer:
            place = place[step]
        if path == "links.requests":
            changed = {entry["request"] for entry in value}
            value = [entry for entry in place[last] if entry["request"] not in changed] + value
        place[last] = value
    assert {part: comparable(found[part]) for part in PARTS} == {part: comparable(expected[part]) for part in PARTS}


@pytest.mark.parametrize("case", EXPECTED["cases"], ids=lambda case: case["case"])
def test_the_two_sessions_that_got_lost_are_found_again(damaged: Callable[[str], Stage], case: dict) -> None:
    report = reported(damaged(""))
    if case["request"]:
        assert {"request": case["request"], "session": case["session"], "rule": case["rule"]} in report["links"]["requests"]
        healed = {name: case[name] for name in ("request", "session", "mechanic")}
        assert healed in report["healed"]["session_mechanic"]
    else:
        made = next(entry for entry in report["healed"]["requests_created"] if entry["session"] == case["session"])
        assert (made["customer"], made["status"], made["type"]) == (case["customer"], "pending", "chat")


def test_nothing_can_be_written_there(sample: str) -> None:
    with snapshot(sample) as source, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        source.connection.execute("DELETE FROM public.sessions")


def test_another_database_is_not_taken_for_the_old_one() -> None:
    with pytest.raises(UnreadableSource, match="not one of the old system"), snapshot(os.environ["DATABASE_URL"]):
        pass


def test_a_database_that_does_not_answer_is_said_to() -> None:
    with pytest.raises(UnreadableSource, match="does not answer"), snapshot("postgresql://nobody@127.0.0.1:1/nothing"):
        pass
