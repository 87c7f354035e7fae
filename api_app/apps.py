from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Api(AppConfig):
    name = "api_app"
    verbose_name = _("The API")
