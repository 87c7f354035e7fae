"""What a receiver is told of an event: enough to act on, and never how to reach the customer.

Everything in it is of the time of the event: event and intake never change, and who had the session is noted with the delivery. So
every attempt says the same, however late.
"""

import json
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from accounts_app.models import Mechanic
from requests_app.models import SessionRequest
from sessions_app.models import SessionEvent
from webhooks_app.models import Delivery


def with_what_it_tells(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """With the rows that `payload` looks at, in one question."""
    return deliveries.select_related(
        "webhook__workshop__owner", "webhook__created_by", "event__session__request__intake", "mechanic", "former"
    )


def payload(delivery: Delivery) -> dict[str, Any]:
    """The body of the message, before it becomes JSON."""
    told = {"id": str(delivery.pk), "type": delivery.type}
    event = delivery.event
    if event is None:
        return told | {"timestamp": delivery.created_at.isoformat(), "data": {"webhook": str(delivery.webhook_id)}}
    data = {
        "session": _session(event),
        "request": _short_card(event.session.request),
        "mechanic": _mechanic(delivery.mechanic),
        "former_mechanic": _mechanic(delivery.former),
        "reason": event.reason,
    }
    return told | {"timestamp": event.created_at.isoformat(), "number": event.number, "data": data}


def body(delivery: Delivery) -> bytes:
    """The message as it is signed and sent."""
    return json.dumps(payload(delivery), ensure_ascii=False, separators=(",", ":")).encode()


def _session(event: SessionEvent) -> dict[str, Any]:
    return {
        "id": str(event.session_id),
        "type": event.session.type,
        "status": event.to_status,
        "from_status": event.from_status or None,
        "url": settings.SITE_URL + reverse("api:session", args=[event.session_id]),
    }


def _short_card(request: SessionRequest) -> dict[str, Any]:
    """As on a mechanic's board, but without the customer's name: car, concern, place."""
    intake = request.intake
    return {
        "car": {"year": intake.year, "make": intake.make, "model": intake.model},
        "category": intake.category,
        "concern": intake.concern,
        "trouble_codes": intake.trouble_codes,
        "city": request.city or intake.city,
        "country": request.country,
        "is_urgent": request.is_urgent,
    }


def _mechanic(mechanic: Mechanic | None) -> dict[str, str] | None:
    return {"id": str(mechanic.pk), "name": mechanic.display_name} if mechanic else None
