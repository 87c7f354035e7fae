"""Ears: what the pages of other people would hear of a move."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from lifecycle.tests.told import Said


@pytest.fixture
def heard(django_capture_on_commit_callbacks: Callable) -> Callable[[], AbstractContextManager[list[Said]]]:
    """`with heard() as said:` collects what `live.push` would send at the commit, in its order."""

    @contextmanager
    def listening() -> Iterator[list[Said]]:
        said: list[Said] = []
        with django_capture_on_commit_callbacks() as callbacks:
            yield said
        for callback in callbacks:
            groups, text = callback.args
            if isinstance(text, dict):
                said.append(Said(text["type"], (groups,), text))
            else:
                payload = json.loads(text)
                said.append(Said(payload["kind"], tuple(groups), payload))

    return listening
