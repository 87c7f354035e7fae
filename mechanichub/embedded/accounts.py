"""Which user a server runs as. PostgreSQL refuses to run as root, and Valkey has no need to."""

import os
import pwd
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from mechanichub.embedded import CannotStart

# The first that exists: a user of our own if somebody made one, else one that owns nothing of value.
CANDIDATES = ("mechanichub", "nobody")
# Where root keeps what that user must reach when the project lies below a folder that only root may enter.
ELSEWHERE = Path("/var/lib/mechanichub")


class Account(NamedTuple):
    """A user, by its numbers."""

    uid: int
    gid: int

    def popen_arguments(self) -> dict[str, Any]:
        """What makes `subprocess` run a program as this user, with none of our groups."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def owns(self, path: Path) -> None:
        """Hands `path` over to this user."""
        os.chown(path, self.uid, self.gid)

    def reaches(self, path: Path) -> bool:
        """True when this user may enter the folder, or run the program, `path`."""
        command = ["/bin/sh", "-c", 'test -x "$0"', str(path)]
        return subprocess.run(command, cwd="/", check=False, **self.popen_arguments()).returncode == 0


def service_account(data: Path | None = None) -> Account | None:
    """The user that servers run as; None when that is simply us, because we are not root.

    Args:
        data: files of an earlier start. Whoever owns them keeps them, whatever users were added since.
    """
    if os.geteuid() != 0:
        return None
    if data and data.exists() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid)
    for name in CANDIDATES:
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(user.pw_uid, user.pw_gid)
    raise CannotStart("PostgreSQL does not run as root, and there is no other user: add one called mechanichub.")
