"""Short ways to say what a test of a move looks at."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from procrastinate.contrib.django.models import ProcrastinateJob

from mechanichub.errors import DomainError
from requests_app.models import SessionRequest
from sessions_app.models import Participant, Session

NO_SUCH_SESSION = uuid.UUID("00000000-0000-4000-8000-000000000000")


@dataclass(frozen=True)
class Said:
    """One push: its kind, to which groups, and all that it carries."""

    kind: str
    groups: tuple[str, ...]
    payload: dict


def to(kind: str, said: list[Said]) -> set[str]:
    """The groups that heard something of this kind."""
    return {group for each in said if each.kind == kind for group in each.groups}


def now(session: Session) -> Session:
    """The session as the database has it."""
    return Session.objects.select_related("request", "mechanic").get(pk=session.pk)


def timeline(session: Session) -> list[tuple[str, str, str, str]]:
    """What happened, from where, to where, and who did it; events without a person are the system's."""
    rows = session.events.select_related("actor").order_by("number")
    return [(row.kind, row.from_status, row.to_status, row.actor.short_name if row.actor else "system") for row in rows]


def last(session: Session) -> Any:
    return session.events.order_by("number").last()


def seat(session: Session, person: Any) -> Participant:
    return session.participants.get(user=person)


def jobs() -> list[tuple[str, dict]]:
    """The jobs that wait for the worker, but for the letters to the cast's mechanics that they may start."""
    return list(
        ProcrastinateJob.objects.filter(status="todo").exclude(task_name="mail_standing").order_by("pk").values_list("task_name", "args")
    )


def refused(error: type[DomainError], verb: Callable, *args: Any, **kwargs: Any) -> str:
    """The sentence with which a verb refuses, having changed nothing."""
    before = snapshot()
    with pytest.raises(error) as refusal:
        verb(*args, **kwargs)
    assert snapshot() == before, "a refused move left something behind"
    return refusal.value.detail


def snapshot() -> list[tuple]:
    """Every session, its timeline and who takes part: equal when nothing happened."""
    sessions = Session.objects.order_by("pk").values_list("pk", "status", "version", "mechanic", "place", "cancel_reason", "ended_at")
    events = Session.objects.order_by("pk", "events__number").values_list("pk", "events__number", "events__kind")
    people = Participant.objects.order_by("pk").values_list("pk", "user", "until", "joined_at")
    requests = SessionRequest.objects.order_by("pk").values_list("pk", "expires_at", "window_ends_at", "offers__declined_at")
    return [*sessions, *events, *people, *requests]


def later(seconds: int) -> timedelta:
    return timedelta(seconds=seconds)


ESCALATES, WINDOW = later(settings.ESCALATE_AFTER), later(settings.PREFERRED_WINDOW)
