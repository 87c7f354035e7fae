"""Folders for what the embedded parts keep."""

import hashlib
import os
from pathlib import Path

from mechanichub.embedded import CannotStart
from mechanichub.embedded.accounts import ELSEWHERE, Account


def private_folder(path: Path) -> Path:
    """The folder `path`, made when it is missing, for nobody else to read.

    Raises:
        CannotStart: it cannot be made.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(f"The folder {path} cannot be made: {error.strerror}.")
    return path


def reachable_home(path: Path, account: Account | None) -> Path:
    """`path`, or a folder elsewhere that `path` then links to, when `account` may not go where `path` is.

    That is so when root runs a project below a folder that only root may enter, as /root is.
    """
    if account is None or path.is_symlink():
        return path.resolve()
    path.parent.chmod(0o711)  # others pass through, and see nothing
    if account.reaches(path.parent):
        return path
    home = ELSEWHERE / hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
    path.symlink_to(home)
    return home
