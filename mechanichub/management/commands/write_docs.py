"""Writes the parts of docs/ARCHITECTURE.md that come from the code, or checks that they are current."""

import re

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import CheckConstraint, UniqueConstraint

from mechanichub.rules import Reference, Trigger
from sessions_app.moves import MOVES, NOTHING

DOCUMENT = settings.BASE_DIR / "docs" / "ARCHITECTURE.md"
REQUIREMENTS = settings.BASE_DIR / "requirements.txt"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when the document is not current")

    def handle(self, *, check: bool, **options: object) -> None:
        present = DOCUMENT.read_text()
        current = document(present)
        if check and current != present:
            raise CommandError("docs/ARCHITECTURE.md is not current: run `make docs`.")
        DOCUMENT.write_text(current)


def document(text: str) -> str:
    """The document with everything between `<!-- generated: name -->` and `<!-- end -->` written anew."""
    for name, part in {"moves": moves_table(), "rules": rules_table(), "dependencies": dependencies_table()}.items():
        place = re.compile(rf"(?<=<!-- generated: {name} -->\n).*?(?=<!-- end -->)", re.S)
        text, found = place.subn(part.replace("\\", r"\\"), text)
        if not found:
            raise CommandError(f"docs/ARCHITECTURE.md has no place for the generated part {name}.")
    return text


def moves_table() -> str:
    """The moves of a session, as Markdown."""
    head = "| move | from | to | by | besides |\n|---|---|---|---|---|\n"
    rows = ((f"`{move.name}`", states(move.sources), states(move.targets), ", ".join(move.by), move.effect) for move in MOVES.values())
    return head + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def states(names: tuple[str, ...]) -> str:
    return ", ".join("(nothing)" if name == NOTHING else str(name) for name in names)


def rules_table() -> str:
    """Every named rule of the database, as Markdown."""
    kinds = {CheckConstraint: "CHECK", UniqueConstraint: "UNIQUE", Reference: "FOREIGN KEY", Trigger: "trigger"}
    models = [model for app in apps.get_app_configs() if app.name.endswith("_app") for model in app.get_models()]
    rules = ((rule.name.replace("_", " "), model.__name__, kinds[type(rule)]) for model in models for rule in model._meta.constraints)
    return "| rule | on | held by |\n|---|---|---|\n" + "".join(f"| {' | '.join(row)} |\n" for row in rules)


def dependencies_table() -> str:
    """The direct dependencies with their reasons, from requirements.txt."""
    pins = re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==(\S+)\s+# (.+)$", REQUIREMENTS.read_text(), flags=re.M)
    return "| package | version | why |\n|---|---|---|\n" + "".join(f"| {name} | {version} | {why} |\n" for name, version, why in pins)
