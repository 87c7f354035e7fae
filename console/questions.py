"""Which rows need somebody's attention. Each question is asked in one place: the number on the first page, the list behind it
(`?needs=<key>`, console.base.NeedsAttention) and the API are the same rows, so they can never disagree.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, F, Model, Q, QuerySet, Subquery
from django.db.models import OuterRef as Outer
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from accounts_app.models import Mechanic
from files_app.models import SessionFile
from legacy_app.models import SetAside
from lifecycle import sweep
from lifecycle.diagnosis import GONE_AFTER, SWEEP_IS_LATE
from sessions_app.models import Participant, Session
from sessions_app.moves import HELD, IN_QUEUE, LIVE, UNATTENDED, WAITING
from webhooks_app.models import Delivery, Webhook

LATELY = timedelta(days=7)  # what cannot be put right any more is news for so long
OVERDRAWN = timedelta(minutes=30)  # a live session may last so much longer than was paid for
NOT_BEGUN = timedelta(minutes=2)  # a job that was due so long ago waits for a worker that does not come
LETTERS = Q(task_name__startswith="mail_") | Q(task_name__startswith="alert_") | Q(task_name__startswith="push_")


@dataclass(frozen=True, kw_only=True)
class Question:
    """One kind of rows that somebody should look at.

    Args:
        key: its name in addresses and in the API.
        text: what these rows are, on the first page.
        short: the same in a filter.
        model: whose list shows them.
        rows: those that need attention at a time.
        since: since when a row does, as a column or an expression on the model.
    """

    key: str
    text: str | Promise
    short: str | Promise
    model: type[Model]
    rows: Callable[[datetime], QuerySet]
    since: str | Subquery | Coalesce

    @property
    def permission(self) -> str:
        """What one must be allowed to see these rows."""
        return f"{self.model._meta.app_label}.view_{self.model._meta.model_name}"

    @property
    def address(self) -> str:
        """The list of exactly these rows."""
        opts = self.model._meta
        return f"{reverse(f'admin:{opts.app_label}_{opts.model_name}_changelist')}?needs={self.key}"


# --- sessions ----------------------------------------------------------------------------------------


def unattended(now: datetime) -> QuerySet[Session]:
    """No mechanic has taken them in time."""
    return Session.objects.filter(status=UNATTENDED)


def paid_not_queued(now: datetime) -> QuerySet[Session]:
    """The price is paid, or there was none, and yet no mechanic was ever called: the clocks of the request do not run.

    That is all it can be: an event `paid` leads out of awaiting_payment and no move leads back, which the database sees to.
    """
    return Session.objects.filter(status__in=IN_QUEUE, request__expires_at=None)


def overdue(now: datetime) -> QuerySet[Session]:
    """In the queue for longer than the sweep should have allowed: everybody should have been called."""
    return Session.objects.filter(pk__in=_late("escalate", now))


def waiting_too_long(now: datetime) -> QuerySet[Session]:
    """Somebody did not appear in time and the sweep did not do anything about it; or nobody is in the room any more."""
    late = Q(pk__in=_late("mechanic no-show", now)) | Q(pk__in=_late("customer no-show", now))
    waiting = Session.objects.filter(status=WAITING)
    return waiting.filter(late | Q(~_somebody_there(now), accepted_at__lte=now - GONE_AFTER))


def live_too_long(now: datetime) -> QuerySet[Session]:
    """Far over the time that was paid for, or both are gone."""
    live = Session.objects.filter(status=LIVE)
    overdrawn = Q(started_at__lte=now - OVERDRAWN - F("minutes") * timedelta(minutes=1))
    return live.filter(overdrawn | Q(~_somebody_there(now), started_at__lte=now - GONE_AFTER))


def _late(rule: str, now: datetime) -> QuerySet:
    """The sessions for which a timed move was due a while ago and has not been made."""
    rows = next(each.rows for each in sweep.rules(now - SWEEP_IS_LATE) if each.name == rule)
    return rows.values("pk")


def _somebody_there(now: datetime) -> Exists:
    """Whether customer or mechanic gave a sign of life in the room lately."""
    here = Participant.objects.filter(session=Outer("pk"), until=None, last_seen_at__gt=now - GONE_AFTER)
    return Exists(here.exclude(role=Participant.Role.STAFF))


# --- mechanics ---------------------------------------------------------------------------------------


def applied(now: datetime) -> QuerySet[Mechanic]:
    """They wait for an answer."""
    return Mechanic.objects.filter(standing=Mechanic.Standing.APPLIED)


def off_duty_with_work(now: datetime) -> QuerySet[Mechanic]:
    """They hold a session that waits or is live, and are not on duty."""
    return Mechanic.objects.filter(on_duty=False, pk__in=Session.objects.filter(status__in=HELD).values("mechanic"))


OLDEST_HELD = Subquery(Session.objects.filter(mechanic=Outer("pk"), status__in=HELD).order_by("accepted_at").values("accepted_at")[:1])


# --- jobs --------------------------------------------------------------------------------------------


def failed_letters(now: datetime) -> QuerySet[ProcrastinateJob]:
    """Mails, alerts and push messages that were given up in the last week."""
    return _failed(now).filter(LETTERS)


def failed_jobs(now: datetime) -> QuerySet[ProcrastinateJob]:
    """All other jobs that were given up in the last week."""
    return _failed(now).exclude(LETTERS)


def _failed(now: datetime) -> QuerySet[ProcrastinateJob]:
    lately = ProcrastinateEvent.objects.filter(job=Outer("pk"), type="failed", at__gte=now - LATELY)
    return ProcrastinateJob.objects.filter(Exists(lately), status="failed")


def overdue_jobs(now: datetime) -> QuerySet[ProcrastinateJob]:
    """No worker has begun them, though it is time."""
    return ProcrastinateJob.objects.alias(due=DUE).filter(status="todo", due__lte=now - NOT_BEGUN)


def _last(kind: str) -> Subquery:
    events = ProcrastinateEvent.objects.filter(job=Outer("pk"), type=kind)
    return Subquery(events.order_by("-at").values("at")[:1])


FAILED_AT = _last("failed")
DUE = Coalesce("scheduled_at", _last("deferred"))


# --- files, and what came from the old system ----------------------------------------------------------


def refused_files(now: datetime) -> QuerySet[SessionFile]:
    """What the inspection refused in the last week: customers who could not show what they wanted to."""
    return SessionFile.objects.filter(state=SessionFile.State.REFUSED, created_at__gte=now - LATELY)


def missing_files(now: datetime) -> QuerySet[SessionFile]:
    """Their objects are not in the storage."""
    return SessionFile.objects.filter(missing_since__isnull=False)


def set_aside(now: datetime) -> QuerySet[SetAside]:
    """What an import of the last week left behind. Mended where it came from, the row comes with the next import."""
    return SetAside.objects.filter(created_at__gte=now - LATELY)


# --- webhooks ----------------------------------------------------------------------------------------


def failing_webhooks(now: datetime) -> QuerySet[Webhook]:
    """Nothing has arrived there for an hour, though something should have."""
    return Webhook.objects.failing(now)


def undelivered(now: datetime) -> QuerySet[Delivery]:
    """Events of the last week that a webhook will not be told of, unless somebody sends them again."""
    return Delivery.objects.given_up().filter(created_at__gte=now - LATELY)


# The most urgent first. A new concern is one more entry here, and NeedsAttention among the filters of its list.
QUESTIONS = (
    Question(
        key="unattended",
        text=_("Sessions that no mechanic has taken in time"),
        short=_("not taken in time"),
        model=Session,
        rows=unattended,
        since="queued_at",
    ),
    Question(
        key="paid_not_queued",
        text=_("Sessions that are paid, and no mechanic was called"),
        short=_("paid, no mechanic called"),
        model=Session,
        rows=paid_not_queued,
        since="queued_at",
    ),
    Question(
        key="overdue",
        text=_("Sessions in the queue for too long"),
        short=_("in the queue for too long"),
        model=Session,
        rows=overdue,
        since="queued_at",
    ),
    Question(
        key="waiting_too_long",
        text=_("Sessions in which somebody is waited for too long"),
        short=_("waiting for too long"),
        model=Session,
        rows=waiting_too_long,
        since="accepted_at",
    ),
    Question(
        key="live_too_long",
        text=_("Sessions that are live for too long, or left by both"),
        short=_("live for too long"),
        model=Session,
        rows=live_too_long,
        since="started_at",
    ),
    Question(
        key="off_duty_with_work",
        text=_("Mechanics off duty who hold a session"),
        short=_("off duty, holding a session"),
        model=Mechanic,
        rows=off_duty_with_work,
        since=OLDEST_HELD,
    ),
    Question(
        key="applied",
        text=_("Mechanics who wait for an answer to their application"),
        short=_("applied"),
        model=Mechanic,
        rows=applied,
        since="applied_at",
    ),
    Question(
        key="failed_letters",
        text=_("Mails and push messages that could not be sent"),
        short=_("mails and pushes that failed"),
        model=ProcrastinateJob,
        rows=failed_letters,
        since=FAILED_AT,
    ),
    Question(
        key="failed_jobs",
        text=_("Jobs that failed"),
        short=_("other jobs that failed"),
        model=ProcrastinateJob,
        rows=failed_jobs,
        since=FAILED_AT,
    ),
    Question(
        key="overdue_jobs",
        text=_("Jobs that no worker has begun"),
        short=_("due and not begun"),
        model=ProcrastinateJob,
        rows=overdue_jobs,
        since=DUE,
    ),
    Question(
        key="failing_webhooks",
        text=_("Webhooks that fail"),
        short=_("failing for an hour"),
        model=Webhook,
        rows=failing_webhooks,
        since="failing_since",
    ),
    Question(
        key="undelivered",
        text=_("Events that a webhook was not told of"),
        short=_("given up in the last week"),
        model=Delivery,
        rows=undelivered,
        since="created_at",
    ),
    Question(
        key="refused_files",
        text=_("Files that were refused in the last week"),
        short=_("refused in the last week"),
        model=SessionFile,
        rows=refused_files,
        since="created_at",
    ),
    Question(
        key="missing_files",
        text=_("Files that are missing in the storage"),
        short=_("missing in the storage"),
        model=SessionFile,
        rows=missing_files,
        since="missing_since",
    ),
    Question(
        key="set_aside",
        text=_("Rows of the old system that an import of the last week set aside"),
        short=_("set aside in the last week"),
        model=SetAside,
        rows=set_aside,
        since="created_at",
    ),
)


def about(model: type[Model]) -> list[Question]:
    """The questions whose rows are of this model."""
    return [question for question in QUESTIONS if question.model is model]
