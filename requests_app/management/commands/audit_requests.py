"""`manage.py audit_requests`: what became of the calls for help. Exit 0: asked (also when there are none); 1: orphans; 3: could not ask."""

import csv
import json
import sys
from datetime import datetime

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from requests_app.audit import QUESTIONS, audit

ASKED, ORPHANS, COULD_NOT_ASK = 0, 1, 3
TITLES = {
    "by_status": "By status",
    "by_assignment": "Assigned or not",
    "by_type": "By type",
    "by_plan": "By plan",
    "by_day": "By day (UTC)",
    "cancelled_by_reason": "Cancelled, by reason",
    "cancelled_by_whom": "Cancelled, by whom",
    "orphans": "Orphans (each must be 0)",
}


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", type=moment, metavar="DAY", help="only what was submitted from then on: 2026-11-01, or with a time")
        shape = parser.add_mutually_exclusive_group()
        shape.add_argument("--json", action="store_true", help="for machines")
        shape.add_argument("--csv", action="store_true", help="part, what, count: one row for each number")

    def handle(self, *, since: datetime | None, **options: object) -> None:
        try:
            found = audit(since)
        except DatabaseError as error:
            raise CommandError(f"Could not ask: {str(error).strip()}", returncode=COULD_NOT_ASK)
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=2))
        elif options["csv"]:
            self.write_csv(found)
        else:
            self.tell(found)
        sys.exit(ORPHANS if found["orphans_total"] else ASKED)

    def write_csv(self, found: dict) -> None:
        writer = csv.writer(self.stdout)
        writer.writerow(["part", "what", "count"])
        for part in (*QUESTIONS, "orphans"):
            writer.writerows([part, row["what"], row["count"]] for row in found[part])
        writer.writerows(["time_to_accept", *pair] for pair in found["time_to_accept"].items())

    def tell(self, found: dict) -> None:
        since = f" since {found['since']}" if found["since"] else ""
        if not found["total"]:
            self.stdout.write(f"Asked, and there are no requests{since}.")
        else:
            self.stdout.write(self.style.MIGRATE_HEADING(f"{found['total']:,} requests{since}"))
        for part, title in TITLES.items():
            if found[part] and (found["total"] or part == "orphans"):
                self.part(title, found[part])
        if found["total"]:
            self.time_to_accept(found["time_to_accept"])

    def part(self, title: str, rows: list[dict]) -> None:
        self.stdout.write(f"\n{title}")
        for row in rows:
            paint = self.style.ERROR if row["count"] and title == TITLES["orphans"] else str
            self.stdout.write(paint(f"  {row['count']:>10,}  {row['what']}"))

    def time_to_accept(self, found: dict) -> None:
        self.stdout.write("\nTime until a mechanic took it")
        self.stdout.write(f"  {words(found['median_seconds']):>10}  half of them were faster")
        self.stdout.write(f"  {words(found['p90_seconds']):>10}  nine in ten were faster")
        self.stdout.write(f"  {found['never']:>10,}  of {found['queued']:,} were never taken")


def words(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def moment(text: str) -> datetime:
    """The moment that a day or a time names, in the site's time zone."""
    try:
        found = parse_datetime(text) or datetime.combine(parse_date(text), datetime.min.time())
    except (TypeError, ValueError):
        raise CommandError(f"{text!r} is no day: write it as 2026-11-01.")
    return found if found.tzinfo else timezone.make_aware(found)
