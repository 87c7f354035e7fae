"""What stays behind is kept whole, with the reason: in the admin, and as a CSV."""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from legacy_app.models import SetAside
from legacy_app.report import Report
from legacy_app.stage import Stage

BATCH = 500  # rows


def keep(stage: Stage) -> None:
    """Writes every row that was set aside; those of an earlier run stay as they are."""
    for (table,) in stage.select("SELECT DISTINCT tablename FROM aside ORDER BY 1"):
        rows = _rows(stage, table)
        while batch := list(islice(rows, BATCH)):
            SetAside.objects.bulk_create(batch, ignore_conflicts=True)


def _rows(stage: Stage, table: str) -> Iterator[SetAside]:
    seen: Counter[str] = Counter()  # of rows without an id of their own alone
    for row in stage.stream(
        f"SELECT t.*, a.reason FROM aside a JOIN {table} t ON t.line = a.line WHERE a.tablename = '{table}' ORDER BY a.line"  # noqa: S608
    ):
        said = {name: value for name, value in row.items() if name not in ("line", "trouble", "reason") and value is not None}
        name = str(row["id"])
        if row["trouble"]:
            digest = hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:24]
            seen[digest] += 1
            name = f"{digest}-{seen[digest]}"
        yield SetAside(source_table=table, source_id=name, reason=row["reason"], row=said)


def write_csv(path: Path, report: Report) -> None:
    """Table, id and reason of everything that stays behind."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["table", "id", "reason"])
        for lines in (report.not_imported, report.also_set_aside):
            writer.writerows([row["table"], row["id"], row["reason"]] for row in lines)
