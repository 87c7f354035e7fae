"""The call for help: the car, what the customer told us, who may take it, and to whom it was shown."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts_app.models import Brand, Mechanic, Workshop
from mechanichub.rules import Reference, Trigger
from requests_app.querysets import SessionRequestQuerySet
from sessions_app.models import Session


class Car(models.Model):
    """What identifies a car."""

    vin = models.CharField(_("VIN"), max_length=17, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    make = models.CharField(_("make"), max_length=40, blank=True)
    model = models.CharField(_("model"), max_length=60, blank=True)
    odometer = models.PositiveIntegerField(_("odometer"), null=True, blank=True)
    plate = models.CharField(_("plate"), max_length=16, blank=True)

    class Meta:
        abstract = True

    @property
    def car(self) -> str:
        """The car in a few words, e.g. "2016 Toyota Corolla", or ""."""
        return " ".join(str(part) for part in (self.year, self.make, self.model) if part)


class Vehicle(Car):
    """A car that a customer keeps with us."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("owner"), on_delete=models.CASCADE, related_name="vehicles")
    notes = models.TextField(_("notes"), max_length=1000, blank=True)
    created_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("vehicle"), _("vehicles")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "vin"],
                condition=~Q(vin=""),
                name="a_customer_keeps_a_vin_once",
                violation_error_message=_("You already have a car with this VIN."),
            )
        ]

    def __str__(self) -> str:
        return self.car or self.vin or self.plate


