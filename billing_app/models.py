"""What a session costs."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SessionType(models.TextChoices):
    """What kind of help a plan buys and a session is."""

    CHAT = "chat", _("chat")
    VIDEO = "video", _("video call")
    DIAGNOSTIC = "diagnostic", _("guided diagnostic")


class Plan(models.Model):
    """An offer on the price list. A session copies price and minutes, so a later change of the plan changes no session."""

    code = models.SlugField(_("code"), primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    session_type = models.CharField(_("type"), max_length=10, choices=SessionType)
    price = models.DecimalField(_("price"), max_digits=8, decimal_places=2, validators=[MinValueValidator(0)])
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    minutes = models.PositiveSmallIntegerField(_("minutes"), validators=[MinValueValidator(1)])
    features = models.JSONField(_("features"), default=list, blank=True)
    is_active = models.BooleanField(_("offered"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("plan"), _("plans")
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0) & Q(minutes__gte=1), name="a_plan_costs_nothing_or_more_and_lasts"),
            models.CheckConstraint(condition=Q(session_type__in=SessionType.values), name="a_plan_is_for_a_known_type"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_free(self) -> bool:
        return not self.price
