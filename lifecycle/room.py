"""From the first join to the report."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from accounts_app.models import User
from lifecycle import record
from lifecycle.queue import unseat
from lifecycle.record import SYSTEM
from mechanichub.errors import NotPossible, NotYours
from sessions_app.models import Participant, Report, Session
from sessions_app.moves import CANCELLED, COMPLETED, LIVE, WAITING


@dataclass(frozen=True, kw_only=True)
class ReportData:
    """What the mechanic found; the columns of sessions_app.models.Report. Costs in `currency`, both ends or neither."""

    findings: str
    severity: str
    safe_to_drive: bool
    recommended_work: str = ""
    cost_from: Decimal | None = None
    cost_to: Decimal | None = None
    currency: str = "USD"


@transaction.atomic
def enter(session_id: UUID, *, by: User) -> Session:
    """A sign of life in the room. The first one is the joining; when both are there, the session starts.

    The browser sends it when the page opens and every 20 s from then on.

    Raises:
        NotYours: not (or no longer) a participant.
    """
    session = record.lock(session_id)
    now = timezone.now()
    present = Participant.objects.filter(session=session, user=by, until=None)
    joins = present.filter(joined_at=None).exists()
    if not present.update(last_seen_at=now, joined_at=Coalesce(F("joined_at"), now)):
        raise NotYours(_("You are not part of this session any more."))
    if session.status == WAITING and both_present(session, now):
        return _start(session, by=by)
    if joins and session.is_open:
        record.tell(session)
    return session


def both_present(session: Session, now: datetime) -> bool:
    """True when customer and mechanic gave a sign of life within the last PRESENT_FOR seconds."""
    since = now - timedelta(seconds=settings.PRESENT_FOR)
    pair = [session.customer_id, session.mechanic_id]
    return session.participants.filter(user__in=pair, until=None, last_seen_at__gte=since).count() == 2


@transaction.atomic
def start(session_id: UUID, *, by: User | None = SYSTEM) -> Session:
    """The paid time begins.

    Raises:
        NotYours, NotPossible: also when one of the two is not in the room.
    """
    session = record.lock(session_id)
    record.require(session, "start", by)
    if not both_present(session, timezone.now()):
        raise NotPossible(_("The session starts when both are in the room."))
    return _start(session, by=by)


def _start(session: Session, *, by: User | None) -> Session:
    now = record.clock(session)
    return record.write(session, "start", LIVE, by=by, at=now, started_at=now)


@transaction.atomic
def complete(session_id: UUID, *, by: User, report: ReportData | None, reason: str = "") -> Session:
    """Ends a live session with its report. Staff may end it without one, with a reason.

    A session that was live for less than SHORTEST_SESSION seconds counts as cancelled; what was written is kept all the same.

    Raises:
        NotYours, NotPossible: also when the mechanic gives no report.
    """
    session = record.lock(session_id)
    record.require(session, "complete", by)
    if report is None and "mechanic" in record.roles(session, by):
        raise NotPossible(_("Please write the report first."))
    if report is None:
        reason = record.reason_needed(reason)
    else:
        Report.objects.update_or_create(session=session, defaults={**vars(report), "submitted_at": timezone.now()})
    now = record.clock(session)
    if (now - session.started_at).total_seconds() < settings.SHORTEST_SESSION:
        return _abort(session, by=by, at=now, reason=_("ended within the first minute"))
    record.write(session, "complete", COMPLETED, by=by, at=now, reason=reason, place=None, ended_at=now)
    app.configure_task("mail_report").defer(session_id=str(session.pk))
    return session


@transaction.atomic
def abort(session_id: UUID, *, by: User | None, reason: str) -> Session:
    """Breaks a live session off.

    Raises:
        NotYours: also for the mechanic, whose way out is `complete`.
        NotPossible
    """
    reason = record.reason_needed(reason)
    if by is not SYSTEM and not by.is_staff:
        raise NotYours(_("Only the support team can break a live session off. Its mechanic ends it with a report."))
    session = record.lock(session_id)
    record.require(session, "abort", by)
    return _abort(session, by=by, at=record.clock(session), reason=reason)


def _abort(session: Session, *, by: User | None, at: datetime, reason: str) -> Session:
    unseat(session, at)
    return record.write(session, "abort", CANCELLED, by=by, at=at, reason=reason, place=None, ended_at=at, cancel_reason=reason[:300])


@transaction.atomic
def look(session_id: UUID, *, by: User, reason: str) -> Session:
    """Staff open somebody's room or contact data: allowed, with a reason, on the timeline.

    Raises:
        NotYours, NotPossible
    """
    reason = record.reason_needed(reason)
    if not record.moves_for_staff(by):
        raise NotYours(_("Only the support team can look into other people's sessions."))
    session = record.lock(session_id)
    record.remark(session, "looked_at", by=by, reason=reason)
    return session
