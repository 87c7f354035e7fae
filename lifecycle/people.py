"""The moves of a mechanic's standing. They belong here because a suspension decides about sessions.

A mechanic who is live when he is suspended is the hard case. Whoever suspends him says for each live session what becomes of it. Where
it may be finished, the suspension takes effect when it has ended: until then he has the standing to be in that room, is off duty, and
takes nothing new (`Mechanic.leaves_because`). The sweep carries it out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from accounts_app.models import Mechanic, Place, User
from lifecycle import queue, record, room
from live import push
from mechanichub.errors import NotPossible, NotYours
from requests_app import board
from sessions_app.models import Session
from sessions_app.moves import HELD, WAITING


class Fate(StrEnum):
    """What becomes of a live session whose mechanic is suspended."""

    FINISH = "finish"
    HAND_OVER = "hand_over"
    BREAK_OFF = "break_off"


@dataclass(frozen=True)
class Decision:
    """What to do about one live session.

    Args:
        mechanic_id: who gets it, when it is handed over.
    """

    fate: Fate
    mechanic_id: UUID | None = None


@transaction.atomic
def approve(mechanic_id: UUID, *, by: User) -> Mechanic:
    """Lets a mechanic work, with the standard places; one who was about to leave stays.

    Raises:
        NotYours, NotPossible
    """
    mechanic = _lock(mechanic_id, by)
    if mechanic.may_take:
        raise NotPossible(_("%(mechanic)s is approved already.") % {"mechanic": mechanic.display_name})
    _set_standing(mechanic, Mechanic.Standing.APPROVED, "")
    standard = [
        Place(mechanic=mechanic, kind=kind, number=number) for kind, count in Place.STANDARD.items() for number in range(1, count + 1)
    ]
    Place.objects.bulk_create(standard, ignore_conflicts=True)
    return mechanic


@transaction.atomic
def turn_down(mechanic_id: UUID, *, by: User, reason: str) -> Mechanic:
    """Says no to an application. It can still be approved later.

    Raises:
        NotYours, NotPossible: it is no application any more.
    """
    reason = record.reason_needed(reason)
    mechanic = _lock(mechanic_id, by)
    if mechanic.standing != Mechanic.Standing.APPLIED:
        raise NotPossible(_("%(mechanic)s's application was answered already.") % {"mechanic": mechanic.display_name})
    _set_standing(mechanic, Mechanic.Standing.DECLINED, reason)
    return mechanic


@transaction.atomic
def suspend(mechanic_id: UUID, *, by: User, reason: str, live: Mapping[UUID, Decision] | None = None) -> Mechanic:
    """Stops a mechanic from working. His waiting sessions go back to the queue, his live ones where `live` says; all of it or nothing.

    Args:
        live: what becomes of each live session, by its id.

    Raises:
        NotYours
        NotPossible: also for a live session about which nothing was decided, or that cannot go where it should.
    """
    reason, live = record.reason_needed(reason), live or {}
    mechanic = _lock(mechanic_id, by, others=[decision.mechanic_id for decision in live.values() if decision.mechanic_id])
    if mechanic.standing == Mechanic.Standing.SUSPENDED:
        raise NotPossible(_("%(mechanic)s is suspended already.") % {"mechanic": mechanic.display_name})
    _off_duty(mechanic)  # first, or what he gives back would come up on his board again
    stays = False
    for session_id in list(mechanic.sessions.filter(status__in=HELD).order_by("accepted_at").values_list("pk", flat=True)):
        session = record.lock(session_id)
        if session.mechanic_id != mechanic.pk or session.status not in HELD:
            continue  # it ended, or went to somebody else, while we waited for it
        if session.status == WAITING:
            queue.release_locked(session, by=by, reason=_because(reason))
        else:
            stays |= _decided(session, live.get(session.pk), by=by, reason=reason)
    if stays:
        _leave(mechanic, reason)
    else:
        _set_standing(mechanic, Mechanic.Standing.SUSPENDED, reason)
    return mechanic


def _decided(session: Session, decision: Decision | None, *, by: User, reason: str) -> bool:
    """Does with a live session what was decided. True when it stays where it is.

    Raises:
        NotPossible
    """
    if decision is None:
        raise NotPossible(
            _("%(mechanic)s is live with a customer. Please decide on the suspension's own page what becomes of that session.")
            % {"mechanic": session.mechanic.display_name}
        )
    if decision.fate == Fate.FINISH:
        return True
    if decision.fate == Fate.HAND_OVER:
        queue.assign(session.pk, by=by, mechanic_id=decision.mechanic_id, reason=_because(reason))
    else:
        room.abort(session.pk, by=by, reason=_("ended by the support team"))  # the customer reads this; the reason is the mechanic's
    return False


def _because(reason: str) -> str:
    return _("mechanic suspended: %(reason)s") % {"reason": reason}


@transaction.atomic
def leave(mechanic_id: UUID) -> bool:
    """Suspends a mechanic who was only to finish what was live. False when that is not over yet, or he was approved again."""
    mechanic = Mechanic.objects.select_for_update().get(pk=mechanic_id)
    if not mechanic.leaves_because or mechanic.sessions.filter(status__in=HELD).exists():
        return False
    _set_standing(mechanic, Mechanic.Standing.SUSPENDED, mechanic.leaves_because)
    return True


def leaving() -> list[UUID]:
    """Who is to be suspended and has nothing in hand any more."""
    done = Mechanic.objects.exclude(leaves_because="").exclude(sessions__status__in=HELD)
    return list(done.values_list("pk", flat=True))


def rights_changed(user_id: UUID) -> None:
    """Looks again at what a person has open: whoever was shut out has pages that still listen."""
    push.check(push.person(user_id))


def _lock(mechanic_id: UUID, by: User, *, others: list[UUID] | None = None) -> Mechanic:
    """The mechanic's row, locked together with those of others who will get his sessions: always in the same order."""
    if not by.is_staff:
        raise NotYours(_("Only the support team decides who may work here."))
    wanted = Mechanic.objects.filter(pk__in=[mechanic_id, *(others or [])]).order_by("pk")
    locked = {mechanic.pk: mechanic for mechanic in wanted.select_for_update()}
    if mechanic_id not in locked:
        raise Mechanic.DoesNotExist
    return locked[mechanic_id]


