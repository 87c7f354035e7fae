from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Webhooks(AppConfig):
    name = "webhooks_app"
    verbose_name = _("Webhooks")
