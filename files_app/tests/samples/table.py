"""The table of samples: each is a function that gives its bytes, and its name says what it is.

`@ready` and `@refused` say what is to become of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from files_app.limits import Refusal


@dataclass(frozen=True)
class Sample:
    name: str
    make: Callable[[], bytes]
    file_name: str  # that it is sent by
    claimed: str  # the type that its sender says it has
    content_type: str = ""  # of what is shown
    refusals: frozenset[Refusal] = frozenset()  # any of these
    gone: tuple[bytes, ...] = ()  # what is not in what is shown
    size: tuple[int, int] | None = None  # of what is shown, upright

    def __str__(self) -> str:
        return self.name

    @property
    def is_ready(self) -> bool:
        return bool(self.content_type)


SAMPLES: dict[str, Sample] = {}


def ready(content_type: str, file_name: str = "", *, claimed: str = "", **expected):
    """`gone` and `size` as in Sample."""
    file_name = file_name or f"file.{content_type.partition('/')[2]}"
    return _register(file_name, claimed or content_type, content_type=content_type, **expected)


def refused(*refusals: Refusal, file_name: str = "photo.jpg", claimed: str = "image/jpeg"):
    return _register(file_name, claimed, refusals=frozenset(refusals))


def _register(file_name: str, claimed: str, **expected):
    def register(make: Callable[[], bytes]) -> Callable[[], bytes]:
        make = cache(make)
        SAMPLES[make.__name__] = Sample(make.__name__, make, file_name, claimed, **expected)
        return make

    return register


def those(*, is_ready: bool) -> list[Sample]:
    return [sample for sample in SAMPLES.values() if sample.is_ready is is_ready]
