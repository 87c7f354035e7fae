"""Letters that the worker sends about sessions."""

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from sessions_app.models import Session


@app.task(name="mail_report", retry=RetryStrategy(max_attempts=5, exponential_wait=4))
def mail_report(session_id: str) -> None:
    """Tells the customer where the report is. The report itself stays behind the sign-in."""
    session = Session.objects.select_related("customer", "mechanic").get(pk=session_id)
    address = settings.SITE_URL + reverse("session-summary", args=[session.pk])
    body = _("Hello %(name)s,\n\nyour session with %(mechanic)s is completed. The report is here:\n%(address)s\n") % {
        "name": session.customer.short_name,
        "mechanic": session.mechanic.display_name,
        "address": address,
    }
    send_mail(_("The report on your car"), body, None, [session.customer.email])
