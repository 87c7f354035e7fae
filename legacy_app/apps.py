from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Legacy(AppConfig):
    name = "legacy_app"
    verbose_name = _("The old system")
