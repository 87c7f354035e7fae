"""What owners and staff do with a webhook. Rights to see are in access.py; the rights to act are here."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from accounts_app.models import User, Workshop
from mechanichub.errors import NotPossible, NotYours
from webhooks_app import signing
from webhooks_app.models import Delivery, Webhook

MOST = 10  # webhooks of one workshop
FORMER_SECRET_SIGNS_FOR = timedelta(hours=24)  # so long has a receiver to learn the new one


@transaction.atomic
def add(*, by: User, workshop: Workshop | None, name: str, url: str, events: Sequence[str]) -> Webhook:
    """Makes a webhook with a new secret; without a workshop it is for an integrator and hears of every session.

    Raises:
        NotYours, NotPossible: the workshop has enough of them.
    """
    if workshop is None:
        if not (by.is_staff and by.has_perm("webhooks_app.add_webhook")):
            raise NotYours(_("Only the support team makes webhooks for integrators."))
    else:
        _lock_workshop(workshop, by)
    sealed = signing.seal(signing.new_secret())
    return Webhook.objects.create(workshop=workshop, name=name, url=url, events=list(events), sealed_secret=sealed, created_by=by)


def _lock_workshop(workshop: Workshop, by: User) -> None:
    Workshop.objects.select_for_update(no_key=True).get(pk=workshop.pk)
    if workshop.owner_id != by.pk:
        raise NotYours(_("This workshop is not yours."))
    if workshop.webhooks.count() >= MOST:
        raise NotPossible(_("A workshop has at most %(most)d webhooks. Please change one that you do not need.") % {"most": MOST})


@transaction.atomic
def change(webhook_id: UUID, *, by: User, name: str, url: str, events: Sequence[str]) -> Webhook:
    """Changes what it is called, where it leads and what it wants. A new address begins without the old one's troubles.

    Raises:
        NotYours
    """
    webhook = _lock(webhook_id, by)
    if webhook.url != url:
        webhook.failing_since = webhook.resting_until = None
    webhook.name, webhook.url, webhook.events, webhook.changed_at = name, url, list(events), timezone.now()
    webhook.save(update_fields=["name", "url", "events", "changed_at", "failing_since", "resting_until"])
    return webhook


@transaction.atomic
def rotate(webhook_id: UUID, *, by: User) -> Webhook:
    """Gives it a new secret. The former one signs as well for a day.

    Raises:
        NotYours
    """
    webhook, now = _lock(webhook_id, by), timezone.now()
    webhook.sealed_old_secret, webhook.old_secret_until = webhook.sealed_secret, now + FORMER_SECRET_SIGNS_FOR
    webhook.sealed_secret, webhook.changed_at = signing.seal(signing.new_secret()), now
    webhook.save(update_fields=["sealed_secret", "sealed_old_secret", "old_secret_until", "changed_at"])
    return webhook


@transaction.atomic
def switch_off(webhook_id: UUID, *, by: User, reason: str = "") -> Webhook:
    """Nothing is sent any more, and what happens meanwhile is not noted for it. What waits already, waits.

    Raises:
        NotYours, NotPossible
    """
    webhook = _lock(webhook_id, by)
    if not webhook.is_active:
        raise NotPossible(_("It is switched off already."))
    webhook.disabled_at = webhook.changed_at = timezone.now()
    webhook.disabled_reason = reason.strip()[:300] or _("its owner switched it off")
    webhook.save(update_fields=["disabled_at", "disabled_reason", "changed_at"])
    return webhook


@transaction.atomic
def switch_on(webhook_id: UUID, *, by: User) -> Webhook:
    """Sends again, beginning with what waits.

    Raises:
        NotYours, NotPossible
    """
    webhook = _lock(webhook_id, by)
    if webhook.is_active:
        raise NotPossible(_("It is switched on already."))
    webhook.disabled_at, webhook.disabled_reason, webhook.changed_at = None, "", timezone.now()
    webhook.failing_since = webhook.resting_until = None
    webhook.save(update_fields=["disabled_at", "disabled_reason", "changed_at", "failing_since", "resting_until"])
    _look_at(webhook)
    return webhook


@transaction.atomic
def send_test(webhook_id: UUID, *, by: User) -> Delivery:
    """Asks whether anybody listens: one message that is about nothing, tried once.

    Raises:
        NotYours, NotPossible: it is off.
    """
    webhook = _lock(webhook_id, by)
    _require_active(webhook)
    delivery = Delivery.objects.create(webhook=webhook)
    _wake(webhook)
    return delivery


@transaction.atomic
def send_again(delivery_id: UUID, *, by: User) -> Delivery:
    """Sends a delivery once more, at once: one that waits, was given up, or was delivered and got lost there. Its id stays the same.

    Raises:
        NotYours, NotPossible: its webhook is off.
    """
    delivery = Delivery.objects.select_related("webhook").get(pk=delivery_id)
    webhook = _lock(delivery.webhook_id, by, "webhooks_app.change_delivery")
    _require_active(webhook)
    now = timezone.now()
    Delivery.objects.filter(pk=delivery.pk).update(
        state=Delivery.State.WAITING, next_at=now, asked_at=now, fresh_attempts=0, delivered_at=None
    )
    _wake(webhook)
    delivery.refresh_from_db()
    return delivery


def _lock(webhook_id: UUID, by: User, permission: str = "webhooks_app.change_webhook") -> Webhook:
    """The webhook's row; its owner may do anything with it, staff what they have the permission for."""
    webhook = Webhook.objects.select_for_update(of=("self",), no_key=True).select_related("workshop").get(pk=webhook_id)
    is_owner = webhook.workshop is not None and webhook.workshop.owner_id == by.pk
    if not is_owner and not (by.is_staff and by.has_perm(permission)):
        raise NotYours(_("This webhook is not yours."))
    return webhook


def _require_active(webhook: Webhook) -> None:
    if not webhook.is_active:
        raise NotPossible(_("The webhook is switched off. Please switch it on first."))


def _wake(webhook: Webhook) -> None:
    """Somebody wants to see whether it works now: it has rested enough."""
    Webhook.objects.filter(pk=webhook.pk).update(resting_until=None)
    _look_at(webhook)


def _look_at(webhook: Webhook) -> None:
    app.configure_task("tell_webhooks", queue="webhooks").defer(webhooks=[str(webhook.pk)])
