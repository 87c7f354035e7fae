"""`make run`: everything that a bare machine lacks, then MechanicHub itself, until Ctrl-C.

In this order, and ended in the opposite one: PostgreSQL, Valkey, migrations and static files, worker, web. Each of
DATABASE_URL, CHANNELS_URL, FILES_URL and EMAIL_URL replaces an embedded part. SITE_URL, SECRET_KEY, DEBUG, DEMO, HOST, PORT,
WEB_PROCESSES and VAR_DIR have defaults here.
"""

import os
import secrets
import signal
import socket
import sys
import time
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import environ
import psycopg

from mechanichub.embedded import CannotStart
from mechanichub.embedded.accounts import service_account
from mechanichub.embedded.children import Child, end_with_parent, last_words
from mechanichub.embedded.doors import open_door
from mechanichub.embedded.homes import private_folder, reachable_home
from mechanichub.embedded.keeper import ending, keep, tell
from mechanichub.embedded.postgres import Postgres, reason
from mechanichub.embedded.runfile import SERVICES, RunFile, var_folder
from mechanichub.embedded.valkey import Valkey

env = environ.Env()

PROJECT = Path(__file__).resolve().parents[2]
FOR_COMMANDS = (*SERVICES, "SITE_URL", "SECRET_KEY", "DEBUG", "DEMO")  # what manage.py needs to know beside us
MANAGE = [sys.executable, str(PROJECT / "manage.py")]
WORKER = [*MANAGE, "procrastinate", "worker", "--shutdown-graceful-timeout=5", "--delete-jobs=successful"]
# A long clip keeps no letter waiting, and however many come, two at once fit into the memory (files_app/tasks.py).
# Nothing of ours waits for somebody else's server either, and a few that are slow keep the others waiting hardly at all.
FILES_ONLY, WEBHOOKS_ONLY = ["--queues=files", "--concurrency=2"], ["--queues=webhooks", "--concurrency=4"]
ALL_ELSE = ["--queues=default"]
WEB = [sys.executable, "-m", "mechanichub.serve"]
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ANSWER_WITHIN = 60  # seconds that the web server has for its first answer


def main() -> int:
    """Runs until it is told to end (0) or cannot go on (1)."""
    os.umask(0o077)  # whatever is kept is nobody else's business
    for number in ENDINGS:
        signal.signal(number, _interrupt)  # SIGINT too: a shell has those whom it starts with & ignore it
    if "MAKELEVEL" in os.environ:
        end_with_parent(signal.SIGTERM)  # who kills make means us
    try:
        with ExitStack() as stack:
            return run(stack)
    except (CannotStart, OSError) as why:  # of the second kind: a disk that is full, a file that belongs to somebody else
        tell(f"MechanicHub does not start: {why}")
        return 1
    except KeyboardInterrupt:
        tell("MechanicHub has ended.")
        return 0


def run(stack: ExitStack) -> int:
    """Starts everything, puts each end on `stack`, and returns when the web server has ended by itself.

    Raises:
        CannotStart: why not, in one sentence.
        KeyboardInterrupt: a signal told us to end.
    """
    try:
        launcher = Launcher(stack)
        launcher.start()
        tell(f"{keep(launcher.kept, launcher.web)} MechanicHub ends.")
        return 1
    finally:
        _ignore_signals()  # a second Ctrl-C does not interrupt the orderly end that follows the first


