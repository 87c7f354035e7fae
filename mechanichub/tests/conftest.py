"""Folders and neighbours for tests that start real servers."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest


def _place() -> Iterator[Path]:
    """A folder that the user whom servers run as may enter; pytest's own belong to us alone."""
    folder = Path(tempfile.mkdtemp(prefix="mechanichub-place-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


place = pytest.fixture(_place)
module_place = pytest.fixture(_place, scope="module")


def gone(pids: list[int], seconds: float = 10) -> bool:
    """True when all of these processes have ended within that time; one that nobody has buried yet has ended too."""
    alive = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
    waited = 0.0
    while any(_lives(process) for process in alive):
        if waited > seconds:
            return False
        psutil.wait_procs(alive, timeout=0.1)
        waited += 0.1
    return True


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
