"""What the cards of the dashboard need to know beyond their row."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django import template
from django.conf import settings
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dashboard.queries import Counts, Tab, present_since
from requests_app import matching
from requests_app.models import SessionRequest
from requests_app.reasons import Reason, reasons_for
from sessions_app.models import Participant, Session
from sessions_app.moves import WAITING

register = template.Library()


@register.simple_tag
def ago(at: datetime, words: str) -> SafeString:
    """How long ago something was, in `words` with {time} in it; the browser goes on counting (time-ago.js)."""
    now = timezone.now()
    told = words.replace("{time}", span(now - at))
    return format_html(
        '<time-ago now="{}" words="{}"><time datetime="{}">{}</time></time-ago>', now.isoformat(), words, at.isoformat(), told
    )


@register.simple_tag
def left(at: datetime, words: str, over: str) -> SafeString:
    """How long it is until then, in `words` with {time} in it; `over` is what is said afterwards."""
    now = timezone.now()
    told = words.replace("{time}", span(at - now)) if at > now else over
    return format_html(
        '<time-ago now="{}" words="{}" over="{}"><time datetime="{}">{}</time></time-ago>',
        now.isoformat(),
        words,
        over,
        at.isoformat(),
        told,
    )


def span(time: timedelta) -> str:
    """A length of time in its one or two largest units."""
    seconds = max(0, int(time.total_seconds()))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if not minutes:
        return _("%(seconds)s s") % {"seconds": seconds}
    if not hours:
        return _("%(minutes)s min") % {"minutes": minutes}
    if not days:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes % 60}
    return _("%(days)s d %(hours)s h") % {"days": days, "hours": hours % 24}


@register.simple_tag(takes_context=True)
def reasons(context: Context, request: SessionRequest) -> list[tuple[Reason, bool]]:
    """Why the request is on a board, each reason with whether it holds for the viewer with `traits`; a pushed card has no viewer."""
    traits = context.get("traits", frozenset())
    return [(reason, reason.applies_to(traits)) for reason in reasons_for(request)]


@register.filter
def in_window(request: SessionRequest) -> bool:
    """True while it is for its preferred mechanic alone."""
    return matching.in_window(request)


@register.filter
def count_of(counts: Counts, tab: Tab) -> str:
    """The number on a tab."""
    return counts[tab]


@register.filter
def join_by(session: Session) -> datetime | None:
    """Until when the mechanic has to come into the room, before it goes back to the queue; None when he has been there (`seats`)."""
    joined = any(seat.role == Participant.Role.MECHANIC and seat.joined_at for seat in session.seats)
    return session.accepted_at + timedelta(seconds=settings.MECHANIC_NO_SHOW) if session.status == WAITING and not joined else None


@register.filter
def here(session: Session) -> list[str]:
    """The names of those who are in the room of a session now (its `seats` are loaded)."""
    return list(_names(session, present_since()))


def _names(session: Session, since: datetime) -> Iterator[str]:
    for seat in session.seats:
        if seat.last_seen_at and seat.last_seen_at >= since:
            yield seat.user.mechanic.display_name if seat.role == Participant.Role.MECHANIC else seat.user.short_name
