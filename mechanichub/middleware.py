"""Where pages meet the rest of the world: errors become answers, times become local."""

import logging
import zoneinfo

import psycopg
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from mechanichub.errors import DomainError, NotFound, NotPossible, Unavailable, Unreadable, WrongMethod

logger = logging.getLogger(__name__)


def wants_json(request: HttpRequest) -> bool:
    """True when the client prefers JSON to HTML (the `Accept` header, RFC 9110 12.5.1). Whoever asks for nonsense gets HTML, but
    below /api/ there is nothing but JSON."""
    if request.path_info.startswith("/api/"):
        return True
    try:
        return request.get_preferred_type(["text/html", "application/json", "application/problem+json"]) not in (None, "text/html")
    except ValueError:
        return False


def error_response(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The error as JSON (RFC 9457), as a fragment for htmx, or as a page, all with the error's own status."""
    if wants_json(request):
        response: HttpResponse = JsonResponse(error.as_problem(), status=error.status, content_type="application/problem+json")
    else:
        template = "_error.html" if getattr(request, "htmx", False) else "error.html"
        response = render(request, template, {"error": error}, status=error.status)
    if retry_after := getattr(error, "retry_after", None):
        response["Retry-After"] = str(retry_after)
    response._has_been_logged = error.is_told
    return response


class DomainErrors:
    """Maps the error family, 404 and 405 to answers in words."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        return wrong_method(request, response) if response.status_code == 405 else response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DomainError):
            return error_response(request, exception)
        if isinstance(exception, Http404):
            return error_response(request, NotFound())
        if isinstance(exception, IntegrityError):
            logger.exception("a rule of the database refused %s %r", request.method, request.path)
            return error_response(request, broken_rule(exception))
        if isinstance(exception, DataError):
            logger.exception("the database cannot hold what came with %s %r", request.method, request.path)
            return error_response(request, Unreadable(_("Something in this cannot be stored. Nothing was changed.")))
        return None


def wrong_method(request: HttpRequest, refusal: HttpResponse) -> HttpResponse:
    """Somebody typed the address of a button, or came back to it by signing in. The API has said it already."""
    if refusal.headers.get("Content-Type") == "application/problem+json":
        return refusal
    response = error_response(request, WrongMethod(_("This address belongs to a button. Please go to its page and press it there.")))
    response["Allow"] = refusal["Allow"]
    return response


def broken_rule(refusal: IntegrityError) -> NotPossible:
    """What the database refused, in its own words: the rules are named in sentences."""
    name = refusal.__cause__.diag.constraint_name if isinstance(refusal.__cause__, psycopg.Error) else None
    return NotPossible(_("Nothing was changed, because this has to hold: %(rule)s.") % {"rule": (name or str(refusal)).replace("_", " ")})


class DatabaseOutages:
    """PostgreSQL is restarting while a view works: 503 with Retry-After.

    Elsewhere (who is signed in, the session's own row, an error page) no middleware sees the error, because Django makes it a 500
    around each of them; `views.server_error` answers those.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return outage_response(request, exception) if is_outage(exception) else None


def is_outage(error: BaseException | None) -> bool:
    """True when the database did not answer, as opposed to refusing something."""
    return isinstance(error, (OperationalError, InterfaceError))


def outage_response(request: HttpRequest, outage: BaseException) -> HttpResponse:
    """503 with Retry-After, and a fresh connection for the next request."""
    logger.warning("database not reachable: %s", outage)
    connection.close()
    error = Unavailable(_("The database is not answering just now. Nothing was lost; please try again in a moment."))
    if wants_json(request):
        response = error_response(request, error)
    else:
        # Rendered without the request: who is signed in stands in the database.
        template = "_error.html" if request.headers.get("HX-Request") else "unavailable.html"
        response = HttpResponse(render_to_string(template, {"error": error}), status=503, headers={"Retry-After": str(error.retry_after)})
    response._has_been_logged = True  # in one line above; Django would add a traceback to it
    return response


class CompressedPages(GZipMiddleware):
    """Pages are compressed. Files are not: they are already, and a part of one has to be that part."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        return response if response.streaming else super().process_response(request, response)


class NothingBehindNul:
    """No row has a key with NUL in it, and PostgreSQL cannot even be asked for one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return error_response(request, NotFound()) if "\x00" in request.path_info else self.get_response(request)


class PrivatePages:
    """Keeps what a signed-in person sees out of every cache: after signing out, the back button shows nobody's data.

    A view that has said itself how long its answer may be kept is left alone.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_private = request.user.is_authenticated  # before the view: it may be the one that signs out
        response = self.get_response(request)
        if (is_private or request.user.is_authenticated) and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response


class DevicesForUsOnly:
    """Camera, microphone and screen are for our own pages, and never for anything that a page may have embedded."""

    POLICY = "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(), usb=()"

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Permissions-Policy"] = self.POLICY
        return response


class LocalTime:
    """Shows times in the signed-in person's own time zone."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        with timezone.override(zoneinfo.ZoneInfo(user.timezone) if user.is_authenticated and user.timezone else None):
            return self.get_response(request)
