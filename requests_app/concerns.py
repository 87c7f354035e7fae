"""What kind of trouble it is, in the driver's words. The code is stored, the wording may change."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Category(TextChoices):
    STARTING = "starting", _("It does not start")
    WARNING_LIGHT = "warning_light", _("A warning light is on")
    ENGINE = "engine", _("Engine runs badly or has no power")
    NOISE = "noise", _("A noise or vibration")
    BRAKES = "brakes", _("Brakes")
    STEERING = "steering", _("Steering, suspension or tires")
    OVERHEATING = "overheating", _("It overheats")
    LEAK = "leak", _("Something leaks")
    SMELL = "smell", _("A smell or smoke")
    ELECTRICAL = "electrical", _("Battery, lights or electrics")
    TRANSMISSION = "transmission", _("Clutch, gears or transmission")
    CLIMATE = "climate", _("Heating or air conditioning")
    HYBRID = "hybrid", _("Hybrid or electric drive, charging")
    SERVICE = "service", _("Maintenance or buying advice")
    OTHER = "other", _("Something else")
