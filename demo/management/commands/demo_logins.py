"""`manage.py demo_logins`: as whom one can sign in to look around."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse

from demo.people import PASSWORD, PEOPLE, address, fresh


class Command(BaseCommand):
    help = "Prints the addresses and the password of the demo people who are here."

    def handle(self, *args: Any, **options: Any) -> None:
        here = fresh()
        logins = {key: about["login"] for key, about in PEOPLE.items() if "login" in about and key in here}
        if not logins:
            self.stdout.write("There are no demo people here.")
            return
        self.stdout.write(f'Sign in at {settings.SITE_URL}{reverse("account_login")} with the password "{PASSWORD}":')
        for key, login in logins.items():
            self.stdout.write(f"  {address(key):20} {login}")
        for key in logins:
            if here[key].is_staff:
                self.stdout.write(
                    f"For {key.title()}, `.venv/bin/python manage.py second_factor {address(key)}` prints the code of the second factor."
                )
