"""The PostgreSQL and the Valkey out of wheels: they start, end, survive, and never stay behind."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from mechanichub.embedded import CannotStart, homes
from mechanichub.embedded.accounts import service_account
from mechanichub.embedded.children import PORTS, Child, free_port
from mechanichub.embedded.postgres import Postgres
from mechanichub.embedded.valkey import Valkey
from mechanichub.tests.conftest import gone

PLAIN = {"PATH": os.defpath}
AS_ROOT = os.geteuid() == 0

# A launcher in miniature, which says whom it started and is then killed without warning.
LAUNCHER = """
import os, sys
from pathlib import Path
from mechanichub.embedded.accounts import service_account
from mechanichub.embedded.postgres import Postgres
from mechanichub.embedded.valkey import Valkey

place, account = Path(sys.argv[1]), service_account()
postgres = Postgres(place / "postgres", log=place / "postgres.log", account=account)
valkey = Valkey(log=place / "valkey.log", account=account)
postgres.start()
valkey.start()
print(postgres.child.process.pid, valkey.child.process.pid, flush=True)
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def postgres(place: Path) -> Iterator[Postgres]:
    server = server_in(place)
    yield server
    server.stop()


@pytest.fixture
def valkey(place: Path) -> Iterator[Valkey]:
    server = Valkey(log=place / "valkey.log", account=service_account())
    yield server
    server.stop()


@pytest.fixture
def lasting(place: Path) -> Iterator[Postgres]:
    """A server as `make run` has it."""
    server = server_in(place, durable=True)
    yield server
    server.stop()


def server_in(place: Path, *, durable: bool = False) -> Postgres:
    return Postgres(place / "postgres", log=place / "postgres.log", account=service_account(), durable=durable)


def note(server: Postgres) -> None:
    """Leaves a row that must be there later."""
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE note AS SELECT 'kept' AS text")


def noted(server: Postgres) -> str:
    with psycopg.connect(server.url) as connection:
        return connection.execute("SELECT text FROM note").fetchone()[0]


def test_data_survives_a_stop(postgres: Postgres) -> None:
    postgres.start()
    note(postgres)
    postgres.stop()
    assert not postgres.child.running
    postgres.start()
    assert noted(postgres) == "kept"


def test_acknowledged_data_survives_a_kill_at_once(lasting: Postgres) -> None:
    lasting.start()
    note(lasting)
    lasting.child.process.kill()
    lasting.child.wait()
    assert (lasting.data / "postmaster.pid").exists(), "a killed server leaves its notice, or this test shows nothing"
    lasting.start()
    assert noted(lasting) == "kept"


def test_a_notice_that_names_a_stranger_is_no_obstacle(postgres: Postgres) -> None:
    postgres.start()
    postgres.stop()
    (postgres.data / "postmaster.pid").write_text(f"{os.getpid()}\n{postgres.data}\n")
    postgres.start()
    assert postgres.child.running


def test_a_server_left_behind_is_ended_first(postgres: Postgres, place: Path) -> None:
    postgres.start()
    note(postgres)
    successor = server_in(place)
    try:
        successor.start()
        assert not postgres.child.running
        assert noted(successor) == "kept"
    finally:
        successor.stop()


def test_half_of_a_database_is_never_used(postgres: Postgres, place: Path) -> None:
    (place / "postgres.new/data").mkdir(parents=True)
    (place / "postgres.new/data/PG_VERSION").write_text("18\n")
    postgres.start()
    note(postgres)
    assert not (place / "postgres.new").exists()


def test_damaged_data_is_refused_in_one_sentence(postgres: Postgres) -> None:
    postgres.start()
    postgres.stop()
    (postgres.data / "global/pg_control").write_bytes(b"")
    with pytest.raises(CannotStart, match=r"^PostgreSQL does not start on .*pg_control.*postgres\.log\.$"):
        postgres.start()
    assert not postgres.child.running


