"""The checklists: what is looked at, in which order, for each kind of trouble. They are data, one TOML file for each kind of trouble.

A file of steps/ has `[[step]]` tables in the order in which they are gone through; `use = "<key>"` puts a step of common.toml there.

    key         names the step for ever: answers are kept under it
    title       a few words, for lists and for the report
    question    what is asked; "yes, all right" is OK
    look        how to look, what is good and what is a fault, in words that a customer can follow on camera
    evidence    what helps to show it: photo, clip, code
    points_to   what a fault means: goes into the findings
    work        what is to be done about it: goes into the recommended work, or ""
    severity    what a fault is at least: info, soon, urgent, critical
    danger      true: with a fault here the car must not be driven, and the check stops
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from django.utils.translation import gettext

FOLDER = Path(__file__).parent / "steps"
COMMON = "common"  # the file of the steps that several lists use
OTHER = "other"  # the list for whatever has none of its own

EVIDENCE = ("photo", "clip", "code")
SEVERITIES = ("info", "soon", "urgent", "critical")  # as those of a report, in rising order
FEWEST, MOST = 6, 12  # steps in a list
TEXTS = ("title", "question", "look", "points_to", "work")  # what is read by people, and translated
NEEDED = ("title", "question", "look", "points_to")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step. Its texts are English as they stand in the file; the properties speak the reader's language."""

    key: str
    texts: dict[str, str] = field(hash=False)
    evidence: tuple[str, ...] = ()
    severity: str = "soon"
    danger: bool = False

    @property
    def title(self) -> str:
        return self._say("title")

    @property
    def question(self) -> str:
        return self._say("question")

    @property
    def look(self) -> str:
        return self._say("look")

    @property
    def points_to(self) -> str:
        return self._say("points_to")

    @property
    def work(self) -> str:
        return self._say("work")

    def _say(self, name: str) -> str:
        text = self.texts.get(name, "")
        return gettext(text) if text else ""  # gettext("") would be the head of the catalogue


@cache
def lists() -> dict[str, tuple[Step, ...]]:
    """Every checklist by its kind of trouble."""
    common = {table["key"]: step_of(table) for table in tables(COMMON)}
    return {name: tuple(_steps(name, common)) for name in names()}


def _steps(name: str, common: dict[str, Step]) -> Iterator[Step]:
    for table in tables(name):
        yield common[table["use"]] if "use" in table else step_of(table)


@cache
def steps() -> dict[str, Step]:
    """Every step of every list by its key."""
    return {step.key: step for each in lists().values() for step in each}


def steps_for(category: str) -> tuple[Step, ...]:
    """The checklist for a kind of trouble; for one that has none, and for "", that of something else."""
    return lists().get(category) or lists()[OTHER]


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml") if path.stem != COMMON)


@cache
def tables(name: str) -> list[dict]:
    """The `[[step]]` tables of a file as they stand there."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text())["step"]


def step_of(table: dict) -> Step:
    return Step(
        key=table["key"],
        texts={name: table[name] for name in TEXTS if name in table},
        evidence=tuple(table.get("evidence", ())),
        severity=table.get("severity", "soon"),
        danger=table.get("danger", False),
    )


def words() -> list[str]:
    """Every text that is to be translated, each once."""
    return list(dict.fromkeys(table[text] for name in (COMMON, *names()) for table in tables(name) for text in TEXTS if table.get(text)))


def problems(categories: Iterable[str]) -> list[str]:
    """What is wrong with the files, a sentence each; `categories` are the kinds of trouble that need a list."""
    own = [(name, table) for name in (COMMON, *names()) for table in tables(name) if "use" not in table]
    keys = Counter(table.get("key", "") for _, table in own)
    shared = {table.get("key") for table in tables(COMMON)}
    used = [(name, table["use"]) for name in names() for table in tables(name) if "use" in table]
    lengths = {name: len(tables(name)) for name in names()}
    return [
        *(f"steps/{category}.toml is missing." for category in sorted(set(categories) - lengths.keys())),
        *(f"steps/{name}.toml is for no kind of trouble." for name in sorted(lengths.keys() - set(categories))),
        *(f'The key "{key}" is there {count} times.' for key, count in keys.items() if count > 1),
        *(f'steps/{name}.toml uses "{key}", which is not in common.toml.' for name, key in used if key not in shared),
        *(f'No list uses "{key}" of common.toml.' for key in sorted(shared - {key for _, key in used})),
        *(f"steps/{name}.toml has {n} steps, not {FEWEST} to {MOST}." for name, n in lengths.items() if not FEWEST <= n <= MOST),
        *(f'"{table.get("key")}" in steps/{name}.toml {what}.' for name, table in own for what in faults_of(table)),
    ]


def faults_of(table: dict) -> Iterator[str]:
    """What is wrong with one step, as the end of a sentence."""
    known = {"key", "evidence", "severity", "danger", *TEXTS}
    yield from (f"has no {name}" for name in ("key", *NEEDED) if not table.get(name))
    yield from (f'has "{name}", which nothing reads' for name in table if name not in known)
    yield from (f'wants "{each}" as evidence' for each in table.get("evidence", ()) if each not in EVIDENCE)
    if table.get("severity", "soon") not in SEVERITIES:
        yield f'is "{table["severity"]}"'
    if table.get("danger") and table.get("severity") != "critical":
        yield "is a danger and not critical"
