"""Every error of the API has one shape, problem+json (RFC 9457), whoever noticed it: our verbs, DRF, Django or PostgreSQL.

Addresses below /api/ that lead nowhere, and what fails before a view is reached, get the same from mechanichub/middleware.py.
"""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DataError, IntegrityError, connection
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response

from mechanichub.errors import DomainError, NotFound, NotYours, TooOften, Unavailable, Unreadable, WrongMethod
from mechanichub.middleware import broken_rule, is_outage

PROBLEM = "application/problem+json"
logger = logging.getLogger(__name__)


class NotSignedIn(DomainError):
    """Nobody is signed in, or with something that opens nothing. 401 with WWW-Authenticate."""

    status = 401
    code = "not_signed_in"
    title = gettext_lazy("Please sign in")


class BadProof(DomainError):
    """A browser's request without its CSRF token. 403."""

    status = 403
    code = "csrf"
    title = gettext_lazy("Not from our page")


class NoProof(exceptions.PermissionDenied):
    """DRF's side of it: whoever comes like this is nobody (throttles.py counts the address)."""


class Invalid(DomainError):
    """What was sent is understood and not right. 422.

    Args:
        fields: what is wrong, in words, by the name of the field; "" for what belongs to none.
    """

    status = 422
    code = "invalid"
    title = gettext_lazy("Please check what you sent")

    def __init__(self, fields: dict[str, list[str]]) -> None:
        super().__init__(_("Nothing was changed. See “fields” for what to correct."))
        self.fields = fields


class NotAcceptable(DomainError):
    """The client takes no JSON. 406."""

    status = 406
    code = "not_acceptable"
    title = gettext_lazy("Not in this form")


class UnknownType(DomainError):
    """The body is of a kind that is not read here. 415."""

    status = 415
    code = "unknown_type"
    title = gettext_lazy("Not in this form")


def problem_response(exception: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler; None for what is a fault of ours, which Django then logs and answers (views.server_error)."""
    error = in_words(exception)
    if error is None:
        return None
    if is_outage(exception):
        logger.warning("database not reachable: %s", exception)
        connection.close()  # a fresh one for the next request
    response = Response(error.as_problem(), status=error.status, content_type=PROBLEM, headers=headers_of(exception, error, context))
    response._has_been_logged = error.is_told
    return response


def in_words(exception: Exception) -> DomainError | None:
    """What the product calls this."""
    if isinstance(exception, DomainError):
        return exception
    if isinstance(exception, exceptions.ValidationError):
        return Invalid(by_field(exception.detail))
    if isinstance(exception, IntegrityError):
        logger.exception("a rule of the database refused a call")
        return broken_rule(exception)
    if isinstance(exception, DataError):
        logger.exception("the database cannot hold what came with a call")
        return Unreadable(_("Something in this cannot be stored. Nothing was changed."))
    if is_outage(exception):
        return Unavailable(_("The database is not answering just now. Nothing was lost; please try again in a moment."))
    return next((words(exception) for kind, words in FOREIGN if isinstance(exception, kind)), None)


# What DRF and Django raise, in our words; the first that fits.
FOREIGN = (
    (exceptions.AuthenticationFailed, lambda error: NotSignedIn(error.detail)),
    (exceptions.NotAuthenticated, lambda error: NotSignedIn(_("Send a token, or come with a browser that is signed in."))),
    (NoProof, lambda error: BadProof(_("Send the value of the cookie “csrftoken” in the header X-CSRFToken."))),
    ((exceptions.PermissionDenied, PermissionDenied), lambda error: NotYours(_("You may not do this."))),
    ((exceptions.NotFound, Http404), lambda error: NotFound()),
    (exceptions.MethodNotAllowed, lambda error: WrongMethod(_("This address is there, but not for this method. “Allow” says for which."))),
    (exceptions.NotAcceptable, lambda error: NotAcceptable(_("Answers are JSON. Please accept application/json."))),
    (exceptions.UnsupportedMediaType, lambda error: UnknownType(_("Please send JSON, with Content-Type: application/json."))),
    (exceptions.ParseError, lambda error: Unreadable(_("This is no JSON that can be read: %(why)s") % {"why": str(error.detail)[:200]})),
    (exceptions.Throttled, lambda error: TooOften(_("That were too many calls in a short time. Please slow down."))),
)


def by_field(detail: Any) -> dict[str, list[str]]:
    """DRF's errors, flat: what is wrong within a list or an object belongs to the field that holds it."""
    if not isinstance(detail, dict):
        return {"": words_in(detail)}
    return {"" if name == "non_field_errors" else str(name): words_in(errors) for name, errors in detail.items()}


def words_in(errors: Any) -> list[str]:
    if isinstance(errors, (list, tuple)):
        return [word for error in errors for word in words_in(error)]
    if isinstance(errors, dict):
        return [word for error in errors.values() for word in words_in(error)]
    return [str(errors)]


def headers_of(exception: Exception, error: DomainError, context: dict[str, Any]) -> dict[str, str]:
    if isinstance(error, NotSignedIn):
        return {"WWW-Authenticate": getattr(exception, "auth_header", "") or "Bearer"}
    if isinstance(error, WrongMethod):
        return {"Allow": ", ".join(context["view"].allowed_methods)}
    wait = getattr(exception, "wait", None) or getattr(error, "retry_after", None)
    return {"Retry-After": str(max(1, round(wait)))} if wait else {}
