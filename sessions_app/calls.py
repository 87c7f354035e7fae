"""The call in a room: who may be in one, the way to the relay, and the consent that raises a chat to a voice call.

Sound and pictures go from browser to browser and never through here; what the two browsers have to tell each other for that
goes over the room's socket (live/consumers.py, WORDS).
"""

import base64
import hashlib
import hmac
import time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts_app.models import User
from lifecycle import record
from mechanichub.errors import NotPossible, NotYours
from sessions_app.access import CUSTOMER, MECHANIC
from sessions_app.models import Session
from sessions_app.moves import HELD, IN_QUEUE

RELAY_LASTS = 600  # seconds that a relay credential admits somebody; a connection that stands already is kept longer
TALKS = (CUSTOMER, MECHANIC)

# What the call area of a room offers: nothing, to test camera and microphone, to ask for a voice call, a voice call, a video call.
NOTHING, TEST, ASK, VOICE, VIDEO = "", "test", "ask", "voice", "video"


def offered(session: Session) -> str:
    """What the call area offers to this person, who sees the session as `session.role`."""
    if session.role not in TALKS:
        return NOTHING
    if session.type == Session.Type.CHAT:
        return NOTHING if session.status not in HELD else VOICE if voice_agreed(session) else ASK
    if session.status in IN_QUEUE:
        return TEST
    return VIDEO if session.status in HELD else NOTHING


def voice_agreed(session: Session) -> bool:
    """True when customer and the present mechanic have agreed to talk. What was agreed with another one before does not count."""
    return session.events.filter(kind="audio_agreed", created_at__gte=session.accepted_at).exists()


@transaction.atomic
def agree_to_voice(session_id: UUID, *, by: User) -> Session:
    """Says yes to a voice call in a chat. It stands on the timeline once, however often it is said.

    Raises:
        NotYours: not (or no longer) the customer or the mechanic of this session.
        NotPossible: it has not begun, is over, or has a call anyway.
    """
    session = record.lock(session_id)
    require_talker(session, by)
    if session.type != Session.Type.CHAT:
        raise NotPossible(_("This session has a video call already."))
    if not voice_agreed(session):
        record.remark(session, "audio_agreed", by=by)
        record.tell(session)
    return session


def ways(session: Session, *, by: User) -> dict[str, Any]:
    """How the browser of `by` may reach the other one: the configuration of an RTCPeerConnection, and the seconds it is good for.

    Raises:
        NotYours: not (or no longer) the customer or the mechanic of this session.
        NotPossible: it has not begun, or is over.
    """
    require_talker(session, by)
    servers: list[dict[str, Any]] = [{"urls": settings.STUN_URLS}] if settings.STUN_URLS else []
    if settings.TURN_URLS:
        servers.append({"urls": settings.TURN_URLS, **relay_credentials(by)})
    policy = "relay" if settings.CALL_RELAY_ONLY else "all"
    return {"iceServers": servers, "iceTransportPolicy": policy, "lasts": RELAY_LASTS}


def require_talker(session: Session, user: User) -> None:
    """Refuses everybody but customer and mechanic (403), and both of them while there is nobody to talk to (409)."""
    if not record.roles(session, user) & {"customer", "mechanic"}:
        raise NotYours(_("You are not part of this session any more."))
    if session.status not in HELD:
        raise NotPossible(_("You can call each other while the mechanic is with you."))


def relay_credentials(user: User) -> dict[str, str]:
    """A name and a password for the relay that end by themselves; the relay knows only the secret.

    As coturn's `use-auth-secret` has it (draft-uberti-behave-turn-rest-00): "<end, in seconds since 1970>:<user>", and its
    HMAC-SHA1 in base64.
    """
    name = f"{int(time.time()) + RELAY_LASTS}:{user.pk}"
    digest = hmac.new(settings.TURN_SECRET.encode(), name.encode(), hashlib.sha1).digest()
    return {"username": name, "credential": base64.b64encode(digest).decode()}
