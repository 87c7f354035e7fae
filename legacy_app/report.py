"""What an import found and did, as one document: counts before, links, orphans, what was healed, what comes out, what stays behind."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from tempfile import NamedTemporaryFile
from typing import IO
from uuid import UUID

from legacy_app import words
from legacy_app.columns import COLUMNS, UNCOUNTED, local
from legacy_app.healing import Life, OldRequest, OldSession
from legacy_app.stage import Stage

UNKNOWN = "(unknown)"


class Lines:
    """A list that lies on the disk, because it grows with the old database. Ids come back as text."""

    def __init__(self) -> None:
        self._file = NamedTemporaryFile("w", prefix="import-legacy-", suffix=".jsonl")  # noqa: SIM115 (open as long as the list)
        self._count = 0

    def append(self, each: object) -> None:
        self._file.write(json.dumps(each, default=str) + "\n")
        self._count += 1

    def __iadd__(self, more: Iterable) -> "Lines":
        for each in more:
            self.append(each)
        return self

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator:
        self._file.flush()
        with open(self._file.name) as file:
            yield from map(json.loads, file)


@dataclass
class Report:
    """Grows with every life; `document` is what it says. Ids as text, words as the old system had them, after clean-up."""

    missing: list[str] = field(default_factory=list)
    not_read: list[str] = field(default_factory=list)
    source: dict = field(default_factory=dict)
    links: Lines = field(default_factory=Lines)
    by_rule: Counter = field(default_factory=Counter)
    follow_ups: Lines = field(default_factory=Lines)
    without_session: Lines = field(default_factory=Lines)
    without_request: Lines = field(default_factory=Lines)
    customers_from_account: Lines = field(default_factory=Lines)
    requests_created: Lines = field(default_factory=Lines)
    requests_superseded: Lines = field(default_factory=Lines)
    session_mechanic: Lines = field(default_factory=Lines)
    session_status: Lines = field(default_factory=Lines)
    sessions_created: Lines = field(default_factory=Lines)
    not_imported: Lines = field(default_factory=Lines)  # {"table", "id", "reason"}
    also_set_aside: Lines = field(default_factory=Lines)  # the same, for what has no place with us
    warnings: Lines = field(default_factory=Lines)  # {"table", "id", "code"}
    unreadable: Lines = field(default_factory=Lines)  # {"table", "id", "values"}
    fitted: Lines = field(default_factory=Lines)  # {"table", "id", "what"}
    fitted_by: Counter = field(default_factory=Counter)
    counts: dict[str, Counter] = field(default_factory=dict)
    totals: Counter = field(default_factory=Counter)
    sums: dict[str, dict] = field(default_factory=dict)

    def look_at(self, stage: Stage) -> None:
        """What the old database holds, before anything is healed."""
        self.missing, self.not_read = stage.missing, stage.not_read
        self.source = {
            "rows": {local(table): stage.count(local(table)) for table in COLUMNS if table not in UNCOUNTED},
            "requests": _raw_counts(stage, "session_requests", "session_type", "plan_code", words.REQUEST_STATES),
            "sessions": _raw_counts(stage, "sessions", "type", "plan", words.SESSION_STATES),
        }

    def warn(self, table: str, pk: UUID, code: str) -> None:
        self.warnings.append({"table": table, "id": pk, "code": code})

    def fit(self, table: str, pk: UUID, what: str) -> None:
        self.fitted.append({"table": table, "id": pk, "what": what})
        self.fitted_by[what] += 1

    def add(self, life: Life) -> None:
        """Takes a healed life in."""
        kept = {row.id for row in (*life.requests, *life.sessions)}
        for table, pk, code in life.warnings:
            if pk in kept:
                self.warn(table, pk, code)
        for request in life.requests:
            self._request(request)
        for session in life.sessions:
            self._session(session)
        for request in life.mechanics_filled:
            if request.session in life.sessions:
                self.session_mechanic.append({"request": request.id, "session": request.session.id, "mechanic": request.session.holder})
        self.session_status += [
            {"session": session.id, "status": session.state} for session in life.states_healed if session in life.sessions
        ]

    def _request(self, request: OldRequest) -> None:
        if request.was_superseded:
            self.requests_superseded.append(request.created_for or request.id)
        if request.created_for:
            self.requests_created.append({"session": request.session.id} | _made(request, request.session))
            self.without_request.append(request.session.id)
            return self._count("requests", request, created=True)
        self._count("requests", request, created=False)
        self.by_rule[request.rule] += 1
        is_linked = request.session is not None and request.session.created_for is None
        entry = {"request": request.id, "session": request.session.id if is_linked else None, "rule": request.rule}
        self.links.append(entry | ({"duplicate_of_session": request.duplicate_of} if request.duplicate_of else {}))
        if request.follows:
            self.follow_ups.append({"request": request.id, "follows": request.follows})
        if not is_linked:
            why = "duplicate" if request.duplicate_of else "follow_up" if request.is_follow_up else "no_candidate"
            self.without_session.append({"request": request.id, "why": why})
            if request.state in ("accepted", "completed"):
                self.warn("session_requests", request.id, "no_session")

    def _session(self, session: OldSession) -> None:
        if session.created_for:
            self.sessions_created.append({"request": session.request.id} | _made(session, session.request))
        self._count("sessions", session, created=bool(session.created_for))

    def _count(self, what: str, row: OldRequest | OldSession, *, created: bool) -> None:
        counts = self.counts.setdefault(what, Counter())
        if created:
            counts.update([("created",), ("created_by_status", row.state)])
            return
        holder = "imported_with_mechanic" if row.holder else "imported_without_mechanic"
        counts.update([("imported",), ("imported_by_status", row.state), ("imported_by_type", row.type), (holder,)])
        if what == "requests":
            counts.update([("imported_by_plan", row.plan or UNKNOWN)])

    def document(self) -> dict:
        """All of it; what grows with the old database is still on the disk (Lines)."""
        return {
            "missing": self.missing,
            "not_read": self.not_read,
            "source": self.source,
            "links": {
                "by_rule": dict.fromkeys(("metadata", "none", "parent", "time"), 0) | self.by_rule,
                "requests": self.links,
            },
            "orphans": {
                "follow_ups": self.follow_ups,
                "requests_without_session": self.without_session,
                "sessions_without_request": self.without_request,
            },
            "healed": {
                "customers_from_account": self.customers_from_account,
                "requests_created": self.requests_created,
                "requests_superseded": self.requests_superseded,
                "session_mechanic": self.session_mechanic,
                "session_status": self.session_status,
                "sessions_created": self.sessions_created,
            },
            "result": {**self.totals, **{what: _nested(self.counts.get(what, Counter()), EMPTY[what]) for what in EMPTY}},
            "not_imported": self.not_imported,
            "also_set_aside": self.also_set_aside,
            "warnings": self.warnings,
            "unreadable": self.unreadable,
            "fitted": self.fitted,
            "sums": self.sums,
        }

    def as_data(self) -> dict:
        """All of it in memory."""
        return _plain(self.document())


def write_json(document: object, file: IO[str], indent: str = "") -> None:
    """The document as JSON, a line for each entry of what grows."""
    if isinstance(document, dict):
        file.write("{")
        for position, (name, value) in enumerate(document.items()):
            file.write(f"{',' if position else ''}\n{indent} {json.dumps(name)}: ")
            write_json(value, file, indent + " ")
        file.write(f"\n{indent}}}" if document else "}")
    elif isinstance(document, Lines):
        file.write("[")
        for position, each in enumerate(document):
            file.write(f"{',' if position else ''}\n{indent} {json.dumps(each)}")
        file.write(f"\n{indent}]" if len(document) else "]")
    else:
        file.write(json.dumps(document, default=str))


EMPTY = {
    "requests": ("created", "imported", "imported_with_mechanic", "imported_without_mechanic"),
    "sessions": ("created", "imported", "imported_with_mechanic", "imported_without_mechanic"),
}


def _made(row: OldRequest | OldSession, counterpart: OldRequest | OldSession) -> dict:
    """What was made up, in the words of both reports."""
    customer = counterpart.row.get("customer_user_id") or counterpart.row.get("customer_id")
    return {"customer": customer, "type": row.type, "plan": row.plan, "status": row.state, "mechanic": row.holder}


def _raw_counts(stage: Stage, table: str, type_column: str, plan_column: str, states: dict[str, str]) -> dict:
    """Counts of the raw rows. Types and states cleaned, so that "Canceled " and "cancelled" are one."""
    by_status: Counter = Counter()
    by_type: Counter = Counter()
    for (status, kind, plan), number in stage.counts(table, "status", type_column, plan_column).items():
        by_status[states.get(words.clean(status), words.FALLBACK_STATE)] += number
        by_type[words.session_type(kind) or words.TYPE_OF_PLAN.get(words.plan(plan) or "", UNKNOWN)] += number
    held = stage.select(f"SELECT count(mechanic_id), count(*) - count(mechanic_id) FROM {table}")[0]  # noqa: S608 (our own name)
    return {"by_status": dict(by_status), "by_type": dict(by_type), "with_mechanic": held[0], "without_mechanic": held[1]}


def _nested(counts: Counter, always: tuple[str, ...]) -> dict:
    found: dict = dict.fromkeys(always, 0)
    for name, number in counts.items():
        if len(name) == 1:
            found[name[0]] = number
        else:
            found.setdefault(name[0], {})[name[1]] = number
    return found


def _plain(value: object) -> object:
    """Ids as text, for JSON."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (list, Lines)):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, UUID) else value
