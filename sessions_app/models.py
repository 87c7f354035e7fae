"""The consultation: its one status and one mechanic, its timeline, its talk, and what comes out of it.

The rules that hold these rows together are the constraints below; they are the last word, also against raw SQL.
"""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import NullIf
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts_app.models import Mechanic, Place
from billing_app.models import Plan, SessionType
from mechanichub.rules import Reference, Trigger
from sessions_app import moves
from sessions_app.moves import AWAITING_PAYMENT, CANCELLED, COMPLETED, ENDED, HELD, IN_QUEUE, LIVE, OPEN, WAITING, Status
from sessions_app.querysets import SessionQuerySet


def _set(*names: str) -> Q:
    return Q(**{f"{name}__isnull": False for name in names})


def _empty(*names: str) -> Q:
    return Q(**{f"{name}__isnull": True for name in names})


# Which clocks are set in which state. A cancelled session keeps those it had.
CLOCKS = (
    Q(status=AWAITING_PAYMENT) & _empty("queued_at", "accepted_at", "started_at", "ended_at")
    | Q(status__in=IN_QUEUE) & _set("queued_at") & _empty("accepted_at", "started_at", "ended_at")
    | Q(status=WAITING) & _set("queued_at", "accepted_at") & _empty("started_at", "ended_at")
    | Q(status=LIVE) & _set("queued_at", "accepted_at", "started_at") & _empty("ended_at")
    | Q(status=COMPLETED) & _set("queued_at", "accepted_at", "started_at", "ended_at")
    | Q(status=CANCELLED) & _set("ended_at") & (_set("queued_at") | _empty("accepted_at")) & (_set("accepted_at") | _empty("started_at"))
)
CLOCKS_IN_ORDER = (
    (_empty("accepted_at") | Q(queued_at__lte=F("accepted_at")))
    & (_empty("started_at") | Q(accepted_at__lte=F("started_at")))
    & (_empty("ended_at") | _empty("queued_at") | Q(queued_at__lte=F("ended_at")))
    & (_empty("ended_at") | _empty("accepted_at") | Q(accepted_at__lte=F("ended_at")))
    & (_empty("ended_at") | _empty("started_at") | Q(started_at__lte=F("ended_at")))
)
# A mechanic is there exactly while and after he has it; a cancelled session remembers the one it had.
MECHANIC = (
    Q(status__in=[*HELD, COMPLETED]) & _set("mechanic")
    | Q(status__in=[AWAITING_PAYMENT, *IN_QUEUE]) & _empty("mechanic")
    | Q(status=CANCELLED) & (_set("mechanic", "accepted_at") | _empty("mechanic", "accepted_at"))
)


