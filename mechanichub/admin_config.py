"""The Django admin as an application: our site, and in it what we put there. Packages do not get to add pages of their own."""

from importlib import import_module

from django.contrib.admin.apps import SimpleAdminConfig

APPS = ("accounts_app", "billing_app", "sessions_app", "files_app", "requests_app", "mechanichub")


class StaffAdmin(SimpleAdminConfig):
    default_site = "mechanichub.admin_site.StaffSite"

    def ready(self) -> None:
        super().ready()
        for app in APPS:
            import_module(f"{app}.admin")
