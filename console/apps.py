"""The Django admin as an application: our site, and in it what we put there. Packages do not get to add pages of their own."""

from importlib import import_module

from django.contrib.admin.apps import SimpleAdminConfig

APPS = ("accounts_app", "billing_app", "sessions_app", "files_app", "requests_app", "legacy_app", "api_app", "webhooks_app", "console")


class StaffAdmin(SimpleAdminConfig):
    default_site = "console.site.StaffSite"

    def ready(self) -> None:
        super().ready()
        for app in APPS:
            import_module(f"{app}.admin")