def test_data_that_vanished_is_refused_and_not_made_anew(postgres: Postgres) -> None:
    postgres.start()
    postgres.stop()
    (postgres.data / "PG_VERSION").unlink()
    with pytest.raises(CannotStart, match="is not a valid data directory"):
        postgres.start()


def test_only_the_applications_role_may_log_in_and_it_is_no_superuser(postgres: Postgres) -> None:
    postgres.start()
    with psycopg.connect(postgres.url) as connection:
        role = connection.execute("SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert role.fetchone() == (False, True, False, False)
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
        psycopg.connect(postgres.url.replace("//mechanichub:", "//postgres:"))
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"postgresql://mechanichub:guess@127.0.0.1:{postgres.port}/mechanichub")


def test_the_password_is_for_nobody_elses_eyes(postgres: Postgres) -> None:
    postgres.start()
    password = postgres.home / "password"
    assert stat.S_IMODE(password.stat().st_mode) == 0o600
    assert stat.S_IMODE(postgres.home.stat().st_mode) == 0o700


def test_order_does_not_follow_the_language_of_the_machine(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    postgres.start()
    with psycopg.connect(postgres.url) as connection:
        found = connection.execute(
            "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'mechanichub'"
        )
        assert found.fetchone() == ("b", "C.UTF-8", "UTF8")


def test_only_throw_away_servers_forget(lasting: Postgres, place: Path) -> None:
    assert "--fsync=off" in server_in(place).child.command
    assert not any("fsync" in word or "synchronous_commit" in word for word in lasting.child.command)


def test_valkey_wants_its_password(valkey: Valkey) -> None:
    valkey.start()
    with redis.Redis.from_url(valkey.url) as friend:
        assert friend.ping()
    with redis.Redis(port=valkey.port, retry=None) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()
    assert valkey.password not in " ".join(valkey.child.command), "a process list shows it"


def test_valkey_can_be_started_again(valkey: Valkey) -> None:
    valkey.start()
    valkey.child.process.kill()
    valkey.child.wait()
    valkey.start()
    with redis.Redis.from_url(valkey.url) as friend:
        assert friend.ping()


def test_a_program_that_is_missing_is_a_sentence() -> None:
    with pytest.raises(CannotStart, match=r"^Ghost cannot be started: .*No such file"):
        Child("Ghost", ["/no/such/program"], PLAIN).start()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells processes of their parent's end")
def test_nothing_outlives_a_killed_launcher(place: Path) -> None:
    launcher = subprocess.run([sys.executable, "-c", LAUNCHER, place], capture_output=True, text=True, check=False)
    assert launcher.returncode == -signal.SIGKILL, launcher.stderr
    pids = [int(number) for number in launcher.stdout.split()]
    assert len(pids) == 2, "two servers have to be started for this to mean anything"
    assert gone(pids)


def test_a_process_that_will_not_end_is_killed() -> None:
    stubborn = Child("Mule", ["/bin/sh", "-c", "trap '' TERM; echo; while :; do sleep 1; done"], PLAIN, patience=0.3)
    stubborn.start()
    time.sleep(0.2)  # until it has set its mind
    stubborn.stop()
    assert stubborn.exit_code == -signal.SIGKILL


def test_a_free_port_is_free_and_out_of_the_kernels_way() -> None:
    port = free_port()
    assert port in PORTS
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", port))


@pytest.mark.skipif(not AS_ROOT, reason="only root has folders that its servers may not enter")
def test_root_may_run_from_its_own_folder(monkeypatch: pytest.MonkeyPatch, place: Path, tmp_path: Path) -> None:
    monkeypatch.setattr(homes, "ELSEWHERE", place)
    (tmp_path / "closed").mkdir(mode=0o700)
    link = tmp_path / "closed/var/postgres"
    link.parent.mkdir()
    home = homes.reachable_home(link, service_account())
    assert home.parent == place
    server = Postgres(home, log=place / "log", account=service_account(), durable=False)
    try:
        server.start()
        assert (link / "data/PG_VERSION").exists()
        assert homes.reachable_home(link, service_account()) == home, "the second start finds the data of the first"
    finally:
        server.stop()
