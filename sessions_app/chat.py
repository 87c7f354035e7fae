"""The talk in a room: one place that writes messages and read marks."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts_app.models import User
from live import push
from mechanichub.errors import DomainError, NotPossible, NotYours
from mechanichub.text import refuse_control_characters, tidy_text
from sessions_app.models import Message, Session
from sessions_app.moves import HELD

LONGEST = 4000  # characters


class BadMessage(DomainError):
    status = 422
    code = "bad_message"
    title = _("That message cannot be sent")


@transaction.atomic
def post(session_id: UUID, *, by: User, client_id: UUID, body: str) -> Message:
    """Says something in the room. The same `client_id` again is the same message.

    Messages are numbered under the session's lock, densely and in the order of commit, so that `?after=<number>` misses none.

    Raises:
        NotYours: not (or no longer) the customer or the mechanic of this session.
        NotPossible: it has not begun, or is over.
        BadMessage: empty, or longer than LONGEST.
    """
    session = Session.objects.select_for_update(no_key=True).get(pk=session_id)
    if not session.participants.filter(user=by, until=None).exclude(role="staff").exists():
        raise NotYours(_("You are not part of this session any more."))
    known = session.messages.filter(client_id=client_id).select_related("author").first()
    if known:
        return known
    if session.status not in HELD:
        raise NotPossible(_("Messages can be sent while the mechanic is with you. What was said can still be read."))
    last = session.messages.aggregate(last=Max("number"))["last"] or 0
    message = Message.objects.create(
        session=session, number=last + 1, author=by, client_id=client_id, body=clean(body), sent_at=timezone.now()
    )
    push.html(
        [f"session.{session.pk}"], "messages", render_to_string("sessions_app/_message.html", {"message": message, "session": session})
    )
    other = f"mechanic.{session.mechanic_id}" if by.pk == session.customer_id else f"customer.{session.customer_id}"
    push.changed([other], "messages", session=str(session.pk))
    return message


def clean(body: str) -> str:
    """The text as it is kept (mechanichub.text).

    Raises:
        BadMessage: empty, too long, or with characters that cannot be shown.
    """
    body = tidy_text(body)
    if not body:
        raise BadMessage(_("There is nothing to send yet."))
    if len(body) > LONGEST:
        raise BadMessage(
            _("A message can have %(most)d characters; this one has %(has)d. Please send it in parts.")
            % {"most": LONGEST, "has": len(body)}
        )
    try:
        refuse_control_characters(body)
    except ValidationError as refusal:
        raise BadMessage(refusal.message) from refusal
    return body


@transaction.atomic
def mark_read(session_id: UUID, *, by: User, up_to: int) -> int:
    """Marks the other side's messages as read, up to a number.

    Returns:
        How many were unread before.

    Raises:
        NotYours
    """
    session = Session.objects.get(pk=session_id)
    if not session.participants.filter(user=by, until=None).exclude(role="staff").exists():
        raise NotYours(_("You are not part of this session any more."))
    count = session.messages.filter(number__lte=up_to, read_at=None).exclude(author=by).update(read_at=timezone.now())
    if count:
        push.relay(f"session.{session.pk}", {"type": "read", "by": str(by.pk), "up_to": up_to})
    return count
