"""The room of a session and its talk, how it ends, and what stays of it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts_app.models import Mechanic, User
from diagnostics_app.findings import draft_of
from diagnostics_app.panel import panel_of
from files_app import shelf
from lifecycle import queue, record
from lifecycle import room as moves
from mechanichub.errors import DomainError, NotYours
from mechanichub.forms import Form
from mechanichub.middleware import wants_json
from requests_app import matching
from requests_app.access import OFFERED, request_for
from sessions_app import calls, chat, timeline
from sessions_app.access import CUSTOMER, FORMER, MECHANIC, SEES, STAFF, for_a_move, messages_for, room_for, session_for
from sessions_app.forms import CancelForm, PlaceInTalk, ReadForm, ReasonForm, ReportForm
from sessions_app.models import Message, Participant, Session
from sessions_app.moves import HELD, IN_QUEUE, LIVE, UNATTENDED

TALK_PAGE = 50  # messages in the room when it opens, and in each step back
TALK_MOST = 200  # messages in one answer to a page that was away
INVALID = 422

# --- the room ------------------------------------------------------------------------------------


@never_cache
@require_GET
@login_required
def room(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    """The one address of a session while it lives: waiting room, room, and afterwards what was said."""
    try:
        session = room_for(request.user, pk)
    except NotYours:
        return redirect("session-look", pk)
    if session.type != kind:
        return redirect(session.room_url)
    return room_page(request, session)


def room_page(request: HttpRequest, session: Session, *, unsent: str = "", refusal: DomainError | None = None) -> HttpResponse:
    """The whole page; with what could not be sent and why, when the browser cannot say that by itself."""
    context = {
        **state_of(session, request.user),
        **talk_of(session, request.user, place_in(request)),
        "request_row": session.request,
        "forms": ending_forms(session),
        "shelf": shelf.of(session, request.user),
        "client_id": uuid4(),
        "longest": chat.LONGEST,
        "own_part": timeline.read_by(request.user, session) if session.role == FORMER else [],
        "panel": panel_of(session, request.user, request.GET.get("step", "")) if session.type == Session.Type.DIAGNOSTIC else None,
        "unsent": unsent,
        "refusal": refusal,
    }
    return render(request, "sessions_app/room.html", context, status=refusal.status if refusal else 200)


def ending_forms(session: Session) -> dict[str, Form]:
    """The dialogs of the room. They lie outside of what is swapped, so they are there before their time."""
    if not session.is_open:
        return {}
    return {CUSTOMER: {"cancel": CancelForm()}, MECHANIC: {"report": ReportForm(initial=draft_of(session))}}.get(session.role, {})


@never_cache
@require_GET
@login_required
def state(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The parts of the room that change, as fragments."""
    return render(request, "sessions_app/_state.html", state_of(room_for(request.user, pk), request.user))


@require_POST
@login_required
def enter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A sign of life. The answer is the state of the room, so one request every 20 s keeps a page right even without a socket."""
    room_for(request.user, pk)
    moves.enter(pk, by=request.user)
    session = room_for(request.user, pk)
    if not request.htmx:
        return redirect(session.room_url)
    return render(request, "sessions_app/_state.html", state_of(session, request.user))


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def look(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Staff say why they look into somebody's room."""
    session = session_for(request.user, pk)
    if session.role != STAFF:
        return redirect(session.room_url)
    form = ReasonForm(posted(request))
    if form.is_valid():
        moves.look(pk, by=request.user, reason=form.cleaned_data["reason"])
        return redirect(session.room_url)
    return form_page(request, "sessions_app/look.html", session, form)


# --- the talk ------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def talk(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET: the messages `?after=<number>` or `?before=<number>`. POST: says something."""
    session = room_for(request.user, pk)
    if request.method == "POST":
        return say(request, session)
    return render(request, "sessions_app/_talk.html", talk_of(session, request.user, place_in(request)))


def say(request: HttpRequest, session: Session) -> HttpResponse:
    body = request.POST.get("body", "")
    try:
        message = chat.post(session.pk, by=request.user, client_id=client_id_of(request), body=body)
    except DomainError as refusal:
        if request.htmx or wants_json(request):
            raise
        return room_page(request, session, unsent=body, refusal=refusal)
    if not request.htmx:
        return redirect(f"{session.room_url}#message-{message.client_id}")
    return render(request, "sessions_app/_message.html", {"message": message, "session": session}, status=201)


