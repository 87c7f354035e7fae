"""The whole way over: look at everything first, then people, then lives, then what hangs on them; each step can be repeated."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from accounts_app.models import Mechanic, Place
from legacy_app.belongings import Belongings
from legacy_app.fitting import fit
from legacy_app.healing import Life, heal
from legacy_app.models import SetAside
from legacy_app.people import bring_people, bring_vehicles, known_people, standing
from legacy_app.reading import Reader
from legacy_app.report import Report
from legacy_app.source import COLUMNS, Source
from legacy_app.survey import survey
from legacy_app.writing import Writer, new_id, places_for
from sessions_app.moves import HELD

LIVES = 200  # customers in one transaction


@dataclass
class Import:
    """One run.

    Args:
        now: its beginning.
        keep_open: open sessions stay open however old they are.
        tell: is told how far it is: what is being done, and how many customers are done.

    Attributes:
        held: what wants a place with its mechanic: (mechanic here, kind of place, created, session).
    """

    source: Source
    now: datetime
    keep_open: bool = False
    tell: Callable[[str, int], None] = lambda what, done: None
    wanting: list[tuple[UUID, str, datetime | None, UUID]] = field(default_factory=list)
    fitted: list[tuple[str, UUID, str]] = field(default_factory=list)
    customers: int = 0

    def look(self) -> Report:
        """The dry run: what is there, what would be healed, what would be fitted. Nothing is written."""
        people = known_people(Reader(self.source, self.now))
        return survey(self.source, self.now, use=lambda life: self._note(life, people))

    def _note(self, life: Life, people: dict[UUID, UUID]) -> None:
        for each in fit(life, now=self.now, keep_open=self.keep_open, people=people):
            if each.state in HELD:
                kind = "chat" if each.session.type == "chat" else "call"
                self.wanting.append((people[each.holder], kind, each.session.created_at, each.session.id))
            self.fitted += [("sessions", new_id(each.session), note) for note in each.notes]
        self.customers += 1
        self.tell("looking", self.customers)

    def write(self, report: Report) -> Report:
        """Brings everything over. `report` is what `look` found; it grows by what had to be fitted and set aside."""
        reader = Reader(self.source, self.now)
        people = bring_people(reader)
        vehicles = bring_vehicles(reader, people)
        writer = Writer(self.source, people, vehicles, self.now, self.keep_open, places_for(self.wanting, _free_places()))
        done = 0
        for lives in _batches(reader.lives(), LIVES):
            writer.write([heal(life) for life in lives])
            done += len(lives)
            self.tell("writing", done)
        _link_follow_ups()
        belongings = Belongings(self.source, people, self.now)
        belongings.bring()
        self.fitted = people.fitted + writer.fitted + belongings.fitted
        report.not_imported += belongings.set_aside
        set_aside(self.source, report)
        return report


def would_hold(reader: Reader) -> dict[UUID, dict[str, int]]:
    """The places that mechanics would have, by who they will be: for a dry run."""
    people = known_people(reader)
    approved = [people[row["id"]] for row in reader.mechanics.rows if standing(row["application_status"]) == Mechanic.Standing.APPROVED]
    return {pk: {str(kind): places for kind, places in Place.STANDARD.items()} for pk in approved}


def _free_places() -> dict[UUID, dict[str, int]]:
    free: dict[UUID, dict[str, int]] = {}
    for mechanic, kind in Place.objects.filter(session=None, mechanic__standing="approved").values_list("mechanic_id", "kind"):
        kinds = free.setdefault(mechanic, {})
        kinds[kind] = kinds.get(kind, 0) + 1
    return free


def _link_follow_ups() -> None:
    """Which earlier session a request follows, now that all are here."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE requests_app_sessionrequest r SET follows_id = (r.metadata->'legacy'->>'follows')::uuid
               WHERE r.follows_id IS NULL AND r.metadata->'legacy' ? 'follows'
                 AND EXISTS (SELECT 1 FROM sessions_app_session s
                             WHERE s.id = (r.metadata->'legacy'->>'follows')::uuid AND s.id <> r.session_id)"""
        )


def set_aside(source: Source, report: Report) -> None:
    """Keeps each row that stays behind, whole, with the reason."""
    for table in COLUMNS:
        reasons: dict[UUID, str] = {pk: reason for name, pk, reason in report.not_imported if name == table}
        for ids in _batches(iter(reasons), 1000):
            rows = source.rows(table, "t.id = ANY(%s)", [ids])
            kept = [SetAside(source_table=table, source_id=str(row["id"]), reason=reasons[row["id"]], row=row) for row in rows]
            with transaction.atomic():
                SetAside.objects.bulk_create(kept, ignore_conflicts=True)


def _batches(rows: Iterator, size: int) -> Iterator[list]:
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
