"""What a move would do, in plain words, before it is made: for the buttons of the console and for the API.

It is computed from the facts that the move itself goes by. It locks nothing and changes nothing, so it is right when it is read; when
the session has moved on meanwhile, the verb says so.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts_app.models import Mechanic
from lifecycle import queue
from lifecycle.diagnosis import clock, could_take, how_many, lasted
from requests_app.models import SessionRequest
from sessions_app.models import Session
from sessions_app.moves import CANCELLED, COMPLETED, HELD, IN_QUEUE, LIVE, PENDING, WAITING, Status

MOST_NAMED = 200  # mechanics


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What would happen.

    Args:
        to: the status that the session would be in.
        sentences: the most important first.
        refused: why the verb would refuse it now, or "".
        mechanics: of `assign`: who could be given it, those on duty first, each with `free_places`; at most MOST_NAMED and one.
    """

    to: Status
    sentences: list[str]
    refused: str = ""
    mechanics: list[Mechanic] = field(default_factory=list)

    def __str__(self) -> str:
        return self.refused or " ".join(self.sentences)


def preview(session: Session, move: str, now: datetime | None = None) -> Preview | None:
    """What staff would cause by this move; None when there is nothing to say about a move of that name.

    Args:
        session: in a state from which the move is legal; with its request, customer and mechanic better loaded along.
        move: a name of the moves table.
    """
    tell = PREVIEWS.get(move)
    return tell(session, now or timezone.now()) if tell else None


# --- back to the queue ---------------------------------------------------------------------------------


def _release(session: Session, now: datetime) -> Preview:
    words = _names(session)
    said = [
        _("Goes back to the queue at its old place: %(place)s.") % {"place": _old_place(session, now)},
        *_who_next(session, now),
        _("%(mechanic)s leaves the room and has the place free again. %(customer)s is told at once.") % words,
    ]
    return Preview(to=PENDING, sentences=said)


def _requeue(session: Session, now: datetime) -> Preview:
    # One that is open itself is the only one: the database sees to that.
    another = not session.is_open and Session.objects.open().filter(customer=session.customer_id).exists()
    refused = queue.another_is_open() if another else ""
    if session.queued_at:
        said = [_("Goes into the queue again at its old place: %(place)s.") % {"place": _old_place(session, now)}]
    else:
        said = [_("Goes into the queue, behind all others.")]
        if session.price:
            said.append(_("It was never paid: %(price)s %(currency)s would be given away.") % _names(session))
    said += _who_next(session, now)
    said.append(_("%(customer)s is told at once.") % _names(session))
    return Preview(to=PENDING, sentences=said, refused=refused)


def _old_place(session: Session, now: datetime) -> str:
    ahead = Session.objects.ahead_of(session).exclude(pk=session.pk).count()
    before = ngettext("%(count)s is before it", "%(count)s are before it", ahead) % {"count": ahead} if ahead else _("nobody is before it")
    return _("asked %(time)s ago, %(before)s") % {"time": lasted(session.queued_at, now), "before": before}


def _who_next(session: Session, now: datetime) -> list[str]:
    """Who could take it in the queue, and what if nobody does."""
    request = in_queue_again(session, now)
    takers = could_take(request, besides=session.mechanic_id)
    said = [how_many(takers.count)]
    if request.window_ends_at:
        until = {"mechanic": request.preferred_mechanic, "at": clock(request.window_ends_at, now)}
        said = [_("Until %(at)s only %(mechanic)s is asked.") % until]
    elif takers.with_him and session.status in HELD:
        said.append(_("%(mechanic)s is one of them.") % _names(session))
    escalates = now + timedelta(seconds=settings.ESCALATE_AFTER)
    return [*said, _("Everybody is called at %(at)s when nobody has taken it by then.") % {"at": clock(escalates, now)}]


def in_queue_again(session: Session, now: datetime) -> SessionRequest:
    """The request as it would stand in the queue; a copy, which nobody saves."""
    request, request.session = copy(session.request), copy(session)
    request.session.status = PENDING
    request.window_ends_at = None
    if queue.waits_for_preferred(request):
        request.window_ends_at = now + timedelta(seconds=settings.PREFERRED_WINDOW)
    return request


# --- to a mechanic -------------------------------------------------------------------------------------


