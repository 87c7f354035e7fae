"""What an import found and did, as one document: counts before, links, orphans, what was healed, what comes out, what stays behind."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from legacy_app import words
from legacy_app.healing import Life, OldRequest, OldSession
from legacy_app.source import COLUMNS, Source

UNKNOWN = "(unknown)"


@dataclass
class Report:
    """Grows with every life; `as_data` is the document. Ids as text, words as the old system had them, after clean-up."""

    missing: list[str] = field(default_factory=list)
    source: dict = field(default_factory=dict)
    links: list[dict] = field(default_factory=list)
    follow_ups: list[dict] = field(default_factory=list)
    without_session: list[dict] = field(default_factory=list)
    without_request: list[UUID] = field(default_factory=list)
    customers_from_account: list[UUID] = field(default_factory=list)
    requests_created: list[dict] = field(default_factory=list)
    requests_superseded: list[UUID] = field(default_factory=list)
    session_mechanic: list[dict] = field(default_factory=list)
    session_status: list[dict] = field(default_factory=list)
    sessions_created: list[dict] = field(default_factory=list)
    not_imported: list[tuple[str, UUID, str]] = field(default_factory=list)
    warnings: list[tuple[str, UUID, str]] = field(default_factory=list)
    counts: dict[str, Counter] = field(default_factory=dict)
    totals: Counter = field(default_factory=Counter)

    def look_at(self, source: Source) -> None:
        """What the old database holds, before anything is healed."""
        self.missing = source.missing
        self.source = {
            "rows": {table.removeprefix("auth.").replace("users", "accounts"): source.count(table) for table in COLUMNS},
            "requests": _raw_counts(source, "session_requests", "session_type", "plan_code", words.REQUEST_STATES),
            "sessions": _raw_counts(source, "sessions", "type", "plan", words.SESSION_STATES),
        }

    def add(self, life: Life) -> None:
        """Takes a healed life in."""
        self.not_imported += life.rejected
        kept = {row.id for row in (*life.requests, *life.sessions)}
        self.warnings += [warning for warning in life.warnings if warning[1] in kept]
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
        is_linked = request.session is not None and request.session.created_for is None
        entry = {"request": request.id, "session": request.session.id if is_linked else None, "rule": request.rule}
        self.links.append(entry | ({"duplicate_of_session": request.duplicate_of} if request.duplicate_of else {}))
        if request.follows:
            self.follow_ups.append({"request": request.id, "follows": request.follows})
        if not is_linked:
            why = "duplicate" if request.duplicate_of else "follow_up" if request.is_follow_up else "no_candidate"
            self.without_session.append({"request": request.id, "why": why})
            if request.state in ("accepted", "completed"):
                self.warnings.append(("session_requests", request.id, "no_session"))

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

    def as_data(self) -> dict:
        return _plain(
            {
                "missing": self.missing,
                "source": self.source,
                "links": {
                    "by_rule": dict.fromkeys(("metadata", "none", "parent", "time"), 0) | Counter(link["rule"] for link in self.links),
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
                "result": {**self.totals, **{what: _nested(counts, EMPTY[what]) for what, counts in self.counts.items()}},
                "not_imported": [_told(row, "reason") for row in self.not_imported],
                "warnings": [_told(row, "code") for row in self.warnings],
            }
        )


EMPTY = {
    "requests": ("created", "imported", "imported_with_mechanic", "imported_without_mechanic"),
    "sessions": ("created", "imported", "imported_with_mechanic", "imported_without_mechanic"),
}


def _made(row: OldRequest | OldSession, counterpart: OldRequest | OldSession) -> dict:
    """What was made up, in the words of both reports."""
    customer = counterpart.row.get("customer_user_id") or counterpart.row.get("customer_id")
    return {"customer": customer, "type": row.type, "plan": row.plan, "status": row.state, "mechanic": row.holder}


def _raw_counts(source: Source, table: str, type_column: str, plan_column: str, states: dict[str, str]) -> dict:
    """Counts of the raw rows. Types and states cleaned, so that "Canceled " and "cancelled" are one."""
    by_status: Counter = Counter()
    by_type: Counter = Counter()
    for (status, kind, plan), number in source.counts(table, "status", type_column, plan_column).items():
        by_status[states.get(words.clean(status), words.FALLBACK_STATE)] += number
        by_type[words.session_type(kind) or words.TYPE_OF_PLAN.get(words.plan(plan) or "", UNKNOWN)] += number
    held = source.select(f"SELECT count(mechanic_id), count(*) - count(mechanic_id) FROM public.{table}")[0]  # noqa: S608 (our own name)
    return {"by_status": dict(by_status), "by_type": dict(by_type), "with_mechanic": held[0], "without_mechanic": held[1]}


def _nested(counts: Counter, always: tuple[str, ...]) -> dict:
    found: dict = dict.fromkeys(always, 0)
    for name, number in counts.items():
        if len(name) == 1:
            found[name[0]] = number
        else:
            found.setdefault(name[0], {})[name[1]] = number
    return found


def _told(row: tuple[str, UUID, str], what: str) -> dict:
    return {"table": row[0], "id": row[1], what: row[2]}


def _plain(value: object) -> object:
    """Ids as text, for JSON."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, UUID) else value
