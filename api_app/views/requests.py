"""Requests: what waits for a mechanic."""

from dataclasses import replace

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from api_app.answers.requests import RequestAnswer
from api_app.endpoint import Endpoint
from api_app.filters import UNATTENDED, RequestFilter
from api_app.schema import operation
from dashboard import queries
from dashboard.desk import desk_of
from mechanichub.errors import NotPossible
from sessions_app.moves import Status


class OnlyWithSession(NotPossible):
    """A request is never made by itself. 409."""

    code = "only_with_its_session"


class Requests(Endpoint):
    """/requests/"""

    @operation("listRequests", "Requests that I can take", page=RequestAnswer, filters=RequestFilter, refusals=(404,))
    def get(self, request: Request) -> Response:
        """A mechanic's incoming list, the longest waiting first: with why each is offered, and how long it is his alone."""
        wanted = self.wanted(RequestFilter)
        listing = queries.incoming(desk_of(request).mechanic)
        rows = listing.rows.with_status()
        if wanted.get("status") == UNATTENDED:
            rows = rows.filter(session__status=Status.UNATTENDED)
        return self.page(RequestAnswer, replace(listing, rows=rows), wanted)

    @operation("createRequest", "Not possible, and not needed", answer=RequestAnswer, status=201)
    def post(self, request: Request) -> Response:
        """A request cannot be missing, so it cannot be added: it is written in one transaction with its session, and the database
        commits neither without the other. This always answers 409. To ask for help, use `submitSession`."""
        words = _("A request is made together with its session, and none can be missing. To ask for help, POST to /api/v1/sessions/.")
        raise OnlyWithSession(words)