class Launcher:
    """Starts the parts one after the other; `kept` are restarted when they end, without one of `web` there is no point."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.given = {name: value for name, value in os.environ.items() if value}
        self.var = private_folder(var_folder())
        self.kept: list[Child] = []
        self.web: list[Child] = []

    def start(self) -> None:
        self.refuse_half_a_production()
        run_file = RunFile(self.var / "run.env")
        self.stack.callback(run_file.close)
        processes = self.web_processes()
        door = self.stack.enter_context(open_door())
        environment = self.environment(door.getsockname()[1])
        run_file.write({name: environment[name] for name in FOR_COMMANDS})
        self.prepare(environment)
        self.kept.append(self.started(Child("The worker", [*WORKER, *ALL_ELSE], environment)))
        self.kept.append(self.started(Child("The worker for files", [*WORKER, *FILES_ONLY], environment)))
        self.kept.append(self.started(Child("The worker for webhooks", [*WORKER, *WEBHOOKS_ONLY], environment)))
        web = [*WEB, f"--fd={door.fileno()}"]
        self.web = [self.started(Child("The web server", web, environment, sockets=[door])) for _ in range(processes)]
        self.stack.callback(door.close)  # first of all at the end: nobody knocks in vain
        self.wait_for_answer(door)
        tell(f"MechanicHub is ready: {environment['SITE_URL']}")
        if environment["DEMO"].lower() in env.BOOLEAN_TRUE_STRINGS:
            self.started(Child("The list of demo people", [*MANAGE, "demo_logins"], environment)).wait()

    def refuse_half_a_production(self) -> None:
        """Who says DEBUG=false in so many words means a real installation, where nothing is embedded."""
        names = [name for name in SERVICES if name not in self.given]
        if names and "DEBUG" in self.given and not env.bool("DEBUG"):
            raise CannotStart(
                f"DEBUG is false, and {' and '.join(names)} {'is' if len(names) == 1 else 'are'} not set. "
                "Set what is missing, or leave DEBUG out to try MechanicHub with embedded services."
            )

    def web_processes(self) -> int:
        given = self.given.get("WEB_PROCESSES", "1")
        if not given.isdecimal() or int(given) < 1:
            raise CannotStart(f"WEB_PROCESSES is {given!r}; it is the number of web processes, 1 or more.")
        return int(given)

    def environment(self, port: int) -> dict[str, str]:
        """The variables for web, worker and commands; every service that they name runs already."""
        defaults = {"SITE_URL": f"http://localhost:{port}", "DEBUG": "false", "DEMO": str("DATABASE_URL" not in self.given).lower()}
        services = {
            "DATABASE_URL": self.database(),
            "CHANNELS_URL": self.given.get("CHANNELS_URL") or self.valkey(),
            "FILES_URL": self.given.get("FILES_URL") or private_folder(self.var / "files").as_uri(),
            "EMAIL_URL": self.given.get("EMAIL_URL") or private_folder(self.var / "mail").as_uri(),
            "SECRET_KEY": self.given.get("SECRET_KEY") or self.secret_key(),
        }
        return defaults | self.given | services | {"VAR_DIR": str(self.var)}

    def database(self) -> str:
        if url := self.given.get("DATABASE_URL"):
            _reach(url)
            return url
        link = self.var / "postgres"
        if not link.exists():
            tell(f"Making a database in {self.var}; the first start takes a moment.")
        account = service_account(link)
        return self.serve(Postgres(reachable_home(link, account), log=self.var / "postgres.log", account=account))

    def valkey(self) -> str:
        return self.serve(Valkey(log=self.var / "valkey.log", account=service_account()))

    def serve(self, server: Postgres | Valkey) -> str:
        self.stack.callback(server.stop)
        server.start()
        self.kept.append(server.child)
        return server.url

    def started(self, child: Child) -> Child:
        self.stack.callback(child.stop)
        child.start()
        return child

    def secret_key(self) -> str:
        path = self.var / "secret-key"
        if not path.exists():
            path.write_text(secrets.token_urlsafe(48))
        return path.read_text()

    def prepare(self, environment: dict[str, str]) -> None:
        """Migrations, static files, demo people: see `manage.py prepare`."""
        log = self.var / "prepare.log"
        log.write_bytes(b"")
        command = self.started(Child("The preparation", [*MANAGE, "prepare"], environment, log=log))
        if command.wait() != 0:
            raise CannotStart(f"{last_words(log)}. All of it is in {log}.")

    def wait_for_answer(self, door: socket.socket) -> None:
        deadline = time.monotonic() + ANSWER_WITHIN
        while not _answers(door):
            if dead := [child for child in self.web if not child.running]:
                raise CannotStart(f"the web server ended ({ending(dead[0])}); it said why above.")
            if time.monotonic() > deadline:
                raise CannotStart(f"the web server did not answer within {ANSWER_WITHIN} seconds.")


def _answers(door: socket.socket) -> bool:
    host, port = door.getsockname()[:2]
    connection = HTTPConnection({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port, timeout=1)  # noqa: S104
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _reach(url: str) -> None:
    """Tries the database that somebody named; the address is shown without its password."""
    place = urlsplit(url)
    if place.scheme not in ("postgres", "postgresql"):
        raise CannotStart(
            f"DATABASE_URL begins with {place.scheme}:, and MechanicHub needs a PostgreSQL: postgresql://user:password@host/name"
        )
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except (psycopg.Error, ValueError) as refusal:
        raise CannotStart(f"The database {place.path.lstrip('/')} at {place.hostname} (DATABASE_URL) cannot be reached: {reason(refusal)}.")


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _ignore_signals() -> None:
    for number in ENDINGS:
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())
