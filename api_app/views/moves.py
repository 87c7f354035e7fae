"""What is done with a session. Each is the button of a page: the same rights, the same verb, the same words when it is too late."""

from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from api_app.answers.examples import shown
from api_app.answers.requests import OfferAnswer
from api_app.answers.sessions import SessionAnswer
from api_app.bodies import Body, Choice
from api_app.endpoint import Endpoint
from api_app.schema import operation
from api_app.views.sessions import seen_by
from dashboard.forms import OTHER, DeclineForm, ReleaseForm
from dashboard.views import offered, releasable
from lifecycle import queue, record
from sessions_app.access import session_for
from sessions_app.forms import CancelForm
from sessions_app.views import cancellable

OR_GONE = {
    200: OpenApiResponse(SessionAnswer, description="Done."),
    204: OpenApiResponse(description="Done, and it is not yours to see any more: a workshop's owner sees what his mechanics hold."),
}


@shown(usual="time")
class DeclineBody(Body):
    """Why you do not take it: one of the usual reasons, own words, or both."""

    form = DeclineForm
    usual = Choice([*DeclineForm.USUAL, (OTHER, "own words")], required=False)


@shown(usual="customer", reason="She was not there for ten minutes.")
class ReleaseBody(Body):
    """Why you give it back: one of the usual reasons, own words, or both."""

    form = ReleaseForm
    usual = Choice([*ReleaseForm.USUAL, (OTHER, "own words")], required=False)


@shown(usual="solved")
class CancelBody(Body):
    """Why it is called off: one of the usual reasons, or own words."""

    form = CancelForm
    may_lack = ("usual",)


class Accept(Endpoint):
    """/sessions/{id}/accept/"""

    @operation("acceptSession", "Take a request", answer=SessionAnswer, refusals=(404,))
    def post(self, request: Request, pk: UUID) -> Response:
        """Of many mechanics exactly one gets it; the others are told by whom it was taken. Asked again by the same one, it is his."""
        if not request.user.is_mechanic:
            session_for(request.user, pk)  # for others it is as if it were not there; who sees it is told why not
        session = queue.accept(pk, by=request.user)
        return self.answer(SessionAnswer, seen_by(request.user, session.pk))


class Decline(Endpoint):
    """/sessions/{id}/decline/"""

    @operation("declineSession", "Take a request off my board", body=DeclineBody, answer=OfferAnswer, refusals=(404,))
    def post(self, request: Request, pk: UUID) -> Response:
        """Others still see it. When you were asked for by name, they see it from now on."""
        asked = offered(request, pk)
        offer = queue.decline(asked.pk, by=request.user, reason=self.read(DeclineBody).words)
        return self.answer(OfferAnswer, offer)


class Release(Endpoint):
    """/sessions/{id}/release/"""

    @operation("releaseSession", "Give a session back to the queue", body=ReleaseBody, answers=OR_GONE, refusals=(404,))
    def post(self, request: Request, pk: UUID) -> Response:
        """As long as it has not started; it gets its old place in the queue. By its mechanic, his workshop's owner, or staff."""
        session = releasable(request, pk)
        queue.release(session.pk, by=request.user, reason=self.read(ReleaseBody).words)
        try:
            return self.answer(SessionAnswer, seen_by(request.user, session.pk))
        except Http404:
            return Response(status=204)


class Cancel(Endpoint):
    """/sessions/{id}/cancel/"""

    @operation("cancelSession", "Call a session off", body=CancelBody, answer=SessionAnswer, refusals=(404,))
    def post(self, request: Request, pk: UUID) -> Response:
        """By its customer or staff, before it has started."""
        session = cancellable(request.user, pk)
        record.require(session, "cancel", request.user)
        queue.cancel(session.pk, by=request.user, reason=self.read(CancelBody).words)
        return self.answer(SessionAnswer, seen_by(request.user, session.pk))
