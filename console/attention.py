"""What needs somebody's attention now, as data: for the first page of the console and for the API."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models import CharField, Count, Min, QuerySet, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts_app.models import User
from console.questions import QUESTIONS, Question
from files_app import storage
from lifecycle.diagnosis import lasted
from mechanichub import health

logger = logging.getLogger(__name__)

OK = "ok"
COULD_NOT = _("This could not be asked just now. The log says why.")


@dataclass(frozen=True, kw_only=True)
class Concern:
    """Something that somebody should look at, or may stop worrying about.

    Args:
        key: its name, the same for ever.
        text: what it is.
        count: how many; 0 is good news, None: it could not be asked, and nobody knows.
        oldest: since when the oldest of them needs attention, where that is known.
        address: the page with exactly these.
        permission: who may see it.
        detail: what is the matter, of a part of the installation that is not well, or why it could not be asked.
        is_part: it is about a part of the installation, which is well (0) or is not (1).
    """

    key: str
    text: str | Promise
    count: int | None
    oldest: datetime | None
    address: str
    permission: str
    detail: str = ""
    is_part: bool = False

    @property
    def could_not_ask(self) -> bool:
        return self.count is None

    @property
    def age(self) -> str:
        """How long the oldest has needed attention: "12 min", "2 d 4 h"."""
        return lasted(self.oldest, timezone.now()) if self.oldest else ""

    @property
    def needs_attention(self) -> bool:
        return self.count != 0


def attention(user: User, now: datetime | None = None) -> list[Concern]:
    """Everything that this person may see, the most urgent first, whether it needs attention now or not.

    It never fails because of one of its questions: that one has no count then.
    """
    parts = [part for part in PARTS if user.has_perm(part.permission)]
    questions = [question for question in QUESTIONS if user.has_perm(question.permission)]
    return [*(how_it_is(part) for part in parts), *about_rows(questions, now or timezone.now())]


# --- rows --------------------------------------------------------------------------------------------


def about_rows(questions: list[Question], now: datetime) -> list[Concern]:
    """One query for all; only when it fails each is asked for itself, to know which of them it was."""
    try:
        counted = ask(questions, now)
    except DatabaseError:
        counted = ask_one_by_one(questions, now)
    return [_concern(question, counted) for question in questions]


def ask(questions: Iterable[Question], now: datetime) -> dict[str, tuple[int, datetime | None]]:
    """By key: how many rows, and since when the oldest needs attention.

    Raises:
        DatabaseError: one of them cannot be asked.
    """
    tallies = [_tally(question, now) for question in questions]
    if not tallies:
        return {}
    with transaction.atomic():
        return {key: (count, oldest) for key, count, oldest in tallies[0].union(*tallies[1:], all=True)}


def ask_one_by_one(questions: Iterable[Question], now: datetime) -> dict[str, tuple[int, datetime | None]]:
    counted = {}
    for question in questions:
        try:
            counted |= ask([question], now)
        except DatabaseError as failure:
            _could_not_ask(question.key, failure)
    return counted


def _could_not_ask(key: str, failure: DatabaseError) -> None:
    logger.warning("what needs attention: %s could not be asked: %s", key, str(failure).partition("\n")[0])


def _tally(question: Question, now: datetime) -> QuerySet:
    rows = question.model._base_manager.filter(pk__in=question.rows(now).order_by().values("pk"))
    named = rows.order_by().annotate(key=Value(question.key, output_field=CharField())).values("key")
    return named.annotate(count=Count("pk"), oldest=Min(question.since)).values_list("key", "count", "oldest")


def _concern(question: Question, counted: dict[str, tuple[int, datetime | None]]) -> Concern:
    known = question.key in counted
    count, oldest = counted.get(question.key, (None, None))
    return Concern(
        key=question.key,
        text=question.text,
        count=count,
        oldest=oldest,
        address=question.address,
        permission=question.permission,
        detail="" if known else COULD_NOT,
    )


# --- how the installation runs -------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of the installation without which others stand still.

    Args:
        text: what is said when it is not well.
        well: what is said when it is.
        found: how it is: OK, or what is wrong with it in words. May raise.
    """

    key: str
    text: str | Promise
    well: str | Promise
    permission: str
    found: Callable[[], str]


def how_it_is(part: Part) -> Concern:
    """Asked as /readyz asks it, and that is where it leads."""
    try:
        with transaction.atomic():
            found = part.found()
    except DatabaseError as failure:
        _could_not_ask(part.key, failure)
        found = None
    return Concern(
        key=part.key,
        text=part.well if found == OK else part.text,
        count=None if found is None else int(found != OK),
        oldest=None,
        address=reverse("readyz"),
        permission=part.permission,
        detail=COULD_NOT if found is None else found.removeprefix(OK),
        is_part=True,
    )


def files() -> str:
    """Whether there is a place for files, as far as pages know. Their rows are asked about below."""
    try:
        storage.refuse_when_down()
    except storage.StorageDown as down:
        return str(down.__cause__ or down)
    return OK


# Who sees the worker's jobs sees how the installation is.
PARTS = (
    Part(
        key="worker",
        text=_("No worker is at work: nothing is sent, checked or moved by itself"),
        well=_("The worker is at work"),
        permission="procrastinate.view_procrastinatejob",
        found=health.worker,
    ),
    Part(
        key="channels",
        text=_("Live updates do not work: pages show what is new only when they are loaded again"),
        well=_("Live updates work"),
        permission="procrastinate.view_procrastinatejob",
        found=health.live_updates,
    ),
    Part(
        key="files",
        text=_("Files are not available just now"),
        well=_("Files are available"),
        permission="files_app.view_sessionfile",
        found=files,
    ),
)
