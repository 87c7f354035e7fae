"""Sends what is due, and decides what to do about each answer. The rows are the truth: jobs only say that it is time to look.

Of the events of one session a webhook gets the next one when the one before was delivered or given up. Whoever sends takes the row
first, by moving its next attempt to when he must be dead if he has not said anything; two workers never send the same at the same
time, and what a killed one had taken is taken again by another. So a receiver gets everything at least once, and may get it twice.
"""

import logging
import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from webhooks_app import payload, posting, signing
from webhooks_app.models import ANSWER_LENGTH, Attempt, Delivery, Webhook
from webhooks_app.posting import Answer, NoAnswer

logger = logging.getLogger(__name__)

# How long after a failed attempt the next one follows, as the Standard Webhooks specification proposes: for three days.
WAITS = [timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)]
JITTER = 0.1  # more or less, of each of them: receivers that come back are not asked by everybody at once
GIVE_UP_AFTER = timedelta(hours=84)  # since somebody wanted it sent: ten attempts, when each waits as long as above
SWITCH_OFF_AFTER = timedelta(days=5)  # of nothing but failures
LEASE = timedelta(seconds=60)  # longer than any attempt takes
LONGEST_WAIT = timedelta(days=1)  # that a receiver may ask for
SHORTEST_REST, LONGEST_REST = timedelta(minutes=1), timedelta(hours=1)  # for a server that does not answer at all
KEPT = timedelta(days=30)

AT_ONCE = 100  # rows that are looked up in one question
TURN = 20  # seconds that one webhook may keep a worker that others wait for, or that is to end
GONE, BUSY = 410, (429, 503)


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt: an answer, or why there was none."""

    answer: Answer | None
    trouble: str
    milliseconds: int

    @property
    def status(self) -> int | None:
        return self.answer.status if self.answer else None

    @property
    def is_good(self) -> bool:
        return self.answer is not None and self.answer.is_good


def due(now: datetime, among: list[UUID] | None = None) -> list[UUID]:
    """The webhooks, of these or of all, for which something can be sent at `now`."""
    sendable = Delivery.objects.sendable(now) if among is None else Delivery.objects.sendable(now).filter(webhook__in=among)
    return list(sendable.order_by().values_list("webhook", flat=True).distinct())


def send_due(webhook_id: UUID, *, at: datetime | None = None) -> int:
    """Sends what one webhook is due, one after the other, until nothing is left, its server wants to be left alone, or others should have
    their turn.

    Args:
        at: what time it is; the clock's when left out.

    Returns:
        How many attempts were made.
    """
    attempts, ends_at = 0, time.monotonic() + TURN
    while rows := list(Delivery.objects.sendable(at or timezone.now()).filter(webhook=webhook_id).values_list("pk", "attempts")[:AT_ONCE]):
        for pk, before in rows:
            delivery = take(pk, before, at or timezone.now())
            if delivery is None:
                continue  # somebody else has it, or nobody wants it any more
            attempts += 1
            leave_alone = note(delivery, ask(delivery, at or timezone.now()), at or timezone.now())
            if leave_alone or time.monotonic() > ends_at:
                return attempts
    return attempts


def take(pk: UUID, attempts: int, now: datetime) -> Delivery | None:
    """Takes a row that has had so many attempts; None when it is not to be had."""
    row = Delivery.objects.filter(pk=pk, attempts=attempts, state=Delivery.State.WAITING, webhook__disabled_at=None)
    taken = row.update(attempts=F("attempts") + 1, fresh_attempts=F("fresh_attempts") + 1, next_at=now + LEASE)
    return payload.with_what_it_tells(Delivery.objects).get(pk=pk) if taken else None


def ask(delivery: Delivery, now: datetime) -> Outcome:
    """Posts the message. No transaction is open here: nobody waits for a row while somebody else's server thinks."""
    webhook, message = delivery.webhook, payload.body(delivery)
    signed = signing.headers(webhook.secrets(now), message_id=str(delivery.pk), timestamp=int(now.timestamp()), body=message)
    headers = {"Content-Type": "application/json", "User-Agent": "MechanicHub-Webhooks/1", **signed}
    started = time.monotonic()
    try:
        answer, trouble = posting.post(webhook.url, message, headers, local=settings.WEBHOOKS_LOCAL), ""
    except NoAnswer as why:
        answer, trouble = None, str(why)[:300]
    return Outcome(answer, trouble, int((time.monotonic() - started) * 1000))


