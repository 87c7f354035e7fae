"""The customer's dashboard: the open session as it stands, and all that were before."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts_app.models import User
from dashboard.keyset import Order, Page, Place, page
from files_app import shelf
from lifecycle import record
from mechanichub.errors import NotYours
from sessions_app.models import Session
from sessions_app.moves import IN_QUEUE

PAST = Order("created_at", latest_first=True)
CARS = 6  # shown here; all of them are on their own page


@never_cache
@require_GET
@login_required
def my(request: HttpRequest) -> HttpResponse:
    """The whole page; `?after=<place>` goes on in the list of past sessions."""
    refuse_mechanics(request.user)
    past = past_sessions(request.user, request.GET.get("after", ""))
    now = open_session(request.user)
    context = {
        **now,
        "past": past,
        "came_with": shelf.by_session(session.pk for session in (now["session"], *past.rows) if session),
        "is_first_page": not request.GET.get("after"),
        "vehicles": request.user.vehicles.all()[:CARS],
    }
    return render(request, "dashboard/my.html", context)


@never_cache
@require_GET
@login_required
def my_open(request: HttpRequest) -> HttpResponse:
    """The open session alone, for the region that reads itself again."""
    refuse_mechanics(request.user)
    return render(request, "dashboard/_my_open.html", open_session(request.user))


def refuse_mechanics(user: User) -> None:
    if user.is_mechanic:
        words = _("This is the dashboard of customers. Yours shows what comes in.")
        raise NotYours(words, link=reverse("mechanic-incoming"), link_text=_("To your dashboard"))


def open_session(user: User) -> dict[str, Any]:
    """What the card of the open session shows; there is at most one."""
    unread = Count("messages", filter=Q(messages__read_at=None) & ~Q(messages__author=user))
    session = user.sessions.open().select_related("plan", "mechanic", "request__intake").annotate(unread=unread).first()
    if session is None:
        return {"session": None}
    ahead = Session.objects.ahead_of(session).count() if session.status in IN_QUEUE else None
    return {"session": session, "intake": session.request.intake, "ahead": ahead, "legal": record.legal(session, user)}


def past_sessions(user: User, after: str) -> Page:
    """A page of the ended sessions, the latest first.

    Args:
        after: where the page before it ended, or "".

    Raises:
        Http404: it is no such place.
    """
    past = Session.objects.ended_of(user).select_related("plan", "mechanic", "request__intake", "report", "review")
    try:
        return page(past, PAST, after=Place.read(after) if after else None, until=None)
    except ValueError:
        raise Http404
