"""Letters that the worker sends about people."""

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from accounts_app.models import Mechanic


@app.task(name="mail_standing", retry=RetryStrategy(max_attempts=5, exponential_wait=4))
def mail_standing(mechanic_id: str) -> None:
    """Tells a mechanic whether he may work here now."""
    mechanic = Mechanic.objects.select_related("user").get(pk=mechanic_id)
    if mechanic.standing == Mechanic.Standing.APPROVED:
        subject, news = _("You can start"), _("You are approved. Switch yourself on duty, and requests come in here:")
    else:
        subject, news = (
            _("Your account is suspended"),
            _("You cannot take sessions for now. %(reason)s") % {"reason": mechanic.standing_reason},
        )
    body = _("Hello %(name)s,") % {"name": mechanic.user.short_name} + f"\n\n{news}\n{settings.SITE_URL}{reverse('mechanic-incoming')}\n"
    send_mail(subject, body, None, [mechanic.user.email])
