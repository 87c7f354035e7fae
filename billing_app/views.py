"""The till."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from billing_app import demo_gateway
from mechanichub.errors import NotYours, Unavailable
from sessions_app.access import CUSTOMER, session_for
from sessions_app.models import Session
from sessions_app.moves import AWAITING_PAYMENT


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def checkout(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What it costs, and the button. A session that no longer waits for its payment goes on to its room."""
    session = _own(request, pk)
    if session.status != AWAITING_PAYMENT:
        return redirect(session.room_url)
    if not demo_gateway.is_open():
        raise Unavailable(_("Paying is not possible here just now. Your request is kept; please try again later."))
    if request.method == "POST":
        return redirect(demo_gateway.pay(session, by=request.user).room_url)
    return render(request, "billing_app/checkout.html", {"session": session, "intake": session.request.intake})


def _own(request: HttpRequest, pk: UUID) -> Session:
    session = session_for(request.user, pk)
    if session.role != CUSTOMER:
        raise NotYours(_("Only the customer can pay for a session."))
    return session
