"""`make run` as people use it: the real launcher, the real servers, in a folder of their own."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import psutil
import psycopg
import pytest

from mechanichub.embedded.__main__ import PROJECT
from mechanichub.embedded.children import free_port
from mechanichub.embedded.runfile import parse
from mechanichub.tests.conftest import gone

PARTS = {"postgres", "valkey-server", "--queues=default", "--queues=files", "--queues=webhooks", "mechanichub.serve"}
# Nothing that the tests themselves run with may reach the launcher.
OURS = {"DATABASE_URL", "CHANNELS_URL", "FILES_URL", "EMAIL_URL", "SECRET_KEY", "SITE_URL", "STATIC_ROOT", "DEBUG", "DEMO"}
PLAIN = {name: value for name, value in os.environ.items() if name not in OURS | {"DJANGO_SETTINGS_MODULE", "MAKELEVEL"}}


@dataclass
class Installation:
    """One folder with its launcher, started and ended as a test likes."""

    var: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen | None = None

    def launch(self, **environment: str) -> None:
        """Starts the launcher in an environment that names no service, except for what is given."""
        settings = PLAIN | {"VAR_DIR": str(self.var), "PORT": str(self.port)} | environment
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "mechanichub.embedded"], cwd=PROJECT, env=settings, stderr=log, stdout=log
            )

    @property
    def log(self) -> Path:
        return self.var.with_name(f"log-{self.port}")

    @property
    def said(self) -> str:
        """What the launcher and its parts have printed since the last start."""
        return self.log.read_text()

    def start(self) -> float:
        """Starts everything and returns how many seconds that took."""
        begun = time.monotonic()
        self.launch()
        assert eventually(lambda: "MechanicHub is ready: " in self.said or self.process.poll() is not None, 120)
        assert self.process.poll() is None, self.said
        return time.monotonic() - begun

    def refusal(self, **environment: str) -> str:
        """What a launcher says that must not start."""
        self.launch(**environment)
        assert self.process.wait(60) == 1, self.said
        return self.said

    def end(self, number: signal.Signals) -> int:
        """Sends a signal to the launcher and returns its exit code."""
        self.process.send_signal(number)
        return self.process.wait(60)

    def get(self, path: str) -> HTTPResponse:
        """The site's answer, with its body read into `.text`."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path, headers={"Host": f"localhost:{self.port}"})
        answer = connection.getresponse()
        answer.text = answer.read().decode(errors="replace")
        connection.close()
        return answer

    def wait_until_ready(self, seconds: float = 60) -> None:
        """Waits until /readyz finds nothing wrong."""
        assert eventually(lambda: self.get("/readyz").status == 200, seconds), self.get("/readyz").text + self.said

    @property
    def addresses(self) -> dict[str, str]:
        return parse((self.var / "run.env").read_text())

    def parts(self) -> dict[str, psutil.Process]:
        """The launcher's own children, by what they are."""
        children = [child for child in psutil.Process(self.process.pid).children() if child.status() != psutil.STATUS_ZOMBIE]
        return {part: child for child in children for part in PARTS if any(part in word for word in said(child))}


def said(child: psutil.Process) -> list[str]:
    """What it was started as, and its options; not the folders, which may be called anything. Nothing when it has ended."""
    try:
        return [word for place, word in enumerate(child.cmdline()) if place < 4 or word.startswith("--queues")]
    except psutil.NoSuchProcess:
        return []


