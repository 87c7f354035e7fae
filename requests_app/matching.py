"""Who may take which request: the one rule, as a queryset for each direction and as the groups that pushes go to.

An approved mechanic sees what waits in the queue, on duty everything and off duty only what is unattended, except a request
that wants a specialist for a brand he does not know, one that is still in another mechanic's preferred window, those
he has declined, and his own.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts_app.models import Mechanic
from requests_app.models import Offer, SessionRequest
from requests_app.querysets import SessionRequestQuerySet
from sessions_app.moves import PENDING, UNATTENDED


def open_to(mechanic: Mechanic) -> SessionRequestQuerySet:
    """The requests that this mechanic may see and accept now, the longest waiting first."""
    requests = SessionRequest.objects.in_queue()
    if not mechanic.may_take:
        return requests.none()
    if not mechanic.on_duty:
        requests = requests.filter(session__status=UNATTENDED)
    window_over = Q(window_ends_at=None) | Q(window_ends_at__lte=timezone.now()) | Q(session__status=UNATTENDED)
    declined = Offer.objects.filter(request=OuterRef("pk"), mechanic=mechanic, declined_at__isnull=False)
    return requests.filter(
        Q(request_type=SessionRequest.Type.GENERAL) | Q(requested_brand__in=mechanic.brands),
        window_over | Q(preferred_mechanic=mechanic),
        ~Q(session__customer=mechanic.pk),
        ~Exists(declined),
    )


def eligible_for(request: SessionRequest) -> QuerySet[Mechanic]:
    """The mechanics to whom `request` is open now: `open_to`, seen from the other side."""
    mechanics = Mechanic.objects.approved().exclude(pk=request.session.customer_id)
    if request.session.status == PENDING:
        mechanics = mechanics.filter(on_duty=True)
    if request.request_type == SessionRequest.Type.BRAND_SPECIALIST:
        mechanics = mechanics.filter(brands__contains=[request.requested_brand])
    if in_window(request):
        mechanics = mechanics.filter(pk=request.preferred_mechanic_id)
    return mechanics.exclude(offers__in=Offer.objects.filter(request=request, declined_at__isnull=False))


def in_window(request: SessionRequest) -> bool:
    """True while only the preferred mechanic may take it."""
    window = request.window_ends_at
    return request.session.status == PENDING and window is not None and window > timezone.now()


def audience(request: SessionRequest) -> list[str]:
    """The groups that hear of this request: all of `eligible_for` listen to one of them, and else only who declined it or asked."""
    if in_window(request):
        return [f"queue.mechanic.{request.preferred_mechanic_id}"]
    scope = "queue.duty" if request.session.status == PENDING else "queue.all"
    return [f"{scope}.{request.requested_brand}" if request.requested_brand else scope]


def groups_of(mechanic: Mechanic) -> list[str]:
    """The groups that a mechanic's dashboard listens to."""
    if not mechanic.may_take:
        return []
    scopes = ["queue.all", "queue.duty"] if mechanic.on_duty else ["queue.all"]
    own = [f"queue.mechanic.{mechanic.pk}"] if mechanic.on_duty else []
    return scopes + own + [f"{scope}.{brand}" for scope in scopes for brand in mechanic.brands]
