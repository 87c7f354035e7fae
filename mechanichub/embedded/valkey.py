"""A Valkey server of our own, out of a Python wheel. It passes messages on and keeps nothing, so it has no data to lose."""

import os
import secrets
import time
from pathlib import Path

import redis

from mechanichub.embedded import CannotStart
from mechanichub.embedded.accounts import Account
from mechanichub.embedded.children import Child, free_port
from mechanichub.embedded.programs import valkey_program

CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
save ""
appendonly no
dir /
loglevel warning
"""


class Valkey:
    """A server for the loopback interface, with a password that it gets on its standard input, where no process list shows it.

    Args:
        log: the file for its messages.
        account: the user it runs as when we are root.
    """

    def __init__(self, *, log: Path, account: Account | None = None) -> None:
        self.log, self.port, self.password = log, free_port(), secrets.token_urlsafe(24)
        self.child = Child(
            "Valkey",
            [str(valkey_program(account)), "-"],
            environment={"PATH": os.defpath},
            account=account,
            log=log,
            given=CONFIGURATION.format(port=self.port, password=self.password),
            patience=5,
        )

    @property
    def url(self) -> str:
        """The address for the application, with its password."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Starts the server and waits until it answers.

        Raises:
            CannotStart: it ended, or did not answer within ten seconds.
        """
        self.log.write_bytes(b"")
        self.child.start()
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends the server."""
        self.child.stop()

    def _wait(self, seconds: float = 10) -> None:
        deadline = time.monotonic() + seconds
        while not self._answers():
            if not self.child.running or time.monotonic() > deadline:
                raise CannotStart(f"Valkey does not start; what it said is in {self.log}.")
            time.sleep(0.02)

    def _answers(self) -> bool:
        with redis.Redis.from_url(self.url, socket_timeout=2, retry=None) as client:
            try:
                return bool(client.ping())
            except (redis.ConnectionError, redis.TimeoutError):
                return False
