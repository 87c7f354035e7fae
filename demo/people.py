"""The people of the demonstration, made as the sign-up, the application and the support team would make them."""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts_app import applications
from accounts_app.models import User, Workshop
from demo.clock import turned_back
from lifecycle import people as standing

PASSWORD = "open the hood"  # noqa: S105  everybody's, and printed by `make run`
PEOPLE: dict[str, dict] = tomllib.loads(Path(__file__).with_name("people.toml").read_text())
HERE_SINCE = timedelta(days=75)
WORKING_SINCE = timedelta(days=64)
ONE_BY_ONE = 33_000  # seconds between two who arrive
APPLIED_SINCE = timedelta(days=1)


def address(key: str) -> str:
    return f"{key}@example.org"


def arrive() -> dict[str, User]:
    """Makes everybody; all mechanics who were ever approved are on duty, for they have sessions to take in the past."""
    hashed = make_password(PASSWORD)
    with turned_back(timezone.now() - HERE_SINCE) as watch:
        for number, (key, about) in enumerate(PEOPLE.items()):
            _person(key, about, phone=f"+1415555{100 + number:04}", password=hashed)
            _workshop(key, about)
            watch.forward(ONE_BY_ONE)
    for key in mechanics():
        _mechanic(key, PEOPLE[key])
    return fresh()


def settle() -> None:
    """Brings the mechanics to where they stand today."""
    people = fresh()
    for key, profile in mechanics().items():
        if not profile.get("duty") and not profile.get("applied"):
            standing.set_duty(people[key].pk, by=people[key], on=False)
        if reason := profile.get("suspended"):
            standing.suspend(people[key].pk, by=people["sam"], reason=reason)


def fresh() -> dict[str, User]:
    """Everybody as the database has them now, by their key in people.toml."""
    return {user.email.partition("@")[0]: user for user in User.objects.select_related("mechanic")}


def mechanics() -> dict[str, dict]:
    """The [...].mechanic tables of people.toml, by key."""
    return {key: about["mechanic"] for key, about in PEOPLE.items() if "mechanic" in about}


def _person(key: str, about: dict[str, Any], *, phone: str, password: str) -> None:
    is_staff = about.get("staff", False)
    user = User.objects.create(
        email=address(key), full_name=about["name"], phone=phone, password=password, is_staff=is_staff, is_superuser=is_staff
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    if is_staff:
        user.groups.set(Group.objects.filter(name=about["role"]))
        TOTP.activate(user, generate_totp_secret())


def _workshop(key: str, about: dict[str, Any]) -> None:
    if "workshop" in about:
        Workshop.objects.create(owner=User.objects.get(email=address(key)), **about["workshop"])


def _mechanic(key: str, about: dict[str, Any]) -> None:
    """An application, and for all but the newest the support team's yes."""
    profile = {name: value for name, value in about["mechanic"].items() if name not in ("duty", "applied", "suspended")}
    profile |= {
        "display_name": about["name"],
        "city": about["city"],
        "workshop": Workshop.objects.filter(slug=profile.get("workshop")).first(),
    }
    applied = about["mechanic"].get("applied", False)
    user = User.objects.get(email=address(key))
    with turned_back(timezone.now() - (APPLIED_SINCE if applied else WORKING_SINCE)):
        applications.apply(user, profile)
        if not applied:
            standing.approve(user.pk, by=User.objects.get(email=address("sam")))
            standing.set_duty(user.pk, by=user, on=True)
