"""How the tests of the rooms visit a page."""

from uuid import UUID, uuid4

from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts_app.models import User
from sessions_app.models import Session

FRAGMENT = {"HX-Request": "true"}  # the answer goes into a page
JSON = {"Accept": "application/json"}


def browser(user: User | None) -> Client:
    """A browser in which this person is signed in; nobody when None. A fault on our side becomes a 500, as for everybody."""
    client = Client(raise_request_exception=False)
    if user and user.is_staff:  # the support team does nothing without a second factor
        Authenticator.objects.get_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": {}})
    if user:
        client.force_login(user)
    return client


def at(name: str, session: Session, query: str = "") -> str:
    return reverse(name, args=[session.pk]) + query


def says(
    user: User | None, session: Session, body: str = "Hello", *, client_id: UUID | str = "", headers: dict | None = None
) -> HttpResponse:
    """A message as the script of the page sends it."""
    said = {"client_id": client_id or uuid4(), "body": body}
    return browser(user).post(at("session-messages", session), said, headers=FRAGMENT if headers is None else headers)


def looked(sam: User, session: Session) -> Client:
    """Sam's browser after he has said why he looks into the session."""
    client = browser(sam)
    assert client.post(at("session-look", session), {"reason": "The customer called."}).status_code == 302
    return client
