"""`manage.py prepare`: brings the database and the static files up to this code. What is up to date already costs nothing."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from mechanichub.checks import unapplied

STAMP = ".collected"


class Command(BaseCommand):
    help = "Applies migrations, collects static files, and loads the demo people when DEMO is set and there is nobody yet."

    def handle(self, *args: Any, **options: Any) -> None:
        self.migrate()
        self.collect()
        if settings.DEMO and not get_user_model().objects.exists():
            self.stdout.write("Loading demo people and cars.")
            call_command("load_demo", stdout=self.stdout)

    def migrate(self) -> None:
        """Applies what is not applied yet.

        Raises:
            CommandError: in the database's own words.
        """
        try:
            if waiting := unapplied():
                self.stdout.write(f"Applying {len(waiting)} migrations.")
                call_command("migrate", interactive=False, verbosity=0)
        except DatabaseError as error:
            raise CommandError(f"The database cannot be brought up to date: {str(error).strip().splitlines()[0]}")

    def collect(self) -> None:
        """Collects and compresses the static files when one of them changed."""
        stamp, wanted = Path(settings.STATIC_ROOT, STAMP), fingerprint()
        if stamp.exists() and stamp.read_text() == wanted:
            return
        self.stdout.write("Collecting static files.")
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(wanted)


def fingerprint() -> str:
    """A hash that changes when a static file is added, changed or removed."""
    return hashlib.sha256("\n".join(sorted(_traces())).encode()).hexdigest()


def _traces() -> Iterator[str]:
    for finder in get_finders():
        for path, storage in finder.list([]):
            state = Path(storage.path(path)).stat()
            yield f"{path} {state.st_size} {state.st_mtime_ns}"