class Session(models.Model):
    """One consultation, from submission to report."""

    Status = Status
    Type = SessionType
    OPEN = OPEN

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("customer"), on_delete=models.PROTECT, db_index=False, related_name="sessions"
    )
    mechanic = models.ForeignKey(
        Mechanic, verbose_name=_("mechanic"), null=True, blank=True, on_delete=models.PROTECT, db_index=False, related_name="sessions"
    )
    place = models.OneToOneField(Place, verbose_name=_("place"), null=True, blank=True, on_delete=models.PROTECT, related_name="session")
    type = models.CharField(_("type"), max_length=10, choices=SessionType)
    plan = models.ForeignKey(Plan, verbose_name=_("plan"), on_delete=models.PROTECT, db_index=False, related_name="sessions")
    price = models.DecimalField(_("price"), max_digits=8, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    status = models.CharField(_("status"), max_length=16, choices=Status)
    version = models.PositiveIntegerField(_("version"), default=1, help_text=_("the number of its last event"))
    created_at = models.DateTimeField(_("submitted"), default=timezone.now)
    queued_at = models.DateTimeField(_("in the queue since"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    cancel_reason = models.CharField(_("reason"), max_length=300, blank=True)
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)
    # For the rules below: true while it takes a place, and which kind of place that is.
    holds = models.GeneratedField(
        expression=Case(When(status__in=HELD, then=Value(True))), output_field=models.BooleanField(null=True), db_persist=True
    )
    place_kind = models.GeneratedField(
        expression=Case(When(type=SessionType.CHAT, then=Value("chat")), default=Value("call")),
        output_field=models.CharField(max_length=4),
        db_persist=True,
    )

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("session"), _("sessions")
        ordering = ["-created_at"]
        permissions = [("export_session", "Can export sessions"), ("refund_session", "Can give the price of a session back")]
        constraints = [
            models.CheckConstraint(condition=MECHANIC, name="a_mechanic_is_there_exactly_when_taken"),
            models.CheckConstraint(
                condition=Q(status__in=HELD) & _set("place") | ~Q(status__in=HELD) & _empty("place"),
                name="a_place_is_taken_exactly_while_held",
            ),
            models.CheckConstraint(condition=CLOCKS, name="clocks_are_set_exactly_when_the_status_says_so"),
            models.CheckConstraint(condition=CLOCKS_IN_ORDER, name="clocks_are_in_order"),
            models.CheckConstraint(
                condition=Q(status=CANCELLED) & ~Q(cancel_reason="") | ~Q(status=CANCELLED) & Q(cancel_reason=""),
                name="a_reason_exactly_when_cancelled",
            ),
            models.CheckConstraint(condition=Q(type__in=SessionType.values), name="a_session_is_chat_video_or_diagnostic"),
            models.CheckConstraint(condition=_empty("mechanic") | ~Q(mechanic=F("customer")), name="nobody_is_his_own_mechanic"),
            models.UniqueConstraint(fields=["customer"], condition=Q(status__in=OPEN), name="one_open_session_per_customer"),
            Reference(
                name="a_session_stands_where_its_last_event_left_it",
                columns=["id", "version", "status"],
                to="sessions_app_sessionevent",
                to_columns=["session_id", "number", "to_status"],
                deferred=True,
            ),
            Reference(
                name="only_an_approved_mechanic_holds_a_session",
                columns=["mechanic_id", "holds"],
                to="accounts_app_mechanic",
                to_columns=["user_id", "may_hold"],
            ),
            Reference(
                name="a_place_is_of_its_mechanic_and_of_the_right_kind",
                columns=["place_id", "mechanic_id", "place_kind"],
                to="accounts_app_place",
                to_columns=["id", "mechanic_id", "kind"],
            ),
            Reference(
                name="the_customer_takes_part",
                columns=["id", "customer_id"],
                to="sessions_app_participant",
                to_columns=["session_id", "user_id"],
                deferred=True,
            ),
            Reference(
                name="the_mechanic_takes_part",
                columns=["id", "mechanic_id"],
                to="sessions_app_participant",
                to_columns=["session_id", "user_id"],
                deferred=True,
            ),
            Trigger(
                name="a_session_never_goes_back",
                on="UPDATE",
                refuse_when="NEW.version < OLD.version",
                message="a session never goes back to an earlier event",
            ),
        ]
        indexes = [
            models.Index(fields=["queued_at", "id"], condition=Q(status__in=IN_QUEUE), name="sessions_in_queue"),
            models.Index(fields=["mechanic", "accepted_at"], condition=Q(status__in=HELD), name="sessions_held"),
            models.Index(fields=["mechanic", "-ended_at", "-id"], condition=Q(status=COMPLETED), name="sessions_completed"),
            models.Index(fields=["mechanic", "-ended_at", "-id"], condition=Q(status__in=ENDED), name="sessions_ended"),
            models.Index(fields=["customer", "-created_at"], name="sessions_of_a_customer"),
            models.Index(fields=["status", "created_at"], condition=Q(status__in=OPEN), name="sessions_open"),
            models.Index(fields=["-created_at"], name="sessions_by_age"),  # the admin's list
            models.Index(fields=["mechanic", "-created_at"], condition=_set("mechanic"), name="sessions_of_a_mechanic"),  # and its filters
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def room_url(self) -> str:
        """The address of its room, which is also the waiting room."""
        return reverse(f"room-{self.type}", args=[self.pk])


class SessionEvent(models.Model):
    """One row of a session's timeline: audit trail, history and outbox in one. Written once, never changed."""

    session = models.ForeignKey(Session, verbose_name=_("session"), on_delete=models.PROTECT, db_index=False, related_name="events")
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("what"), max_length=16)
    from_status = models.CharField(_("from"), max_length=16, blank=True)
    to_status = models.CharField(_("to"), max_length=16, choices=Status)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, blank=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    data = models.JSONField(_("details"), default=dict, blank=True)
    # That the actor acted for the support team, and not as customer or mechanic: kept, because people leave the team.
    by_staff = models.BooleanField(_("by the support team"), default=False, db_default=False)
    created_at = models.DateTimeField(_("when"), default=timezone.now)
    previous = models.GeneratedField(
        expression=NullIf(F("number") - 1, 0), output_field=models.PositiveIntegerField(null=True), db_persist=True
    )

    class Meta:
        verbose_name, verbose_name_plural = _("event"), _("timeline")
        ordering = ["session", "number"]
        indexes = [models.Index(fields=["-created_at", "-id"], condition=Q(by_staff=True), name="events_by_staff")]
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="events_of_a_session_are_numbered"),
            models.UniqueConstraint(fields=["session", "number", "to_status"], name="an_event_and_where_it_leads"),
            models.CheckConstraint(condition=moves.legal_events(), name="an_event_is_a_legal_move_or_a_note"),
            models.CheckConstraint(
                condition=Q(number=1, kind__in=["submit", moves.IMPORTED]) | Q(number__gt=1) & ~Q(kind__in=["submit", moves.IMPORTED]),
                name="a_timeline_starts_once",
            ),
            Reference(
                name="an_event_goes_on_from_the_one_before",
                columns=["session_id", "previous", "from_status"],
                to="sessions_app_sessionevent",
                to_columns=["session_id", "number", "to_status"],
            ),
            Trigger(
                name="events_never_change",
                on="UPDATE OR DELETE",
                refuse_when="true",
                message="the timeline of a session is written once and never changed",
            ),
            Trigger(
                name="an_event_is_not_ahead_of_its_session",
                on="INSERT",
                refuse_when="EXISTS (SELECT 1 FROM sessions_app_session s WHERE s.id = NEW.session_id AND s.version < NEW.number)",
                message="an event was written but its session did not move",
                deferred=True,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


class Participant(models.Model):
    """Who may be in the room, who was, and who is: `until` ends the right, `last_seen_at` is the last sign of life there."""

    class Role(models.TextChoices):
        CUSTOMER = "customer", _("customer")
        MECHANIC = "mechanic", _("mechanic")
        STAFF = "staff", _("staff")

    session = models.ForeignKey(Session, verbose_name=_("session"), on_delete=models.PROTECT, db_index=False, related_name="participants")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="participations")
    role = models.CharField(_("role"), max_length=8, choices=Role)
    since = models.DateTimeField(_("since"), default=timezone.now)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    joined_at = models.DateTimeField(_("joined"), null=True, blank=True)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("participant"), _("participants")
        constraints = [models.UniqueConstraint(fields=["session", "user"], name="a_person_takes_part_once")]
        indexes = [
            models.Index(fields=["user", "-until", "-session"], condition=Q(role="mechanic", until__isnull=False), name="seats_left")
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"


class Message(models.Model):
    """One chat message. The browser names it (`client_id`), the session numbers it."""

    session = models.ForeignKey(Session, verbose_name=_("session"), on_delete=models.PROTECT, db_index=False, related_name="messages")
    number = models.PositiveIntegerField(_("number"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        null=True,  # in conversations of the old system it is not always known
        on_delete=models.PROTECT,
        db_index=False,
        related_name="+",
    )
    client_id = models.UUIDField(_("client id"))
    body = models.TextField(_("text"), max_length=4000)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("message"), _("messages")
        ordering = ["session", "number"]
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="messages_of_a_session_are_numbered"),
            models.UniqueConstraint(fields=["session", "client_id"], name="a_message_is_sent_once"),
            models.CheckConstraint(condition=~Q(body=""), name="a_message_says_something"),
            Reference(
                name="who_writes_takes_part",
                columns=["session_id", "author_id"],
                to="sessions_app_participant",
                to_columns=["session_id", "user_id"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}"


class Report(models.Model):
    """What the mechanic found and recommends."""

    class Severity(models.TextChoices):
        INFO = "info", _("nothing to worry about")
        SOON = "soon", _("have it looked at soon")
        URGENT = "urgent", _("have it repaired now")
        CRITICAL = "critical", _("dangerous")

    session = models.OneToOneField(Session, verbose_name=_("session"), primary_key=True, on_delete=models.PROTECT, related_name="report")
    findings = models.TextField(_("findings"), max_length=8000)
    recommended_work = models.TextField(_("recommended work"), max_length=8000, blank=True)
    cost_from = models.DecimalField(_("cost from"), max_digits=9, decimal_places=2, null=True, blank=True)
    cost_to = models.DecimalField(_("cost to"), max_digits=9, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    severity = models.CharField(_("severity"), max_length=8, choices=Severity)
    safe_to_drive = models.BooleanField(_("safe to drive"))
    submitted_at = models.DateTimeField(_("submitted"), default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("report"), _("reports")
        constraints = [
            models.CheckConstraint(
                # "Set" is said aloud: a comparison with nothing is neither true nor false, and a check lets that pass.
                condition=_empty("cost_from", "cost_to") | _set("cost_from", "cost_to") & Q(cost_from__gte=0, cost_to__gte=F("cost_from")),
                name="a_cost_range_has_two_ends_in_order",
            ),
        ]

    def __str__(self) -> str:
        return str(self.session_id)


class Review(models.Model):
    """The customer's stars. It points at the event that completed the session, so there is none without completion."""

    session = models.OneToOneField(Session, verbose_name=_("session"), primary_key=True, on_delete=models.PROTECT, related_name="review")
    completed_by = models.PositiveIntegerField(_("number of the completing event"))
    outcome = models.GeneratedField(expression=Value("completed"), output_field=models.CharField(max_length=16), db_persist=True)
    stars = models.PositiveSmallIntegerField(_("stars"), validators=[MinValueValidator(1), MaxValueValidator(5)])
    text = models.TextField(_("text"), max_length=2000, blank=True)
    is_hidden = models.BooleanField(_("hidden by staff"), default=False)
    created_at = models.DateTimeField(_("written"), default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("review"), _("reviews")
        constraints = [
            models.CheckConstraint(condition=Q(stars__range=(1, 5)), name="one_to_five_stars"),
            Reference(
                name="only_a_completed_session_is_reviewed",
                columns=["session_id", "completed_by", "outcome"],
                to="sessions_app_sessionevent",
                to_columns=["session_id", "number", "to_status"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stars} ★"
