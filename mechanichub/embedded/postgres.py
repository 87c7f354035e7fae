"""A PostgreSQL server of our own, out of a Python wheel.

It listens on the loopback interface only. One role may log in, `mechanichub`, by password; it owns its database and may
create others (for tests), and it is no superuser. The superuser cannot log in at all: maintenance is done with the server
stopped, by `postgres --single`.
"""

import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import psycopg

from mechanichub.embedded import CannotStart
from mechanichub.embedded.accounts import Account
from mechanichub.embedded.children import Child, free_port, last_words
from mechanichub.embedded.programs import postgres_programs

ROLE = "mechanichub"
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}  # nothing of ours: neither the collation nor the language of messages follows it
WHO_MAY_LOG_IN = f"host all {ROLE} 127.0.0.1/32 scram-sha-256\n"
CLUSTER = ["-U", "postgres", "-A", "reject", "-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
SETTINGS = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "200", "jit": "off", "timezone": "UTC"}
# For servers whose data nobody will miss. Never where data matters: a crash would lose what was acknowledged.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """A server on the data in `home`, which is made on first start.

    Args:
        home: a folder for data and password; the folder above it must exist and be within reach of `account`.
        log: the file for its messages.
        account: the user it runs as, needed when we are root; see `accounts.service_account`.
        durable: whether acknowledged data survives a crash; False is for throw-away servers.
    """

    def __init__(self, home: Path, *, log: Path, account: Account | None = None, durable: bool = True) -> None:
        self.home, self.log, self.account, self.durable = home, log, account, durable
        self.data = home / "data"
        self.programs = postgres_programs(account)
        self.port = free_port()
        settings = SETTINGS | {"port": str(self.port)} | ({} if durable else FORGETFUL)
        self.child = Child(
            "PostgreSQL",
            [str(self.programs / "postgres"), "-D", str(self.data), *(f"--{name}={value}" for name, value in settings.items())],
            environment=ENVIRONMENT,
            account=account,
            log=log,
            stop_with=signal.SIGINT,  # its "fast" shutdown: ends connections, writes everything down
            orphaned_with=signal.SIGINT,
            patience=30,
        )

    @property
    def url(self) -> str:
        """The address for the application, with its password."""
        password = (self.home / "password").read_text()
        return f"postgresql://{ROLE}:{password}@127.0.0.1:{self.port}/{ROLE}"

    def start(self) -> None:
        """Starts the server and waits until it answers. A server left behind on the same data is ended first.

        Raises:
            CannotStart: in the words of the server's own last message.
        """
        self.log.write_bytes(b"")
        if not self.home.exists():
            self._create()
        self._end_leftover()
        self.child.start()
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends the server within half a minute; everything acknowledged is on disk afterwards."""
        self.child.stop()

    def _create(self) -> None:
        """Makes the cluster beside `home` and moves it there when it is complete, so that no half of one is ever used."""
        building = self.home.with_name(f"{self.home.name}.new")
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir(mode=0o700)
        if self.account:
            self.account.owns(building)
        self._run(["initdb", "-D", f"{building}/data", *CLUSTER, "--no-instructions", *([] if self.durable else ["--no-sync"])])
        (building / "data/pg_hba.conf").write_text(WHO_MAY_LOG_IN)
        password = secrets.token_urlsafe(24)
        self._run(
            ["postgres", "--single", "-D", f"{building}/data", "-c", "exit_on_error=on", "postgres"],
            f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}'\nCREATE DATABASE {ROLE} OWNER {ROLE}\n",
        )
        (building / "password").touch(mode=0o600)
        (building / "password").write_text(password)
        building.rename(self.home)

    def _run(self, command: list[str], given: str = "") -> None:
        command[0] = str(self.programs / command[0])
        identity = self.account.popen_arguments() if self.account else {}
        try:
            subprocess.run(command, input=given, capture_output=True, text=True, cwd="/", env=ENVIRONMENT, check=True, **identity)
        except (OSError, subprocess.SubprocessError) as error:
            self.log.write_text(getattr(error, "stderr", None) or str(error))
            raise CannotStart(f"A PostgreSQL database cannot be made in {self.home}: {last_words(self.log)}.")

    def _end_leftover(self) -> None:
        """Ends a server that lost its launcher, and forgets one that is gone: its number may be somebody else's by now."""
        notice = self.data / "postmaster.pid"
        if not notice.exists():
            return
        try:
            process = psutil.Process(int(notice.read_text().splitlines()[0]))
            if str(self.data) in process.cmdline():
                process.send_signal(signal.SIGINT)
                process.wait(self.child.patience)
        except psutil.TimeoutExpired:
            raise CannotStart(f"An earlier PostgreSQL on {self.data} does not end (process {process.pid}).")
        except (psutil.Error, ValueError, IndexError):
            pass
        notice.unlink(missing_ok=True)

    def _wait(self, seconds: float = 60) -> None:
        """Waits until a login works; recovery after a crash may take its time, any other refusal is final."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
                return
            except psycopg.OperationalError as refusal:
                if not self.child.running:
                    raise CannotStart(f"PostgreSQL does not start on {self.home}: {last_words(self.log)}. All of it is in {self.log}.")
                if time.monotonic() > deadline or not _comes_up(refusal):
                    raise CannotStart(f"PostgreSQL on {self.home} refuses us: {reason(refusal)}. More may be in {self.log}.")
            time.sleep(0.03)


def _comes_up(refusal: psycopg.OperationalError) -> bool:
    return any(sign in str(refusal) for sign in ("Connection refused", "starting up", "not yet accepting", "recovery"))


def reason(refusal: Exception) -> str:
    """Why a login failed, in the words of whoever refused it."""
    first = (str(refusal).strip().splitlines() or ["no reason given"])[0]
    return re.split(r"(?:failed|FATAL): +", first)[-1].rstrip(".")
