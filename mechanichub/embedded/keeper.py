"""Keeps processes running: who ends is started again, ever more slowly while it keeps ending."""

import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field

from mechanichub.embedded import CannotStart
from mechanichub.embedded.children import Child

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds before a process is started again; doubled each time
SETTLED = 60.0  # seconds of running after which an end counts as the first again
GLANCE = 0.2  # seconds between two looks


def keep(children: list[Child], vital: list[Child]) -> str:
    """Restarts `children` when they end, until one of `vital` ends; returns a sentence about that.

    A signal that raises an exception ends it too.
    """
    wards = [Ward(child) for child in children]
    while all(child.running for child in vital):
        for ward in wards:
            ward.look()
        time.sleep(GLANCE)
    return " ".join(f"{child.name} ended by itself ({ending(child)})." for child in vital if not child.running)


@dataclass
class Ward:
    """One process that is started again when it ends."""

    child: Child
    pause: float = FIRST_PAUSE
    due: float | None = field(default=None, init=False)  # when it is started again; None while it runs

    def look(self) -> None:
        if self.child.running:
            return
        if self.due is None:
            self._plan()
        elif time.monotonic() >= self.due:
            self._start()

    def _plan(self) -> None:
        now = time.monotonic()
        if now - self.child.started_at > SETTLED:
            self.pause = FIRST_PAUSE
        tell(f"{self.child.name} ended ({ending(self.child)}); it is started again in {self.pause:.0f} s.")
        self.due = now + self.pause
        self.pause = min(2 * self.pause, LONGEST_PAUSE)

    def _start(self) -> None:
        self.due = None
        try:
            self.child.start()
        except CannotStart as reason:
            tell(str(reason))


def ending(child: Child) -> str:
    """How it ended, for people."""
    code = child.exit_code
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


def tell(sentence: str) -> None:
    """Says something to whoever watches the terminal, if it is still there."""
    with suppress(OSError):
        sys.stderr.write(f"{sentence}\n")
        sys.stderr.flush()
