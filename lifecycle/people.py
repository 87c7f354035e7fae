"""The moves of a mechanic's standing. They belong here because a suspension releases sessions."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from accounts_app.models import Mechanic, Place, User
from lifecycle import queue, record
from live import push
from mechanichub.errors import NotPossible, NotYours
from sessions_app.moves import LIVE, WAITING


@transaction.atomic
def approve(mechanic_id: UUID, *, by: User) -> Mechanic:
    """Lets a mechanic work, with the standard places.

    Raises:
        NotYours, NotPossible
    """
    mechanic = _lock(mechanic_id, by)
    if mechanic.standing == Mechanic.Standing.APPROVED:
        raise NotPossible(_("%(mechanic)s is approved already.") % {"mechanic": mechanic.display_name})
    _set_standing(mechanic, Mechanic.Standing.APPROVED, "")
    standard = [
        Place(mechanic=mechanic, kind=kind, number=number) for kind, count in Place.STANDARD.items() for number in range(1, count + 1)
    ]
    Place.objects.bulk_create(standard, ignore_conflicts=True)
    return mechanic


@transaction.atomic
def suspend(mechanic_id: UUID, *, by: User, reason: str) -> Mechanic:
    """Stops a mechanic from working. His waiting sessions go back to the queue; a live one must be dealt with first.

    Raises:
        NotYours, NotPossible: also while he has a live session.
    """
    reason = record.reason_needed(reason)
    mechanic = _lock(mechanic_id, by)
    for session_id in list(mechanic.sessions.filter(status__in=(WAITING, LIVE)).values_list("pk", flat=True)):
        session = record.lock(session_id)
        if session.mechanic_id != mechanic.pk:
            continue  # it went to somebody else while we waited for it
        if session.status == LIVE:
            raise NotPossible(
                _("%(mechanic)s is live with a customer. Assign or abort that session first.") % {"mechanic": mechanic.display_name}
            )
        if session.status == WAITING:
            queue.release_locked(session, by=by, reason=_("mechanic suspended: %(reason)s") % {"reason": reason})
    _set_standing(mechanic, Mechanic.Standing.SUSPENDED, reason)
    return mechanic


def rights_changed(user_id: UUID) -> None:
    """Looks again at what a person has open: whoever was shut out has pages that still listen."""
    push.check(push.person(user_id))


def _lock(mechanic_id: UUID, by: User) -> Mechanic:
    if not by.is_staff:
        raise NotYours(_("Only the support team decides who may work here."))
    return Mechanic.objects.select_for_update().get(pk=mechanic_id)


def _set_standing(mechanic: Mechanic, standing: str, reason: str) -> None:
    mechanic.standing, mechanic.standing_reason = standing, reason[:300]
    mechanic.on_duty = mechanic.on_duty and standing == Mechanic.Standing.APPROVED
    mechanic.save(update_fields=["standing", "standing_reason", "on_duty"])
    mechanic.refresh_from_db(fields=["may_hold"])  # the database works it out
    rights_changed(mechanic.pk)
    app.configure_task("mail_standing").defer(mechanic_id=str(mechanic.pk))


@transaction.atomic
def set_duty(mechanic_id: UUID, *, by: User, on: bool) -> Mechanic:
    """The mechanic's own switch: on duty he sees what comes in.

    Raises:
        NotYours: not his own, or not approved.
    """
    if by.pk != mechanic_id:
        raise NotYours(_("Only the mechanic can change this."))
    mechanic = Mechanic.objects.select_for_update(no_key=True).get(pk=mechanic_id)
    if not mechanic.may_hold:
        raise NotYours(_("Only an approved mechanic can be on duty."))
    mechanic.on_duty = on
    mechanic.save(update_fields=["on_duty"])
    rights_changed(mechanic.pk)
    return mechanic
