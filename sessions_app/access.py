"""Who may see what of a session. Every page, socket and download loads its session here.

Invisible is 404, whoever asks and whatever exists. What somebody may *do* is decided by the verbs in lifecycle/.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts_app.models import User
from accounts_app.roles import SEE
from mechanichub.errors import NotYours
from sessions_app.models import Participant, Session

CUSTOMER, MECHANIC, FORMER, OWNER, STAFF = "customer", "mechanic", "former", "owner", "staff"

# What each role sees: of the session itself, the customer's address and phone, the talk, the files, the report, the timeline.
SEES = {
    "session": {CUSTOMER, MECHANIC, FORMER, OWNER, STAFF},
    "contact": {CUSTOMER, MECHANIC, STAFF},
    "room": {CUSTOMER, MECHANIC, FORMER, STAFF},
    "files": {CUSTOMER, MECHANIC, STAFF},
    "report": {CUSTOMER, MECHANIC, OWNER, STAFF},
    "timeline": {CUSTOMER, MECHANIC, FORMER, OWNER, STAFF},
}

LOOK_LASTS = timedelta(hours=1)  # so long a reason that staff gave lets them look


def session_for(user: User, pk: UUID | str, see: str = "session") -> Session:
    """The session, when this person may see that side of it (a key of `SEES`).

    The returned session has `.role`, the role in which the person sees it.

    Raises:
        Http404: there is no such session, or it is not theirs to see.
    """
    session = Session.objects.visible_to(user).select_related("customer", "mechanic__workshop", "plan").filter(pk=pk).first()
    role = role_in(session, user) if session else None
    if session is None or role not in SEES[see]:
        raise Http404
    session.role = role
    return session


def room_for(user: User, pk: UUID | str, see: str = "room") -> Session:
    """The session, to be in its room or among its files: like `session_for`, but staff say why first, on the timeline
    (lifecycle.room.look).

    Raises:
        Http404: not theirs to see.
        NotYours: staff who gave no reason within LOOK_LASTS.
    """
    session = session_for(user, pk, see)
    if session.role == STAFF and not said_why(session, user):
        look = reverse("session-look", args=[session.pk])
        raise NotYours(_("Please say first why you look into this session."), link=look, link_text=_("Give a reason"))
    return session


@contextmanager
def for_a_move(user: User) -> Iterator[None]:
    """Whatever is not there for a mechanic who may not work, he is told why: applied or suspended, whichever session he named.

    Raises:
        NotYours: instead of the Http404 that everybody else gets.
    """
    try:
        yield
    except Http404:
        if user.is_mechanic and not user.mechanic.may_hold:
            raise NotYours(user.mechanic.standing_reason or _("You cannot take requests before you are approved."))
        raise


def said_why(session: Session, user: User) -> bool:
    return session.events.filter(kind="looked_at", actor=user, created_at__gte=timezone.now() - LOOK_LASTS).exists()


def role_in(session: Session, user: User) -> str | None:
    """The role in which this person has to do with the session, or None."""
    if user.pk == session.customer_id:
        return CUSTOMER
    if user.is_mechanic and user.mechanic.may_hold:
        if user.pk == session.mechanic_id:
            return MECHANIC
        if Participant.objects.filter(session=session, user=user, role=Participant.Role.MECHANIC).exists():
            return FORMER
    if user.is_staff and user.has_perm(SEE):
        return STAFF
    return OWNER if session.mechanic_id and session.mechanic.workshop_id and session.mechanic.workshop.owner_id == user.pk else None


def messages_for(session: Session, user: User):
    """The messages this person may read: all, or for a former mechanic those until the session was taken from him."""
    messages = session.messages.select_related("author")
    if session.role != FORMER:
        return messages
    until = session.participants.get(user=user).until
    return messages.filter(Q(sent_at__lte=until) if until else Q(pk=None))
