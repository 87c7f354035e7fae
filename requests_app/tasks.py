"""Letters that the worker sends about requests."""

import zoneinfo
from datetime import datetime, time

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from accounts_app.models import AlertSettings, Mechanic, User
from requests_app import matching
from requests_app.models import SessionRequest

RETRY = RetryStrategy(max_attempts=5, exponential_wait=4)  # seconds, to the power of the attempt


@app.task(name="alert_staff", retry=RETRY)
def alert_staff(session_id: str) -> None:
    """Tells the support team that nobody took a request in time."""
    request = _request(session_id)
    to = User.objects.filter(is_staff=True, is_active=True).values_list("email", flat=True)
    subject = _("Nobody has taken %(name)s's request") % {"name": request.customer_name}
    _send(subject, request, _("Assign it to a mechanic here:"), reverse("admin:sessions_app_session_change", args=[session_id]), list(to))


@app.task(name="alert_mechanics", retry=RETRY)
def alert_mechanics(session_id: str) -> None:
    """Tells the mechanics who are off duty, and want to hear of it by e-mail, that a request is open to everybody."""
    request = _request(session_id)
    away = matching.eligible_for(request).filter(on_duty=False).select_related("user", "alerts")
    to = [mechanic.user.email for mechanic in away if wants_letter(mechanic, timezone.now())]
    _send(_("Somebody needs a mechanic"), request, _("You can take it here:"), reverse("mechanic-incoming"), to)


def wants_letter(mechanic: Mechanic, now: datetime) -> bool:
    """True when the mechanic has letters switched on (the default) and it is not within his quiet hours, where he lives."""
    alerts = getattr(mechanic, "alerts", None) or AlertSettings()
    here = timezone.localtime(now, zoneinfo.ZoneInfo(mechanic.user.timezone or settings.TIME_ZONE)).time()
    return alerts.email and not is_quiet(alerts.quiet_from, alerts.quiet_until, here)


def is_quiet(start: time | None, end: time | None, now: time) -> bool:
    """True from `start` until before `end`; the hours may go over midnight."""
    if start is None or end is None:
        return False
    return start <= now < end if start <= end else now >= start or now < end


def _request(session_id: str) -> SessionRequest:
    return SessionRequest.objects.select_related("intake", "session").get(pk=session_id)


def _send(subject: str, request: SessionRequest, invitation: str, path: str, to: list[str]) -> None:
    lines = [request.intake.car, request.intake.concern, f"{invitation} {settings.SITE_URL}{path}"]
    if to:
        EmailMessage(subject, "\n\n".join(filter(None, lines)) + "\n", to=[settings.DEFAULT_FROM_EMAIL], bcc=to).send()
