"""The whole way over: a copy of the old database, a look at all of it, then people, then lives, then what hangs on them; each step can
be repeated.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from uuid import UUID

from django.db import connection
from django.db.models import Q

from accounts_app.models import Mechanic, Place
from legacy_app import aside, sums
from legacy_app.belongings import Belongings
from legacy_app.fitting import fit, new_id
from legacy_app.healing import Life, heal
from legacy_app.people import People, bring_people, bring_vehicles, standing
from legacy_app.reading import Reader
from legacy_app.report import Report
from legacy_app.stage import Stage
from legacy_app.survey import survey
from legacy_app.writing import Writer
from sessions_app.moves import HELD

LIVES = 200  # customers in one transaction
EVERY = 100  # customers between two words about the progress


class Import:
    """One run.

    Args:
        stage: a copy of the old database.
        now: its beginning.
        keep_open: open sessions stay open however old they are.
        tell: is told how far it is: what is being done, how much of it is done, and how much there is.
    """

    def __init__(
        self,
        stage: Stage,
        now: datetime,
        *,
        keep_open: bool = False,
        tell: Callable[[str, int, int], None] = lambda what, done, total: None,
    ) -> None:
        self.stage, self.now, self.keep_open, self.tell = stage, now, keep_open, tell
        self.reader = Reader(stage, now)
        self.report = Report()
        self._wanting: list[tuple] = []

    def look(self) -> Report:
        """What is there, what is healed, what stays behind. Nothing is written."""
        people = self.reader.mechanics.people()
        looked = Progress(self, "looking", self._customers())
        self.report = survey(self.reader, use=lambda life: (self._note(life, people), looked.one_more()))
        self._note_wanting()
        self._share_out_places(people)
        return self.report

    def foresee(self) -> Report:
        """After `look`: also what would have to be fitted, and have no place here. Nothing is written."""
        self._go_through(commit=False)
        return self.report

    def write(self) -> Report:
        """After `look`: brings everything over, and counts afterwards whether everything is here."""
        self._go_through(commit=True)
        _link_follow_ups()
        aside.keep(self.stage)
        total = sum(self.stage.count(table) for table in sums.TABLES)
        people = self.reader.mechanics.people()
        self.report.sums = sums.counted(self.stage, people, lambda done: self.tell("counting", done, total))
        return self.report

    def _go_through(self, *, commit: bool) -> None:
        people = bring_people(self.reader, self.report, commit=commit, tell=partial(self.tell, "people"))
        if commit:
            bring_vehicles(self.reader)
        writer = Writer(self.stage, people, self.report, self.now, self.keep_open, commit)
        progress = Progress(self, "writing" if commit else "fitting", self._customers())
        for lives in _batches(self.reader.lives(), LIVES):
            writer.write([heal(life) for life in lives])
            progress.more(len(lives))
        self._bring_belongings(people, commit=commit)

    def _bring_belongings(self, people: People, *, commit: bool) -> None:
        self.stage.run("ANALYZE fate")
        total = self.stage.select("SELECT count(*) FROM fate WHERE old_session IS NOT NULL")[0][0]
        for done in Belongings(self.stage, people, self.report, self.now, commit).bring():
            self.tell("messages and files", done, total)

    def _customers(self) -> int:
        return self.stage.select(
            """SELECT count(*) FROM (SELECT customer_id FROM session_requests WHERE customer_id IS NOT NULL AND trouble IS NULL
               UNION SELECT customer_user_id FROM sessions WHERE customer_user_id IS NOT NULL AND trouble IS NULL) named"""
        )[0][0]

    # --- who keeps his mechanic ------------------------------------------------------------------

    def _note(self, life: Life, people: dict[UUID, UUID]) -> None:
        """The sessions that want a place with their mechanic."""
        for each in fit(life, now=self.now, keep_open=self.keep_open, people=people):
            if each.state in HELD:
                kind = "chat" if each.session.type == "chat" else "call"
                self._wanting.append((new_id(each.session), people[each.holder], kind, each.session.created_at))
        if len(self._wanting) >= LIVES:
            self._note_wanting()

    def _note_wanting(self) -> None:
        if self._wanting:
            self.stage.run(
                """INSERT INTO wanting (session, mechanic, kind, created_at)
                   SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::timestamptz[]) ON CONFLICT DO NOTHING""",
                *(list(column) for column in zip(*self._wanting, strict=True)),
            )
            self._wanting.clear()

    def _share_out_places(self, people: dict[UUID, UUID]) -> None:
        """Of each mechanic's sessions as many keep him as he has places for, the newest first."""
        rows = [(pk, kind, free) for pk, kinds in self._places(people).items() for kind, free in kinds.items()]
        if rows:
            self.stage.run(
                "INSERT INTO places SELECT * FROM unnest(%s::uuid[], %s::text[], %s::int[])",
                *(list(column) for column in zip(*rows, strict=True)),
            )
        self.stage.run(
            """UPDATE wanting SET is_held = true
               FROM (SELECT session,
                            row_number() OVER (PARTITION BY mechanic, kind ORDER BY created_at DESC NULLS LAST, session DESC) AS number
                     FROM wanting) ranked, places
               WHERE ranked.session = wanting.session AND places.mechanic = wanting.mechanic AND places.kind = wanting.kind
                 AND ranked.number <= places.free"""
        )

    def _places(self, people: dict[UUID, UUID]) -> dict[UUID, dict[str, int]]:
        """The places that each mechanic has for what comes over: those that nothing else takes here, or will have."""
        here = dict(Mechanic.objects.filter(pk__in=people.values()).values_list("pk", "standing"))
        found: dict[UUID, dict[str, int]] = {}
        for row in self.reader.mechanics.rows:
            if people[row["id"]] not in here and standing(row["application_status"]) == Mechanic.Standing.APPROVED:
                found[people[row["id"]]] = {str(kind): places for kind, places in Place.STANDARD.items()}
        # What an earlier run brought keeps its place in this one, too.
        mine = Q(session=None) | Q(session__events__kind="imported", session__events__number=1)
        for mechanic, kind in Place.objects.filter(mine, mechanic__in=here, mechanic__standing="approved").values_list(
            "mechanic_id", "kind"
        ):
            kinds = found.setdefault(mechanic, {})
            kinds[kind] = kinds.get(kind, 0) + 1
        return found


@dataclass
class Progress:
    """Says now and then how many customers are done."""

    run: Import
    what: str
    total: int
    done: int = 0

    def one_more(self) -> None:
        self.more(1)

    def more(self, number: int) -> None:
        self.done += number
        if number > 1 or self.done % EVERY == 0 or self.done == self.total:
            self.run.tell(self.what, self.done, self.total)


def _link_follow_ups() -> None:
    """Which earlier session a request follows, now that all are here."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE requests_app_sessionrequest r SET follows_id = (r.metadata->'legacy'->>'follows')::uuid
               WHERE r.follows_id IS NULL AND r.metadata->'legacy' ? 'follows'
                 AND EXISTS (SELECT 1 FROM sessions_app_session s
                             WHERE s.id = (r.metadata->'legacy'->>'follows')::uuid AND s.id <> r.session_id)"""
        )


def _batches(rows: Iterator, size: int) -> Iterator[list]:
    while batch := list(islice(rows, size)):
        yield batch
