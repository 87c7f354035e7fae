"""What is told: the kinds of events by the names that receivers know them by."""

from django.utils.translation import gettext_lazy as _

TYPES = {
    "submit": "session.submitted",
    "paid": "session.paid",
    "escalate": "session.escalated",
    "accept": "session.accepted",
    "assign": "session.assigned",
    "release": "session.released",
    "start": "session.started",
    "complete": "session.completed",
    "cancel": "session.cancelled",
    "abort": "session.aborted",
    "requeue": "session.requeued",
    "reviewed": "session.reviewed",
}
# Who looked into a session, who may talk and whose files are gone is for those in the room; what was imported is no news.
UNTOLD = ("looked_at", "audio_agreed", "files_removed", "imported")

TEST = "webhook.test"  # no event of a session: the owner asks whether anybody listens

LABELS = {
    "session.submitted": _("submitted: a customer asked for help"),
    "session.paid": _("paid: it entered the queue"),
    "session.escalated": _("escalated: nobody took it in time"),
    "session.accepted": _("accepted by a mechanic"),
    "session.assigned": _("assigned to a mechanic by the support team"),
    "session.released": _("released: given back to the queue"),
    "session.started": _("started: both are in the room"),
    "session.completed": _("completed"),
    "session.cancelled": _("cancelled"),
    "session.aborted": _("aborted: broken off while it was live"),
    "session.requeued": _("requeued: put into the queue again by the support team"),
    "session.reviewed": _("reviewed by the customer"),
}
# What happens while nobody holds a session; a workshop hears of its own mechanics' sessions alone.
BEFORE_ANY_MECHANIC = ("session.submitted", "session.paid", "session.escalated")
OF_A_WORKSHOP = {name: label for name, label in LABELS.items() if name not in BEFORE_ANY_MECHANIC}
