"""`manage.py import_legacy --source postgresql://...`: brings the old system's database over. Looks only, unless --commit.

`--files` is the second step: it copies the objects (photos, videos, documents) of the files whose rows came over. Both can be repeated
and go on where they were interrupted. Exit 0: done; 1: rows are lost or objects are missing; 3: the old database or objects cannot be read.
"""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from legacy_app import aside, objects
from legacy_app.importing import Import
from legacy_app.management.progress import shown
from legacy_app.objects import BadPlace, Copied
from legacy_app.report import Report, write_json
from legacy_app.source import UnreadableSource, snapshot
from legacy_app.stage import stage
from legacy_app.sums import is_well
from mechanichub.errors import Unavailable

LOST, UNREADABLE = 1, 3
SHOWN = 20  # ids of what is missing, on a terminal


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--source", help="where the old database is: postgresql://user:password@host/name")
        parser.add_argument("--schema", help="where its tables are, if not in the schema in which they are found")
        parser.add_argument("--files", metavar="ADDRESS", help="where its objects are: file:///folder, or s3://KEY:SECRET@bucket/prefix")
        parser.add_argument("--commit", action="store_true", help="write; without it nothing is written anywhere")
        parser.add_argument("--keep-open", action="store_true", help="open sessions stay open, however old they are")
        parser.add_argument("--give-up-missing", action="store_true", help="with --files: refuse files whose objects are nowhere")
        parser.add_argument("--json", metavar="FILE", help="write the whole report there; - is the standard output")
        parser.add_argument("--csv", metavar="FILE", help="write what stays behind, with reasons, there")

    def handle(self, *, source: str | None, files: str | None, commit: bool, **options: object) -> None:
        if not source and not files:
            raise CommandError("Say where the old database is (--source) or where its objects are (--files).")
        is_well_so_far = True
        if source:
            is_well_so_far = self.bring_rows(source, commit=commit, **options)
        if files:
            is_well_so_far &= self.bring_objects(files, commit=commit, is_alone=not source, **options)
        if not is_well_so_far:
            sys.exit(LOST)

    # --- rows ----------------------------------------------------------------------------------

    def bring_rows(self, source: str, *, commit: bool, keep_open: bool, schema: str | None, **options: object) -> bool:
        try:
            with stage() as copy, shown(self.stderr) as tell:
                now = timezone.now()
                with snapshot(source, schema) as old:
                    copy.fill(old, tell)
                run = Import(copy, now, keep_open=keep_open, tell=tell)
                run.look()
                report = run.write() if commit else run.foresee()
        except UnreadableSource as error:
            raise CommandError(str(error), returncode=UNREADABLE)
        self.write_down(report, options["json"], options["csv"])
        if options["json"] != "-":
            self.say(report, committed=commit)
        return is_well(report.sums)

    def write_down(self, report: Report, as_json: str | None, as_csv: str | None) -> None:
        if as_json == "-":
            write_json(report.document(), self.stdout._out)
            self.stdout.write("")
        elif as_json:
            with Path(as_json).open("w") as file:
                write_json(report.document(), file)
        if as_csv:
            aside.write_csv(Path(as_csv), report)

    def say(self, report: Report, *, committed: bool) -> None:
        """The report in short, for people."""
        result = report.document()["result"]
        made_up = {what: f"{result[what]['created']:,} made up" for what in ("requests", "sessions")}
        imported = {what: result[what]["imported"] if what in made_up else result[what] for what in SAID}
        for what, name in SAID.items():
            self.stdout.write(f"{name:18}{imported[what]:>12,}   {made_up.get(what, '')}".rstrip())
        if report.missing:
            self.stdout.write(f"\nMissing here: {', '.join(report.missing)}")
        if report.not_read:
            self.stdout.write(f"\nNot read: {', '.join(report.not_read)}")
        self.stdout.write("")
        for name, number in (
            ("set aside", len(report.not_imported) + len(report.also_set_aside)),
            ("warnings", len(report.warnings)),
            ("unreadable values", len(report.unreadable)),
            ("fitted", len(report.fitted)),
        ):
            self.stdout.write(f"{name:18}{number:>12,}")
        for what, number in report.fitted_by.most_common():
            self.stdout.write(f"{'':6}{number:>12,}   {what}")
        if not committed:
            self.stdout.write("\nNothing was written. Add --commit to write it.")
        else:
            self.say_sums(report.sums)

    def say_sums(self, sums: dict[str, dict]) -> None:
        self.stdout.write(f"\n{'table':22}{'rows':>10}{'imported':>10}{'merged':>10}{'set aside':>10}{'lost':>10}")
        for table, found in sums.items():
            line = f"{table:22}" + "".join(f"{found[name]:>10,}" for name in ("rows", "imported", "merged", "set_aside"))
            self.stdout.write(f"{line}{len(found['lost']):>10,}")
        if is_well(sums):
            self.stdout.write(self.style.SUCCESS("Written. Every row of the old database is somewhere."))
        else:
            self.stdout.write(self.style.ERROR("Written, but rows are lost: run it again, and look into the report (--json)."))

    # --- objects -------------------------------------------------------------------------------

    def bring_objects(self, files: str, *, commit: bool, is_alone: bool, give_up_missing: bool, **options: object) -> bool:
        try:
            with shown(self.stderr) as tell:
                copied = objects.bring(files, commit=commit, give_up_missing=give_up_missing, tell=tell)
        except (BadPlace, Unavailable) as error:
            raise CommandError(str(error), returncode=UNREADABLE)
        if is_alone and options["csv"]:
            objects.write_csv(Path(options["csv"]), copied)
        self.say_copied(copied, committed=commit)
        return not copied.missing and not copied.failed

    def say_copied(self, copied: Copied, *, committed: bool) -> None:
        self.stdout.write("")
        rows = [("files to copy", copied.total), ("found" if not committed else "copied, ready", copied.ready)]
        rows += [(f"refused: {reason}", number) for reason, number in sorted(copied.refused.items())]
        rows += [("missing", len(copied.missing)), ("not readable now", len(copied.failed))]
        for name, number in rows:
            self.stdout.write(f"{name:28}{number:>10,}")
        for name, ids in (("missing", copied.missing), ("not readable now", copied.failed)):
            for pk, path in list(ids)[:SHOWN]:
                self.stdout.write(f"  {name}: {pk}  {path}")
        if not committed:
            self.stdout.write("Nothing was copied. Add --commit to copy it.")


SAID = {
    "customers_and_staff": "people",
    "mechanics": "mechanics",
    "vehicles": "vehicles",
    "requests": "requests",
    "sessions": "sessions",
    "intakes": "intakes",
    "messages": "messages",
    "files": "files",
    "reviews": "reviews",
}
