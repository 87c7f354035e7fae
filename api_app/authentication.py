"""Who asks: by a token (`Authorization: Bearer mh_...`), or by the session of a browser that is signed in on the site."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from accounts_app.models import User
from api_app import tokens
from api_app.errors import NoProof
from api_app.models import Token

REALM = "MechanicHub"


class BearerToken(BaseAuthentication):
    """RFC 6750. The person of a token may do what they may do on the site, within the scopes of the token."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        """Nobody when there is no token.

        Raises:
            AuthenticationFailed: there is one, but it opens nothing (any more).
        """
        kind, _space, text = get_authorization_header(request).partition(b" ")
        if kind.lower() != b"bearer":
            return None
        token = tokens.find(text.strip().decode("latin-1"))
        if token is None:
            raise AuthenticationFailed(_("This token opens nothing. It may have been revoked, or have ended, or the password has changed."))
        tokens.note_use(token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        failed = ', error="invalid_token"' if get_authorization_header(request) else ""
        return f'Bearer realm="{REALM}"{failed}'


class BrowserSession(SessionAuthentication):
    """The session cookie. Whatever changes something needs the CSRF token as well, in `X-CSRFToken`."""

    def enforce_csrf(self, request: Request) -> None:
        """Raises NoProof: the CSRF token is missing or too old."""
        try:
            super().enforce_csrf(request)
        except PermissionDenied as refusal:
            raise NoProof from refusal


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = BearerToken
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "mh_...", "description": "Made on /accounts/tokens/."}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = BrowserSession
    name = "browser"

    def get_security_definition(self, auto_schema: object) -> dict:
        words = "The session of a browser that is signed in on the site. What changes something needs `X-CSRFToken` too."
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": words}
