"""How one customer's requests and sessions are put right: which belong together, what is missing, what contradicts itself.

The rules are those of the predecessor's documentation and, where it is silent, our own decisions; each function names its rule. No
healing crosses two customers, so this looks at one at a time and knows no database.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush, merge
from itertools import islice, takewhile
from uuid import UUID

from legacy_app import words

CLOSE = timedelta(seconds=600)  # between the creation of a request and of the session that it may belong to
FAR = timedelta.max
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(kw_only=True, slots=True)
class OldRequest:
    """A row of session_requests, its words cleaned; `holder` is an id of mechanics or None."""

    id: UUID
    created_at: datetime | None
    type: str | None
    plan: str | None
    plan_text: str | None
    state: str
    holder: UUID | None = None
    named: UUID | None = None  # the session of this customer that its metadata name
    parent: UUID | None = None  # the session of this customer that is its parent
    is_follow_up: bool = False
    follows: UUID | None = None
    session: "OldSession | None" = None
    rule: str = "none"
    duplicate_of: UUID | None = None
    created_for: UUID | None = None  # the session for which it was made up
    row: dict = field(default_factory=dict, repr=False)  # as it was read
    was_superseded: bool = False


@dataclass(kw_only=True, slots=True)
class OldSession:
    """A row of sessions, its words cleaned; `holder` is an id of mechanics or None."""

    id: UUID
    created_at: datetime | None
    type: str | None
    plan: str | None
    plan_text: str | None
    state: str
    holder: UUID | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    request: OldRequest | None = None
    created_for: UUID | None = None  # the request for which it was made up
    row: dict = field(default_factory=dict, repr=False)  # as it was read

    @property
    def is_open(self) -> bool:
        return self.state in words.OPEN_STATES


@dataclass
class Life:
    """All that one customer did: rows go in, healed rows and notes about them come out."""

    customer: UUID
    requests: list[OldRequest]
    sessions: list[OldSession]
    warnings: list[tuple[str, UUID, str]] = field(default_factory=list)  # (table, id, code)
    rejected: list[tuple[str, UUID, str]] = field(default_factory=list)  # (table, id, reason)
    mechanics_filled: list[OldRequest] = field(default_factory=list)
    states_healed: list[OldSession] = field(default_factory=list)


def heal(life: Life) -> Life:
    """Applies every rule, in order, to the rows of `life`."""
    notice_follow_ups(life)
    link(life)
    decide_types(life)
    fill_mechanics(life)
    for session in life.sessions:
        open_waiting_room(life, session)
    life.requests += [missing_request(session) for session in life.sessions if session.request is None]
    supersede(life)
    life.sessions += [missing_session(request) for request in life.requests if request.session is None]
    return life


# --- which belong together (rule 7.2) ------------------------------------------------------------


def notice_follow_ups(life: Life) -> None:
    """A follow-up names the session that it follows as its parent, and never takes that one."""
    sessions = {session.id: session for session in life.sessions}
    for request in life.requests:
        parent = sessions.get(request.parent)
        if parent and (request.is_follow_up or _came_after(request, parent)):
            request.is_follow_up, request.follows = True, parent.id


def _came_after(request: OldRequest, session: OldSession) -> bool:
    ended, started = session.ended_at, session.started_at
    return ended is not None and request.created_at is not None and (started is None or ended >= started) and request.created_at > ended


def link(life: Life) -> None:
    """Each session goes to one request at most: by name, by parent, by time."""
    sessions = {session.id: session for session in life.sessions}
    _link_by(life, sessions, "metadata", lambda request: request.named)
    _link_by(life, sessions, "parent", lambda request: None if request.is_follow_up else request.parent)
    _link_by_time(life)


def _link_by(life: Life, sessions: dict[UUID, OldSession], rule: str, named: Callable[[OldRequest], UUID | None]) -> None:
    """Who names a session gets it, the best one first; the others are duplicates and stay without."""
    wanting = [request for request in _unlinked(life) if named(request) in sessions and named(request) != request.follows]
    for request in sorted(wanting, key=lambda request: _precedence(request, sessions[named(request)])):
        session = sessions[named(request)]
        if session.request is None:
            _join(request, session, rule)
        else:
            request.duplicate_of = session.id
            life.warnings.append(("session_requests", request.id, "duplicate_request"))


def _link_by_time(life: Life) -> None:
    """Pairs that were made close together, the best first. Candidates are looked at one after the other, so many at once cost no memory."""
    free = [session for session in life.sessions if session.request is None and session.created_at and _type_by_itself(session)]
    line = {kind: _Line([session for session in free if _type_by_itself(session) == kind]) for kind in words.TYPES}
    wanting = []
    for number, request in enumerate(request for request in _unlinked(life) if request.created_at and _type_by_itself(request)):
        _queue(wanting, number, request, line[_type_by_itself(request)].around(request))
    while wanting:
        *_order, number, request, session, others = heappop(wanting)
        if session.request is None:
            _join(request, session, "time")
        else:
            _queue(wanting, number, request, others)


def _queue(wanting: list, number: int, request: OldRequest, candidates: Iterator[OldSession]) -> None:
    """Puts a request in line with the best session that is still free for it."""
    session = next((each for each in candidates if each.request is None and each.id != request.follows), None)
    if session is not None:
        order = (*_precedence(request, session), session.created_at, session.id)
        heappush(wanting, (*order, number, request, session, candidates))


class _Line:
    """Sessions of one type in order of creation, to be met from any moment on."""

    def __init__(self, sessions: list[OldSession]) -> None:
        self.later = sorted(sessions, key=lambda session: (session.created_at, session.id))
        self.earlier = sorted(self.later, key=_created, reverse=True)  # stable: of the same moment still the lower id first

    def around(self, request: OldRequest) -> Iterator[OldSession]:
        """Those made at most CLOSE before or after, the closest first; of two as close the older, then the one with the lower id."""
        moment = request.created_at
        after = islice(self.later, bisect_left(self.later, moment, key=_created), None)
        before = islice(self.earlier, bisect_right(self.earlier, -moment.timestamp(), key=lambda each: -each.created_at.timestamp()), None)
        near = (takewhile(lambda each: abs(each.created_at - moment) <= CLOSE, side) for side in (before, after))
        return merge(*near, key=lambda each: (abs(each.created_at - moment), each.created_at, each.id))


def _created(row: OldRequest | OldSession) -> datetime:
    return row.created_at or LONG_AGO


def _unlinked(life: Life) -> Iterator[OldRequest]:
    return (request for request in life.requests if request.session is None and request.duplicate_of is None)


def _join(request: OldRequest, session: OldSession, rule: str) -> None:
    request.session, session.request, request.rule = session, request, rule


def _precedence(request: OldRequest, session: OldSession) -> tuple:
    """Smaller comes first: taken before pending before the rest, then the closer, the older, the lower id."""
    rank = {"accepted": 0, "completed": 0, "pending": 1}.get(request.state, 2)
    return rank, _gap(request, session), _created(request), request.id


def _gap(request: OldRequest, session: OldSession) -> timedelta:
    return abs(request.created_at - session.created_at) if request.created_at and session.created_at else FAR


# --- what they are (rules 7.3 to 7.5) ------------------------------------------------------------


def decide_types(life: Life) -> None:
    """Its own type, else by its plan, else that of the linked counterpart; who has none cannot come along."""
    own = {id(row): _type_by_itself(row) for row in (*life.requests, *life.sessions)}
    for request in life.requests:
        request.type = own[id(request)] or (own[id(request.session)] if request.session else None)
    for session in life.sessions:
        session.type = own[id(session)] or (own[id(session.request)] if session.request else None)
    life.rejected += [("session_requests", request.id, "unknown_type") for request in life.requests if request.type is None]
    life.rejected += [("sessions", session.id, "unknown_type") for session in life.sessions if session.type is None]
    life.requests = [request for request in life.requests if request.type]
    life.sessions = [session for session in life.sessions if session.type]


def _type_by_itself(row: OldRequest | OldSession) -> str | None:
    return row.type or words.TYPE_OF_PLAN.get(row.plan or "")


def fill_mechanics(life: Life) -> None:
    """A session without its mechanic gets that of its request; two that differ stay, with a warning."""
    for session in life.sessions:
        known = session.request.holder if session.request else None
        if known is None or session.holder == known:
            continue
        if session.holder:
            life.warnings.append(("sessions", session.id, "mechanic_conflict"))
        elif session.state not in words.WITHOUT_MECHANIC:
            session.holder = known
            life.mechanics_filled.append(session.request)


def open_waiting_room(life: Life, session: OldSession) -> None:
    """A pending session that has its mechanic, and whose request was accepted or is missing, waits for both to join."""
    accepted = session.request is None or session.request.state == "accepted"
    if session.state == "pending" and session.holder and accepted:
        session.state = "waiting"
        life.states_healed.append(session)


# --- what is missing (rules 7.6 to 7.8) ----------------------------------------------------------


def missing_request(session: OldSession) -> OldRequest:
    """The request of a session that has none."""
    status = {"refunded": "completed", "archived": "completed"}.get(session.state, session.state)
    if session.is_open:
        status = "accepted" if session.holder else "pending"
    request = OldRequest(
        id=session.id,
        created_at=session.created_at,
        type=session.type,
        plan=session.plan,
        plan_text=session.plan_text,
        state=status,
        holder=session.holder,
        created_for=session.id,
    )
    request.session, session.request = session, request
    return request


def supersede(life: Life) -> None:
    """Of several pending requests without a mechanic the newest stays; the older ones are cancelled, with what waits for them."""
    waiting = [request for request in life.requests if request.state == "pending" and not request.holder and not _is_booked(request)]
    for request in sorted(waiting, key=lambda request: (_created(request), request.id))[:-1]:
        request.state, request.was_superseded = "cancelled", True
        if request.session and request.session.is_open and not request.session.holder:
            request.session.state = "cancelled"


def _is_booked(request: OldRequest) -> bool:
    return request.session is not None and request.session.state == "scheduled"


def missing_session(request: OldRequest) -> OldSession:
    """The session of a request that has none, as the old code made it when a mechanic accepted."""
    status, mechanic = request.state, request.holder
    if status == "accepted":
        status = "waiting" if mechanic else "pending"
    if status in words.WITHOUT_MECHANIC:
        mechanic = None
    session = OldSession(
        id=request.id,
        created_at=request.created_at,
        type=request.type,
        plan=request.plan,
        plan_text=request.plan_text,
        state=status,
        holder=mechanic,
        created_for=request.id,
    )
    request.session, session.request = session, request
    return session
