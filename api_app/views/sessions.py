"""Sessions: asked for, listed, read."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts_app.models import User
from api_app.answers.examples import shown
from api_app.answers.fields import site
from api_app.answers.sessions import IntakeAnswer, SessionAnswer, SessionBrief, TimelineAnswer
from api_app.bodies import Body, Text
from api_app.endpoint import Endpoint
from api_app.errors import Invalid
from api_app.filters import OPEN, PAST, SessionFilter
from api_app.schema import operation
from dashboard import queries
from dashboard.desk import desk_of
from dashboard.keyset import Order
from dashboard.queries import ACTIVE, TABS, Listing
from lifecycle import queue
from mechanichub.errors import NotYours
from requests_app import offers, visitors
from requests_app.access import OFFERED, request_for
from requests_app.forms import IntakeForm
from requests_app.views import refuse_mechanics
from sessions_app import timeline
from sessions_app.access import session_for
from sessions_app.models import Session


@shown(
    client_id="5f0c2a53-2f0e-4c51-9f5c-0d8f6a0f9d11",
    plan="free",
    name="Carla Example",
    email="carla@example.org",
    phone="+1 415 555 0101",
    city="Oakland",
    year=2016,
    make="Toyota",
    model="Corolla",
    concern="The engine light is on since Monday, code P0302.",
    consent=True,
)
class IntakeBody(Body):
    """What the intake form asks, in JSON. A car by its `vin`, by `year`, `make` and `model`, or a saved one by `vehicle`; when it is
    urgent it may be missing. Trouble codes are found in `concern`. Files are sent afterwards."""

    form = IntakeForm
    without = ("bundle",)
    client_id = serializers.UUIDField(required=False, help_text="Yours for this intake: the same again gives the same session.")
    customer = Text(required=False, max_length=254, help_text="For the support team: id or e-mail address of the customer.")


class Sessions(Endpoint):
    """/sessions/"""

    @operation("listSessions", "My sessions", page=SessionBrief, filters=SessionFilter, refusals=(404,))
    def get(self, request: Request) -> Response:
        """Without `view` these are a mechanic's active ones, or all that a customer has asked for, the latest first."""
        wanted = self.wanted(SessionFilter)
        return self.page(SessionBrief, listing_for(request, wanted), wanted)

    @operation("submitSession", "Ask for help", body=IntakeBody, answer=SessionAnswer, status=201)
    def post(self, request: Request) -> Response:
        """Intake, session and request are made together or not at all. A free one enters the queue at once; one that costs something
        waits for its payment at `checkout_url`. An earlier one that nobody has taken is called off; one that a mechanic has, refuses
        the new one (409)."""
        refuse_mechanics(request.user)
        told = self.told(IntakeBody)
        customer = customer_named(told.pop("customer", None), by=request.user)
        form = self.judged(IntakeForm, {"keep_vehicle": True, **told}, user=customer)
        session = queue.submit(form.submission(), by=request.user, customer=customer)
        if customer == request.user:
            visitors.introduce(customer, name=form.cleaned_data["name"], phone=form.cleaned_data["phone"])
        seen = seen_by(request.user, session.pk)
        return self.answer(SessionAnswer, seen, status=201, Location=site(reverse("api:session", args=[session.pk])))


def customer_named(name: str | None, *, by: User) -> User:
    """For whom help is asked: oneself, or whom staff name.

    Raises:
        NotYours: somebody else's name, without being staff.
        Invalid: there is nobody of that name.
    """
    if not name:
        return by
    if not by.is_staff:
        raise NotYours(_("Only the support team can ask for help in somebody else's name."))
    try:
        who = Q(pk=UUID(name))
    except ValueError:
        who = Q(email__iexact=name)
    customer = User.objects.filter(who, is_active=True).select_related("mechanic").first()
    if customer is None:
        raise Invalid({"customer": [_("There is no customer of this id or address.")]})
    return customer


def listing_for(request: Request, wanted: dict[str, Any]) -> Listing:
    """The list that is asked for; of a mechanic, the very one behind the tab.

    Raises:
        NotYours: a mechanic's, and asked by somebody else.
    """
    is_mechanics = request.user.is_mechanic or "mechanic" in wanted
    view = wanted.get("view") or (ACTIVE.name if is_mechanics else "")
    tab = next((tab for tab in TABS if tab.name == view), None)
    if tab:
        return queries.listing(tab, desk_of(request).mechanic, wanted.get("outcome", ""))
    own = {OPEN: request.user.sessions.open(), PAST: Session.objects.ended_of(request.user), "": request.user.sessions.all()}[view]
    rows = own.order_by("-created_at", "-id").select_related("mechanic", "request__intake").defer("request__intake__words")
    return Listing(rows, Order("created_at", latest_first=True))


class OneSession(Endpoint):
    """/sessions/{id}/"""

    @operation("getSession", "A session", answer=SessionAnswer, refusals=(404,))
    def get(self, request: Request, pk: UUID) -> Response:
        """As you see it: the customer and their mechanic all of it, a mechanic to whom it is open the short card."""
        session = seen_by(request.user, pk)
        return self.answer(SessionAnswer, session)


class Intake(Endpoint):
    """/sessions/{id}/intake/"""

    @operation("getIntake", "What the customer told", answer=IntakeAnswer, refusals=(404,))
    def get(self, request: Request, pk: UUID) -> Response:
        """When a mechanic reads what is offered, that is noted, as on the site."""
        session = seen_by(request.user, pk)
        if session.role == OFFERED:
            offers.seen(session.request, request.user.mechanic)
        return self.answer(IntakeAnswer, session)


class Timeline(Endpoint):
    """/sessions/{id}/timeline/"""

    @operation("getTimeline", "What happened", answer=TimelineAnswer, refusals=(404,))
    def get(self, request: Request, pk: UUID) -> Response:
        """In plain words for you: a customer reads other reasons than staff, a former mechanic his own part."""
        session = session_for(request.user, pk, "timeline")
        self.unless_known(session.version, session.role)  # a name that somebody changed since then is no news
        return self.answer(TimelineAnswer, TimelineAnswer.of(session, timeline.read_by(request.user, session)))


def seen_by(user: User, pk: UUID) -> Session:
    """The session with its request and `.role`, for whoever may see the car and the concern.

    Raises:
        Http404: there is none, or it is not theirs to see.
    """
    request = request_for(user, pk)
    request.session.role = request.role
    return request.session
