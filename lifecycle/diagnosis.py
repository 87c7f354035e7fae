"""What is the matter with a session, in plain words, and what staff might do about it. The console and `explain_session` both say this.

It only looks. What it suggests is a move of the moves table; whether it is legal is up to the verbs.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts_app.models import Place
from lifecycle.record import SYSTEM
from requests_app import matching
from requests_app.models import SessionRequest
from sessions_app.models import Participant, Session
from sessions_app.moves import AWAITING_PAYMENT, CANCELLED, COMPLETED, LIVE, PENDING, UNATTENDED, WAITING

SWEEP_IS_LATE = timedelta(minutes=2)  # it comes every 30 s
GONE_AFTER = timedelta(minutes=5)  # without a sign of life in a live session


@dataclass(frozen=True)
class Diagnosis:
    """What is the matter.

    Args:
        sentences: how it stands, the most important first.
        suggested: the name of a move, or "" when nothing has to be done.
        why: the suggestion as a sentence, or "".
    """

    sentences: list[str]
    suggested: str = ""
    why: str = ""

    @property
    def is_well(self) -> bool:
        return not self.suggested and not self.why

    def __str__(self) -> str:
        return " ".join([*self.sentences, *filter(None, [self.why])])


def diagnose(session: Session, now: datetime | None = None) -> Diagnosis:
    """Looks at a session, its people, its request and its clocks.

    Args:
        session: with its request, customer and mechanic better loaded along.
    """
    look = {
        AWAITING_PAYMENT: _awaiting_payment,
        PENDING: _pending,
        UNATTENDED: _unattended,
        WAITING: _waiting,
        LIVE: _live,
        COMPLETED: _completed,
        CANCELLED: _cancelled,
    }[session.status]
    return look(session, now or timezone.now())


def _awaiting_payment(session: Session, now: datetime) -> Diagnosis:
    ends_at = session.created_at + timedelta(seconds=settings.UNPAID_TIMEOUT)
    said = _("Unpaid for %(time)s: %(customer)s has not paid %(price)s %(currency)s yet.") % {
        "time": lasted(session.created_at, now),
        "customer": session.customer.short_name,
        "price": session.price,
        "currency": session.currency,
    }
    if now > ends_at + SWEEP_IS_LATE:
        return Diagnosis([said, _sweep_is_late(_("It should have been cancelled at %(at)s."), ends_at)], "cancel", _worker_first())
    return Diagnosis([said, _("It is cancelled by itself at %(at)s.") % {"at": clock(ends_at, now)}])


def _pending(session: Session, now: datetime) -> Diagnosis:
    request, takers = session.request, could_take(session.request)
    said = [_("In the queue for %(time)s.") % {"time": lasted(session.queued_at, now)}, *_who_was_asked(session, takers)]
    if now > request.expires_at + SWEEP_IS_LATE:
        late = _sweep_is_late(_("Everybody should have been called at %(at)s."), request.expires_at)
        return Diagnosis([*said, late], "assign", _worker_first())
    said.append(_("Everybody is called at %(at)s.") % {"at": clock(request.expires_at, now)})
    if not takers.count:
        return Diagnosis(said, "assign", _("Suggested: assign it to somebody, since nobody on duty can take it."))
    return Diagnosis(said)


def _unattended(session: Session, now: datetime) -> Diagnosis:
    said = [
        _("Unattended: in the queue for %(time)s, and nobody took it in time.") % {"time": lasted(session.queued_at, now)},
        *_who_was_asked(session, could_take(session.request)),
    ]
    ends_at = session.request.expires_at + timedelta(seconds=settings.UNATTENDED_TIMEOUT)
    said.append(_("It is cancelled by itself at %(at)s.") % {"at": clock(ends_at, now)})
    return Diagnosis(said, "assign", _("Suggested: assign it by hand, and tell %(customer)s.") % {"customer": session.customer.short_name})


def _who_was_asked(session: Session, takers: "Takers") -> list[str]:
    """Who can take it, who looked, who declined and why."""
    said = [how_many(takers.count)]
    offers = sorted(session.request.offers.all(), key=lambda offer: offer.pk)
    seen = [offer.mechanic.display_name for offer in offers if offer.seen_at and not offer.declined_at]
    if seen:
        said.append(_("%(names)s looked at it.") % {"names": ", ".join(seen)})
    declined = [f"{offer.mechanic.display_name} ({offer.decline_reason})" for offer in offers if offer.declined_at]
    if declined:
        said.append(_("Declined by %(names)s.") % {"names": ", ".join(declined)})
    return said


@dataclass(frozen=True)
class Takers:
    """Those to whom a request is open and who have a free place for it: how many, and whether a certain one is among them."""

    count: int
    with_him: bool


def could_take(request: SessionRequest, *, besides: UUID | None = None) -> Takers:
    """Who could take it from the queue now.

    Args:
        request: with its session; both as they are, or as they would be.
        besides: a mechanic whose place would be free then.
    """
    free = Place.objects.filter(mechanic=OuterRef("pk"), kind=request.session.place_kind, session=None)
    takers = matching.eligible_for(request).filter(Exists(free) | Q(pk=besides))
    counted = takers.aggregate(all=Count("pk", distinct=True), his=Count("pk", filter=Q(pk=besides)))
    return Takers(counted["all"], bool(counted["his"]))


def how_many(takers: int) -> str:
    """How many could take it, as a sentence."""
    if not takers:
        return _("No mechanic can take it now.")
    return ngettext("%(count)s mechanic can take it now.", "%(count)s mechanics can take it now.", takers) % {"count": takers}


def _waiting(session: Session, now: datetime) -> Diagnosis:
    mechanic, customer = _part(session, session.mechanic_id), _part(session, session.customer_id)
    names = {"mechanic": session.mechanic.display_name, "customer": session.customer.short_name}
    said = [_("Waiting for %(time)s:") % {"time": lasted(session.accepted_at, now)} + " " + _taken(session, mechanic, now)]
    if mechanic.joined_at is None:
        said.append(_sign_of_life(session.mechanic.display_name, session.mechanic.last_seen_at, now))
        due = _due(session, settings.MECHANIC_NO_SHOW)
        if now < due:
            return Diagnosis([*said, _("It goes back to the queue by itself at %(at)s.") % {"at": clock(due, now)}])
        late = [_sweep_is_late(_("It should have gone back by itself at %(at)s."), due)] if now > due + SWEEP_IS_LATE else []
        return Diagnosis([*said, *late], "release", _("Suggested: release to the queue."))
    seen = customer.last_seen_at
    if seen is None or seen < session.accepted_at:
        said.append(_("%(customer)s has not been in the room since.") % names)
        ends_at = _due(session, settings.CUSTOMER_NO_SHOW)
        if now > ends_at + SWEEP_IS_LATE:
            return Diagnosis([*said, _sweep_is_late(_("It should have been cancelled at %(at)s."), ends_at)], "cancel", _worker_first())
        return Diagnosis([*said, _("It is cancelled by itself at %(at)s.") % {"at": clock(ends_at, now)}])
    if now - max(seen, mechanic.last_seen_at or seen) > GONE_AFTER:
        said += [_sign_of_life(names["customer"], seen, now), _sign_of_life(names["mechanic"], mechanic.last_seen_at, now)]
        return Diagnosis(said, "release", _("Both were there, but never at the same time. Suggested: release to the queue, or cancel."))
    return Diagnosis([*said, _("%(customer)s was in the room %(time)s ago.") % {**names, "time": lasted(seen, now)}])


def _taken(session: Session, mechanic: Participant, now: datetime) -> str:
    words = {"mechanic": session.mechanic.display_name, "at": clock(session.accepted_at, now)}
    if mechanic.joined_at is None:
        return _("%(mechanic)s accepted at %(at)s and has not opened the room.") % words
    return _("%(mechanic)s accepted at %(at)s and joined at %(joined)s.") % {**words, "joined": clock(mechanic.joined_at, now)}


def _live(session: Session, now: datetime) -> Diagnosis:
    paid = timedelta(minutes=session.minutes)
    said = [
        _("Live for %(time)s; %(minutes)s minutes are paid.") % {"time": lasted(session.started_at, now), "minutes": session.minutes},
    ]
    mechanic, customer = _part(session, session.mechanic_id), _part(session, session.customer_id)
    said.append(_sign_of_life(session.mechanic.display_name, mechanic.last_seen_at, now))
    said.append(_sign_of_life(session.customer.short_name, customer.last_seen_at, now))
    ends_at = session.started_at + timedelta(seconds=settings.LIVE_TIMEOUT)
    if now > ends_at + SWEEP_IS_LATE:
        return Diagnosis([*said, _sweep_is_late(_("It should have been broken off at %(at)s."), ends_at)], "abort", _worker_first())
    last = max(filter(None, [mechanic.last_seen_at, customer.last_seen_at]), default=session.started_at)
    if now - last > GONE_AFTER:
        helped = now - session.started_at > paid / 2
        if helped:
            return Diagnosis(
                said,
                "complete",
                _("Both are gone. Suggested: complete it, and ask %(mechanic)s for the report.") % {"mechanic": session.mechanic},
            )
        return Diagnosis(
            said,
            "abort",
            _("Both are gone long before the time was over. Suggested: break it off and call %(customer)s.")
            % {"customer": session.customer.short_name},
        )
    return Diagnosis(said)


def _completed(session: Session, now: datetime) -> Diagnosis:
    said = [
        _("Completed at %(at)s after %(time)s.")
        % {"at": clock(session.ended_at, now), "time": lasted(session.started_at, session.ended_at)}
    ]
    said.append(_("There is a report.") if hasattr(session, "report") else _("There is no report."))
    return Diagnosis(said)


def _cancelled(session: Session, now: datetime) -> Diagnosis:
    ends = [event for event in session.events.all() if event.to_status == CANCELLED != event.from_status]
    event = max(ends, key=lambda event: event.number, default=None)
    actor = _("the system") if event is None or event.actor is SYSTEM else str(event.actor)
    said = [
        _("Cancelled at %(at)s by %(who)s: %(reason)s.")
        % {"at": clock(session.ended_at, now), "who": actor, "reason": session.cancel_reason.rstrip(".")}
    ]
    if session.price and session.queued_at:
        said.append(_("It was paid: %(price)s %(currency)s.") % {"price": session.price, "currency": session.currency})
    return Diagnosis(said)


def _part(session: Session, user_id) -> Participant:
    return next(part for part in session.participants.all() if part.user_id == user_id)


def _due(session: Session, seconds: int) -> datetime:
    return session.accepted_at + timedelta(seconds=seconds)


def _sign_of_life(name: str, at: datetime | None, now: datetime) -> str:
    if at is None:
        return _("There was no sign of life from %(name)s.") % {"name": name}
    return _("%(name)s's last sign of life was %(time)s ago.") % {"name": name, "time": lasted(at, now)}


def _sweep_is_late(sentence: str, at: datetime) -> str:
    return sentence % {"at": clock(at, timezone.now())}


def _worker_first() -> str:
    return _("Timed moves are not being made: look first whether a worker runs.")


def lasted(since: datetime, until: datetime) -> str:
    """How long, in the two largest units: "12 min", "3 h 5 min", "2 d 4 h"."""
    minutes = max(0, int((until - since).total_seconds())) // 60
    days, hours = divmod(minutes // 60, 24)
    if days:
        return _("%(days)s d %(hours)s h") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes % 60}
    return _("%(minutes)s min") % {"minutes": minutes}


def clock(at: datetime, now: datetime) -> str:
    """The time of day; with the day when that is another one."""
    local = timezone.localtime(at)
    return date_format(local, "H:i" if local.date() == timezone.localtime(now).date() else "j M, H:i")
