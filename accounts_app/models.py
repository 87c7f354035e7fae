"""People: who signs in, who repairs, and for which workshop."""

import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts_app.querysets import BrandQuerySet, MechanicQuerySet


class UserManager(BaseUserManager["User"]):
    """Makes people; an address is unique whatever its case."""

    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """One person who can sign in: a customer, a mechanic or staff."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    full_name = models.CharField(_("name"), blank=True, validators=[MaxLengthValidator(120)])  # names of the old system may be longer
    phone = PhoneNumberField(_("phone"), blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, blank=True, default="")
    language = models.CharField(_("language"), max_length=10, default="en")
    is_staff = models.BooleanField(_("staff"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name, verbose_name_plural = _("person"), _("people")
        ordering = ["email"]
        permissions = [
            ("see_as_customer", "Can see the site as a customer sees it"),
            ("ask_for_customer", "Can ask for help in a customer's name"),
            ("export_user", "Can export people"),
        ]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~Q(email=""),  # people of the old system may have none
                name="an_email_belongs_to_one_person",
                violation_error_message=_("This e-mail address is taken."),
            )
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    @property
    def short_name(self) -> str:
        """The first name, or what stands before the @."""
        return self.full_name.split()[0] if self.full_name.strip() else self.email.partition("@")[0]

    @property
    def is_mechanic(self) -> bool:
        """True for applied, approved and suspended mechanics alike."""
        return hasattr(self, "mechanic")


class Workshop(models.Model):
    """A garage that several mechanics belong to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(unique=True)
    owner = models.ForeignKey(User, verbose_name=_("owner"), on_delete=models.PROTECT, related_name="workshops")
    country = models.CharField(_("country"), max_length=2, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=16, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("workshop"), _("workshops")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Brand(models.Model):
    """A make of cars that mechanics know and customers ask for. Its slug stands in mechanics' and requests' rows, so it never changes;
    a brand that is not offered any more is switched off.
    """

    slug = models.SlugField(_("short name"), primary_key=True)
    name = models.CharField(_("name"), max_length=40, unique=True)
    is_offered = models.BooleanField(_("offered"), default=True)

    objects = BrandQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("brand"), _("brands")
        ordering = ["slug"]  # by name would put Škoda behind Volvo

    def __str__(self) -> str:
        return self.name


class Mechanic(models.Model):
    """A person's working side. The key is the person's, so `session.mechanic_id` is also who sits in the room."""

    class Standing(models.TextChoices):
        APPLIED = "applied", _("applied")
        APPROVED = "approved", _("approved")
        DECLINED = "declined", _("turned down")
        SUSPENDED = "suspended", _("suspended")

    user = models.OneToOneField(User, verbose_name=_("person"), primary_key=True, on_delete=models.PROTECT, related_name="mechanic")
    display_name = models.CharField(_("display name"), validators=[MaxLengthValidator(80)])
    photo = models.ImageField(_("photo"), upload_to="mechanics/", blank=True)
    bio = models.TextField(_("about"), max_length=2000, blank=True)
    brands = ArrayField(models.SlugField(), verbose_name=_("brands"), default=list, blank=True)
    keywords = ArrayField(models.CharField(max_length=40), verbose_name=_("keywords"), default=list, blank=True)
    certifications = ArrayField(models.CharField(max_length=80), verbose_name=_("certifications"), default=list, blank=True)
    languages = ArrayField(models.CharField(max_length=10), verbose_name=_("languages"), default=list, blank=True)
    years = models.PositiveSmallIntegerField(_("years of experience"), default=0)
    country = models.CharField(_("country"), max_length=2, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=16, blank=True)
    workshop = models.ForeignKey(
        Workshop, verbose_name=_("workshop"), null=True, blank=True, on_delete=models.PROTECT, related_name="mechanics"
    )
    standing = models.CharField(_("standing"), max_length=10, choices=Standing, default=Standing.APPLIED)
    standing_reason = models.CharField(_("reason"), max_length=300, blank=True)
    may_hold = models.GeneratedField(expression=Q(standing="approved"), output_field=models.BooleanField(), db_persist=True)
    leaves_because = models.CharField(_("suspended after the session at hand"), max_length=300, blank=True, default="", db_default="")
    on_duty = models.BooleanField(_("on duty"), default=False)
    applied_at = models.DateTimeField(_("applied at"), default=now, editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True)

    objects = MechanicQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("mechanic"), _("mechanics")
        ordering = ["display_name"]
        permissions = [
            ("approve_mechanic", "Can approve a mechanic or turn an application down"),
            ("suspend_mechanic", "Can suspend a mechanic"),
            ("export_mechanic", "Can export mechanics"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "may_hold"], name="a_mechanic_and_whether_he_may_hold"),
            models.CheckConstraint(
                condition=Q(standing__in=["applied", "approved", "declined", "suspended"]), name="a_mechanic_has_a_known_standing"
            ),
            models.CheckConstraint(
                condition=Q(leaves_because="") | Q(standing="approved", on_duty=False), name="whoever_leaves_is_approved_and_off_duty"
            ),
        ]
        indexes = [models.Index(fields=["on_duty"], condition=Q(standing="approved"), name="mechanics_on_duty")]

    def __str__(self) -> str:
        return self.display_name

    @property
    def may_take(self) -> bool:
        """True when he may take another session: approved, and not about to be suspended."""
        return self.may_hold and not self.leaves_because


class Place(models.Model):
    """A seat of a mechanic. A waiting or live session takes one, so nobody ever holds more sessions than seats."""

    class Kind(models.TextChoices):
        CHAT = "chat", _("chat")
        CALL = "call", _("call")

    # What an approved mechanic starts with.
    STANDARD = {Kind.CALL: 1, Kind.CHAT: 3}

    mechanic = models.ForeignKey(Mechanic, verbose_name=_("mechanic"), on_delete=models.CASCADE, related_name="places")
    kind = models.CharField(_("kind"), max_length=4, choices=Kind)
    number = models.PositiveSmallIntegerField(_("number"))

    class Meta:
        verbose_name, verbose_name_plural = _("place"), _("places")
        ordering = ["mechanic", "kind", "number"]
        constraints = [
            models.UniqueConstraint(fields=["mechanic", "kind", "number"], name="a_mechanic_numbers_his_places"),
            models.UniqueConstraint(fields=["id", "mechanic", "kind"], name="a_place_its_mechanic_and_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.mechanic} · {self.kind} {self.number}"


class AlertSettings(models.Model):
    """How a mechanic wants to hear of new work."""

    mechanic = models.OneToOneField(Mechanic, verbose_name=_("mechanic"), primary_key=True, on_delete=models.CASCADE, related_name="alerts")
    sound = models.BooleanField(_("play a sound"), default=True)
    browser = models.BooleanField(_("show a browser notification"), default=False)
    push = models.BooleanField(_("send a push message"), default=False)
    email = models.BooleanField(_("send an e-mail"), default=True)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("alert settings"), _("alert settings")
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None) | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_have_both_ends",
                violation_error_message=_("Give both ends of the quiet hours, or neither."),
            )
        ]

    def __str__(self) -> str:
        return str(self.mechanic)
