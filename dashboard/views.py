"""The mechanic's dashboard: four lists, the intake behind each card, and what a mechanic does from there."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from accounts_app.models import AlertSettings, Mechanic, User
from dashboard import queries
from dashboard.desk import Desk, NotYet, desk_of
from dashboard.forms import DeclineForm, FilterForm, ReasonForm, ReleaseForm
from dashboard.keyset import Place
from dashboard.queries import ACTIVE, COMPLETED, HISTORY, INCOMING, TABS, Tab
from files_app import shelf
from lifecycle import people, queue, record
from mechanichub.errors import DomainError
from requests_app import matching, offers
from requests_app.access import OFFERED, request_for, shows_contact
from requests_app.models import SessionRequest
from requests_app.reasons import reasons_for, traits_of
from sessions_app.access import CUSTOMER, FORMER, MECHANIC, STAFF, said_why, session_for
from sessions_app.models import Session
from sessions_app.moves import HELD, WAITING

INVALID = 422  # a form with errors in it

# --- the tabs ------------------------------------------------------------------------------------

# Which news make a list read itself again. New requests need not: their cards are pushed.
NEWS = {INCOMING: "incoming", ACTIVE: "session messages", COMPLETED: "session", HISTORY: "session"}


@never_cache
@require_GET
@login_required
def board(request: HttpRequest, tab: Tab) -> HttpResponse:
    """A tab: the page, its list alone (`?part=list`), or the next cards of the list (`?part=more`)."""
    if chooses_mechanic(request):
        return mechanics(request)
    try:
        desk = desk_of(request)
    except NotYet:
        return render(request, "dashboard/not_yet.html", {"mechanic": request.user.mechanic}, status=NotYet.status)
    filters = FilterForm(request.GET, tab=tab)
    context = {"desk": desk, "tab": tab, "traits": desk.traits, "read_only": not desk.is_own, **cards(request, desk, tab, filters)}
    template = {"list": "dashboard/_list.html", "more": "dashboard/_cards.html"}.get(request.GET.get("part", ""))
    if template:
        return render(request, template, context)
    return render(request, "dashboard/board.html", {**context, **frame(request, desk, tab), "filters": filters})


def chooses_mechanic(request: HttpRequest) -> bool:
    """True for staff who have not said whose work they want to see."""
    return request.user.is_staff and not request.user.is_mechanic and "mechanic" not in request.GET


def mechanics(request: HttpRequest) -> HttpResponse:
    """Whose work do you want to see?"""
    everybody = Mechanic.objects.select_related("workshop").order_by("-on_duty", "display_name")
    return render(request, "dashboard/mechanics.html", {"mechanics": everybody})


def cards(request: HttpRequest, desk: Desk, tab: Tab, filters: FilterForm) -> dict[str, Any]:
    """A page of the list, and the addresses that lead on from it."""
    wanted = filters.wanted
    listing = queries.listing(tab, desk.mechanic, wanted.get("outcome", ""))
    after, until = place(request, "after"), place(request, "until")
    page = listing.page(wanted, after=after, until=until)
    end = page.end or until or (listing.order.place_of(page.rows[-1]) if after and page.rows else None)
    address = Address(request, tab, filters)
    return {
        "page": page,
        "came_with": shelf.by_session(row.pk for row in page.rows) if tab is INCOMING else {},
        "is_filtered": bool(wanted),
        "is_given_back": wanted.get("outcome") == queries.GIVEN_BACK,
        "is_later_page": after is not None,
        "first": address.of(),
        "unfiltered": address.unfiltered,
        "news": NEWS[tab],
        "end": end or "",
        "region": address.of(after=after, until=end, part="list"),
        "more": address.of(after=page.end) if page.end else "",
        "more_part": address.of(after=page.end, part="more") if page.end else "",
    }


def place(request: HttpRequest, name: str) -> Place | None:
    """The place in a list that the address names.

    Raises:
        Http404: no list has such a place.
    """
    text = request.GET.get(name)
    try:
        return Place.read(text) if text else None
    except ValueError:
        raise Http404


class Address:
    """The addresses of one tab, with the filters of this request that make sense."""

    def __init__(self, request: HttpRequest, tab: Tab, filters: FilterForm) -> None:
        self.path = reverse(f"mechanic-{tab.name}")
        self.whose = whose(request)
        self.filters = {name: filters.data[name] for name in filters.wanted}

    @property
    def unfiltered(self) -> str:
        return with_query(self.path, self.whose)

    def of(self, **more: Any) -> str:
        return with_query(self.path, {**self.whose, **self.filters, **{name: value for name, value in more.items() if value}})


def whose(request: HttpRequest) -> dict[str, str]:
    """The part of an address that says whose work staff look at."""
    return {name: request.GET[name] for name in ("mechanic",) if name in request.GET}


def with_query(path: str, query: dict[str, Any]) -> str:
    return f"{path}?{urlencode(query)}" if query else path


def frame(request: HttpRequest, desk: Desk, tab: Tab) -> dict[str, Any]:
    """What stands around a list."""
    alerts = AlertSettings.objects.filter(mechanic=desk.mechanic).first() if desk.is_own else None
    return {**tab_row(request, desk, tab), "alerts": alerts or AlertSettings(mechanic=desk.mechanic)}


@never_cache
@require_GET
@login_required
def tabs(request: HttpRequest) -> HttpResponse:
    """The row of tabs with its counts, by itself, to be read again when they change; `?tab=` is the one that is open."""
    open_tab = next((tab for tab in TABS if tab.name == request.GET.get("tab")), INCOMING)
    desk = desk_of(request)
    return render(request, "dashboard/_tabs.html", {"desk": desk, "tab": open_tab, **tab_row(request, desk, open_tab)})


def tab_row(request: HttpRequest, desk: Desk, tab: Tab) -> dict[str, Any]:
    return {
        "tabs": [(each, with_query(reverse(f"mechanic-{each.name}"), whose(request))) for each in TABS],
        "counts": queries.counts(desk.mechanic),
        "tabs_part": with_query(reverse("mechanic-tabs"), {"tab": tab.name, **whose(request)}),
    }


@require_POST
@login_required
def duty(request: HttpRequest) -> HttpResponse:
    """The mechanic's own switch: `on` is there or not, as a checkbox sends it."""
    desk = desk_of(request)
    people.set_duty(desk.mechanic.pk, by=request.user, on="on" in request.POST)
    tab = next((tab for tab in TABS if tab.name == request.POST.get("tab")), INCOMING)
    return see_other(reverse(f"mechanic-{tab.name}"))


