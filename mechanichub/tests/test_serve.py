"""A server that is started by hand, without the launcher: it serves, or says in one sentence why not."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from mechanichub.embedded.children import free_port

SERVICES = ("DATABASE_URL", "CHANNELS_URL", "FILES_URL", "EMAIL_URL")
# As an operator would have it: the real settings, and the services of the tests. Their own database is new and empty; what
# the tests fill is another one in the same server.
COMPLETE = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}


def served(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What comes of a server that is expected to refuse."""
    command = [sys.executable, *arguments]
    settled = COMPLETE | {"PORT": str(free_port())} | environment
    return subprocess.run(command, cwd=settings.BASE_DIR, env=settled, capture_output=True, text=True, timeout=60, check=False)


def test_without_services_there_is_no_server() -> None:
    refused = served("-m", "mechanichub.serve", **dict.fromkeys(SERVICES, ""))
    assert refused.returncode == 1
    assert refused.stderr == (
        "MechanicHub does not start: DATABASE_URL, CHANNELS_URL, FILES_URL, EMAIL_URL are not set. "
        "`make run` starts embedded services and sets them.\n"
    )


def test_without_a_secret_there_is_no_server() -> None:
    refused = served("-m", "mechanichub.serve", SECRET_KEY="")
    assert refused.returncode == 1
    assert refused.stderr.startswith("MechanicHub does not start: SECRET_KEY is not set.")


@pytest.mark.parametrize(
    "server", [["mechanichub.serve"], ["uvicorn", "mechanichub.asgi:application", "--port=0"]], ids=["ours", "uvicorn by hand"]
)
def test_without_migrations_there_is_no_server(server: list[str]) -> None:
    refused = served("-m", *server)
    assert refused.returncode == 3
    assert "The database is older than this code: run `manage.py migrate` first" in refused.stderr


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"CHANNELS_URL": ""}, "CHANNELS_URL is not set."),
        ({}, "The database is older than this code: run `manage.py migrate` first"),
        ({"DATABASE_URL": "postgresql://u:p@127.0.0.1:1/d"}, "The database does not answer: "),
    ],
    ids=["a service missing", "migrations missing", "no database"],
)
def test_the_pages_alone_refuse_as_well(environment: dict[str, str], sentence: str) -> None:
    refused = served("-c", "import mechanichub.wsgi", **environment)
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith(f"django.core.exceptions.ImproperlyConfigured: {sentence}")
