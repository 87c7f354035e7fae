"""Puts the whole demonstration into the database, or nothing of it."""

import tomllib
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts_app.models import Mechanic, User
from demo import people
from demo.stage import begins, play
from requests_app.models import Vehicle
from sessions_app.models import Message, Session

FOLDER = Path(__file__).parent
CARS: dict[str, dict] = tomllib.loads((FOLDER / "cars.toml").read_text())


def stories(present: datetime) -> list[dict[str, Any]]:
    """Every story, in the order in which they began: the sweep of one must not meet a later one."""
    found = [story for file in sorted((FOLDER / "stories").glob("*.toml")) for story in tomllib.loads(file.read_text())["story"]]
    return [story for _begin, story in sorted(((begins(story, present), story) for story in found), key=itemgetter(0))]


@transaction.atomic
def load() -> dict[str, int]:
    """Makes everything.

    Returns:
        How many of each there are now, for people to read.
    """
    present = timezone.now()
    everybody = people.arrive()
    past, today = partition(stories(present))
    for story in past:
        play(story, people=everybody, car=CARS[story["car"]], present=present)
    withdraw_letters()
    for story in today:
        play(story, people=everybody, car=CARS[story["car"]], present=present)
    people.settle()
    return count()


def partition(told: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Those of earlier days, and those of the last minutes and hours."""
    return [story for story in told if "days_ago" in story], [story for story in told if "minutes_ago" in story]


def withdraw_letters() -> None:
    """Takes back the jobs that write to people about sessions: letters of last month do not arrive today."""
    for job in ProcrastinateJob.objects.filter(status="todo", args__has_key="session_id"):
        app.job_manager.cancel_job_by_id(job.pk, delete_job=True)


def count() -> dict[str, int]:
    models = {"people": User, "mechanics": Mechanic, "cars": Vehicle, "sessions": Session, "messages": Message}
    return {name: model.objects.count() for name, model in models.items()}
