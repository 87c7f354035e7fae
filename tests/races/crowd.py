"""Many people who do something at the same moment, with a connection and a commit each."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

from django.db import connection
from django.db.models import QuerySet
from django.http import Http404

from mechanichub.errors import DomainError

DONE = "done"
Deed = Callable[[], Any]


def at_once(*deeds: Deed) -> list[str]:
    """Does all of it at once.

    Returns:
        What became of each: DONE, the status of its refusal ("409"), or the name of an error that nobody should ever see.
    """
    outcomes = [""] * len(deeds)
    start = threading.Barrier(len(deeds))

    def run(number: int, deed: Deed) -> None:
        try:
            connection.ensure_connection()
            start.wait(60)
            outcomes[number] = outcome_of(deed)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number, deed)) for number, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    return outcomes


def outcome_of(deed: Deed) -> str:
    try:
        deed()
    except DomainError as refusal:
        return str(refusal.status)
    except Http404:
        return "404"
    except BaseException as error:  # whatever it is, it is the outcome
        return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    return DONE


@contextmanager
def without_locks() -> Iterator[None]:
    """For the controls: nobody waits for a row any more."""
    with patch.object(QuerySet, "select_for_update", lambda queryset, **how: queryset):
        yield


def differs(outcomes: Sequence[str], *possible: dict[str, int]) -> str:
    """Empty when the outcomes, counted, are one of the possible ones; otherwise what they were."""
    counted = dict(Counter(outcomes))
    return "" if counted in possible else f"{counted}"


do = partial