def eventually(holds: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


@pytest.fixture(scope="module")
def installation(module_place: Path) -> Iterator[Installation]:
    """An installation that has been started once, so that its database exists."""
    installation = Installation(module_place / "var")
    yield installation
    if installation.process.poll() is None:
        installation.end(signal.SIGTERM)


@pytest.fixture
def running(installation: Installation) -> Installation:
    """The installation, running and ready."""
    if not installation.process or installation.process.poll() is not None:
        installation.start()
    installation.wait_until_ready()
    return installation


def test_everything_runs_and_says_so(running: Installation) -> None:
    assert set(running.parts()) == PARTS
    assert json.loads(running.get("/readyz").text)["ready"] is True
    assert running.get("/").status == 200


def test_static_files_are_named_by_content_and_kept_for_ever(running: Installation) -> None:
    sheets = re.findall(r'<link[^>]+href="(/static/[^"]+\.css)"', running.get("/").text)
    assert sheets, "the page needs style sheets for this to mean anything"
    for sheet in sheets:
        answer = running.get(sheet)
        assert re.search(r"\.[0-9a-f]{12}\.css$", sheet)
        assert answer.status == 200
        assert "immutable" in answer.headers["Cache-Control"]


def test_the_demonstration_is_loaded_once(running: Installation) -> None:
    with psycopg.connect(running.addresses["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT count(*) FROM accounts_app_user").fetchone()[0] > 0


def test_a_command_beside_it_uses_its_services(running: Installation) -> None:
    command = [sys.executable, "manage.py", "showmigrations", "--plan"]
    environment = PLAIN | {"VAR_DIR": str(running.var)}
    shown = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True)
    assert "[X]" in shown.stdout
    assert "[ ]" not in shown.stdout


def test_a_second_launcher_is_refused(running: Installation) -> None:
    second = Installation(running.var)
    assert second.refusal() == f"MechanicHub does not start: MechanicHub runs already on {running.var}: http://localhost:{running.port}\n"


def test_a_taken_port_is_refused(running: Installation, place: Path) -> None:
    other = Installation(place / "var", port=running.port)
    said = other.refusal()
    assert said == (
        f"MechanicHub does not start: Port {running.port} is taken by another program. "
        f"Choose another one, for example: PORT={running.port + 1} make run\n"
    )


def test_a_worker_that_is_killed_comes_back(running: Installation) -> None:
    for worker in ("--queues=default", "--queues=files", "--queues=webhooks"):
        killed = running.parts()[worker]
        killed.kill()
        assert eventually(lambda: running.parts().get(worker, killed).pid != killed.pid, 10)  # noqa: B023 (asked at once)
    running.wait_until_ready()


def test_a_database_that_is_killed_comes_back(running: Installation) -> None:
    running.parts()["postgres"].kill()
    assert eventually(lambda: running.get("/readyz").status == 503, 10)
    running.wait_until_ready()


def test_a_database_that_hangs_is_named_in_time(running: Installation) -> None:
    postmaster = running.parts()["postgres"]
    postmaster.suspend()
    try:
        begun = time.monotonic()
        answer = running.get("/readyz")
        assert time.monotonic() - begun < 4
        assert (answer.status, json.loads(answer.text)["database"]) == (503, "does not answer")
        assert running.get("/healthz").status == 200
    finally:
        postmaster.resume()
    running.wait_until_ready()


def test_ctrl_c_ends_all_of_it_and_the_second_start_is_quick_and_finds_everything(running: Installation) -> None:
    with psycopg.connect(running.addresses["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE note (text) AS VALUES ('kept')")
    pids = [child.pid for child in psutil.Process(running.process.pid).children(recursive=True)]
    assert running.end(signal.SIGINT) == 0
    assert gone(pids, seconds=1)
    assert running.start() < 15, "a second on an idle machine; others may be busy here"
    with psycopg.connect(running.addresses["DATABASE_URL"]) as connection:
        assert connection.execute("DELETE FROM note RETURNING text").fetchall() == [("kept",)]
        connection.execute("DROP TABLE note")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells processes of their parent's end")
def test_a_killed_launcher_leaves_nothing_behind_and_can_be_started_again(running: Installation) -> None:
    pids = [child.pid for child in psutil.Process(running.process.pid).children(recursive=True)]
    assert len(pids) > len(PARTS), "PostgreSQL has children of its own"
    running.end(signal.SIGKILL)
    assert gone(pids)
    running.start()
    running.wait_until_ready()


def test_a_web_server_that_ends_is_the_end(running: Installation) -> None:
    pids = [child.pid for child in psutil.Process(running.process.pid).children(recursive=True)]
    running.parts()["mechanichub.serve"].kill()
    assert running.process.wait(60) == 1
    assert running.said.endswith("The web server ended by itself (signal 9). MechanicHub ends.\n")
    assert gone(pids, seconds=1)


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PORT": "http"}, "PORT is 'http', which is no port: choose a number from 1 to 65535."),
        ({"PORT": "70000"}, "PORT is '70000', which is no port: choose a number from 1 to 65535."),
        ({"HOST": "192.0.2.1"}, "HOST 192.0.2.1 with PORT {port} cannot be listened on: Cannot assign requested address."),
        ({"WEB_PROCESSES": "none"}, "WEB_PROCESSES is 'none'; it is the number of web processes, 1 or more."),
        (
            {"DEBUG": "false", "DATABASE_URL": "postgresql://x", "FILES_URL": "file:///x"},
            "DEBUG is false, and CHANNELS_URL and EMAIL_URL are not set. "
            "Set what is missing, or leave DEBUG out to try MechanicHub with embedded services.",
        ),
        (
            {"DATABASE_URL": "mysql://me:secret@127.0.0.1/cars"},
            "DATABASE_URL begins with mysql:, and MechanicHub needs a PostgreSQL: postgresql://user:password@host/name",
        ),
        (
            {"DATABASE_URL": "postgresql://me:secret@127.0.0.1:1/cars"},
            "The database cars at 127.0.0.1 (DATABASE_URL) cannot be reached: Connection refused.",
        ),
    ],
)
def test_what_cannot_work_is_refused_in_one_sentence(place: Path, environment: dict[str, str], sentence: str) -> None:
    new = Installation(place / "var")
    assert new.refusal(**environment) == f"MechanicHub does not start: {sentence.format(port=new.port)}\n"


def test_a_damaged_database_is_refused_in_one_sentence(installation: Installation) -> None:
    if not installation.process:
        installation.start()
    if installation.process.poll() is None:
        installation.end(signal.SIGTERM)
    control = (installation.var / "postgres").resolve() / "data/global/pg_control"
    contents = control.read_bytes()
    control.write_bytes(contents[:100])
    said = installation.refusal()
    control.write_bytes(contents)
    assert re.fullmatch(r"MechanicHub does not start: PostgreSQL does not start on .*: .*pg_control.*\n", said), said


def test_an_old_python_is_refused_in_one_sentence(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 && exit 0\nexit 1\n')
    old.chmod(0o755)
    made = subprocess.run(["make", "run", f"PYTHON={old}"], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert made.returncode != 0
    sentence = made.stderr.splitlines()[0]
    assert (
        sentence == f"MechanicHub needs Python 3.11 or newer; {old} is Python 3.9.2. Name another one: make run PYTHON=/path/to/python3.11"
    )
