"""From the old system's states into ours. What does not fit our rules is fitted openly: each time with a word for the report."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from legacy_app.healing import LONG_AGO, Life, OldSession
from legacy_app.words import NAMESPACE
from sessions_app.moves import CANCELLED, COMPLETED, HELD, LIVE, OPEN, PENDING, UNATTENDED, WAITING, Status

STALE_AFTER = timedelta(hours=24)
STALE, SUPERSEDED = "legacy_stale", "superseded"
ORDER = (LIVE, WAITING, PENDING, UNATTENDED)  # which of several open sessions of one customer stays
# Clocks in our order, and where the old rows may know them from.
CLOCKS = ("queued_at", "accepted_at", "started_at", "ended_at")
CLOCKS_OF = {
    PENDING: CLOCKS[:1],
    UNATTENDED: CLOCKS[:1],
    WAITING: CLOCKS[:2],
    LIVE: CLOCKS[:3],
    COMPLETED: CLOCKS,
}


@dataclass(slots=True)
class Fitted:
    """Where a session stands with us.

    Attributes:
        holder: an id of the old table mechanics, None, or PLACEHOLDER.
        notes: what had to be fitted, as words for the report.
        estimated: the clocks that nobody recorded.
    """

    session: OldSession
    state: Status
    holder: UUID | str | None
    cancel_reason: str = ""
    clocks: dict[str, datetime] = field(default_factory=dict)
    estimated: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


PLACEHOLDER = "unknown"  # the mechanic of sessions that were completed by nobody


def fit(
    life: Life,
    *,
    now: datetime,
    keep_open: bool,
    people: Mapping[UUID, UUID],
    held: Collection[UUID] | None = None,
    here: Collection[UUID] = (),
    is_busy: bool = False,
) -> list[Fitted]:
    """Each session of a healed life as it will stand here.

    Args:
        now: the beginning of the import.
        keep_open: open sessions stay open however old they are.
        people: who a mechanic is, by his old id: our id of that person.
        held: the sessions that find a place with their mechanic; None while that is not known yet (then all do).
        here: the sessions that came over earlier.
        is_busy: the customer has an open session here; those that come now cannot be a second one.
    """
    fitted = [_state(session, life.customer, now, keep_open, people) for session in life.sessions]
    for each in fitted:
        if held is not None and each.state in HELD and new_id(each.session) not in held:
            _let_go(each, "no_place_with_mechanic")
    _keep_one_open([each for each in fitted if not is_busy or new_id(each.session) in here])
    for each in fitted:
        if is_busy and each.state in OPEN and new_id(each.session) not in here:
            _supersede(each)
    for each in fitted:
        _set_clocks(each, now)
        if each.session.plan is None:
            each.notes.append("unknown_plan")
    return fitted


def _state(session: OldSession, customer: UUID, now: datetime, keep_open: bool, people: Mapping[UUID, UUID]) -> Fitted:
    mechanic = session.holder
    word = session.state
    notes = []
    if mechanic is not None and people.get(mechanic) == customer:
        mechanic, notes = None, ["own_mechanic"]
    is_old = (session.created_at or LONG_AGO) < now - STALE_AFTER
    if word == "scheduled":
        return _scheduled(session, notes, now)
    if word in ("pending", "waiting", "live") and is_old and not keep_open:
        return Fitted(session, CANCELLED, mechanic, STALE, notes=[*notes, STALE])
    if word in ("waiting", "live"):
        if mechanic is None:
            return Fitted(session, UNATTENDED, None, notes=[*notes, f"{word}_without_mechanic"])
        return Fitted(session, Status(word), mechanic, notes=notes)
    if word in ("pending", "unattended"):
        return Fitted(session, Status(word), None, notes=notes)
    if word == "completed":
        lonely = [] if mechanic else ["completed_without_mechanic"]
        return Fitted(session, COMPLETED, mechanic or PLACEHOLDER, notes=notes + lonely)
    if word in ("refunded", "archived"):
        if mechanic and session.ended_at:
            return Fitted(session, COMPLETED, mechanic, notes=[*notes, word])
        return Fitted(session, CANCELLED, mechanic, "refunded" if word == "refunded" else "legacy", notes=[*notes, word])
    return Fitted(session, CANCELLED, mechanic, "expired" if word == "expired" else old_reason(session), notes=notes)


def _scheduled(session: OldSession, notes: list[str], now: datetime) -> Fitted:
    """Staff see an appointment that lies ahead; one that is past has become nothing."""
    appointment = session.row.get("scheduled_for") or session.row.get("scheduled_start")
    if appointment and appointment > now:
        return Fitted(session, UNATTENDED, None, notes=[*notes, "scheduled"])
    return Fitted(session, CANCELLED, None, STALE, notes=[*notes, "scheduled", STALE])


def old_reason(session: OldSession) -> str:
    """Why it was cancelled, if anybody said so."""
    metadata = session.row.get("metadata")
    reasons = metadata if isinstance(metadata, dict) else {}
    said = next((reasons[name] for name in ("cancel_reason", "cancellation_reason", "reason") if reasons.get(name)), "")
    return str(said).strip()[:300] or "legacy"


def _let_go(fitted: Fitted, note: str) -> None:
    fitted.state, fitted.holder = UNATTENDED, None
    fitted.notes.append(note)


def _keep_one_open(fitted: list[Fitted]) -> None:
    """Of several open sessions of one customer the furthest stays, then the newest."""
    still_open = [each for each in fitted if each.state in OPEN]
    newest_first = sorted(still_open, key=lambda each: (each.session.created_at or LONG_AGO, each.session.id), reverse=True)
    for each in sorted(newest_first, key=lambda each: ORDER.index(each.state))[1:]:
        _supersede(each)


def _supersede(fitted: Fitted) -> None:
    fitted.state, fitted.cancel_reason = CANCELLED, SUPERSEDED
    fitted.notes.append(SUPERSEDED)


def _set_clocks(fitted: Fitted, now: datetime) -> None:
    """Those that the state needs, in order; what nobody recorded is the nearest time that somebody did."""
    session, request = fitted.session, fitted.session.request
    known = {
        "queued_at": session.created_at or (request.created_at if request else None),
        "accepted_at": request.row.get("accepted_at") if request else None,
        "started_at": session.started_at,
        "ended_at": session.ended_at,
    }
    wanted = CLOCKS_OF.get(fitted.state) or _clocks_of_a_cancelled(fitted, known)
    last = None
    for position, name in enumerate(wanted):
        later = (known[each] for each in CLOCKS[position + 1 :])
        time = known[name] or last or next((each for each in later if each), None) or now
        if known[name] is None or (last and time < last):
            fitted.estimated.append(name)
        last = fitted.clocks[name] = max(time, last) if last else time
    if fitted.estimated:
        fitted.notes.append("estimated_times")


def _clocks_of_a_cancelled(fitted: Fitted, known: dict[str, datetime | None]) -> tuple[str, ...]:
    """When it ended; and while it had a mechanic also when he took it and, if it did, when it started."""
    if fitted.holder is None:
        return ("queued_at", "ended_at")
    return CLOCKS if known["started_at"] else ("queued_at", "accepted_at", "ended_at")


def new_id(session: OldSession) -> UUID:
    """A session keeps its id; one that was made up for a request gets one that a second run makes up again."""
    return uuid5(NAMESPACE, f"session of request {session.created_for}") if session.created_for else session.id


def legacy_words(fitted: Fitted) -> dict:
    """What the old system said of it, to be kept for ever: states, plan, ids, appointment."""
    session, request = fitted.session, fitted.session.request
    row, asked = session.row, (request.row if request else {})
    kept = {
        "session": None if session.created_for else str(session.id),
        "request": str(request.id) if request and not request.created_for else None,
        "session_status": row.get("status"),
        "request_status": asked.get("status"),
        "plan": row.get("plan") or asked.get("plan_code"),
        "payment": row.get("stripe_session_id"),
        "appointment": (row.get("scheduled_for") or row.get("scheduled_start"))
        and str(row.get("scheduled_for") or row.get("scheduled_start")),
        "notes": asked.get("notes") or row.get("mechanic_notes"),
        "healed": session.state,
        "summary": row.get("summary_data"),
        "unreadable": {**(row.get("unread") or {}), **(asked.get("unread") or {})},
        "fitted": fitted.notes,
        "estimated": fitted.estimated,
    }
    return {name: value for name, value in kept.items() if value}