def _off_duty(mechanic: Mechanic) -> None:
    mechanic.on_duty = False
    mechanic.save(update_fields=["on_duty"])


def _leave(mechanic: Mechanic, reason: str) -> None:
    mechanic.leaves_because = reason[:300]
    mechanic.save(update_fields=["leaves_because"])
    board.look_again(mechanic)
    _tell(mechanic)


def _set_standing(mechanic: Mechanic, standing: str, reason: str) -> None:
    mechanic.standing, mechanic.standing_reason, mechanic.leaves_because = standing, reason[:300], ""
    mechanic.on_duty = mechanic.on_duty and standing == Mechanic.Standing.APPROVED
    mechanic.save(update_fields=["standing", "standing_reason", "leaves_because", "on_duty"])
    mechanic.refresh_from_db(fields=["may_hold"])  # the database works it out
    _tell(mechanic)


def _tell(mechanic: Mechanic) -> None:
    rights_changed(mechanic.pk)
    app.configure_task("mail_standing").defer(mechanic_id=str(mechanic.pk))


@transaction.atomic
def set_duty(mechanic_id: UUID, *, by: User, on: bool) -> Mechanic:
    """The mechanic's own switch: on duty he sees what comes in.

    Raises:
        NotYours: not his own, not approved, or about to leave.
    """
    if by.pk != mechanic_id:
        raise NotYours(_("Only the mechanic can change this."))
    mechanic = Mechanic.objects.select_for_update(no_key=True).get(pk=mechanic_id)
    if not mechanic.may_take:
        raise NotYours(_("Only an approved mechanic can be on duty."))
    mechanic.on_duty = on
    mechanic.save(update_fields=["on_duty"])
    rights_changed(mechanic.pk)
    return mechanic
