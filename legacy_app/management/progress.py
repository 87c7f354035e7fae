"""How far an import is: a bar on a terminal, a line now and then elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from django.core.management.base import OutputWrapper
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

Tell = Callable[[str, int, int], None]  # what is being done, how much of it, out of how much
EVERY = 10  # seconds between two lines


@contextmanager
def shown(stderr: OutputWrapper) -> Iterator[Tell]:
    """Shows it on the error output, which is not where reports go."""
    if sys.stderr.isatty():
        with _bars() as tell:
            yield tell
    else:
        yield _lines(stderr)


@contextmanager
def _bars() -> Iterator[Tell]:
    columns = (
        TextColumn("{task.description:18}"),
        BarColumn(),
        TextColumn("{task.completed:>9,.0f} of {task.total:<9,.0f}"),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        tasks: dict[str, int] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total)
            progress.update(tasks[what], completed=done, total=total)

        yield tell
    progress.console.print()


def _lines(stderr: OutputWrapper) -> Tell:
    said: dict[str, float] = {}

    def tell(what: str, done: int, total: int) -> None:
        if what not in said or monotonic() - said[what] > EVERY or done == total:
            said[what] = monotonic()
            stderr.write(f"{what}: {done:,} of {total:,}")

    return tell
