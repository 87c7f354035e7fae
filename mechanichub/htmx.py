"""Where htmx must be told what a browser does by itself."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect


class SignIn:
    """Somebody who was signed out meanwhile presses a button: the page goes to the sign-in, and afterwards back to where it was.

    htmx would follow the redirect by itself and put the sign-in form into the middle of the page, or nowhere.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if leads_to_sign_in(response) and (page := page_of(request)):
            return HttpResponseClientRedirect(redirect_to_login(page).url)
        return response


def page_of(request: HttpRequest) -> str | None:
    """The page from which htmx asks; None when it was not htmx, or the page is not ours or no address at all."""
    try:
        return request.htmx.current_url_abs_path if getattr(request, "htmx", False) else None
    except ValueError:
        return None


def leads_to_sign_in(response: HttpResponse) -> bool:
    return response.status_code == 302 and urlsplit(response["Location"]).path == resolve_url(settings.LOGIN_URL)
