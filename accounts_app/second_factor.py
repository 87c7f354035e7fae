"""Staff work with a second factor, or not at all."""

from collections.abc import Callable

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts_app.models import User
from mechanichub.errors import NotYours
from mechanichub.middleware import error_response, wants_json


def has_second_factor(user: User) -> bool:
    """True when this person types a code from an app at every sign-in."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def lacks_second_factor(user: User | AnonymousUser) -> bool:
    """True for staff who have not set one up yet."""
    return user.is_authenticated and user.is_staff and not has_second_factor(user)


def signed_in_with_it(request: HttpRequest) -> bool:
    """True when a code was typed since this sign-in, then or later."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


class StaffNeedSecondFactor:
    """Sends staff without a second factor to where it is set up, before they see or do anything else.

    The pages of the account itself stay open, because that is where it is set up. The admin answers for itself, with 404.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if lacks_second_factor(request.user) and not request.path.startswith(self.open_paths()):
            return self.refuse(request)
        return self.get_response(request)

    def open_paths(self) -> tuple[str, ...]:
        accounts = reverse("account_login").removesuffix("login/")
        return accounts, reverse("admin:index"), reverse("healthz"), reverse("readyz")

    def refuse(self, request: HttpRequest) -> HttpResponse:
        setup = reverse("mfa_activate_totp")
        words = _("Working for the support team takes a second factor. Please set one up first.")
        if request.method != "GET" or wants_json(request) or request.headers.get("HX-Request"):
            return error_response(request, NotYours(words, link=setup, link_text=_("Set it up")))
        messages.warning(request, words)
        return redirect(setup)
