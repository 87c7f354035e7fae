"""Who may see what a customer told us: everybody who sees the session, and the mechanics to whom it is open."""

from uuid import UUID

from django.http import Http404

from accounts_app.models import User
from requests_app import matching
from requests_app.models import SessionRequest
from sessions_app import access
from sessions_app.access import SEES, STAFF, said_why

OFFERED = "offered"  # besides the roles of sessions_app.access: a mechanic who may take it


def request_for(user: User, pk: UUID | str) -> SessionRequest:
    """The request of session `pk`, when this person may see the car and the concern; not yet for contact data.

    The returned request has `.role`, the role in which the person sees it.

    Raises:
        Http404: there is none, or it is not theirs to see.
    """
    try:
        session = access.session_for(user, pk)
    except Http404:
        return _open_to(user, pk)
    request = SessionRequest.objects.with_card().get(pk=pk)
    request.session, request.role = session, session.role
    return request


def shows_contact(request: SessionRequest, user: User) -> bool:
    """True for those who may know the customer's address and phone, of a request out of `request_for`. Staff say why first."""
    return request.role in SEES["contact"] and (request.role != STAFF or said_why(request.session, user))


def _open_to(user: User, pk: UUID | str) -> SessionRequest:
    if not (user.is_authenticated and user.is_mechanic):
        raise Http404
    request = matching.open_to(user.mechanic).with_card().filter(pk=pk).first()
    if request is None:
        raise Http404
    request.role = OFFERED
    return request
