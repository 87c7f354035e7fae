"""The guided check: one place that writes answers, wishes and evidence. Every verb locks the session before it looks."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts_app.models import User
from diagnostics_app.checklists import Step, lists, steps
from diagnostics_app.models import LONGEST_NOTE, Check, Checklist, Evidence
from files_app.models import SessionFile
from lifecycle import record
from live import push
from mechanichub.errors import DomainError, NotPossible, NotYours
from sessions_app import chat
from sessions_app.models import Session
from sessions_app.moves import HELD

WISHES = {
    Check.Wish.PHOTO: gettext_lazy("Please send me a photo: %(what)s"),
    Check.Wish.CLIP: gettext_lazy("Please send me a short clip: %(what)s"),
}


class BadAnswer(DomainError):
    status = 422
    code = "bad_answer"
    title = gettext_lazy("That is no answer to this check")


@transaction.atomic
def answer(
    session_id: UUID,
    *,
    by: User,
    step: str,
    result: str,
    note: str = "",
    trouble_codes: Iterable[str] = (),
    files: Iterable[UUID] = (),
    without: Iterable[UUID] = (),
) -> Check:
    """Its mechanic writes down what a step showed; the same step again changes what was written.

    Args:
        step: a key of diagnostics_app/steps.
        result: a value of Check.Result; "open" keeps note and evidence without an answer.
        note: tidied text of at most LONGEST_NOTE characters.
        files: the ids of files of this session that show it, beside those that are attached already.
        without: the ids of files that do not show it after all.

    Raises:
        Http404: there is no such session.
        NotYours: not its mechanic.
        NotPossible: the session is not waiting or live.
        BadAnswer: no such step or result, too long a note, or a file that is not in this session.
    """
    session = lock_for_mechanic(session_id, by)
    check = row_of(session, step, by)
    check.result, check.note, check.trouble_codes = known_result(result), known_note(note), list(trouble_codes)
    check.author, check.changed_at = by, timezone.now()
    check.answered_at = check.changed_at if check.is_answered else None
    check.save()
    check.evidence.filter(file_id__in=set(without)).delete()
    add(check, known_files(session, files))
    tell(session)
    return check


@transaction.atomic
def ask_for(session_id: UUID, *, by: User, step: str, wish: str, client_id: UUID) -> Check:
    """Its mechanic asks the customer, in the talk, to show something; from then on the customer may attach files to this step.

    Args:
        wish: a value of Check.Wish.
        client_id: names the message, so that a second click asks once.

    Raises:
        Http404, NotYours, NotPossible, BadAnswer: as `answer`.
    """
    session = lock_for_mechanic(session_id, by)
    if wish not in WISHES:
        raise BadAnswer(_("Only a photo or a clip can be asked for."))
    check = row_of(session, step, by)
    check.asked_for, check.asked_at, check.changed_at = wish, timezone.now(), timezone.now()
    check.save()
    words = WISHES[wish] % {"what": f"{steps()[step].title}. {steps()[step].look}"}
    chat.post(session_id, by=by, client_id=client_id, body=words[: chat.LONGEST])
    tell(session)
    return check


@transaction.atomic
def attach(session_id: UUID, *, by: User, step: str, files: Iterable[UUID]) -> Check:
    """Adds files of the session to a step: its mechanic to any, the customer to those that he was asked about.

    Raises:
        Http404, NotYours, NotPossible, BadAnswer: as `answer`.
    """
    session = record.lock(session_id)
    is_mechanic = "mechanic" in record.roles(session, by)
    if not is_mechanic and by.pk != session.customer_id:
        raise NotYours(_("You are not part of this session any more."))
    require_held(session)
    known_step(step)
    check = session.checks.filter(step=step).first()
    if not is_mechanic and (check is None or not check.asked_for):
        raise NotYours(_("Your mechanic has not asked for anything at this step."))
    check = check or Check.objects.create(session=session, step=step, author=by)
    add(check, known_files(session, files))
    tell(session)
    return check


@transaction.atomic
def choose(session_id: UUID, *, by: User, category: str) -> Checklist:
    """Its mechanic takes another checklist. What was answered stays.

    Raises:
        Http404, NotYours, NotPossible: as `answer`.
        BadAnswer: there is no such checklist.
    """
    session = lock_for_mechanic(session_id, by)
    if category not in lists():
        raise BadAnswer(_("There is no checklist for that."))
    chosen, _created = Checklist.objects.update_or_create(session=session, defaults={"category": category})
    tell(session)
    return chosen


# --- what each of them asks ----------------------------------------------------------------------


def lock_for_mechanic(session_id: UUID, by: User) -> Session:
    session = record.lock(session_id)
    require_writer(session, by)
    return session


def require_writer(session: Session, by: User) -> None:
    """Refuses whoever may not write the check now.

    Raises:
        NotYours, NotPossible
    """
    if "mechanic" not in record.roles(session, by):
        raise NotYours(_("Only the mechanic of this session writes the check."))
    require_held(session)


def require_held(session: Session) -> None:
    if session.status not in HELD:
        raise NotPossible(_("The check can be written while the mechanic is with the customer. What was answered can still be read."))


def row_of(session: Session, step: str, by: User) -> Check:
    known_step(step)
    return session.checks.filter(step=step).first() or Check(session=session, step=step, author=by)


def known_step(step: str) -> Step:
    if step not in steps():
        raise BadAnswer(_("There is no such step in the check. Please reload the page."))
    return steps()[step]


def known_result(result: str) -> str:
    if result not in Check.Result:
        raise BadAnswer(_("Please choose one of the answers."))
    return result


def known_note(note: str) -> str:
    if len(note) > LONGEST_NOTE:
        raise BadAnswer(_("A note can have %(most)d characters; this one has %(has)d.") % {"most": LONGEST_NOTE, "has": len(note)})
    return note


def known_files(session: Session, ids: Iterable[UUID]) -> list[SessionFile]:
    wanted = set(ids)
    if not wanted:  # an answer without files needs none to work
        return []
    files = list(SessionFile.objects.filter(session=session, pk__in=wanted).exclude(state=SessionFile.State.REFUSED))
    if len(files) < len(wanted):
        raise BadAnswer(_("One of these files is not there any more. Please look at the list again."))
    return files


def add(check: Check, files: Iterable[SessionFile]) -> None:
    Evidence.objects.bulk_create([Evidence(checked=check, file=file, session_id=check.session_id) for file in files], ignore_conflicts=True)


def tell(session: Session) -> None:
    """Has the room look at the check again."""
    push.changed([f"session.{session.pk}"], "checks", session=str(session.pk))
