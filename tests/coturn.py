"""A real coturn for the stories in which nothing but the relay may be used.

`python -m tests.coturn` makes sure that there is one: it installs it with the system's package manager when it may, and otherwise
says what to install. Without it those stories are skipped, and the rest of the tests runs.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mechanichub.embedded.children import Child, free_port
from tests.chromium import root_prefix

PROGRAM = "turnserver"
SECRET = "only-for-tests"
# The package starts a server of its own on some systems; ours is another one, on another port.
MANAGERS: dict[str, list[list[str]]] = {
    "apt-get": [["apt-get", "update", "-qq"], ["apt-get", "install", "-qq", "-y", "--no-install-recommends", "coturn"]],
    "dnf": [["dnf", "install", "-q", "-y", "coturn"]],
    "apk": [["apk", "add", "-q", "coturn"]],
    "pacman": [["pacman", "-Sy", "--noconfirm", "coturn"]],
}


def find() -> str | None:
    """The path of coturn's program."""
    return shutil.which(PROGRAM)


def install() -> None:
    """Installs coturn when this system has a package manager that we know and may use."""
    prefix, manager = root_prefix(), next(filter(shutil.which, MANAGERS), None)
    if prefix is None or manager is None:
        return
    sys.stderr.write(f"Installing coturn for the stories about calls ({manager}).\n")
    for command in MANAGERS[manager]:
        subprocess.run([*prefix, *command], check=False, stdout=subprocess.DEVNULL, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})


def ensure() -> str | None:
    """The path of coturn's program, installed if need be; None when there is none to be had."""
    if not find():
        install()
    return find()


class Coturn:
    """One relay on the loopback interface. It can be stopped and started again, on the same port."""

    def __init__(self, folder: Path) -> None:
        self.port, self.log = free_port(), folder / "coturn.log"
        options = {
            "listening-ip": "127.0.0.1",
            "relay-ip": "127.0.0.1",
            "listening-port": self.port,
            "static-auth-secret": SECRET,
            "realm": "mechanichub",
            "pidfile": folder / "coturn.pid",
            "userdb": folder / "coturn.db",
            "log-file": "stdout",
        }
        flags = ["use-auth-secret", "allow-loopback-peers", "no-cli", "no-tls", "no-dtls", "no-multicast-peers", "fingerprint"]
        command = [find() or PROGRAM, "-n", *(f"--{name}={value}" for name, value in options.items()), *(f"--{flag}" for flag in flags)]
        self.child = Child("coturn", command, dict(os.environ), log=self.log)

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a site that uses this relay and nothing else."""
        return {"TURN_URLS": f"turn:127.0.0.1:{self.port}?transport=udp", "TURN_SECRET": SECRET, "CALL_RELAY_ONLY": "yes"}

    def start(self) -> None:
        self.child.start()
        deadline = time.monotonic() + 10
        while not self._listens():
            assert time.monotonic() < deadline, f"coturn does not listen: {self.log.read_text()}"
            time.sleep(0.05)

    def stop(self) -> None:
        self.child.stop()

    def _listens(self) -> bool:
        with socket.socket() as door:  # it listens to TCP on the same port
            return door.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def relay(folder: Path) -> Iterator[Coturn]:
    """A running relay."""
    coturn = Coturn(folder)
    coturn.start()
    try:
        yield coturn
    finally:
        coturn.stop()


if __name__ == "__main__" and not ensure():
    sys.stderr.write("Without coturn the stories about calls by relay are skipped. Install the package coturn to have them.\n")
