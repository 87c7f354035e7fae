"""What a session and its report say in numbers."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mechanichub.templatetags.house import in_currency
from sessions_app.models import Report, Session

register = template.Library()


@register.filter
def cost_range(report: Report) -> str:
    """What the work may cost: "$80.00 to $120.00", or one amount when both ends are the same; "" when nobody said."""
    if report.cost_from is None or report.cost_to is None:
        return ""
    low, high = (in_currency(end, report.currency) for end in (report.cost_from, report.cost_to))
    return low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}


@register.filter
def minutes_live(session: Session) -> str:
    """How long both were talking, in started minutes; "" when it never started or has not ended."""
    if session.started_at is None or session.ended_at is None:
        return ""
    minutes = -(-int((session.ended_at - session.started_at).total_seconds()) // 60)
    return ngettext("%(minutes)s minute", "%(minutes)s minutes", minutes) % {"minutes": minutes}


@register.filter
def star_list(stars: int) -> list[bool]:
    """Five stars, the given ones true."""
    return [number < stars for number in range(5)]


RESULT_BADGES = {"ok": "badge-ok", "fault": "badge-danger", "unsure": "badge-warn"}


@register.filter
def result_badge(result: str) -> str:
    """How the result of a step of the guided check looks; a skipped one is plain."""
    return RESULT_BADGES.get(result, "")
