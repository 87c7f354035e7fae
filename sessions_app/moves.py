"""The state machine of a session, whole: its states, and the one table of moves between them.

The verbs in lifecycle/ carry the moves out; the database refuses every other one (the checks on SessionEvent are made from
this table); docs/ARCHITECTURE.md prints it.
"""

from dataclasses import dataclass

from django.db.models import F, Q, TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    AWAITING_PAYMENT = "awaiting_payment", _("awaiting payment")
    PENDING = "pending", _("in the queue")
    UNATTENDED = "unattended", _("unattended")
    WAITING = "waiting", _("waiting for both to join")
    LIVE = "live", _("live")
    COMPLETED = "completed", _("completed")
    CANCELLED = "cancelled", _("cancelled")


AWAITING_PAYMENT, PENDING, UNATTENDED, WAITING, LIVE, COMPLETED, CANCELLED = Status

IN_QUEUE = (PENDING, UNATTENDED)  # a mechanic may take it
HELD = (WAITING, LIVE)  # a mechanic has it, and it takes one of his places
OPEN = (AWAITING_PAYMENT, *IN_QUEUE, *HELD)
ENDED = (COMPLETED, CANCELLED)
NOTHING = ""  # where a session comes from


@dataclass(frozen=True)
class Move:
    """A named change of status.

    Args:
        name: the verb in lifecycle/ and the kind of the event it writes.
        sources: the states it may start from.
        targets: the states it may end in.
        by: who may make it: customer, eligible (a mechanic it is open to), mechanic (its own), owner (of his workshop), staff, system.
        effect: what else happens, for the documentation.
    """

    name: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    by: tuple[str, ...]
    effect: str


TABLE = (
    Move(
        "submit",
        (NOTHING,),
        (AWAITING_PAYMENT, PENDING),
        ("customer", "staff"),
        "writes vehicle, intake, session and request together; supersedes an earlier session that nobody took",
    ),
    Move("paid", (AWAITING_PAYMENT,), (PENDING,), ("system",), "enters the queue; the 15 minutes to be taken start"),
    Move("accept", IN_QUEUE, (WAITING,), ("eligible",), "takes a free place; exactly one mechanic wins"),
    Move("assign", (*IN_QUEUE, *HELD), (WAITING,), ("staff",), "with a reason; takes a free place of the new mechanic"),
    Move(
        "release",
        (WAITING,),
        (PENDING,),
        ("mechanic", "owner", "staff", "system"),
        "back to its old place in the queue; by itself when the mechanic has not joined after 5 minutes",
    ),
    Move("start", (WAITING,), (LIVE,), ("customer", "mechanic", "system"), "when both are in the room; the paid time starts"),
    Move("complete", (LIVE,), (COMPLETED,), ("mechanic", "staff"), "with a report"),
    Move(
        "cancel",
        (AWAITING_PAYMENT, *IN_QUEUE, WAITING),
        (CANCELLED,),
        ("customer", "staff", "system"),
        "with a reason; by itself when unpaid or unattended for 24 hours, or the customer has not joined after 10 minutes",
    ),
    Move(
        "abort",
        (LIVE,),
        (CANCELLED,),
        ("staff", "system"),
        "with a reason; by itself after 3 hours; what `complete` becomes within the first minute",
    ),
    Move(
        "escalate",
        (PENDING,),
        (UNATTENDED,),
        ("system",),
        "after 15 minutes in the queue; every approved mechanic sees it, staff are alerted",
    ),
    Move("requeue", (CANCELLED, UNATTENDED), (PENDING,), ("staff",), "with a reason; the 15 minutes start again"),
)
MOVES = {move.name: move for move in TABLE}

# The first event of a session that was brought over from the old system: it stands where it stood there.
IMPORTED = "imported"

# Events that leave the status as it is.
NOTES = ("reviewed", "looked_at", "audio_agreed", "files_removed")


def legal_events() -> Q:
    """The condition on an event's (kind, from_status, to_status) that the table of moves amounts to."""
    legal = Q(kind__in=NOTES, from_status=F("to_status")) | Q(kind=IMPORTED, from_status=NOTHING)
    for move in MOVES.values():
        legal |= Q(kind=move.name, from_status__in=move.sources, to_status__in=move.targets)
    return legal