def _assign(session: Session, now: datetime) -> Preview:
    words, mechanics = _names(session), list(can_be_given(session)[: MOST_NAMED + 1])
    if session.status in IN_QUEUE:
        said = [_("Goes straight from the queue to the one you choose, and off everybody else's list.")]
    else:
        said = [_("Goes from %(mechanic)s to the one you choose. %(mechanic)s leaves the room.") % words]
    if session.status == LIVE:
        said.append(_("The time starts again when both are in the room.") % words)
    minutes = settings.MECHANIC_NO_SHOW // 60
    said.append(
        ngettext(
            "Whoever does not open the room within %(count)s minute loses it to the queue again.",
            "Whoever does not open the room within %(count)s minutes loses it to the queue again.",
            minutes,
        )
        % {"count": minutes}
    )
    said += [_with_a_place(mechanics), _("%(customer)s is told at once.") % words]
    refused = "" if mechanics else _("No other mechanic has a free place for it.")
    return Preview(to=WAITING, sentences=said, refused=refused, mechanics=mechanics)


def can_be_given(session: Session) -> QuerySet[Mechanic]:
    """To whom staff could assign it: who has a free place of its kind, those on duty first; `free_places` says how many."""
    return Mechanic.objects.with_free_place(session.place_kind).exclude(pk__in=[session.mechanic_id, session.customer_id])


def _with_a_place(mechanics: list[Mechanic]) -> str:
    if len(mechanics) > MOST_NAMED:
        return _("More than %(count)s mechanics have a free place.") % {"count": MOST_NAMED}
    on_duty = sum(mechanic.on_duty for mechanic in mechanics)
    have = ngettext("%(count)s mechanic has a free place", "%(count)s mechanics have a free place", len(mechanics))
    return (have + _(", %(on_duty)s of them on duty.")) % {"count": len(mechanics), "on_duty": on_duty}


# --- the end -------------------------------------------------------------------------------------------


def _cancel(session: Session, now: datetime) -> Preview:
    said = [_("Ends it before it began."), _money(session)]
    if session.status in IN_QUEUE:
        said.append(_("It disappears from the mechanics' lists."))
    return Preview(to=CANCELLED, sentences=[*said, *_both_told(session)])


def _abort(session: Session, now: datetime) -> Preview:
    said = [_("Ends it as cancelled, %(time)s after it began.") % {"time": lasted(session.started_at, now)}, _money(session)]
    return Preview(to=CANCELLED, sentences=[*said, *_both_told(session)])


def _complete(session: Session, now: datetime) -> Preview:
    if (now - session.started_at).total_seconds() < settings.SHORTEST_SESSION:
        said = [_("It has not been live for a minute, so it would count as cancelled."), _money(session)]
        return Preview(to=CANCELLED, sentences=[*said, *_both_told(session)])
    report = _("The report that is there stays.") if hasattr(session, "report") else _("There will be no report.")
    said = [
        _("Ends it as completed: %(time)s of %(minutes)s paid minutes.")
        % {"time": lasted(session.started_at, now), "minutes": session.minutes},
        report,
        _("%(customer)s gets an e-mail with the way to the summary, and can rate the session.") % _names(session),
        *_both_told(session),
    ]
    return Preview(to=COMPLETED, sentences=said)


def _money(session: Session) -> str:
    """What becomes of what was paid. No verb pays anything back."""
    if not session.price:
        return _("It was free, so there is nothing to pay back.")
    if not session.queued_at:
        return _("It was not paid, so there is nothing to pay back.")
    return _("%(price)s %(currency)s were paid. Nothing is paid back by itself: that is for you to decide.") % _names(session)


def _both_told(session: Session) -> list[str]:
    words = _names(session)
    if session.status in HELD:
        return [_("%(mechanic)s has the place free again. Both are told at once.") % words]
    return [_("%(customer)s is told at once.") % words]


def _look(session: Session, now: datetime) -> Preview:
    said = _("You can read for an hour. On the timeline %(customer)s sees that the support team looked, but not why.")
    return Preview(to=Status(session.status), sentences=[said % _names(session)])


PREVIEWS: dict[str, Callable[[Session, datetime], Preview]] = {
    "assign": _assign,
    "release": _release,
    "requeue": _requeue,
    "complete": _complete,
    "cancel": _cancel,
    "abort": _abort,
    "look": _look,
}


def _names(session: Session) -> dict[str, object]:
    return {
        "customer": session.customer.short_name,
        "mechanic": session.mechanic.display_name if session.mechanic else "",
        "price": session.price,
        "currency": session.currency,
    }
