"""Where an event of a session becomes what webhooks are told: in the transaction of the event, or not at all.

One statement for each event, whoever listens, and a job when somebody does. Nothing is kept in memory about who listens, so no
webhook that was made a moment ago misses anything.
"""

from uuid import UUID

from django.db import connection
from procrastinate.contrib.django import app

from sessions_app.models import SessionEvent
from webhooks_app import kinds

# A workshop's webhook hears of what its own mechanics hold, and last of the event by which they do not hold it any more; of who has
# it then, or had it before, it learns only when that is one of its own as well. One without a workshop hears of everything.
HAND_OVER = """
    INSERT INTO webhooks_app_delivery
        (id, webhook_id, event_id, mechanic_id, former_id, state, attempts, fresh_attempts, next_at, asked_at, created_at)
    SELECT gen_random_uuid(), webhook.id, %(event)s, mechanic.user_id, former.user_id, 'waiting', 0, 0, %(at)s, %(at)s, %(at)s
    FROM webhooks_app_webhook webhook
    LEFT JOIN accounts_app_workshop workshop ON workshop.id = webhook.workshop_id
    LEFT JOIN accounts_app_user owner ON owner.id = workshop.owner_id
    LEFT JOIN accounts_app_mechanic mechanic
        ON mechanic.user_id = %(mechanic)s AND (workshop.id IS NULL OR mechanic.workshop_id = workshop.id)
    LEFT JOIN accounts_app_mechanic former
        ON former.user_id = %(former)s AND (workshop.id IS NULL OR former.workshop_id = workshop.id)
    WHERE webhook.disabled_at IS NULL
        AND (webhook.events = '{}' OR %(type)s = ANY (webhook.events))
        AND (workshop.id IS NULL OR owner.is_active AND (mechanic.user_id IS NOT NULL OR former.user_id IS NOT NULL))
    RETURNING webhook_id
"""


def hand_over(event: SessionEvent, *, mechanic_id: UUID | None, held_before: UUID | None = None) -> None:
    """Notes an event for every webhook that wants it and may know of it.

    Args:
        mechanic_id: who holds the session after the event.
        held_before: who held it before, when the event may have changed that.
    """
    if event.kind not in kinds.TYPES:
        return
    former = held_before if held_before != mechanic_id else None
    told = {"event": event.pk, "type": kinds.TYPES[event.kind], "mechanic": mechanic_id, "former": former, "at": event.created_at}
    with connection.cursor() as cursor:
        cursor.execute(HAND_OVER, told)
        webhooks = [str(webhook) for (webhook,) in cursor.fetchall()]
    if webhooks:
        app.configure_task("tell_webhooks", queue="webhooks").defer(webhooks=webhooks)
