"""A server that cannot work does not start, and says why in one sentence."""

from pathlib import Path
from typing import Any

import pytest
from django.core import checks as django_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from pytest_django import Settings

from mechanichub import checks
from mechanichub.embedded import CannotStart
from mechanichub.embedded.runfile import RunFile, adopt
from mechanichub.lifespan import lifespan
from tests.asynchronous import run


@pytest.fixture
def stale_schema(db: None) -> str:
    """A database that never heard of one of our migrations; in the test's own transaction."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions_app' AND name = '0001_initial'")
    return "sessions_app.0001_initial"


def codes(settings: Settings, **changes: Any) -> list[str]:
    """The ids of what our checks find with these settings."""
    for name, value in changes.items():
        setattr(settings, name, value)
    return [message.id for message in django_checks.run_checks() if message.id.startswith("mechanichub.")]


def test_complete_settings_pass(settings: Settings) -> None:
    assert codes(settings) == []
    checks.refuse_incomplete_settings()


def test_a_relay_needs_a_secret_and_calls_by_relay_alone_a_relay(settings: Settings) -> None:
    assert codes(settings, TURN_URLS=["turn:turn.example.org"]) == ["mechanichub.E004"]
    assert codes(settings, TURN_SECRET="a secret", CALL_RELAY_ONLY=True) == []
    assert codes(settings, TURN_URLS=[]) == ["mechanichub.E005"]


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "CHANNELS_URL", "FILES_URL", "EMAIL_URL"])
def test_a_server_without_a_service_does_not_start_and_names_it(settings: Settings, name: str) -> None:
    assert codes(settings, **{name: ""}) == ["mechanichub.E001"]
    with pytest.raises(ImproperlyConfigured, match=f"^{name} is not set"):
        checks.refuse_incomplete_settings()


def test_several_missing_services_are_one_sentence(settings: Settings) -> None:
    settings.CHANNELS_URL = settings.EMAIL_URL = ""
    with pytest.raises(ImproperlyConfigured, match=r"^CHANNELS_URL, EMAIL_URL are not set\."):
        checks.refuse_incomplete_settings()


def test_with_debug_a_command_is_only_warned(settings: Settings) -> None:
    assert codes(settings, DEBUG=True, CHANNELS_URL="") == ["mechanichub.W001"]


@pytest.mark.parametrize(
    ("name", "address"),
    [("DATABASE_URL", "sqlite:///db"), ("CHANNELS_URL", "http://valkey"), ("FILES_URL", "ftp://files"), ("EMAIL_URL", "pigeon://roof")],
)
def test_an_address_that_nobody_understands_is_an_error(settings: Settings, name: str, address: str) -> None:
    assert codes(settings, **{name: address}) == ["mechanichub.E002"]


@pytest.mark.parametrize(
    ("address", "found"),
    [("", []), ("tcp://clamd", []), ("unix:///run/clamd.sock", []), ("clamd:3310", ["mechanichub.E006"]), ("tcp://", ["mechanichub.E006"])],
)
def test_a_virus_scanner_that_cannot_be_asked_is_an_error(settings: Settings, address: str, found: list[str]) -> None:
    assert codes(settings, CLAMD_URL=address) == found


def test_a_current_database_is_accepted(db: None) -> None:
    assert checks.unapplied() == []


def test_an_older_database_is_refused_by_the_name_of_what_it_lacks(stale_schema: str) -> None:
    assert checks.unapplied() == [stale_schema]
    with pytest.raises(ImproperlyConfigured, match=rf"older than this code: run `manage.py migrate` first \(1 to apply.*{stale_schema}"):
        checks.refuse_stale_schema()


def test_a_database_that_lost_a_rule_is_refused_by_its_name(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sessions_app_session DROP CONSTRAINT clocks_are_in_order")
    with pytest.raises(ImproperlyConfigured, match=r"1 differences, .*clocks_are_in_order \(missing\).*verify_schema"):
        checks.refuse_stale_schema()


def test_an_index_of_ones_own_keeps_nobody_from_serving(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX mine ON sessions_app_session (plan_id)")
    checks.refuse_stale_schema()


def opening(events: list[str]) -> list[dict[str, Any]]:
    """What the lifespan answers to these events."""
    answers: list[dict[str, Any]] = []
    waiting = iter(events)

    async def receive() -> dict[str, Any]:
        return {"type": next(waiting)}

    async def send(answer: dict[str, Any]) -> None:
        answers.append(answer)

    run(lifespan({"type": "lifespan", "state": {}}, receive, send))
    return answers


@pytest.mark.django_db(transaction=True)
def test_the_doors_open_on_a_current_database() -> None:
    answers = opening(["lifespan.startup", "lifespan.shutdown"])
    assert [answer["type"] for answer in answers] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


@pytest.mark.django_db(transaction=True)
def test_the_doors_stay_shut_on_an_older_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET name = 'unheard_of' WHERE app = 'sessions_app' AND name = '0001_initial'")
        try:
            (failed,) = opening(["lifespan.startup"])
        finally:
            cursor.execute("UPDATE django_migrations SET name = '0001_initial' WHERE app = 'sessions_app' AND name = 'unheard_of'")
    assert failed["type"] == "lifespan.startup.failed"
    assert "sessions_app.0001_initial" in failed["message"]


@pytest.fixture
def run_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a launcher would write its addresses; in an environment that names none."""
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    for name in ("DATABASE_URL", "CHANNELS_URL", "FILES_URL", "EMAIL_URL"):
        monkeypatch.delenv(name)
    return tmp_path / "run.env"


def test_a_command_finds_the_services_of_a_running_launcher(run_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    launcher = RunFile(run_file)
    launcher.write({"DATABASE_URL": "postgresql://u:p=w@host/d"})
    environment: dict[str, str] = {"VAR_DIR": str(run_file.parent)}
    monkeypatch.setattr("os.environ", environment)
    adopt()
    assert environment["DATABASE_URL"] == "postgresql://u:p=w@host/d"
    launcher.close()


def test_what_a_launcher_left_behind_is_not_believed(run_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_file.write_text("DATABASE_URL=postgresql://nobody-is-there/\n")
    environment: dict[str, str] = {"VAR_DIR": str(run_file.parent)}
    monkeypatch.setattr("os.environ", environment)
    adopt()
    assert "DATABASE_URL" not in environment


def test_services_that_are_named_win(run_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    launcher = RunFile(run_file)
    launcher.write({"DATABASE_URL": "postgresql://other/", "CHANNELS_URL": "redis://other/"})
    environment = {"VAR_DIR": str(run_file.parent), "DATABASE_URL": "postgresql://mine/"}
    monkeypatch.setattr("os.environ", environment)
    adopt()
    assert environment["DATABASE_URL"] == "postgresql://mine/"
    assert "CHANNELS_URL" not in environment, "half of one installation and half of another is neither"
    launcher.close()


def test_two_launchers_do_not_share_a_folder(run_file: Path) -> None:
    first = RunFile(run_file)
    first.write({"SITE_URL": "http://localhost:8000"})
    with pytest.raises(CannotStart, match=r"runs already on .*: http://localhost:8000"):
        RunFile(run_file)
    first.close()
    RunFile(run_file).close()


def test_webhooks_lead_to_this_machine_only_where_nobody_else_comes(settings: Settings) -> None:
    assert "mechanichub.E007" in codes(settings, WEBHOOKS_LOCAL=True, SITE_URL="https://example.org")
    assert "mechanichub.E007" not in codes(settings, WEBHOOKS_LOCAL=True, SITE_URL="http://localhost:8000")
