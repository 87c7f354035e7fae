"""The timeline of a session as sentences: what happened, for whoever reads it.

Customers read who did what and when; a mechanic also reads why; staff read everything, with full names.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts_app.models import Mechanic, User
from sessions_app.access import CUSTOMER, FORMER, MECHANIC, OWNER, STAFF
from sessions_app.models import Session, SessionEvent

OK, NOW, WARN, DANGER = "ok", "now", "warn", "danger"  # the ends of .timeline-item-...

TONES = {
    "accept": OK,
    "assign": OK,
    "start": OK,
    "complete": OK,
    "release": WARN,
    "escalate": WARN,
    "cancel": DANGER,
    "abort": DANGER,
}


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One thing that happened.

    Args:
        text: a full sentence.
        detail: the reason that was given, where this reader may know it, or "".
        tone: how it looks (a key of the timeline component), or "".
    """

    event: SessionEvent
    text: str
    detail: str
    tone: str

    @property
    def at(self) -> datetime:
        return self.event.created_at


def sentences(session: Session, for_role: str, *, events: Iterable[SessionEvent] | None = None) -> list[Sentence]:
    """What happened to the session, the oldest first.

    Args:
        for_role: who reads, one of the roles of sessions_app.access.
        events: only these, in this order; all of them when left out. The actors are better loaded with them.
    """
    if events is None:
        events = session.events.select_related("actor__mechanic").order_by("number")
    events = list(events)
    teller = Teller(session, for_role, _mechanics_named_in(events))
    return [teller.tell(event) for event in events]


def own_part(session: Session, user: User) -> QuerySet[SessionEvent]:
    """What a former mechanic may read: what happened while the session was his, and what he did himself."""
    part = session.participants.get(user=user)
    while_his = Q(created_at__gte=part.since) & (Q(created_at__lte=part.until) if part.until else Q())
    return session.events.filter(while_his | Q(actor=user)).select_related("actor__mechanic").order_by("number")


def read_by(user: User, session: Session) -> list[Sentence]:
    """The sentences for this person, who sees the session as `session.role`."""
    return sentences(session, session.role, events=own_part(session, user) if session.role == FORMER else None)


def _mechanics_named_in(events: list[SessionEvent]) -> dict[str, str]:
    ids = {event.data["mechanic"] for event in events if "mechanic" in event.data}
    return {str(pk): name for pk, name in Mechanic.objects.filter(pk__in=ids).values_list("pk", "display_name")}


class Teller:
    """Puts events into words for one reader."""

    def __init__(self, session: Session, for_role: str, mechanics: dict[str, str]) -> None:
        self.session, self.role, self.mechanics = session, for_role, mechanics

    def tell(self, event: SessionEvent) -> Sentence:
        names = {"who": self.who(event.actor), "mechanic": self.mechanic_of(event)}
        words = SYSTEM_WORDS.get(event.kind) if event.actor is None else None
        text = (words or WORDS.get(event.kind, _unknown))() % {**names, "kind": event.kind}
        why = event.reason if self.may_know_why(event) else ""
        return Sentence(event=event, text=text[:1].upper() + text[1:], detail=why, tone=TONES.get(event.kind, ""))

    def who(self, actor: User | None) -> str:
        if actor is None:
            return _("The system")
        if actor.pk == self.reader:
            return _("You")
        if self.role == STAFF:
            return str(actor)
        if actor.pk == self.session.customer_id:
            return actor.short_name
        return actor.mechanic.display_name if actor.is_mechanic else self.helper(actor)

    def helper(self, actor: User) -> str:
        """Somebody who is neither customer nor mechanic: the support team has no faces, a workshop's owner has."""
        return _("The support team") if actor.is_staff else actor.short_name

    @property
    def reader(self) -> UUID | None:
        """Whom "you" means; a former mechanic and an owner read about themselves by name."""
        return {CUSTOMER: self.session.customer_id, MECHANIC: self.session.mechanic_id}.get(self.role)

    def mechanic_of(self, event: SessionEvent) -> str:
        if self.role == MECHANIC and event.data.get("mechanic") == str(self.session.mechanic_id):
            return _("you")
        return self.mechanics.get(event.data.get("mechanic", ""), _("a mechanic"))

    def may_know_why(self, event: SessionEvent) -> bool:
        """A customer reads why it ended and what he said himself, but not what mechanics and staff tell each other."""
        if self.role in (STAFF, MECHANIC, FORMER, OWNER):
            return self.role == STAFF or event.kind != "looked_at"
        return event.kind in ("cancel", "abort") or event.actor_id == self.session.customer_id


def _unknown() -> str:
    return _("%(who)s: %(kind)s.")


# Functions, so that each is translated for the reader and not for whoever started the server.
WORDS: dict[str, Callable[[], str]] = {
    "submit": lambda: _("%(who)s asked for help."),
    "paid": lambda: _("%(who)s recorded the payment. The search for a mechanic began."),
    "accept": lambda: _("%(who)s took the request."),
    "assign": lambda: _("%(who)s gave the session to %(mechanic)s."),
    "release": lambda: _("%(who)s gave the session back to the queue."),
    "start": lambda: _("Both were in the room, and the session started."),
    "complete": lambda: _("%(who)s ended the session."),
    "cancel": lambda: _("%(who)s cancelled."),
    "abort": lambda: _("%(who)s broke the session off."),
    "escalate": lambda: _("%(who)s called every mechanic and the support team."),
    "requeue": lambda: _("%(who)s put the session into the queue again."),
    "reviewed": lambda: _("%(who)s rated the session."),
    "imported": lambda: _("Brought over from the old system."),
    "looked_at": lambda: _("%(who)s looked into the session."),
    "files_removed": lambda: _("%(who)s deleted the files of the session."),
    "audio_agreed": lambda: _("%(who)s agreed to talk, and the chat became a voice call."),
}
# The same, when it happened by itself.
SYSTEM_WORDS: dict[str, Callable[[], str]] = {
    "paid": lambda: _("The payment arrived, and the search for a mechanic began."),
    "release": lambda: _("%(mechanic)s did not join in time; the session went back to the queue."),
    "cancel": lambda: _("The session was cancelled automatically."),
    "abort": lambda: _("The session was ended automatically."),
    "files_removed": lambda: _("The files were deleted, because the session ended long ago."),
    "escalate": lambda: _("No mechanic had taken it in time, so every mechanic and the support team were called."),
}
