"""What the worker does for webhooks. They have a queue of their own: nothing of ours waits for somebody else's server."""

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from webhooks_app import sending
from webhooks_app.models import Webhook

QUEUE = "webhooks"


@app.task(name="tell_webhooks", queue=QUEUE)
def tell_webhooks(webhooks: list[str]) -> None:
    """Something was written for these webhooks: each has a job of its own, so that a slow server keeps nobody else waiting."""
    for webhook in webhooks:
        name = f"webhook {webhook}"
        with suppress(AlreadyEnqueued), transaction.atomic():  # one that has yet to begin will see the new rows as well
            app.configure_task("send_webhook", queue=QUEUE, lock=name, queueing_lock=name).defer(webhook=webhook)


@app.task(name="send_webhook", queue=QUEUE)
def send_webhook(webhook: str) -> int:
    """Sends what one webhook is due, and gets in line again when its turn was too short for all of it."""
    attempts = sending.send_due(UUID(webhook))
    tell_webhooks([str(each) for each in sending.due(datetime.now(UTC), among=[UUID(webhook)])])
    return attempts


@app.periodic(cron="* * * * * */15")  # the seconds come last
@app.task(name="look_for_webhooks", queue=QUEUE, queueing_lock="look_for_webhooks", lock="look_for_webhooks")
def look_for_webhooks(timestamp: int) -> int:
    """Every 15 s: what is due by now, a retry or what a killed worker left. `timestamp`: when it was due (seconds since 1970)."""
    due = sending.due(datetime.now(UTC))
    tell_webhooks([str(webhook) for webhook in due])
    return len(due)


@app.periodic(cron="27 3 * * *")
@app.task(name="forget_deliveries", queue=QUEUE, queueing_lock="forget_deliveries", lock="forget_deliveries")
def forget_deliveries(timestamp: int) -> int:
    """Every night: what was delivered or given up a month ago."""
    return sending.forget(datetime.now(UTC))


@app.task(name="mail_webhook_off", retry=RetryStrategy(max_attempts=5, exponential_wait=4))
def mail_webhook_off(webhook_id: str) -> None:
    """Tells the owner that nothing is sent to a webhook any more, and why."""
    webhook = Webhook.objects.select_related("workshop__owner", "created_by").get(pk=webhook_id)
    page = reverse("webhook", args=[webhook.pk]) if webhook.workshop else reverse("admin:webhooks_app_webhook_change", args=[webhook.pk])
    body = _(
        "Hello %(name)s,\n\nthe webhook “%(webhook)s” (%(url)s) is switched off, because %(reason)s.\n"
        "What happens now is not told to it any more. When its server works again, switch it on here:\n%(page)s\n"
    ) % {
        "name": webhook.owner.short_name,
        "webhook": webhook.name,
        "url": webhook.url,
        "reason": webhook.disabled_reason,
        "page": settings.SITE_URL + page,
    }
    send_mail(_("A webhook is switched off: %(webhook)s") % {"webhook": webhook.name}, body, None, [webhook.owner.email])
