"""Processes that never outlive the one that started them."""

import ctypes
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from mechanichub.embedded import CannotStart
from mechanichub.embedded.accounts import Account

PR_SET_PDEATHSIG = 1  # prctl(2)
WEIGHTY = re.compile(r"(?:FATAL|PANIC|error|CommandError): +(.*)")
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded here: nothing may be loaded between fork and exec
# Below the ports that kernels lend to outgoing connections, so that nobody takes one between our choice and our use.
PORTS = range(20_000, 30_000)


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    for port in random.sample(PORTS, 200):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise CannotStart(f"None of 200 ports between {PORTS.start} and {PORTS.stop} of this machine is free.")


def end_with_parent(signal_number: int) -> None:
    """Has the kernel send us `signal_number` when the process that started us ends, however it ends (Linux only)."""
    if _libc:
        _libc.prctl(PR_SET_PDEATHSIG, signal_number)


def _tether(signal_number: int) -> Callable[[], None]:
    """What the child does before its program starts. The kernel watches the thread that forks: fork in the main thread."""
    parent = os.getpid()

    def tie() -> None:
        end_with_parent(signal_number)
        if os.getppid() != parent:  # it ended before we were tied to it
            os._exit(1)

    return tie


@dataclass
class Child:
    """One process of ours, out of reach of the terminal's Ctrl-C, that can be started again.

    Args:
        name: how messages call it.
        command: program and arguments.
        environment: all of its environment variables.
        account: the user it runs as; None for our own.
        log: a file that what it prints is added to; None leaves it on our own output.
        given: text for its standard input.
        sockets: sockets that it inherits, under the same file numbers.
        stop_with: the signal that asks it to end.
        orphaned_with: the signal it gets when we end without having asked.
        patience: seconds it has to end before it is killed.
    """

    name: str
    command: list[str]
    environment: dict[str, str]
    account: Account | None = None
    log: Path | None = None
    given: str = ""
    sockets: list[socket.socket] = field(default_factory=list)
    stop_with: signal.Signals = signal.SIGTERM
    orphaned_with: signal.Signals = signal.SIGKILL
    patience: float = 10
    process: subprocess.Popen | None = field(default=None, init=False)
    started_at: float = field(default=0, init=False)  # on the monotonic clock

    def start(self) -> None:
        """Starts the process. Only the main thread may do this.

        Raises:
            CannotStart: the program is missing, or the other user is out of our reach.
        """
        self.started_at = time.monotonic()
        try:
            with self.log.open("ab") if self.log else nullcontext() as output:
                self.process = self._spawn(output)
        except (OSError, subprocess.SubprocessError) as error:
            raise CannotStart(f"{self.name} cannot be started: {error}.")
        if self.process.stdin:
            self.process.stdin.write(self.given.encode())
            self.process.stdin.close()

    def _spawn(self, output: IO[bytes] | None) -> subprocess.Popen:
        return subprocess.Popen(
            self.command,
            cwd="/" if self.account else None,
            env=self.environment,
            stdin=subprocess.PIPE if self.given else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            pass_fds=[each.fileno() for each in self.sockets],
            preexec_fn=_tether(self.orphaned_with),
            start_new_session=True,
            **(self.account.popen_arguments() if self.account else {}),
        )

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How the last run ended, negative when a signal ended it; None while it runs."""
        return self.process.poll() if self.process else None

    def wait(self) -> int:
        """Waits for the end and returns the exit code."""
        return self.process.wait() if self.process else 0

    def stop(self) -> None:
        """Asks the process to end, waits, and kills it when its patience is over. May be called twice."""
        if not self.process or not self.running:
            return
        self.process.send_signal(self.stop_with)
        try:
            self.process.wait(self.patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def last_words(log: Path) -> str:
    """The last message of weight in a log, without its time and severity; else its last line."""
    lines = log.read_text(errors="replace").splitlines()
    weighty = [found[1] for line in lines if (found := WEIGHTY.search(line))]
    return (weighty or [line for line in lines if line.strip()] or ["it left no message"])[-1].strip().rstrip(".")
