"""Sessions: asked for, listed, read."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts_app.models import User
from api_app.answers.fields import site
from api_app.answers.sessions import IntakeAnswer, SessionAnswer, SessionBrief, TimelineAnswer
from api_app.endpoint import Endpoint
from api_app.filters import OPEN, PAST, SessionFilter
from api_app.schema import operation
from dashboard import queries
from dashboard.desk import desk_of
from dashboard.keyset import Order
from dashboard.queries import ACTIVE, TABS, Listing
from requests_app import offers
from requests_app.access import OFFERED, request_for
from sessions_app import timeline
from sessions_app.access import session_for
from sessions_app.models import Session


class Sessions(Endpoint):
    """/sessions/"""

    @operation("listSessions", "My sessions", page=SessionBrief, filters=SessionFilter, refusals=(404,))
    def get(self, request: Request) -> Response:
        """Without `view` these are a mechanic's active ones, or all that a customer has asked for, the latest first."""
        wanted = self.wanted(SessionFilter)
        return self.page(SessionBrief, listing_for(request, wanted), wanted)


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
        return self.answer(TimelineAnswer, TimelineAnswer.of(session, timeline.read_by(request.user, session)))


def seen_by(user: User, pk: UUID) -> Session:
    """The session with its request and `.role`, for whoever may see the car and the concern.

    Raises:
        Http404: there is none, or it is not theirs to see.
    """
    request = request_for(user, pk)
    request.session.role = request.role
    return request.session


def address_of(session: Session) -> str:
    return site(f"/api/v1/sessions/{session.pk}/")
