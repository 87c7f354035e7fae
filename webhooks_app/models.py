"""To whom the events of sessions are told, what has yet to be told, and how each attempt went."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_app.models import Mechanic, User, Workshop
from sessions_app.models import SessionEvent
from webhooks_app import kinds, signing
from webhooks_app.querysets import DeliveryQuerySet, WebhookQuerySet

ANSWER_LENGTH = 2000  # characters that are kept of an answer
SOON = timedelta(seconds=90)


class Webhook(models.Model):
    """An address to which events are posted: a workshop's, for what its mechanics hold, or made by staff for an integrator, for all."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workshop = models.ForeignKey(
        Workshop, verbose_name=_("workshop"), null=True, blank=True, on_delete=models.PROTECT, related_name="webhooks"
    )
    name = models.CharField(_("name"), max_length=80)
    url = models.CharField(_("address"), max_length=500)
    events = ArrayField(models.CharField(max_length=32), verbose_name=_("events"), default=list, blank=True)
    sealed_secret = models.TextField(_("secret"), editable=False)
    sealed_old_secret = models.TextField(_("former secret"), blank=True, editable=False)
    old_secret_until = models.DateTimeField(_("the former secret signs until"), null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    disabled_at = models.DateTimeField(_("off since"), null=True, blank=True, editable=False)
    disabled_reason = models.CharField(_("why it is off"), max_length=300, blank=True, editable=False)
    failing_since = models.DateTimeField(_("fails since"), null=True, blank=True, editable=False)
    resting_until = models.DateTimeField(_("left alone until"), null=True, blank=True, editable=False)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("webhook"), _("webhooks")
        ordering = ["name", "created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(disabled_at=None, disabled_reason="") | Q(disabled_at__isnull=False) & ~Q(disabled_reason=""),
                name="a_webhook_that_is_off_says_why",
            ),
            models.CheckConstraint(
                condition=Q(old_secret_until=None, sealed_old_secret="") | Q(old_secret_until__isnull=False) & ~Q(sealed_old_secret=""),
                name="a_former_secret_has_an_end",
            ),
            models.CheckConstraint(condition=Q(url__startswith="https://") | Q(url__startswith="http://"), name="a_webhook_speaks_http"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None

    @property
    def owner(self) -> User:
        """Who is written to when something is wrong with it."""
        return self.workshop.owner if self.workshop else self.created_by

    @property
    def secret(self) -> str:
        return signing.unseal(self.sealed_secret)

    @property
    def wants(self) -> list[str]:
        """The events that it is told of, in words."""
        return [str(kinds.LABELS[name]) for name in self.events if name in kinds.LABELS]

    def secrets(self, at: datetime) -> list[str]:
        """What signs at that time, the newest first: after a rotation the former one signs as well for a while."""
        former = [self.sealed_old_secret] if self.old_secret_until and at < self.old_secret_until else []
        return [signing.unseal(sealed) for sealed in (self.sealed_secret, *former)]


class Delivery(models.Model):
    """One event for one webhook; without an event it is a test. Written in the transaction of the event, sent by the worker.

    Its key is the `webhook-id` that the receiver sees, the same in every attempt.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DELIVERED = "delivered", _("delivered")
        GIVEN_UP = "given_up", _("given up")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, verbose_name=_("webhook"), on_delete=models.PROTECT, db_index=False, related_name="deliveries")
    event = models.ForeignKey(
        SessionEvent, verbose_name=_("event"), null=True, blank=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    # Who held the session after the event and before it, as far as this webhook may know: he may have it no more when it is sent.
    mechanic = models.ForeignKey(
        Mechanic, verbose_name=_("mechanic"), null=True, blank=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    former = models.ForeignKey(
        Mechanic, verbose_name=_("former mechanic"), null=True, blank=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    fresh_attempts = models.PositiveIntegerField(_("attempts since it was last asked for"), default=0)
    next_at = models.DateTimeField(_("next attempt"), null=True, blank=True, default=timezone.now)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    asked_at = models.DateTimeField(_("last asked for"), default=timezone.now)
    created_at = models.DateTimeField(_("made"), default=timezone.now)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("delivery"), _("deliveries")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "delivered", "given_up"]), name="a_delivery_waits_is_delivered_or_given_up"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", next_at__isnull=False) | ~Q(state="waiting") & Q(next_at=None),
                name="a_delivery_has_a_next_attempt_exactly_while_it_waits",
            ),
            models.CheckConstraint(
                condition=Q(state="delivered", delivered_at__isnull=False) | ~Q(state="delivered") & Q(delivered_at=None),
                name="a_delivery_says_when_exactly_when_it_is_delivered",
            ),
            models.UniqueConstraint(fields=["webhook", "event"], name="an_event_is_told_once_to_a_webhook"),
        ]
        indexes = [
            models.Index(fields=["webhook", "next_at"], condition=Q(state="waiting"), name="deliveries_waiting"),
            models.Index(fields=["webhook", "-created_at"], name="deliveries_of_a_webhook"),
            models.Index(fields=["-created_at"], name="deliveries_by_age"),
            models.Index(fields=["-created_at"], condition=Q(state="given_up"), name="deliveries_given_up"),
        ]

    def __str__(self) -> str:
        return f"{self.type} · {self.webhook.name}"

    @property
    def is_on_its_way(self) -> bool:
        """True while its next attempt is a matter of seconds."""
        return self._waits_for_its_time and abs(self.next_at - timezone.now()) < SOON

    @property
    def is_held_up(self) -> bool:
        """True when it would be its time, and something else has to come first: an earlier event of the session, or a server's rest."""
        return self._waits_for_its_time and self.next_at < timezone.now() - SOON

    @property
    def _waits_for_its_time(self) -> bool:
        return self.state == self.State.WAITING and self.webhook.is_active

    @property
    def last(self) -> "Attempt | None":
        """The latest attempt that somebody lived to tell of."""
        return max(self.log.all(), key=lambda attempt: attempt.number, default=None)

    @property
    def type(self) -> str:
        """What the receiver calls it, e.g. "session.accepted"."""
        return kinds.TYPES[self.event.kind] if self.event else kinds.TEST


class Attempt(models.Model):
    """One try to deliver, and what came of it. A number that is missing was tried by a worker that did not live to tell."""

    delivery = models.ForeignKey(Delivery, verbose_name=_("delivery"), on_delete=models.CASCADE, db_index=False, related_name="log")
    number = models.PositiveIntegerField(_("number"))
    at = models.DateTimeField(_("when"))
    milliseconds = models.PositiveIntegerField(_("took (ms)"))
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=ANSWER_LENGTH, blank=True)
    trouble = models.CharField(_("trouble"), max_length=300, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("attempt"), _("attempts")
        ordering = ["delivery", "number"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="attempts_of_a_delivery_are_numbered"),
            models.CheckConstraint(
                condition=Q(status__isnull=False, trouble="") | Q(status=None, answer="") & ~Q(trouble=""),
                name="an_attempt_has_an_answer_or_a_trouble",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.status or self.trouble}"

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300
