"""A clock that can be turned back, so that the past is made by the same verbs as the present.

Every time that this code stores comes from `django.utils.timezone.now`, also as the default of a column; only that one is
turned back. The machine's own clock goes on: time-outs, locks and jobs notice nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo
from typing import Any

from django.utils import timezone


class Watch:
    """What time it is on the stage."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def forward(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class AnyDatetime(type):
    """`isinstance(thing, datetime)` stays true for every datetime while another class stands in for it."""

    def __instancecheck__(cls, thing: Any) -> bool:
        return isinstance(thing, datetime)


@contextmanager
def turned_back(moment: datetime) -> Iterator[Watch]:
    """`timezone.now()` says what the watch says, for this whole process. For a command, not for a server.

    Args:
        moment: where the watch begins; it stands still until it is moved forward.
    """
    watch = Watch(moment)

    class Then(datetime, metaclass=AnyDatetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return watch.moment.astimezone(tz)

    timezone.datetime = Then
    try:
        yield watch
    finally:
        timezone.datetime = datetime
