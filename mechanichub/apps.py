"""The project as a Django application: its checks, its commands, its tests."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class MechanicHub(AppConfig):
    name = "mechanichub"

    def ready(self) -> None:
        import_module("mechanichub.checks")  # registers them; it needs settings, not models


class Collected(StaticFilesConfig):
    """Static files, without what packages bring along for pages that we do not have: compressing all of it takes a minute."""

    default = False  # this module's own is the one above
    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "redoc", "swagger-ui-standalone-preset.*", "rest_framework", "import_export"]
