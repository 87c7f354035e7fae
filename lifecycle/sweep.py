"""The timed moves, from stored timestamps alone: a sweep that comes late, twice or after a crash does the right thing."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from lifecycle import people, queue, record, room
from lifecycle.record import SYSTEM
from requests_app.models import SessionRequest
from sessions_app.models import Participant, Session
from sessions_app.moves import AWAITING_PAYMENT, LIVE, PENDING, UNATTENDED, WAITING
from sessions_app.querysets import SessionQuerySet

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rule:
    """A timed move.

    Args:
        name: what the log and the counts call it.
        rows: the sessions for which it is due.
        verb: makes it.
    """

    name: str
    rows: SessionQuerySet
    verb: Callable[[UUID], object]


def sweep(now: datetime | None = None) -> Counter:
    """Makes every timed move that is due at `now`, each in its own transaction.

    Returns:
        How many of each were made.

    Raises:
        ExceptionGroup: some could not be made; the others were.
    """
    done: Counter = Counter()
    failures = []
    for name, pk, verb in deeds(now or timezone.now()):
        try:
            if verb(pk):
                done[name] += 1
        except Exception as failure:
            logger.exception("%s of %s failed", name, pk)
            failures.append(failure)
    if failures:
        raise ExceptionGroup("the sweep could not make every move", failures)
    return done


def deeds(now: datetime) -> Iterator[tuple[str, UUID, Callable[[UUID], bool]]]:
    """(name, of what, what to do) of all that is due: sessions first, then who was only to finish one of them."""
    for rule, session_id in due(now):
        yield rule.name, session_id, partial(make, rule)
    for mechanic_id in people.leaving():
        yield "leaving", mechanic_id, people.leave


def due(now: datetime) -> Iterator[tuple[Rule, UUID]]:
    """What is due, the oldest sessions first."""
    for rule in rules(now):
        for pk in list(rule.rows.order_by("created_at").values_list("pk", flat=True)):
            yield rule, pk


@transaction.atomic
def make(rule: Rule, session_id: UUID) -> bool:
    """Makes the move, unless somebody was faster: the list may be old by the time it is this session's turn."""
    record.lock(session_id)
    still_due = rule.rows.filter(pk=session_id).exists()
    if still_due:
        rule.verb(session_id)
    return still_due


def rules(now: datetime) -> list[Rule]:
    """Every timed move, with what it is due for at `now`."""

    def before(seconds: int) -> datetime:
        return now - timedelta(seconds=seconds)

    def cancel(reason: str) -> Callable[[UUID], object]:
        return lambda pk: queue.cancel(pk, by=SYSTEM, reason=reason)

    sessions = Session.objects.all()
    waiting = sessions.filter(status=WAITING).annotate(
        mechanic_joined=_seen("joined_at", F("mechanic_id")), customer_seen=_seen("last_seen_at", F("customer_id"))
    )
    return [
        Rule("window", sessions.filter(status=PENDING, request__window_ends_at__lte=now), end_window),
        Rule("escalate", sessions.filter(status=PENDING, request__expires_at__lte=now), queue.escalate),
        Rule(
            "mechanic no-show",
            waiting.filter(mechanic_joined=None, accepted_at__lte=before(settings.MECHANIC_NO_SHOW)),
            lambda pk: queue.release(pk, by=SYSTEM, reason=_("the mechanic did not join in time")),
        ),
        Rule(
            "customer no-show",
            waiting.filter(
                Q(customer_seen=None) | Q(customer_seen__lt=F("accepted_at")), accepted_at__lte=before(settings.CUSTOMER_NO_SHOW)
            ),
            cancel(_("the customer did not join in time")),
        ),
        Rule(
            "unpaid",
            sessions.filter(status=AWAITING_PAYMENT, created_at__lte=before(settings.UNPAID_TIMEOUT)),
            cancel(_("not paid within a day")),
        ),
        Rule(
            "unattended",
            sessions.filter(status=UNATTENDED, request__expires_at__lte=before(settings.UNATTENDED_TIMEOUT)),
            cancel(_("no mechanic was found within a day")),
        ),
        Rule(
            "live too long",
            sessions.filter(status=LIVE, started_at__lte=before(settings.LIVE_TIMEOUT)),
            lambda pk: room.abort(pk, by=SYSTEM, reason=_("it was live for more than three hours")),
        ),
    ]


def _seen(clock: str, user_id: F) -> Subquery:
    return Subquery(Participant.objects.filter(session=OuterRef("pk"), user=OuterRef(user_id.name)).values(clock))


def end_window(session_id: UUID) -> None:
    """The preferred mechanic's time is over: the others see the request from now on."""
    queue.end_window(SessionRequest.objects.select_related("session", "intake").get(pk=session_id))
