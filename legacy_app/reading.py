"""From rows of the old database to the lives of its customers, one after the other, with a note about everything that is odd."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID, uuid5

from legacy_app import words
from legacy_app.healing import Life, OldRequest, OldSession
from legacy_app.stage import Stage


class Mechanics:
    """Who an id in `mechanic_id`, `sender_id` or `uploaded_by` means: a mechanic's own, or in older rows that of his account."""

    def __init__(self, stage: Stage) -> None:
        self.rows = list(stage.kept("mechanics"))
        self.ids = {row["id"] for row in self.rows}
        self.by_account = {row["user_id"]: row["id"] for row in reversed(self.rows) if row["user_id"]}

    def find(self, pk: UUID | None) -> tuple[UUID | None, str]:
        """The id in mechanics, and the warning that goes with it or ""."""
        if pk is None or pk in self.ids:
            return pk, ""
        if pk in self.by_account:
            return self.by_account[pk], "mechanic_by_account"
        return None, "mechanic_missing"

    def people(self) -> dict[UUID, UUID]:
        """Who each mechanic will be, by his old id: his account, or himself where he has none of his own."""
        taken: set[UUID] = set()
        found = {}
        for row in self.rows:
            candidates = (row["user_id"], row["id"], uuid5(words.NAMESPACE, f"mechanic {row['id']}"))
            found[row["id"]] = next(pk for pk in candidates if pk and pk not in taken)
            taken.add(found[row["id"]])
        return found


def find_people(stage: Stage, mechanics: Mechanics) -> None:
    """Everybody who comes along: who has a profile, every account that has neither profile nor mechanic's row, the mechanics."""
    stage.run("INSERT INTO persons SELECT id, 'profiles', line FROM profiles WHERE trouble IS NULL")
    stage.run(
        """INSERT INTO persons SELECT a.id, 'accounts', a.line FROM accounts a WHERE a.trouble IS NULL
             AND NOT EXISTS (SELECT 1 FROM profiles p WHERE p.id = a.id)
             AND NOT EXISTS (SELECT 1 FROM mechanics m WHERE m.user_id = a.id AND m.trouble IS NULL)"""
    )
    stage.run(
        "INSERT INTO persons SELECT id, 'mechanics' FROM unnest(%s::uuid[]) id ON CONFLICT DO NOTHING",
        list(mechanics.people().values()),
    )
    stage.run("ANALYZE persons")


class Reader:
    """Reads the lives.

    Args:
        now: the beginning of the import; what was created later lies in the future.
    """

    def __init__(self, stage: Stage, now: datetime) -> None:
        self.stage, self.now = stage, now
        self.mechanics = Mechanics(stage)
        find_people(stage, self.mechanics)

    def lives(self) -> Iterator[Life]:
        """Everybody who asked for help, with all that belongs to them; not yet healed. Each time the same."""
        for batch in self.stage.customers():
            ids = [customer for customer, _is_known in batch]
            requests = _grouped(self.stage.of("session_requests", "customer_id", ids, with_aside=True), "customer_id")
            sessions = _grouped(self.stage.of("sessions", "customer_user_id", ids, with_aside=True), "customer_user_id")
            owners = self._owners(row for rows in requests.values() for row in rows)
            for customer, is_known in batch:
                life = Life(customer, [], [])
                if is_known:
                    self._fill(life, requests.get(customer, []), sessions.get(customer, []), owners)
                else:
                    life.rejected += [("session_requests", row["id"], "customer_missing") for row in requests.get(customer, [])]
                    life.rejected += [("sessions", row["id"], "customer_missing") for row in sessions.get(customer, [])]
                yield life

    def _owners(self, rows: Iterable[dict]) -> dict[UUID, UUID | None]:
        """Whose the sessions are that these requests name."""
        named = {pk for row in rows for pk in (words.uuid_in(_name_in(row)), row["parent_session_id"]) if pk}
        question = "SELECT id, customer_user_id FROM sessions WHERE id = ANY(%s) AND trouble IS NULL"
        return dict(self.stage.select(question, list(named))) if named else {}

    def _fill(self, life: Life, requests: list[dict], sessions: list[dict], owners: dict[UUID, UUID | None]) -> None:
        life.requests = [self._request(life, row, owners) for row in requests]
        life.sessions = [self._session(life, row) for row in sessions]

    def _request(self, life: Life, row: dict, owners: dict[UUID, UUID | None]) -> OldRequest:
        def warn(code: str) -> None:
            life.warnings.append(("session_requests", row["id"], code))

        return OldRequest(
            id=row["id"],
            created_at=row["created_at"],
            **self._words(row, row["session_type"], row["plan_code"], words.REQUEST_STATES, warn),
            holder=self._mechanic(row, warn),
            named=_named(row, life.customer, owners, warn),
            parent=_own(row["parent_session_id"], "parent", life.customer, owners, warn),
            is_follow_up=bool(row["is_follow_up"]) or bool(words.clean(row["follow_up_type"])),
            row=row,
        )

    def _session(self, life: Life, row: dict) -> OldSession:
        def warn(code: str) -> None:
            life.warnings.append(("sessions", row["id"], code))

        ended_at, started_at = row["ended_at"], row["started_at"]
        if ended_at and started_at and ended_at < started_at:
            warn("ended_before_started")
            ended_at = None
        return OldSession(
            id=row["id"],
            created_at=row["created_at"],
            **self._words(row, row["type"], row["plan"], words.SESSION_STATES, warn),
            holder=self._mechanic(row, warn),
            started_at=started_at,
            ended_at=ended_at,
            row=row,
        )

    def _words(self, row: dict, type_text: str | None, plan_text: str | None, states: dict[str, str], warn) -> dict:
        """The cleaned words of a row; each that cannot be used is a warning."""
        found = {
            "type": words.session_type(type_text),
            "plan": words.plan(plan_text),
            "status": states.get(words.clean(row["status"])),
        }
        for name in [name for name, value in found.items() if value is None]:
            warn(f"unknown_{name}")
        if row["created_at"] and row["created_at"] > self.now:
            warn("future_timestamp")
        return {"type": found["type"], "plan": found["plan"], "plan_text": plan_text, "state": found["status"] or words.FALLBACK_STATE}

    def _mechanic(self, row: dict, warn) -> UUID | None:
        mechanic, code = self.mechanics.find(row["mechanic_id"])
        if code:
            warn(code)
        return mechanic


def _name_in(row: dict) -> object:
    """What the metadata (or, in one installation, a column) name as the session: anything at all."""
    metadata = row["metadata"] if isinstance(row["metadata"], dict) else {}
    named = metadata.get("session_id")
    return str(row["session_id"]) if named is None and row["session_id"] else named


def _named(row: dict, customer: UUID, owners: dict[UUID, UUID | None], warn) -> UUID | None:
    named = _name_in(row)
    if named is None:
        return None
    if words.uuid_in(named) is None:
        warn("metadata_link_invalid")
        return None
    return _own(words.uuid_in(named), "metadata_link", customer, owners, warn)


def _own(session: UUID | None, what: str, customer: UUID, owners: dict[UUID, UUID | None], warn) -> UUID | None:
    """The session, when it is one of this customer's."""
    if session is None:
        return None
    if session not in owners:
        warn(f"{what}_missing")
        return None
    if owners[session] != customer:
        warn(f"{what}_foreign")
        return None
    return session


def _grouped(rows: Iterable[dict], column: str) -> dict[UUID, list[dict]]:
    found: dict[UUID, list[dict]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found
