"""Migrations say what the models say, and need nothing that a plain PostgreSQL has not."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

MIGRATIONS = sorted(Path(settings.BASE_DIR).glob("*_app/migrations/0*.py"))


@pytest.mark.django_db
def test_the_models_have_no_change_without_a_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)  # it exits with 1 when there is one


def test_no_migration_wants_an_extension() -> None:
    assert MIGRATIONS, "there have to be migrations for this to mean anything"
    wanting = [path.name for path in MIGRATIONS if re.search(r"CREATE\s+EXTENSION|Extension\(", path.read_text(), re.IGNORECASE)]
    assert wanting == [], "the embedded PostgreSQL has no extensions, and the managed ones that people rent may not have them either"
