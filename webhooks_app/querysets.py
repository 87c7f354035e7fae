"""Questions about webhooks and their deliveries that have a meaning in the product."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts_app.models import User

LATE_AFTER = timedelta(hours=1)


class WebhookQuerySet(models.QuerySet):
    def active(self) -> "WebhookQuerySet":
        return self.filter(disabled_at=None)

    def of(self, user: User) -> "WebhookQuerySet":
        """Those of the workshops that this person owns."""
        return self.filter(workshop__owner=user) if user.is_active else self.none()

    def with_counts(self) -> "WebhookQuerySet":
        """Adds `waiting_count` and `given_up_count`, of the deliveries that are kept."""
        deliveries = self.model._meta.get_field("deliveries").related_model.objects.order_by()

        def count(state: str) -> Coalesce:
            of_state = deliveries.filter(webhook=OuterRef("pk"), state=state, event__isnull=False).values("webhook")
            return Coalesce(Subquery(of_state.annotate(count=Count("pk")).values("count")), 0)

        return self.annotate(waiting_count=count("waiting"), given_up_count=count("given_up"))

    def failing(self, now: datetime) -> "WebhookQuerySet":
        """Active ones that have had nothing but failures for an hour at `now`."""
        return self.active().filter(failing_since__lte=now - LATE_AFTER)


class DeliveryQuerySet(models.QuerySet):
    def given_up(self) -> "DeliveryQuerySet":
        """What will not be sent any more unless somebody asks for it; a failed test is no loss."""
        return self.filter(state="given_up", event__isnull=False)

    def late(self, now: datetime) -> "DeliveryQuerySet":
        """What has waited for more than an hour at `now` though its webhook is on."""
        return self.filter(state="waiting", webhook__disabled_at=None, asked_at__lte=now - LATE_AFTER)

    def sendable(self, now: datetime) -> "DeliveryQuerySet":
        """What may be sent at `now`, the longest due first: of the events of a session only the first that a webhook has yet to get."""
        earlier = self.model.objects.filter(
            webhook=OuterRef("webhook"),
            state="waiting",
            event__session=OuterRef("event__session"),
            event__number__lt=OuterRef("event__number"),
        )
        rested = Q(webhook__resting_until=None) | Q(webhook__resting_until__lte=now)
        waiting = self.filter(rested, state="waiting", next_at__lte=now, webhook__disabled_at=None)
        return waiting.filter(~Exists(earlier)).order_by("next_at", F("event_id").asc(nulls_first=True))

    def for_show(self) -> "DeliveryQuerySet":
        """With all that a list says of each; the attempts are `log.all()`."""
        return self.select_related("webhook", "event").prefetch_related("log")
