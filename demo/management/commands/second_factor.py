"""`manage.py second_factor sam@example.org`: what the authenticator app of a demo person would show now."""

import time
from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

TOO_SHORT = 5  # seconds to read and type a code


class Command(BaseCommand):
    help = "Prints the current code of somebody's second factor. Needs DEMO: elsewhere a code belongs on its owner's phone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is not a demonstration: the code is on the phone of its owner.")
        found = Authenticator.objects.filter(user__email__iexact=options["email"], type=Authenticator.Type.TOTP).first()
        if found is None:
            raise CommandError(f"{options['email']} has no second factor.")
        if (left := seconds_left()) < TOO_SHORT:
            time.sleep(left)
        counter = int(time.time()) // app_settings.TOTP_PERIOD
        self.stdout.write(format_hotp_value(hotp_value(decrypt(found.data["secret"]), counter)))
        self.stderr.write(f"Good for {seconds_left():.0f} seconds, and for one sign-in.")


def seconds_left() -> float:
    """How long the present code is still good."""
    return app_settings.TOTP_PERIOD - time.time() % app_settings.TOTP_PERIOD
