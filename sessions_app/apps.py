from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Sessions(AppConfig):
    name = "sessions_app"
    verbose_name = _("Sessions")
