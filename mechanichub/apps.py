"""The project as a Django application: its checks, its commands, its tests."""

from importlib import import_module

from django.apps import AppConfig


class MechanicHub(AppConfig):
    name = "mechanichub"

    def ready(self) -> None:
        import_module("mechanichub.checks")  # registers them; it needs settings, not models
