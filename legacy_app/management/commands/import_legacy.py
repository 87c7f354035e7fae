"""`manage.py import_legacy --source postgresql://...`: brings the old system's database over. Looks only, unless --commit."""

import csv
import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from legacy_app.importing import Import
from legacy_app.report import Report
from legacy_app.source import UnreadableSource, snapshot

EVERY = 500  # customers between two words about the progress


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--source", required=True, help="where the old database is: postgresql://user:password@host/name")
        parser.add_argument("--commit", action="store_true", help="write; without it nothing is written anywhere")
        parser.add_argument("--keep-open", action="store_true", help="open sessions stay open, however old they are")
        parser.add_argument("--json", metavar="FILE", help="write the whole report there; - is the standard output")
        parser.add_argument("--csv", metavar="FILE", help="write what stays behind, with reasons, there")

    def handle(self, *, source: str, commit: bool, keep_open: bool, **options: str) -> None:
        try:
            with snapshot(source) as old:
                run = Import(old, timezone.now(), keep_open, self.progress)
                report = run.look()
                if commit:
                    report = run.write(report)
        except UnreadableSource as error:
            raise CommandError(str(error), returncode=3)
        data = report.as_data() | {"fitted": [{"table": table, "id": str(pk), "what": what} for table, pk, what in run.fitted]}
        if options["json"] == "-":
            self.stdout.write(json.dumps(data, indent=1, default=str))
        else:
            if options["json"]:
                Path(options["json"]).write_text(json.dumps(data, indent=1, default=str))
            self.tell(data, committed=commit)
        if options["csv"]:
            write_csv(Path(options["csv"]), report)

    def progress(self, what: str, done: int) -> None:
        if done % EVERY == 0 and sys.stderr.isatty():
            self.stderr.write(f"\r{what}: {done:,} customers", ending="")

    def tell(self, data: dict, *, committed: bool) -> None:
        """The report in short, for people."""
        result = data["result"]
        rows = [
            ("people", result["customers_and_staff"], ""),
            ("mechanics", result["mechanics"], ""),
            ("vehicles", result["vehicles"], ""),
            *(
                (what, result.get(what, {}).get("imported", 0), f"{result.get(what, {}).get('created', 0)} made up")
                for what in ("requests", "sessions")
            ),
            *((what, result[what], "") for what in ("intakes", "messages", "files", "reviews")),
        ]
        for what, number, more in rows:
            self.stdout.write(f"{what:12}{number:>10,}   {more}")
        if data["missing"]:
            self.stdout.write(f"missing here: {', '.join(data['missing'])}")
        for what in ("not_imported", "warnings", "fitted"):
            self.stdout.write(f"{what.replace('_', ' '):12}{len(data[what]):>10,}")
        self.stdout.write(self.style.SUCCESS("Written.") if committed else "Nothing was written. Add --commit to write it.")


def write_csv(path: Path, report: Report) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["table", "id", "reason"])
        writer.writerows(report.not_imported)
