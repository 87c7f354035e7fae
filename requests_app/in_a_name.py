"""Staff ask for help in a customer's name: somebody calls who cannot fill in a form beside the road."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts_app.models import User
from billing_app.demo_gateway import on_sale
from console import customer_view
from lifecycle import queue
from mechanichub.errors import NotPossible
from requests_app.forms import IntakeForm
from requests_app.views import INVALID, known_of
from sessions_app.models import Session
from sessions_app.moves import AWAITING_PAYMENT, HELD

PERMISSION = "accounts_app.ask_for_customer"


class InANameForm(IntakeForm):
    """The intake as staff fill it in. They do not agree to anything themselves."""

    CONSENT = gettext_lazy(
        "The customer agrees that the mechanic sees this, and knows that advice from a distance does not replace an inspection of the car"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["consent"].label = self.CONSENT


@never_cache
@require_http_methods(["GET", "POST"])
def ask_for(request: HttpRequest, object_id: UUID) -> HttpResponse:
    """The form, and what it is sent to. The event that begins the session names the member of staff."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    customer = customer_view.customers().filter(pk=object_id).first()
    if customer is None:
        raise Http404
    if request.method == "GET":
        initial = {"client_id": uuid4(), "plan": on_sale().values_list("pk", flat=True).first(), **known_of(customer)}
        return page(request, customer, InANameForm(initial=initial, user=customer))
    form = InANameForm(request.POST, user=customer)
    return submit(request, customer, form) if form.is_valid() else page(request, customer, form, status=INVALID)


def submit(request: HttpRequest, customer: User, form: InANameForm) -> HttpResponse:
    """On to the session's page in the admin; with a refusal everything typed stays where it is."""
    try:
        session = queue.submit(form.submission(), by=request.user, customer=customer)
    except NotPossible as refusal:
        return page(request, customer, form, refusal=refusal, status=refusal.status)
    customer_view.log(request.user, customer, _("Asked for help in this person's name"))
    messages.success(request, said(session, customer))
    return redirect("admin:sessions_app_session_change", session.pk)


def said(session: Session, customer: User) -> str:
    words = {"name": customer.short_name}
    if session.status == AWAITING_PAYMENT:
        return _("The request is kept. It enters the queue when %(name)s has paid; the way to do it is on the customer's own page.") % words
    return _("The request is in the queue. %(name)s finds the session on the customer's own page.") % words


def page(request: HttpRequest, customer: User, form: InANameForm, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "form": form,
        "in_name_of": customer,
        "address": request.path,
        "makes": [brand.name for brand in form.brands],
        "open_session": customer.sessions.open().first(),
        "held": HELD,
    }
    return render(request, "requests_app/intake_for.html", context | more, status=status)