@transaction.atomic
def note(delivery: Delivery, outcome: Outcome, now: datetime) -> bool:
    """Writes down what came of an attempt, and what follows from it.

    Returns:
        True when the server had better be left alone for now.
    """
    # The webhook before its delivery, as whoever sends something again does.
    webhook = Webhook.objects.select_for_update(no_key=True).get(pk=delivery.webhook_id)
    mine = Delivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts, state=Delivery.State.WAITING)
    if not mine.select_for_update().exists():
        return False  # we were taken for dead, and somebody else went on
    _write(delivery, outcome, now)
    if outcome.is_good:
        mine.update(state=Delivery.State.DELIVERED, delivered_at=now, next_at=None)
        _remember(webhook, failing_since=None, resting_until=None)
        return False
    is_gone, asked_to_wait = outcome.status == GONE, _asked_to_wait(outcome.answer, now)
    next_at = now + max(asked_to_wait, wait(delivery.fresh_attempts))
    if is_gone or delivery.event is None or next_at > delivery.asked_at + GIVE_UP_AFTER:
        mine.update(state=Delivery.State.GIVEN_UP, next_at=None)
    else:
        mine.update(next_at=next_at)
    return _leave_alone(webhook, outcome, asked_to_wait, now)


def _write(delivery: Delivery, outcome: Outcome, now: datetime) -> None:
    Attempt.objects.create(
        delivery=delivery,
        number=delivery.attempts,
        at=now,
        milliseconds=outcome.milliseconds,
        status=outcome.status,
        answer=outcome.answer.text[:ANSWER_LENGTH] if outcome.answer else "",
        trouble=outcome.trouble,
    )


def _leave_alone(webhook: Webhook, outcome: Outcome, asked_to_wait: timedelta, now: datetime) -> bool:
    """After a failure: switched off, left alone for a while, or (False) asked for the next thing."""
    failing_since = webhook.failing_since or now
    if outcome.status == GONE:
        _remember(webhook, failing_since=failing_since)
        switch_off(webhook.pk, reason=_("its server says that it is gone (410)"), at=now)
        return True
    if now - failing_since >= SWITCH_OFF_AFTER:
        switch_off(webhook.pk, reason=_("its server has failed for five days"), at=now)
        return True
    rest = asked_to_wait or (timedelta() if outcome.answer else _rest(now - failing_since))
    _remember(webhook, failing_since=failing_since, resting_until=now + rest if rest else None)
    return bool(rest)


def _remember(webhook: Webhook, **changes: datetime | None) -> None:
    """Writes only what is new: a server that works costs nothing here."""
    changes = {name: value for name, value in changes.items() if getattr(webhook, name) != value}
    if changes:
        Webhook.objects.filter(pk=webhook.pk).update(**changes)


def wait(attempts: int) -> timedelta:
    """How long it is until the next attempt, after so many."""
    return WAITS[min(attempts, len(WAITS)) - 1] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 (no secret)


def _asked_to_wait(answer: Answer | None, now: datetime) -> timedelta:
    if answer is None or answer.status not in BUSY:
        return timedelta()
    return min(timedelta(seconds=posting.seconds_to_wait(answer.retry_after, now)), LONGEST_WAIT)


def _rest(failing_for: timedelta) -> timedelta:
    """A server that does not answer costs a worker ten seconds each time; the longer it is away, the more seldom it is asked."""
    return min(max(failing_for / 10, SHORTEST_REST), LONGEST_REST)


def switch_off(webhook_id: UUID, *, reason: str, at: datetime) -> None:
    """Switches a webhook off because of how it fails, and has its owner told. What waits, waits until somebody switches it on."""
    if Webhook.objects.active().filter(pk=webhook_id).update(disabled_at=at, disabled_reason=reason[:300]):
        logger.warning("webhook %s is switched off: %s", webhook_id, reason)
        app.configure_task("mail_webhook_off").defer(webhook_id=str(webhook_id))


def forget(now: datetime) -> int:
    """Removes deliveries that ended long ago, with their attempts.

    Returns:
        How many.
    """
    old = Delivery.objects.exclude(state=Delivery.State.WAITING).filter(created_at__lt=now - KEPT)
    return sum(
        Delivery.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:1000])).delete()[1].get("webhooks_app.Delivery", 0)
        for _batch in range(-(-old.count() // 1000))
    )
