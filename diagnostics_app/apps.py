from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Diagnostics(AppConfig):
    name = "diagnostics_app"
    verbose_name = _("Guided checks")
