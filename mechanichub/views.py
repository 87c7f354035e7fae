"""The front page, and the pages for what went wrong before a view was reached."""

import logging
import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import defaults
from django.views.decorators.http import require_safe

from accounts_app.adapter import start_page
from accounts_app.models import Mechanic
from billing_app import demo_gateway
from billing_app.models import Plan
from mechanichub.errors import DomainError, NotFound, NotYours, TooLarge, TooOften, Unreadable
from mechanichub.middleware import error_response, is_outage, outage_response, wants_json

logger = logging.getLogger(__name__)


class OldForm(DomainError):
    """The proof that a form is ours is missing or too old. 403."""

    status = 403
    code = "csrf"
    title = gettext_lazy("Please send it again")


class Fault(DomainError):
    """Our fault; it is in the log. 500."""

    status = 500
    code = "fault"
    title = gettext_lazy("That is our fault")

    def __init__(self) -> None:
        super().__init__(_("Something is broken here. It has been noted."))


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is and costs; who is signed in goes on to their own start page."""
    if request.user.is_authenticated:
        return redirect(start_page(request.user))
    plans = Plan.objects.filter(is_active=True)
    return render(request, "home.html", {"plans": plans, "on_sale": demo_gateway.on_sale(), "on_duty": Mechanic.objects.on_duty().count()})


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that leads nowhere; looks like any other 404."""
    return error_response(request, NotFound())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Too much, a host that is not ours, or nothing that can be understood."""
    logger.warning("refused %s %r: %s", request.method, request.path, type(exception).__name__)
    response = error_response(request, refusal(exception))
    response._has_been_logged = True  # in one line above; Django would add a traceback to it, as often as somebody likes
    return response


def refusal(exception: Exception) -> DomainError:
    if isinstance(exception, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)):
        return TooLarge(_("Nothing was saved. Please go back and send less: a form holds about a million characters."))
    return Unreadable(_("Your browser sent something that we do not understand. Nothing was changed."))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Refused by something that is not ours and gives no reason."""
    return error_response(request, NotYours(_("You may not do this.")))


def too_often(request: HttpRequest) -> HttpResponse:
    """Called by allauth when somebody signs in, signs up or asks for codes too often."""
    words = _("To keep accounts safe, this can be tried only so many times. Please wait a few minutes and try again.")
    return error_response(request, TooOften(words))


def server_error(request: HttpRequest) -> HttpResponse:
    """Called while the error that nobody caught is at hand: the database went away under us, or something is broken."""
    error = sys.exc_info()[1]
    if is_outage(error):
        return outage_response(request, error)
    return error_response(request, Fault()) if wants_json(request) else defaults.server_error(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token: cookies are off, the page was open since before a sign-in, or it is not our form."""
    words = _(
        "This page was open for too long, or your browser refuses cookies. Nothing was changed. Please go back, reload and send it again."
    )
    return error_response(request, OldForm(words))
