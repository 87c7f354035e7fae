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
    subject, news = news_of(mechanic)
    body = _("Hello %(name)s,") % {"name": mechanic.user.short_name} + f"\n\n{news}\n{settings.SITE_URL}{reverse('mechanic-incoming')}\n"
    send_mail(subject, body, None, [mechanic.user.email])


def news_of(mechanic: Mechanic) -> tuple[str, str]:
    """Subject and first sentence for where a mechanic stands now."""
    if mechanic.leaves_because:
        words = _("Please finish the session that you have in hand. After it you cannot take sessions for now. %(reason)s")
        return _("Your account will be suspended"), words % {"reason": mechanic.leaves_because}
    reason = {"reason": mechanic.standing_reason}
    return {
        Mechanic.Standing.APPROVED: (_("You can start"), _("You are approved. Switch yourself on duty, and requests come in here:")),
        Mechanic.Standing.DECLINED: (_("About your application"), _("We cannot take you on as a mechanic now. %(reason)s") % reason),
        Mechanic.Standing.SUSPENDED: (_("Your account is suspended"), _("You cannot take sessions for now. %(reason)s") % reason),
        Mechanic.Standing.APPLIED: (_("Your application has arrived"), _("We are reading it. You hear from us soon:")),
    }[Mechanic.Standing(mechanic.standing)]