class Intake(Car):
    """What the customer told us, as it was told. It never changes after submission."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client_id = models.UUIDField(_("client id"), default=uuid.uuid4)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("customer"), on_delete=models.PROTECT, related_name="intakes")
    vehicle = models.ForeignKey(
        Vehicle, verbose_name=_("vehicle"), null=True, blank=True, on_delete=models.SET_NULL, related_name="intakes"
    )
    name = models.CharField(_("name"), validators=[MaxLengthValidator(120)])
    email = models.EmailField(_("e-mail"), max_length=254)
    phone = PhoneNumberField(_("phone"))
    city = models.CharField(_("city"), max_length=80)
    concern = models.TextField(_("concern"), max_length=4000)
    category = models.CharField(_("category"), max_length=20, blank=True)
    trouble_codes = ArrayField(models.CharField(max_length=5), verbose_name=_("trouble codes"), default=list, blank=True)
    safety = ArrayField(models.CharField(max_length=20), verbose_name=_("safety"), default=list, blank=True)
    consent = models.BooleanField(_("consent"))
    created_at = models.DateTimeField(_("submitted"), default=timezone.now, editable=False)
    words = models.GeneratedField(
        expression=SearchVector("name", "make", "model", "vin", "plate", "city", "concern", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        verbose_name, verbose_name_plural = _("intake"), _("intakes")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "client_id"], name="an_intake_is_submitted_once"),
            models.CheckConstraint(condition=Q(consent=True), name="an_intake_needs_consent"),
            # All but the link to the saved car, which is cut when the customer removes that car. (A row trigger sees no generated columns.)
            Trigger(
                name="an_intake_never_changes",
                on="UPDATE",
                refuse_when="to_jsonb(NEW) - '{vehicle_id,words}'::text[] <> to_jsonb(OLD) - '{vehicle_id,words}'::text[]"
                " OR NEW.vehicle_id IS NOT NULL AND NEW.vehicle_id IS DISTINCT FROM OLD.vehicle_id",
                message="an intake is what the customer said, and never changes",
            ),
        ]
        indexes = [
            GinIndex(fields=["words"], name="intake_words"),
            models.Index(fields=["vin"], condition=~Q(vin=""), name="intakes_of_a_vin"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.car}" if self.car else self.name


class SessionRequest(models.Model):
    """The call for a mechanic that belongs to one session. It has no status of its own: the session has."""

    class Type(models.TextChoices):
        GENERAL = "general", _("any mechanic")
        BRAND_SPECIALIST = "brand_specialist", _("brand specialist")

    class Routing(models.TextChoices):
        BROADCAST = "broadcast", _("everybody")
        WORKSHOP_ONLY = "workshop_only", _("one workshop")
        HYBRID = "hybrid", _("one workshop first")

    session = models.OneToOneField(Session, verbose_name=_("session"), primary_key=True, on_delete=models.PROTECT, related_name="request")
    intake = models.OneToOneField(Intake, verbose_name=_("intake"), on_delete=models.PROTECT, related_name="request")
    customer_name = models.CharField(_("customer"), validators=[MaxLengthValidator(120)])
    customer_email = models.EmailField(_("e-mail"), max_length=254)
    request_type = models.CharField(_("wanted"), max_length=16, choices=Type, default=Type.GENERAL)
    requested_brand = models.SlugField(_("brand"), blank=True)
    keywords = ArrayField(models.CharField(max_length=40), verbose_name=_("keywords"), default=list, blank=True)
    routing = models.CharField(_("routing"), max_length=16, choices=Routing, default=Routing.BROADCAST)
    preferred_mechanic = models.ForeignKey(
        Mechanic, verbose_name=_("preferred mechanic"), null=True, blank=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    preferred_workshop = models.ForeignKey(
        Workshop, verbose_name=_("preferred workshop"), null=True, blank=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    is_urgent = models.BooleanField(_("urgent"), default=False)
    country = models.CharField(_("country"), max_length=2, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=16, blank=True)
    prefer_local = models.BooleanField(_("prefers a local mechanic"), default=False)
    window_ends_at = models.DateTimeField(_("preferred mechanic's window ends"), null=True, blank=True)
    expires_at = models.DateTimeField(_("escalates at"), null=True, blank=True)
    follows = models.ForeignKey(
        Session, verbose_name=_("follows"), null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by"
    )
    notification_sent_at = models.DateTimeField(_("mechanics told at"), null=True, blank=True)
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)

    objects = SessionRequestQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("request"), _("requests")
        constraints = [
            models.CheckConstraint(
                condition=Q(request_type="general", requested_brand="") | Q(request_type="brand_specialist") & ~Q(requested_brand=""),
                name="a_specialist_request_names_a_brand",
            ),
            models.CheckConstraint(
                condition=Q(routing__in=["broadcast", "workshop_only", "hybrid"]), name="a_request_is_routed_in_a_known_way"
            ),
            models.CheckConstraint(condition=Q(follows=None) | ~Q(follows=F("session")), name="a_request_does_not_follow_itself"),
            # Together with the primary key above: half of a pair cannot be committed.
            Reference(
                name="every_session_has_a_request",
                table="sessions_app_session",
                columns=["id"],
                to="requests_app_sessionrequest",
                to_columns=["session_id"],
                deferred=True,
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="requests_by_expiry"),
            models.Index(fields=["country"], condition=~Q(country=""), name="requests_of_a_country"),
            # For the beginning of an address, whatever the collation.
            models.Index(OpClass(Lower("customer_email"), name="text_pattern_ops"), name="requests_of_an_email"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_name} · {self.session_id}"

    @cached_property
    def brand_name(self) -> str:
        """What the requested brand is called; `with_card` brings it along."""
        return Brand.objects.filter(pk=self.requested_brand).values_list("name", flat=True).first() or self.requested_brand


class Offer(models.Model):
    """A request as shown to one particular mechanic."""

    request = models.ForeignKey(SessionRequest, verbose_name=_("request"), on_delete=models.PROTECT, related_name="offers")
    mechanic = models.ForeignKey(Mechanic, verbose_name=_("mechanic"), on_delete=models.PROTECT, related_name="offers")
    score = models.PositiveSmallIntegerField(_("score"), default=0)
    reasons = models.JSONField(_("why"), default=list, blank=True)
    wave = models.PositiveSmallIntegerField(_("wave"), default=1)
    offered_at = models.DateTimeField(_("offered"), default=timezone.now)
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)
    declined_at = models.DateTimeField(_("declined"), null=True, blank=True)
    decline_reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("offer"), _("offers")
        constraints = [
            models.UniqueConstraint(fields=["request", "mechanic"], name="a_request_is_offered_once_to_a_mechanic"),
            models.CheckConstraint(
                condition=Q(declined_at=None, decline_reason="") | Q(declined_at__isnull=False) & ~Q(decline_reason=""),
                name="a_declined_offer_has_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["mechanic", "request"], condition=Q(declined_at__isnull=False), name="declined_offers")]

    def __str__(self) -> str:
        return f"{self.request_id} → {self.mechanic}"


class IntakeDraft(models.Model):
    """A filled-in form that waits for its writer to sign in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client_id = models.UUIDField(_("client id"))
    email = models.EmailField(_("e-mail"), max_length=254)
    plan = models.SlugField(_("plan"))
    data = models.JSONField(_("form"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), null=True, blank=True, on_delete=models.CASCADE, related_name="drafts"
    )
    created_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("intake draft"), _("intake drafts")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.email
