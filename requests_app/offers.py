"""What became of a request on one mechanic's screen."""

from django.utils import timezone

from accounts_app.models import Mechanic
from requests_app.models import Offer, SessionRequest


def seen(request: SessionRequest, mechanic: Mechanic) -> None:
    """Notes that the mechanic has opened the request; the first time counts."""
    now = timezone.now()
    Offer.objects.bulk_create([Offer(request=request, mechanic=mechanic, seen_at=now)], ignore_conflicts=True)
    Offer.objects.filter(request=request, mechanic=mechanic, seen_at=None).update(seen_at=now)
