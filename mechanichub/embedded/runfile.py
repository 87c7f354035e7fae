"""Where the running installation wrote down its addresses, for commands that are called beside it.

`var/run.env` is locked as long as its launcher lives, however that ends: a file without a lock is a thing of the past.
"""

import fcntl
import os
from pathlib import Path
from typing import IO

from mechanichub.embedded import CannotStart

SERVICES = ("DATABASE_URL", "CHANNELS_URL", "FILES_URL", "EMAIL_URL")


def var_folder() -> Path:
    """Where the embedded parts keep things: `VAR_DIR`, or `var` in the project."""
    return Path(os.environ.get("VAR_DIR") or Path(__file__).parents[2] / "var").resolve()


class RunFile:
    """The file of this launcher, who holds it until `close`.

    Raises:
        CannotStart: another launcher holds it.
    """

    def __init__(self, path: Path) -> None:
        self.file: IO[str] = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
        if not _lock(self.file):
            with self.file:
                address = parse(self.file.read()).get("SITE_URL", "it is just starting")
            raise CannotStart(f"MechanicHub runs already on {path.parent}: {address}")

    def write(self, environment: dict[str, str]) -> None:
        """Writes the variables down, one NAME=value to a line."""
        self.file.seek(0)
        self.file.truncate()
        self.file.writelines(f"{name}={value}\n" for name, value in environment.items())
        self.file.flush()

    def close(self) -> None:
        """Empties the file and lets it go."""
        self.write({})
        self.file.close()


def adopt() -> None:
    """Takes the addresses of a running `make run` into the environment, unless that names services already."""
    path = var_folder() / "run.env"
    if any(name in os.environ for name in SERVICES) or not os.access(path, os.R_OK):
        return
    with path.open() as file:
        if not _lock(file):
            for name, value in parse(file.read()).items():
                os.environ.setdefault(name, value)


def parse(text: str) -> dict[str, str]:
    """The variables in the text of a run file."""
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
