from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class Accounts(AppConfig):
    name = "accounts_app"
    verbose_name = _("People")

    def ready(self) -> None:
        make_roles = import_module("accounts_app.roles").make  # it needs models, which are not there before
        post_migrate.connect(make_roles, dispatch_uid="accounts_app.roles")
