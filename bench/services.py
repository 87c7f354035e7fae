"""A fresh PostgreSQL and Valkey for the benches, unless the environment names others, with all tables in place."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mechanichub.embedded.accounts import service_account
from mechanichub.embedded.postgres import Postgres
from mechanichub.embedded.valkey import Valkey


@contextmanager
def services() -> Iterator[None]:
    """Sets the environment that the settings read. PostgreSQL is durable here: a bench must pay for its commits."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mechanichub-bench-")))
        folder.chmod(0o711)  # the user that the servers run as passes through
        account = service_account()
        servers = {
            "DATABASE_URL": Postgres(folder / "postgres", log=folder / "postgres.log", account=account),
            "CHANNELS_URL": Valkey(log=folder / "valkey.log", account=account),
        }
        for name, server in servers.items():
            if name not in os.environ:
                stack.callback(server.stop)
                server.start()
                os.environ[name] = server.url
        os.environ |= {"FILES_URL": folder.as_uri(), "EMAIL_URL": folder.as_uri(), "SECRET_KEY": "only-for-benches", "DEBUG": "false"}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mechanichub.settings")
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], check=True)
        yield
