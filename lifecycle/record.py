"""How a move is written down: lock, look, write the row and its one event, tell who listens. Used by the verbs alone."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts_app.models import User
from accounts_app.roles import MOVE
from live import push
from mechanichub.errors import NotPossible, NotYours
from sessions_app.models import Session, SessionEvent
from sessions_app.moves import HELD, MOVES, Status
from webhooks_app import outbox

SYSTEM = None  # the `by` of the sweep and of the payment gateway


def lock(session_id: UUID | str) -> Session:
    """The session's row, locked until the end of the transaction.

    Raises:
        Http404: there is none.
    """
    # NO KEY: a message or an event being written next door refers to this row and need not wait.
    session = (
        Session.objects.select_for_update(of=("self",), no_key=True).select_related("customer", "mechanic").filter(pk=session_id).first()
    )
    if session is None:
        raise Http404
    return session


def roles(session: Session, by: User | None) -> set[str]:
    """What `by` is to this session, in the words of the moves table."""
    if by is SYSTEM:
        return {"system"}
    held_by = session.mechanic
    may_work = by.is_mechanic and by.mechanic.may_hold
    return {
        role
        for role, applies in {
            "customer": by.pk == session.customer_id,
            "mechanic": held_by is not None and held_by.pk == by.pk and may_work,
            "eligible": may_work and by.mechanic.may_take,
            "owner": held_by is not None and held_by.workshop_id is not None and by.workshops.filter(pk=held_by.workshop_id).exists(),
            "staff": moves_for_staff(by),
        }.items()
        if applies
    }


def moves_for_staff(by: User) -> bool:
    """True for whoever of the support team may move other people's sessions."""
    return by.is_staff and by.has_perm(MOVE)


def require(session: Session, name: str, by: User | None) -> None:
    """Refuses a move that is not theirs to make (403), or not from here (409).

    Raises:
        NotYours, NotPossible
    """
    move = MOVES[name]
    if not roles(session, by) & set(move.by):
        raise NotYours(_("You cannot do this with somebody else's session."))
    if session.status not in move.sources:
        raise NotPossible(standing(session))


def legal(session: Session, by: User | None) -> list[str]:
    """The names of the moves that `by` could make now."""
    mine = roles(session, by)
    return [move.name for move in MOVES.values() if session.status in move.sources and mine & set(move.by)]


def standing(session: Session) -> str:
    """Where the session stands, as a sentence for whoever came too late."""
    if session.status in HELD:
        clock = session.started_at or session.accepted_at
        held = {"mechanic": session.mechanic.display_name, "at": date_format(timezone.localtime(clock), "H:i")}
        if session.status == Status.LIVE:
            return _("This session is live with %(mechanic)s since %(at)s.") % held
        return _("This session was taken by %(mechanic)s at %(at)s.") % held
    sentences = {
        Status.AWAITING_PAYMENT: _("This session is waiting for its payment."),
        Status.PENDING: _("This session is in the queue; no mechanic has taken it."),
        Status.UNATTENDED: _("This session is still without a mechanic; the support team knows."),
        Status.COMPLETED: _("This session is completed."),
        Status.CANCELLED: _("This session was cancelled: %(reason)s") % {"reason": session.cancel_reason},
    }
    return sentences[Status(session.status)]


def clock(session: Session) -> datetime:
    """Now, and never before the session's last clock: machines disagree by milliseconds, timelines must not."""
    known = (session.created_at, session.queued_at, session.accepted_at, session.started_at, session.ended_at)
    return max([timezone.now(), *filter(None, known)])


def write(
    session: Session, name: str, to: Status, *, by: User | None, at: datetime, reason: str = "", data: dict | None = None, **changes: Any
) -> Session:
    """Moves a locked session: its row, one event, and a push to everybody concerned.

    Args:
        name: a key of MOVES.
        to: the state it is in afterwards.
        at: the time of the event.
        changes: other columns of the session.
    """
    before, held_before, told = session.status, session.mechanic_id, listeners(session)
    for field, value in {**changes, "status": to, "version": session.version + 1}.items():
        setattr(session, field, value)
    session.save(update_fields=[*changes, "status", "version"])
    note(session, name, by=by, at=at, reason=reason, data=data, from_status=before, held_before=held_before)
    tell(session, told)
    return session


def note(
    session: Session,
    kind: str,
    *,
    by: User | None,
    at: datetime,
    reason: str = "",
    data: dict | None = None,
    from_status: str | None = None,
    held_before: UUID | None = None,
) -> SessionEvent:
    """Writes the event with the session's present number and status, and notes it for whoever is told of it by webhook.

    Args:
        from_status: the status before, when the event changed it.
        held_before: whose session it was before, when the event may have changed that.
    """
    event = SessionEvent.objects.create(
        session=session,
        number=session.version,
        kind=kind,
        from_status=session.status if from_status is None else from_status,
        to_status=session.status,
        actor=by,
        by_staff=by is not SYSTEM and by.is_staff and by.pk not in (session.customer_id, session.mechanic_id, held_before),
        reason=reason[:300],
        data=data or {},
        created_at=at,
    )
    outbox.hand_over(event, mechanic_id=session.mechanic_id, held_before=held_before)
    return event


def remark(session: Session, kind: str, *, by: User | None, reason: str = "", data: dict | None = None) -> SessionEvent:
    """Writes an event that moves nothing (a key of NOTES) onto a locked session."""
    session.version += 1
    session.save(update_fields=["version"])
    return note(session, kind, by=by, at=clock(session), reason=reason, data=data)


def tell(session: Session, others: set[str] = frozenset()) -> None:
    """Has the pages that show this session look again; `others` are groups that listened to it before."""
    push.changed(sorted(listeners(session) | others), "session", session=str(session.pk))


def listeners(session: Session) -> set[str]:
    """The groups of those whose pages show this session."""
    groups = {f"session.{session.pk}", f"customer.{session.customer_id}"}
    return groups | {f"mechanic.{session.mechanic_id}"} if session.mechanic_id else groups


def reason_needed(reason: str) -> str:
    """The reason, trimmed.

    Raises:
        NotPossible: there is none.
    """
    if not (reason := reason.strip()):
        raise NotPossible(_("Please give a reason."))
    return reason
