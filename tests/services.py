"""A pytest plugin: a throw-away PostgreSQL and Valkey for the tests, started before Django reads its settings.

pyproject.toml loads it by `-p tests.services`. Services that are named in the environment (`DATABASE_URL`, `CHANNELS_URL`)
are used instead. With several pytest processes the first one starts the services and the others inherit their addresses.
Nothing stays behind: the servers end with the process that started them, even when it is killed.
"""

import atexit
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from mechanichub.embedded.accounts import service_account
from mechanichub.embedded.postgres import Postgres
from mechanichub.embedded.valkey import Valkey

PREFIX = "mechanichub-tests-"
_ending = ExitStack()
atexit.register(_ending.close)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    folder = _make_folder()
    account = service_account()
    if "DATABASE_URL" not in os.environ:
        os.environ["DATABASE_URL"] = _started(Postgres(folder / "postgres", log=folder / "postgres.log", account=account, durable=False))
    if "CHANNELS_URL" not in os.environ:
        os.environ["CHANNELS_URL"] = _started(Valkey(log=folder / "valkey.log", account=account))
    for name in ("files", "mail", "static"):
        (folder / name).mkdir()
    os.environ |= {"FILES_URL": f"file://{folder}/files", "EMAIL_URL": f"file://{folder}/mail", "STATIC_ROOT": f"{folder}/static"}
    os.environ |= {"SECRET_KEY": "only-for-tests", "SITE_URL": "http://localhost:8000", "DEBUG": "false", "DEMO": "true"}
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright keeps an event loop in the main thread


def _started(server: Postgres | Valkey) -> str:
    _ending.callback(server.stop)
    server.start()
    return server.url


def _make_folder() -> Path:
    """A fresh folder for all that the tests leave, removed at the end, or by the next run when there was no end."""
    for old in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if old.stat().st_uid == os.geteuid() and not _in_use(old):
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    folder.chmod(0o711)  # the user that the servers run as passes through
    _ending.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _in_use(folder: Path) -> bool:
    return psutil.pid_exists(int(folder.name.removeprefix(PREFIX).split("-")[0]))
