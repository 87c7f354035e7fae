"""What a token is for. What a person may do is decided by the access functions and the verbs, as on the pages."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts_app.second_factor import has_second_factor, signed_in_with_it
from api_app.models import Scope, Token
from mechanichub.errors import NotYours


class SignedIn(BasePermission):
    """Somebody, and with a token for this: `read` for GET, `write` for the rest."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return False
        if isinstance(request.auth, Token):
            require(request.auth, Scope.READ if request.method in SAFE_METHODS else Scope.WRITE)
        return True


def require(token: Token, scope: Scope) -> None:
    """Support sees everybody's sessions, so their token says that it is for that, and they have a second factor.

    Raises:
        NotYours: the token is not for this.
    """
    if scope not in token.scopes:
        raise NotYours(_("This token is not for this. It needs the scope “%(scope)s”.") % {"scope": scope.value})
    if token.user.is_staff and not (Scope.STAFF in token.scopes and has_second_factor(token.user)):
        raise NotYours(_("For the support team a token needs the scope “staff”, and its person a second factor."))


class Staff(SignedIn):
    """The support team, with the second factor: typed in this browser, or behind the token (`require`)."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not super().has_permission(request, view):
            return False
        proven = isinstance(request.auth, Token) or signed_in_with_it(request)
        if not (request.user.is_staff and proven):
            raise NotYours(_("This is for the support team, with a second factor."))
        return True


class Anybody(BasePermission):
    """Nobody needs to sign in to read this."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return request.method in SAFE_METHODS


class Nobody(BasePermission):
    """What a view has that forgot to say who may use it."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return False
