"""Seeing the site as a customer sees it: for staff, with a reason that is written down, for half an hour, and to read only.

Whoever is signed in stays who they are, second factor and all. A mark in their browser's session says whose pages are shown. While it
is there, three things get past this middleware: the pages in `SHOWN`, asked for by GET and then made for the customer; leaving; and
signing out. All else is refused in words, whatever stands behind the address: forms, the admin, the API, the account's own pages, and
the pages that do something when they are merely asked for. Sockets are refused as well (live/consumers.py). And when one of the
shown pages should want to write all the same, the database refuses it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts_app.models import User
from accounts_app.second_factor import signed_in_with_it
from accounts_app.sessions import CUSTOMER_VIEW
from lifecycle import people, room
from mechanichub.errors import DomainError, NotYours
from mechanichub.middleware import error_response
from sessions_app.access import said_why

LASTS = timedelta(minutes=30)
PERMISSION = "accounts_app.see_as_customer"
LEAVE = "admin:accounts_app_user_leave_view"

# What one session's pages tell is told on its timeline as well.
OF_A_SESSION = {
    "checkout", "session-intake", "room-chat", "room-video", "room-diagnostic", "session-state", "session-messages", "session-checks",
    "session-files", "session-file", "session-file-drawn", "session-thumbnail", "file-drawing", "session-summary", "session-report-pdf",
}  # fmt: skip
SHOWN = OF_A_SESSION | {"home", "my", "my-open", "my-vehicles", "vehicle-edit", "intake-choose", "intake"}
STILL_ONESELF = {LEAVE, "account_logout"}


@dataclass(frozen=True)
class Look:
    """What the mark in a browser's session says.

    Args:
        until: when it ends by itself.
    """

    staff: User
    customer: User
    reason: str
    since: datetime
    until: datetime

    @property
    def minutes_left(self) -> int:
        """Counted, because a time of day would be read in the customer's time zone."""
        return (self.until - timezone.now()) // timedelta(minutes=1) + 1


class CustomerView:
    """The middleware. It stands where everybody is known and nothing has been decided yet."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if CUSTOMER_VIEW not in request.session:
            return self.get_response(request)
        look = look_of(request)
        if look is None:
            return self.over(request)
        request.customer_view = look
        name, arguments = address_of(request)
        if name in STILL_ONESELF:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return error_response(request, NotYours(_("You see this as %(name)s. Nothing can be changed.") % {"name": look.customer}))
        if name not in SHOWN:
            return error_response(request, NotYours(_("You see this as %(name)s, and this page is not shown. Leave first.") % named(look)))
        return self.shown(request, look, arguments.get("session_pk", arguments.get("pk")) if name in OF_A_SESSION else None)

    def shown(self, request: HttpRequest, look: Look, session_pk: UUID | None) -> HttpResponse:
        """The page as the customer has it. What it would leave behind in a browser is left out."""
        if session_pk:
            say_why(look, session_pk)
        request.user = look.customer
        try:
            with reading_only():
                response = self.get_response(request)
        finally:
            request.user = look.staff
        response.cookies.clear()
        return response

    def over(self, request: HttpRequest) -> HttpResponse:
        """It took too long, or one of the two is not what they were. Whatever was asked for is not done: not in anybody's name."""
        customer_id = request.session[CUSTOMER_VIEW]["customer"]
        end(request)
        ended = NotYours(
            _("Seeing the site as somebody else has ended by itself. Nothing was changed."),
            link=reverse("admin:accounts_app_user_change", args=[customer_id]),
            link_text=_("To the customer"),
        )
        return error_response(request, ended)


def look_of(request: HttpRequest) -> Look | None:
    """Who looks at whose pages; None when that is not so any more."""
    mark, staff = request.session[CUSTOMER_VIEW], request.user
    if not (staff.is_authenticated and str(staff.pk) == mark["by"] and may(request)):
        return None
    customer = customers().filter(pk=mark["customer"]).first()
    since = datetime.fromisoformat(mark["since"])
    if customer is None or timezone.now() >= since + LASTS:
        return None
    return Look(staff, customer, mark["reason"], since, since + LASTS)


def customers():
    """Whose pages can be looked at: neither a colleague's nor a mechanic's."""
    return User.objects.select_related("mechanic").filter(is_active=True, is_staff=False, is_superuser=False, mechanic=None)


def is_customer(person: User) -> bool:
    """The same of somebody at hand."""
    return person.is_active and not (person.is_staff or person.is_superuser or person.is_mechanic)


def may(request: HttpRequest) -> bool:
    return request.user.is_staff and signed_in_with_it(request) and request.user.has_perm(PERMISSION)


def address_of(request: HttpRequest) -> tuple[str, dict]:
    """The name of the address, and what it names; "" when there is no such address."""
    try:
        found = resolve(request.path_info)
    except Resolver404:
        return "", {}
    return found.view_name, found.kwargs


def named(look: Look) -> dict[str, User]:
    return {"name": look.customer}


def say_why(look: Look, session_pk: UUID) -> None:
    """Notes on the timeline that staff look into the customer's session, once an hour."""
    session = look.customer.sessions.filter(pk=session_pk).first()
    if session and not said_why(session, look.staff):
        room.look(session.pk, by=look.staff, reason=look.reason)


@contextmanager
def reading_only() -> Iterator[None]:
    """Has the database refuse to write."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield


# --- in and out --------------------------------------------------------------------------------------


def enter(request: HttpRequest, customer_id: str, reason: str) -> HttpResponse:
    """From now on this browser shows the customer's pages."""
    if not may(request):
        raise PermissionDenied
    customer = customers().filter(pk=customer_id).first()
    if customer is None:
        raise Http404
    if not reason:
        raise DomainError(_("Please give a reason."))
    log(request.user, customer, _("Sees the site as this person: %(reason)s") % {"reason": reason})
    mark = {"by": str(request.user.pk), "customer": str(customer.pk), "reason": reason, "since": timezone.now().isoformat()}
    request.session[CUSTOMER_VIEW] = mark
    request.session.save()  # before its sockets are looked at again
    people.rights_changed(request.user.pk)
    return redirect("my")


def leave(request: HttpRequest) -> HttpResponse:
    """Back to oneself. Whoever is that already is back as well."""
    mark = request.session.get(CUSTOMER_VIEW)
    if mark is None:
        return redirect("admin:index")
    end(request)
    messages.success(request, _("You are yourself again."))
    return redirect("admin:accounts_app_user_change", mark["customer"])


def end(request: HttpRequest) -> None:
    """Takes the mark off. Forms on pages that are still open in other tabs are worth nothing from now on: they were the customer's."""
    mark = request.session.pop(CUSTOMER_VIEW)
    rotate_token(request)
    customer = User.objects.filter(pk=mark["customer"]).first()
    if customer and request.user.is_authenticated:
        minutes = (timezone.now() - datetime.fromisoformat(mark["since"])) // timedelta(minutes=1)
        log(request.user, customer, _("Saw the site as this person for %(minutes)s min") % {"minutes": minutes})


def log(staff: User, customer: User, words: str) -> None:
    LogEntry.objects.create(
        user=staff,
        content_type=ContentType.objects.get_for_model(User),
        object_id=customer.pk,
        object_repr=str(customer)[:200],
        action_flag=CHANGE,
        change_message=words,
    )
