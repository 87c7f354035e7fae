"""`manage.py verify_schema`: is the database what the migrations promise? Exit 0: identical; 1: it drifted; 2: could not look."""

import json
import sys

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError

from mechanichub import catalogue
from mechanichub.catalogue import Difference

IDENTICAL, DRIFTED, COULD_NOT_LOOK = 0, 1, 2


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for machines: {identical, objects, differences: [...]}")

    def handle(self, **options: object) -> None:
        try:
            expected, found = catalogue.promised(), catalogue.read()
        except (DatabaseError, OSError) as error:
            self.could_not_look(str(error).strip(), as_json=bool(options["json"]))
        differences = catalogue.differences(expected, found)
        if options["json"]:
            self.stdout.write(json.dumps(as_data(differences, len(found)), indent=2))
        else:
            self.tell(differences, len(found))
        sys.exit(DRIFTED if differences else IDENTICAL)

    def could_not_look(self, why: str, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"identical": None, "error": why}, indent=2))
        self.stderr.write(self.style.ERROR(f"Could not look: {why}"))
        sys.exit(COULD_NOT_LOOK)

    def tell(self, differences: list[Difference], objects: int) -> None:
        """A table for people: what, how it differs, and below each how to mend it."""
        if not differences:
            self.stdout.write(self.style.SUCCESS(f"Identical: {objects} objects are as the migrations make them."))
            return
        paint = {"missing": self.style.ERROR, "different": self.style.WARNING, "extra": self.style.NOTICE}
        for each in differences:
            self.stdout.write(f"{paint[each.problem](f'{each.problem:9}')} {each.kind:10} {each.name}")
            if each.problem == "different":
                self.stdout.write(f"{'':10}is:        {each.found}\n{'':10}should be: {each.expected}")
            self.stdout.write(f"{'':10}mend:      {each.mend}")
        self.stdout.write(self.style.ERROR(f"{len(differences)} differences in {objects} objects."))


def as_data(differences: list[Difference], objects: int) -> dict:
    rows = [vars(each) | {"mend": each.mend} for each in differences]
    return {"identical": not rows, "objects": objects, "differences": rows}
