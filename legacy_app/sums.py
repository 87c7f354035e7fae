"""Whether everything is here: after an import each row of the old database is looked for where it should be, and counted."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from uuid import UUID

from django.db.models import QuerySet

from accounts_app.models import Mechanic, User, Workshop
from files_app.models import SessionFile
from legacy_app.models import SetAside
from legacy_app.stage import Stage
from requests_app.models import SessionRequest, Vehicle
from sessions_app.models import Message, Review, Session

BATCH = 2000  # rows

# Where the rows of a table are looked for: a question for (the old id, the id of what it became), and where those are.
KEPT = "LEFT JOIN aside a ON a.tablename = '{table}' AND a.line = t.line WHERE a.line IS NULL"
BECAME = {
    "profiles": ("SELECT t.id, t.id AS became FROM profiles t {kept}", User.objects, "pk"),
    "organizations": ("SELECT t.id, t.id AS became FROM organizations t {kept}", Workshop.objects, "pk"),
    "vehicles": ("SELECT t.id, t.id AS became FROM vehicles t {kept}", Vehicle.objects, "pk"),
    "sessions": ("SELECT t.id, t.id AS became FROM sessions t {kept}", Session.objects, "pk"),
    "session_requests": (
        "SELECT t.id, f.session AS became FROM session_requests t LEFT JOIN fate f ON f.old_request = t.id {kept}",
        SessionRequest.objects,
        "pk",
    ),
    "intakes": (
        """SELECT t.id, s.id AS became FROM intakes t
           LEFT JOIN LATERAL (SELECT s.id FROM sessions s JOIN fate f ON f.old_session = s.id WHERE s.intake_id = t.id LIMIT 1) s ON true
           {kept}""",
        Session.objects,
        "pk",
    ),
    "chat_messages": ("SELECT t.id, t.id AS became, t.session_id FROM chat_messages t {kept}", Message.objects, "client_id"),
    "session_files": ("SELECT t.id, t.id AS became FROM session_files t {kept}", SessionFile.objects, "pk"),
    "mechanic_reviews": ("SELECT t.id, t.session_id AS became FROM mechanic_reviews t {kept}", Review.objects, "pk"),
}
# What says again what other rows say: accounts their people, participants their sessions, the old price list the prices of sessions.
MERGED = ("accounts", "session_participants", "service_plans")
TABLES = (*MERGED, "mechanics", *BECAME, "session_logs")


def counted(stage: Stage, mechanics: dict[UUID, UUID], tell: Callable[[int], None] = lambda done: None) -> dict[str, dict]:
    """Of each table: how many rows there were, are here, were merged into others, are set aside; and the ids of those that are lost.

    Args:
        mechanics: who each mechanic became.
        tell: is told how many rows are counted, now and then.
    """
    done = 0
    found = {}
    for table in TABLES:
        found[table] = _counted(stage, table, mechanics)
        tell(done := done + found[table]["rows"])
    return found


def _counted(stage: Stage, table: str, mechanics: dict[UUID, UUID]) -> dict:
    found = {"rows": stage.count(table), "imported": 0, "merged": 0, "set_aside": 0, "lost": []}
    found["set_aside"] = stage.select("SELECT count(*) FROM aside WHERE tablename = %s", table)[0][0]
    if table in MERGED:
        found["merged"] = found["rows"] - found["set_aside"]
    elif table == "mechanics":
        _look_for(found, ((pk, became) for pk, became in mechanics.items()), lambda ids: Mechanic.objects.filter(pk__among=ids), "pk")
    elif table in BECAME:
        question, where, name = BECAME[table]
        rows = stage.stream(question.format(kept=KEPT.format(table=table)))
        if table == "chat_messages":
            _look_for_messages(found, rows)
        else:
            _look_for(found, ((row["id"], row["became"]) for row in rows), lambda ids: where.filter(**{f"{name}__among": ids}), name)
    _count_what_was_kept(found, table)
    return found


def _look_for(found: dict, rows: Iterable[tuple[UUID, UUID | None]], where: Callable[[list], QuerySet], name: str) -> None:
    for batch in _batches(rows):
        here = set(where([became for _pk, became in batch if became]).values_list(name, flat=True))
        _note(found, batch, here)


def _look_for_messages(found: dict, rows: Iterable[dict]) -> None:
    """By their session, too: there is no index of client ids alone."""
    for batch in _batches((row["id"], row["session_id"]) for row in rows):
        sessions = {session for _pk, session in batch}
        ids = [pk for pk, _session in batch]
        here = set(Message.objects.filter(session__among=sessions, client_id__among=ids).values_list("client_id", flat=True))
        _note(found, [(pk, pk) for pk in ids], here)


def _note(found: dict, batch: list[tuple[UUID, UUID | None]], here: set[UUID]) -> None:
    lost = [str(pk) for pk, became in batch if became not in here]
    found["imported"] += len(batch) - len(lost)
    found["lost"] += lost


def _count_what_was_kept(found: dict, table: str) -> None:
    """The rows that are set aside are in a table of ours; more of them may be from earlier runs."""
    missing = found["set_aside"] - SetAside.objects.filter(source_table=table).count()
    if missing > 0:
        found["lost"].append(f"{missing} rows that should have been set aside")


def _batches(rows: Iterable) -> Iterator[list]:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield batch


def is_well(sums: dict[str, dict]) -> bool:
    """Whether they agree: every row is somewhere."""
    return all(not each["lost"] and each["rows"] == each["imported"] + each["merged"] + each["set_aside"] for each in sums.values())
