"""`manage.py load_demo`: fills an empty installation with the people, cars and sessions of the demonstration."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts_app.models import User
from demo.load import load


class Command(BaseCommand):
    help = "Loads demo people, cars and sessions in every state into an installation without people. Needs DEMO."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo people sign in with a password that everybody knows. Set DEMO=true to load them.")
        if User.objects.exists():
            raise CommandError("There are people here already. The demo is loaded into an empty installation only.")
        made = load()
        self.stdout.write(", ".join(f"{count} {name}" for name, count in made.items()) + ".")