def client_id_of(request: HttpRequest) -> UUID:
    """The name that the browser gave to the message.

    Raises:
        BadMessage: it is no UUID.
    """
    try:
        return UUID(request.POST.get("client_id", ""))
    except ValueError:
        raise chat.BadMessage(_("This page is out of order. Please copy your text, reload the page and send it again."))


@require_POST
@login_required
def read(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The messages up to a number were seen."""
    room_for(request.user, pk)
    form = ReadForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=INVALID)
    chat.mark_read(pk, by=request.user, up_to=form.cleaned_data["up_to"])
    return HttpResponse(status=204)


def place_in(request: HttpRequest) -> dict[str, int | None]:
    """`after` and `before` out of the address.

    Raises:
        Http404: they are no numbers.
    """
    place = PlaceInTalk(request.GET)
    if not place.is_valid():
        raise Http404
    return place.cleaned_data


def talk_of(session: Session, user: User, place: dict[str, int | None]) -> dict[str, Any]:
    """A part of the conversation, in order: what came after a number, or the page before one, or the latest page."""
    everything = messages_for(session, user)
    said = everything.select_related("author__mechanic")
    if place["after"] is not None:
        part, earlier = list(said.filter(number__gt=place["after"]).order_by("number")[: TALK_MOST + 1]), []
    else:
        part, earlier = page_before(said, place["before"])
    return {
        "session": session,
        "talk": with_files(part[:TALK_MOST], session),
        "has_more": len(part) > TALK_MOST,
        "has_earlier": bool(earlier),
        "is_page_before": place["before"] is not None,
        "read_up_to": read_up_to(everything, user),
    }


def with_files(said: list[Message], session: Session) -> list[Message]:
    """The messages with the files that came with them; to whom those are not shown, with their names."""
    return shelf.attach(said) if session.role in SEES["files"] else said


def page_before(said: QuerySet[Message], number: int | None) -> tuple[list[Message], list[Message]]:
    """The page that ends before `number` (or with the last message), and whatever shows that there are earlier ones."""
    said = said.filter(number__lt=number) if number else said
    latest = list(said.order_by("-number")[: TALK_PAGE + 1])
    return latest[:TALK_PAGE][::-1], latest[TALK_PAGE:]


def read_up_to(said: QuerySet[Message], user: User) -> int:
    """The number of this person's last message that the other one has read; 0 when there is none."""
    return said.filter(author=user, read_at__isnull=False).aggregate(last=Max("number"))["last"] or 0


# --- what the state of a room is -----------------------------------------------------------------

QUEUE, TALK, OVER = "queue", "talk", "over"


def state_of(session: Session, user: User) -> dict[str, Any]:
    """What the changing parts of the room show to this person."""
    now = timezone.now()
    takes_part = session.role in (CUSTOMER, MECHANIC)
    return {
        "session": session,
        "role": session.role,
        "stage": stage_of(session),
        "may_write": takes_part and session.status in HELD,
        "stays": takes_part and session.is_open,
        "legal": record.legal(session, user),
        "people": people_in(session, user, now),
        "sees_report": session.role in SEES["report"],
        "intake": session.request.intake,
        "shows_contact": session.role in SEES["contact"],
        "left_at": own_end(session, user) if session.role == FORMER else None,
        "call": calls.offered(session),
        **early_end(session),
        **(search_for_mechanic(session) if session.status in IN_QUEUE else {}),
    }


def stage_of(session: Session) -> str:
    if session.status in HELD:
        return TALK
    return QUEUE if session.is_open else OVER


def people_in(session: Session, user: User, now: datetime) -> list[dict[str, Any]]:
    """Who else has to do with it now, and whether they are in the room."""
    others = session.participants.filter(until=None).exclude(user=user).select_related("user__mechanic").order_by("role")
    present_since = now - timedelta(seconds=settings.PRESENT_FOR)
    return [
        {
            "name": other.user.mechanic.display_name if other.role == Participant.Role.MECHANIC else other.user.short_name,
            "pk": other.user_id,
            "role": other.role,
            "seen_at": other.last_seen_at,
            "is_here": bool(other.last_seen_at and other.last_seen_at >= present_since),
        }
        for other in others
    ]


def early_end(session: Session) -> dict[str, Any]:
    """Until when ending a live session would make it count as cancelled."""
    until = session.started_at + timedelta(seconds=settings.SHORTEST_SESSION) if session.status == LIVE else None
    return {"now": timezone.now(), "ends_early_until": until, "shortest": settings.SHORTEST_SESSION}


def own_end(session: Session, user: User) -> datetime | None:
    """When a former mechanic's part in it ended."""
    return session.participants.values_list("until", flat=True).get(user=user)


def search_for_mechanic(session: Session) -> dict[str, Any]:
    """How the search goes, in numbers as they are now."""
    request = session.request
    asked_first = request.preferred_mechanic if matching.in_window(request) else None
    return {
        "request_row": request,
        "ahead": Session.objects.ahead_of(session).count(),
        "on_duty": Mechanic.objects.on_duty().count(),
        "can_take_it": matching.eligible_for(request).count(),
        "asked_first": asked_first,
        "gives_up_at": request.expires_at + timedelta(seconds=settings.UNATTENDED_TIMEOUT) if session.status == UNATTENDED else None,
    }


# --- how it ends ---------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def complete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The mechanic ends the session with a report; staff may end it with a reason alone.

    When it cannot be ended any more, what was written stays on the page, beside the reason.
    """
    with for_a_move(request.user):
        session = session_for(request.user, pk)
    writes_report = session.role in (MECHANIC, FORMER)
    if request.method == "GET" or not writes_report:
        record.require(session, "complete", request.user)
    form = ReportForm(posted(request), initial=draft_of(session)) if writes_report else ReasonForm(posted(request))
    more = {"writes_report": writes_report, **early_end(session)}
    if not form.is_valid():
        return form_page(request, "sessions_app/complete.html", session, form, more)
    report = form.report(session.currency) if writes_report else None
    try:
        ended = moves.complete(pk, by=request.user, report=report, reason=form.cleaned_data.get("reason", ""))
    except DomainError as refusal:
        if wants_json(request):
            raise
        form.add_error(None, refusal.detail)
        return form_page(request, "sessions_app/complete.html", session, form, more, status=refusal.status)
    say_how_it_ended(request, ended)
    return redirect("session-summary", pk)


def say_how_it_ended(request: HttpRequest, session: Session) -> None:
    if session.status == Session.Status.COMPLETED:
        notices.success(request, _("The session is completed. Thank you!"))
        return
    words = _("It was live for less than %(seconds)s seconds, so it counts as cancelled and not as completed. What you wrote is kept.")
    notices.warning(request, words % {"seconds": settings.SHORTEST_SESSION})


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The customer, or staff, call it off before it started."""
    session = cancellable(request.user, pk)
    record.require(session, "cancel", request.user)
    form = CancelForm(posted(request))
    if not form.is_valid():
        return form_page(request, "sessions_app/cancel.html", session, form)
    queue.cancel(pk, by=request.user, reason=form.words)
    notices.success(request, _("The session is cancelled."))
    return redirect("my" if session.role == CUSTOMER else reverse("session-summary", args=[pk]))


def cancellable(user: User, pk: UUID) -> Session:
    """The session, for cancelling it.

    Raises:
        Http404: not theirs to see.
        NotYours: a mechanic; also one who sees it on his list only, or may not work.
    """
    with for_a_move(user):
        role = request_for(user, pk).role
    if role == OFFERED:
        raise NotYours(_("Only the customer can cancel this. You can decline it."))
    if role == MECHANIC:
        raise NotYours(_("Only the customer can cancel. You can give the session back to the queue."))
    return session_for(user, pk)


def posted(request: HttpRequest) -> Any:
    """What a form is bound to: an empty POST is a POST."""
    return request.POST if request.method == "POST" else None


def form_page(
    request: HttpRequest, template: str, session: Session, form: Form, more: dict[str, Any] | None = None, *, status: int = INVALID
) -> HttpResponse:
    """A page around a form; a bound form is one that was refused, with `status`."""
    context = {"session": session, "role": session.role, "form": form, **(more or {})}
    return render(request, template, context, status=status if form.is_bound else 200)