# --- what a mechanic does ------------------------------------------------------------------------


@require_POST
@login_required
def accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Takes the request and goes straight into its room."""
    if not request.user.is_mechanic:
        session_for(request.user, pk)  # for others it is as if it were not there; who sees it is told why not
    with back_to(INCOMING):
        session = queue.accept(pk, by=request.user)
    return go_to(request, session.room_url)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def decline(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Takes the request off this mechanic's list, with a reason."""
    form = DeclineForm(posted(request))
    with back_to(INCOMING):
        asked = offered(request, pk)
        if form.is_valid():
            queue.decline(pk, by=request.user, reason=form.words)
            return declined(request, pk)
    return reason_page(request, "decline", form, asked)


def offered(request: HttpRequest, pk: UUID) -> SessionRequest:
    """The request, for somebody who could take it.

    Raises:
        Http404: not theirs to see.
        NotYours: not an approved mechanic.
        NotPossible: somebody was faster; it says who.
    """
    try:
        asked = request_for(request.user, pk)
    except Http404:
        if request.user.is_mechanic:
            queue.missed(pk, desk_of(request).mechanic)
        raise
    record.require(asked.session, "accept", request.user)
    return asked


def declined(request: HttpRequest, pk: UUID) -> HttpResponse:
    """In a dialog the list stays where it is, and takes the card off by itself (incoming-board.js)."""
    done = _("You declined this request.")
    if not request.htmx:
        messages.success(request, done)
        return see_other(reverse("mechanic-incoming"))
    response = trigger_client_event(HttpResponse(status=204), "request-declined", {"id": str(pk)})
    return trigger_client_event(response, "toast", {"text": done, "level": "ok"})


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def release(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Gives a session that has not started back to the queue, with a reason."""
    form = ReleaseForm(posted(request))
    with back_to(ACTIVE):
        session = releasable(request, pk)
        if form.is_valid():
            queue.release(pk, by=request.user, reason=form.words)
            messages.success(request, _("The session is back in the queue."))
            return go_to(request, reverse("mechanic-active") if session.role == MECHANIC else reverse("home"))
    return reason_page(request, "release", form, session.request)


def releasable(request: HttpRequest, pk: UUID) -> Session:
    """The session, for somebody who may release it now.

    Raises:
        Http404, NotYours, NotPossible
    """
    if request.user.is_mechanic:
        desk_of(request)  # a suspended mechanic has no session left, and is told so
    session = session_for(request.user, pk)
    record.require(session, "release", request.user)
    return session


def reason_page(request: HttpRequest, what: str, form: ReasonForm, asked: SessionRequest) -> HttpResponse:
    """The form that asks why, as a page or (for htmx) as what stands in a dialog."""
    template = f"dashboard/_{what}.html" if request.htmx else f"dashboard/{what}.html"
    return render(request, template, {"form": form, "request_row": asked}, status=INVALID if form.is_bound else 200)


@never_cache
@require_GET
@login_required
def intake(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the customer told, as a page or (for htmx) as what stands in a dialog."""
    asked = request_for(request.user, pk)
    if asked.role == OFFERED:
        offers.seen(asked, request.user.mechanic)
    return render(request, "dashboard/_intake.html" if request.htmx else "dashboard/intake.html", intake_context(asked, request.user))


def intake_context(asked: SessionRequest, user: User) -> dict[str, Any]:
    session, role = asked.session, asked.role
    return {
        "request_row": asked,
        "intake": asked.intake,
        "session": session,
        "role": role,
        "shows_contact": shows_contact(asked, user),
        "earlier": queries.earlier_sessions(asked),
        "why": [reason for reason in reasons_for(asked) if reason.applies_to(traits_of(user.mechanic))] if user.is_mechanic else [],
        "sees_pictures": role in (CUSTOMER, MECHANIC, OFFERED) or (role == STAFF and said_why(session, user)),
        "may_take": role == OFFERED or (role == FORMER and matching.open_to(user.mechanic).filter(pk=asked.pk).exists()),
        "may_join": role in (CUSTOMER, MECHANIC) and session.status in HELD,
        "may_release": role == MECHANIC and session.status == WAITING,
    }


# --- answers -------------------------------------------------------------------------------------


def posted(request: HttpRequest) -> Any:
    """What a form is bound to: an empty POST is a POST."""
    return request.POST if request.method == "POST" else None


@contextmanager
def back_to(tab: Tab) -> Iterator[None]:
    """Whatever is refused within shows the way back to this tab."""
    try:
        yield
    except DomainError as refusal:
        if not refusal.link:
            refusal.link, refusal.link_text = reverse(f"mechanic-{tab.name}"), _("Back to %(tab)s") % {"tab": tab.title}
        raise


def go_to(request: HttpRequest, address: str) -> HttpResponse:
    """On to another page, also when it was htmx that asked."""
    return HttpResponseClientRedirect(address) if request.htmx else see_other(address)


def see_other(address: str) -> HttpResponse:
    """To be read with GET (303), and the address after a POST is not kept."""
    return HttpResponseRedirect(address, status=303)
