"""What the guided check shows to one person: how far it is, one step, and all of them."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from django.db.models import QuerySet

from accounts_app.models import User
from diagnostics_app.checklists import Step, lists, steps, steps_for
from diagnostics_app.findings import FAULT, category_of, draft_of, files_by_check
from diagnostics_app.forms import AnswerForm, ChecklistForm
from diagnostics_app.models import Check
from files_app import shelf
from files_app.models import SessionFile
from requests_app import trouble_codes
from sessions_app.access import CUSTOMER, FORMER, MECHANIC
from sessions_app.models import Session
from sessions_app.moves import HELD


@dataclass
class Row:
    """One step of the list with what is known about it."""

    step: Step
    number: int  # its place in the list, from 1; 0 for an answer to another list
    check: Check | None
    files: list[SessionFile] = field(default_factory=list)  # what shows it
    file_ids: list[UUID] = field(default_factory=list)  # the same, known also while files are not available

    @property
    def result(self) -> str:
        return self.check.result if self.check else Check.Result.OPEN

    @property
    def is_answered(self) -> bool:
        return self.result != Check.Result.OPEN

    @property
    def is_danger(self) -> bool:
        return self.step.danger and self.result == FAULT

    @property
    def is_wished(self) -> bool:
        """The customer was asked for something, and nothing is there yet."""
        return bool(self.check and self.check.asked_for and not self.file_ids)

    @property
    def codes(self) -> list[trouble_codes.TroubleCode]:
        return trouble_codes.explain_all(" ".join(self.check.trouble_codes)) if self.check else []

    @property
    def wishes(self) -> list[str]:
        """What the customer can be asked for here, the most helpful first."""
        wanted = [each for each in self.step.evidence if each in Check.Wish]
        return wanted or [Check.Wish.PHOTO]


@dataclass
class Panel:
    """The check of one session as one person sees it."""

    session: Session
    user: User
    rows: list[Row]
    others: list[Row]  # answers to steps of a list that was left
    current: Row | None
    shelf: shelf.Shelf
    category: str
    form: AnswerForm | None = None  # a refused one, or the one for the current step
    client_id: UUID = field(default_factory=uuid4)  # names the message that asks for something

    @property
    def may_answer(self) -> bool:
        return self.session.role == MECHANIC and self.session.status in HELD

    @property
    def may_attach(self) -> bool:
        """The customer, to the current step."""
        asked = self.current and self.current.check and self.current.check.asked_for
        return bool(asked) and self.session.role == CUSTOMER and self.session.status in HELD

    @property
    def is_shown(self) -> bool:
        """In the queue there is nobody to check; afterwards only what was answered is of interest."""
        return self.session.status in HELD or bool(self.answered)

    @cached_property
    def answered(self) -> list[Row]:
        return [row for row in (*self.rows, *self.others) if row.is_answered]

    @property
    def done(self) -> int:
        return sum(row.is_answered for row in self.rows)

    @property
    def faults(self) -> int:
        return sum(row.result == FAULT for row in self.answered)

    @property
    def dangers(self) -> list[Row]:
        return [row for row in self.answered if row.is_danger]

    @property
    def wished(self) -> list[Row]:
        return [row for row in (*self.rows, *self.others) if row.is_wished]

    @property
    def can_be_attached(self) -> list[SessionFile]:
        """The files of the session that may be chosen: of the customer his own."""
        own = [file for file in self.shelf.files if file.state != SessionFile.State.REFUSED]
        return own if self.session.role == MECHANIC else [file for file in own if file.uploader_id == self.user.pk]

    @property
    def can_be_added(self) -> list[SessionFile]:
        """Those of them that are not there yet."""
        return [file for file in self.can_be_attached if self.current is None or file.pk not in self.current.file_ids]

    @property
    def previous(self) -> Row | None:
        return self.rows[self.current.number - 2] if self.current and self.current.number > 1 else None

    @property
    def following(self) -> Row | None:
        return self.rows[self.current.number] if self.current and 0 < self.current.number < len(self.rows) else None

    @property
    def next_open(self) -> Row | None:
        """The first open step after the current one, else the first of all."""
        place = self.current.number if self.current else 0
        return next((row for row in (*self.rows[place:], *self.rows[:place]) if not row.is_answered), None)

    @property
    def category_form(self) -> ChecklistForm:
        return ChecklistForm(initial={"category": self.category}, auto_id="checks-%s")

    @cached_property
    def draft(self) -> dict[str, str]:
        return draft_of(self.session) if self.may_answer else {}


def panel_of(session: Session, user: User, step: str = "", *, form: AnswerForm | None = None) -> Panel:
    """The check of a session, open at a step; without one at the first that is open.

    Args:
        session: with its `.role`.
        step: a key; one that there is not counts as none.
        form: a refused form of that step.
    """
    category = category_of(session)
    category = category if category in lists() else "other"
    known = {check.step: check for check in seen_by(user, session)}
    attached, files = files_by_check(session), shelf.of(session, user)
    listed = steps_for(category)
    rows = [row_of(each, number, known, attached, files) for number, each in enumerate(listed, 1)]
    left = [steps()[key] for key, check in known.items() if check.is_answered and key in steps() and steps()[key] not in listed]
    others = [row_of(each, 0, known, attached, files) for each in left]
    panel = Panel(session, user, rows, others, current=None, shelf=files, category=category)
    panel.current = next((row for row in (*rows, *others) if row.step.key == step), None) or panel.next_open
    panel.form = form or (form_for(panel.current) if panel.may_answer and panel.current else None)
    return panel


def seen_by(user: User, session: Session) -> QuerySet[Check]:
    """The answers that this person may read: all, or for a former mechanic those that stand as they did when his part ended."""
    checks = session.checks.order_by("id")
    if session.role != FORMER:
        return checks
    return checks.filter(changed_at__lte=session.participants.values("until").get(user=user)["until"])


def row_of(step: Step, number: int, known: dict[str, Check], attached: dict[int, list[UUID]], files: shelf.Shelf) -> Row:
    check = known.get(step.key)
    ids = attached.get(check.pk, []) if check else []
    return Row(step, number, check, files=[file for file in files.files if file.pk in ids], file_ids=ids)


def form_for(row: Row) -> AnswerForm:
    check = row.check
    initial: dict[str, Any] = {"note": check.note, "codes": ", ".join(check.trouble_codes)} if check else {}
    return AnswerForm(initial=initial, auto_id="check-%s")
