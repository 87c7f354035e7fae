"""What the guided check found: for whoever reads it, and as the beginning of the report."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnostics_app.checklists import SEVERITIES, Step, steps, steps_for
from diagnostics_app.models import Check, Evidence
from files_app import shelf
from files_app.models import SessionFile
from sessions_app.models import Session

OK, FAULT, UNSURE, SKIPPED = Check.Result.OK, Check.Result.FAULT, Check.Result.UNSURE, Check.Result.SKIPPED
LONGEST = 8000  # characters of a text in the report


@dataclass
class Answer:
    """One answered step: what was asked, what was found, and what shows it."""

    check: Check
    step: Step
    evidence: list[SessionFile] = field(default_factory=list)  # ready ones, in the order in which they were attached

    @property
    def title(self) -> str:
        return self.step.title

    @property
    def question(self) -> str:
        return self.step.question

    @property
    def result(self) -> str:
        """A value of Check.Result: ok, fault, unsure, skipped."""
        return self.check.result

    @property
    def result_label(self) -> str:
        return self.check.get_result_display()

    @property
    def note(self) -> str:
        return self.check.note

    @property
    def codes(self) -> list[str]:
        return self.check.trouble_codes

    @property
    def code(self) -> str:
        """The trouble codes in one line, or ""."""
        return ", ".join(self.codes)

    @property
    def is_danger(self) -> bool:
        """True when the car must not be driven because of this."""
        return self.step.danger and self.result == FAULT

    @property
    def sentences(self) -> str:
        """In one paragraph, for the findings: what it was, what was seen, its codes."""
        seen = full_stop(f"{self.title}: {self.note or self.result_label}")
        codes = ngettext("Code %(codes)s.", "Codes %(codes)s.", len(self.codes)) % {"codes": self.code} if self.codes else ""
        return f"{seen} {codes}".strip()


def checks_of(session: Session) -> list[Answer]:
    """The answered steps in the order of the checklist; those of a list that was left come last.

    Skipped ones are in it. Files that are not ready, or cannot be asked for just now, are left out.
    """
    answered = session.checks.exclude(result=Check.Result.OPEN)
    known = steps()
    answers = {check.step: Answer(check, known[check.step]) for check in answered if check.step in known}
    order = [step.key for step in steps_for(category_of(session))]
    found = [answers.pop(key) for key in order if key in answers] + list(answers.values())
    attach_files(session, found)
    return found


def category_of(session: Session) -> str:
    """The kind of trouble whose checklist it is: the one that its mechanic chose, or else what the customer named, or ""."""
    chosen = getattr(session, "checklist", None)
    return chosen.category if chosen else session.request.intake.category


def attach_files(session: Session, answers: list[Answer]) -> None:
    """Gives each answer its files, where files work."""
    if not answers:
        return
    ready: dict[UUID, SessionFile] = {}
    with shelf.guarded():
        ready = {file.pk: file for file in SessionFile.objects.ready().filter(session=session, evidence__isnull=False)}
    attached = files_by_check(session)
    for answer in answers:
        answer.evidence = [ready[file] for file in attached.get(answer.check.pk, []) if file in ready]


def files_by_check(session: Session) -> dict[int, list[UUID]]:
    """The ids of the files that are attached to each check. It does not ask for the files themselves."""
    found: dict[int, list[UUID]] = {}
    for check, file in Evidence.objects.filter(session_id=session.pk).order_by("id").values_list("checked_id", "file_id"):
        found.setdefault(check, []).append(file)
    return found


# --- the beginning of a report -------------------------------------------------------------------


def draft_of(session: Session) -> dict[str, str]:
    """What the answers say for a report, as initial values of its form; {} when nothing was answered.

    Faults come first, each with its note and codes and what it points to, then what could not be judged; what was in order is summed
    up, without the preparations. The severity is the worst that a fault has; none is suggested without a fault. `safe_to_drive` is
    "no" after a fault that is a danger, and never "yes": that is for the mechanic to say.
    """
    answers = [answer for answer in checks_of(session) if answer.result != SKIPPED]
    if not answers:
        return {}
    faults, unsure, fine = ([answer for answer in answers if answer.result == result] for result in (FAULT, UNSURE, OK))
    fine = [answer for answer in fine if answer.step.severity != "info"]
    draft = {"findings": findings(faults, unsure, fine), "recommended_work": work(faults, unsure)}
    if faults:
        draft["severity"] = max((answer.step.severity for answer in faults), key=SEVERITIES.index)
    if any(answer.is_danger for answer in faults):
        draft["safe_to_drive"] = "no"
    return {name: text for name, text in draft.items() if text}


def findings(faults: list[Answer], unsure: list[Answer], fine: list[Answer]) -> str:
    parts = [
        "\n\n".join(f"{answer.sentences} {points_to(answer)}" for answer in faults),
        listed(_("Could not be judged:"), [answer.sentences for answer in unsure]),
        _("In order: %(what)s.") % {"what": ", ".join(lower(answer.title) for answer in fine)} if fine else "",
    ]
    return "\n\n".join(filter(None, parts))[:LONGEST]


def work(faults: list[Answer], unsure: list[Answer]) -> str:
    to_do = list(dict.fromkeys(answer.step.work for answer in faults if answer.step.work))
    parts = [
        "\n".join(f"- {each}" for each in to_do),
        listed(_("To be looked at in a workshop:"), [answer.title for answer in unsure]),
    ]
    return "\n\n".join(filter(None, parts))[:LONGEST]


def points_to(answer: Answer) -> str:
    return _("This points to %(what)s.") % {"what": answer.step.points_to}


def listed(head: str, lines: Iterable[str]) -> str:
    lines = list(lines)
    return "\n".join([head, *(f"- {line}" for line in lines)]) if lines else ""


def full_stop(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def lower(title: str) -> str:
    """A title within a sentence; ABS stays ABS."""
    return title if title[:2].isupper() else title[:1].lower() + title[1:]
