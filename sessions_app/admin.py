"""Sessions in the admin: everything about one on one page, and the moves that staff may make."""

from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts_app.models import Mechanic, User
from console.base import SEARCH_LENGTH, NeedsAttention, Observed, badge, session_link, short
from console.exporting import Exported
from console.filters import DatesFilter
from console.moves import Button, ReasonForm, WithMoves
from console.paging import LongList
from files_app import shelf
from files_app.models import SessionFile
from lifecycle import queue, record, room
from lifecycle.diagnosis import diagnose, lasted
from lifecycle.preview import MOST_NAMED, can_be_given, preview
from requests_app.finding import found_by
from requests_app.models import Offer
from sessions_app import timeline
from sessions_app.access import LOOK_LASTS, STAFF
from sessions_app.filters import AgeFilter, CountryFilter, KindFilter, MechanicFilter, PaymentFilter, UrgentFilter, WorkshopFilter
from sessions_app.models import Message, Participant, Report, Review, Session, SessionEvent
from sessions_app.moves import MOVES, Status
from sessions_app.sheets import SessionSheet

STATUS_LEVELS = {
    Status.AWAITING_PAYMENT: "outline",
    Status.PENDING: "info",
    Status.UNATTENDED: "danger",
    Status.WAITING: "warn",
    Status.LIVE: "live",
    Status.COMPLETED: "ok",
    Status.CANCELLED: "outline",
}
LOOK = "look"


class AssignForm(ReasonForm):
    """To whom, and why. Offered are those who have a free place of the right kind; when they are too many to choose from, one can also
    be named by his address.
    """

    mechanic = forms.ModelChoiceField(Mechanic.objects.none(), label=gettext_lazy("Mechanic"), required=False)
    address = forms.EmailField(label=gettext_lazy("or the e-mail address of another one"), required=False)
    field_order = ["mechanic", "address", "reason"]

    def __init__(self, row: Session, *args: Any, **kwargs: Any) -> None:
        super().__init__(row, *args, **kwargs)
        self.preview = preview(row, "assign")
        field = self.fields["mechanic"]
        field.queryset = can_be_given(row)
        field.error_messages["invalid_choice"] = _("This mechanic has no free place. Please choose another one.")
        declined = {offer.mechanic_id for offer in row.request.offers.all() if offer.declined_at}
        choices = [(mechanic.pk, _told(mechanic, declined)) for mechanic in self.preview.mechanics]
        field.choices = [("", "---------"), *choices[:MOST_NAMED]]
        if len(choices) <= MOST_NAMED:
            del self.fields["address"]

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        if address := told.pop("address", ""):
            told["mechanic"] = self.fields["mechanic"].queryset.filter(user__email__iexact=address).first()
            if told["mechanic"] is None:
                raise ValidationError(_("No mechanic with this address has a free place."))
        elif "mechanic" in told and told["mechanic"] is None:
            raise ValidationError(_("Please choose a mechanic."))
        return told


def _told(mechanic: Mechanic, declined: set[UUID]) -> str:
    """A mechanic as a choice: "Max: on duty, 3 free places"."""
    places = ngettext("%(count)s free place", "%(count)s free places", mechanic.free_places) % {"count": mechanic.free_places}
    known = [_("on duty") if mechanic.on_duty else _("off duty"), places, *([_("has declined it")] if mechanic.pk in declined else [])]
    return f"{mechanic.display_name}: {', '.join(known)}"


def assign(session_id: UUID, *, by: User, mechanic: Mechanic, reason: str) -> Session:
    return queue.assign(session_id, by=by, mechanic_id=mechanic.pk, reason=reason)


def complete(session_id: UUID, *, by: User, reason: str) -> Session:
    return room.complete(session_id, by=by, report=None, reason=reason)


@admin.register(Session)
class SessionAdmin(Exported, WithMoves, Observed):
    """The page of a session shows what happened, where it stands and what can be done about it."""

    list_display = ("who", "status_badge", "car", "type", "mechanic", "submitted", "ended")
    list_filter = (
        NeedsAttention,
        "status",
        AgeFilter,
        UrgentFilter,
        "type",
        "plan",
        PaymentFilter,
        MechanicFilter,
        WorkshopFilter,
        CountryFilter,
        DatesFilter,
    )
    list_select_related = ("mechanic", "plan", "request__intake")
    search_fields = ("request__intake__words",)
    search_in = gettext_lazy("Words of name, car, plate, VIN, city or concern; a mechanic's name; an e-mail address; how an id begins")
    sortable_by = ("submitted",)  # nothing else is in order already when there are very many
    show_facets = admin.ShowFacets.NEVER  # they would count all rows for each choice
    ordering = ("-created_at", "-id")
    sheet = SessionSheet
    buttons = (
        Button(name="assign", label=gettext_lazy("Assign"), done=gettext_lazy("assigned"), verb=assign, form=AssignForm, for_many=False),
        Button(name="release", label=gettext_lazy("Give back to the queue"), done=gettext_lazy("back in the queue"), verb=queue.release),
        Button(name="requeue", label=gettext_lazy("Put into the queue again"), done=gettext_lazy("in the queue again"), verb=queue.requeue),
        Button(
            name="complete",
            label=gettext_lazy("Complete without a report"),
            done=gettext_lazy("ended"),
            verb=complete,
            is_danger=True,
            for_many=False,
        ),
        Button(name="cancel", label=gettext_lazy("Cancel"), done=gettext_lazy("cancelled"), verb=queue.cancel, is_danger=True),
        Button(name="abort", label=gettext_lazy("Break off"), done=gettext_lazy("broken off"), verb=room.abort, is_danger=True),
        Button(
            name=LOOK,
            label=gettext_lazy("Show conversation and contact data"),
            done=gettext_lazy("conversation and contact data are shown for an hour"),
            verb=room.look,
            for_many=False,
        ),
    )

    def legal(self, row: Session, by: User) -> list[str]:
        return [*record.legal(row, by), LOOK]

    def called(self, row: Session) -> str:
        return " · ".join(filter(None, [row.request.customer_name, row.request.intake.car]))

    def obstacle(self, row: Session, button: Button) -> str:
        return "" if row.status in MOVES[button.name].sources else record.standing(row)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LongList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        related = ("customer", "mechanic__workshop", "plan", "request__intake")
        return super().get_queryset(request).select_related(*related).defer("request__intake__words")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Session], search_term: str) -> tuple[QuerySet[Session], bool]:
        found = found_by(search_term[:SEARCH_LENGTH])
        return (queryset.filter(found) if found else queryset), False

    @admin.display(description=gettext_lazy("customer"))
    def who(self, session: Session) -> SafeString:
        urgent = badge(_("urgent"), "urgent") if session.request.is_urgent else ""
        return format_html("{} {}", session.request.customer_name, urgent)

    @admin.display(description=gettext_lazy("car"))
    def car(self, session: Session) -> str:
        return session.request.intake.car or "-"

    @admin.display(description=gettext_lazy("status"))
    def status_badge(self, session: Session) -> SafeString:
        return badge(session.get_status_display(), STATUS_LEVELS[session.status])

    @admin.display(description=gettext_lazy("submitted"), ordering="created_at")
    def submitted(self, session: Session) -> str:
        return short(session.created_at)

    @admin.display(description=gettext_lazy("ended"))
    def ended(self, session: Session) -> str:
        return short(session.ended_at)

    # --- its page ----------------------------------------------------------------------------------

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None) -> HttpResponse:
        """The page of one session, instead of a form with nothing to fill in."""
        session = self.whole(request, unquote(object_id))
        if not self.has_view_permission(request, session):
            raise PermissionDenied
        context = {**self.admin_site.each_context(request), **self.page_of(request, session), **(extra_context or {})}
        return TemplateResponse(request, "admin/sessions_app/session/page.html", context)

    def whole(self, request: HttpRequest, object_id: str) -> Session:
        """The session with all that its page tells, in few queries.

        Raises:
            Http404
        """
        rows = self.get_queryset(request).select_related("report", "review", "request__preferred_mechanic", "request__preferred_workshop")
        events = Prefetch("events", SessionEvent.objects.select_related("actor__mechanic").order_by("number"))
        people = Prefetch("participants", Participant.objects.select_related("user").order_by("since", "pk"))
        offers = Prefetch("request__offers", Offer.objects.select_related("mechanic").order_by("wave", "-score", "pk"))
        session = rows.prefetch_related(events, people, offers).filter(pk=as_uuid(object_id)).first()
        if session is None:
            raise Http404
        return session

    def page_of(self, request: HttpRequest, session: Session) -> dict[str, Any]:
        found = diagnose(session)
        moves = {
            button.name: {
                "button": button,
                "form": form,
                "preview": getattr(form, "preview", None) or preview(session, button.name),
                "suggested": button.name == found.suggested,
            }
            for button, form in self.moves_for(request, session)
        }
        events = session.events.all()
        may_look = any(said_why_in(event, request.user) for event in events)
        sentences = timeline.sentences(session, STAFF, events=events)
        return {
            "title": self.called(session),
            "opts": self.opts,
            "session": session,
            "intake": session.request.intake,
            "status_badge": self.status_badge(session),
            "clocks": clocks(session),
            "people": [part for part in session.participants.all() if part.user_id in (session.customer_id, session.mechanic_id)],
            "diagnosis": found,
            "look": moves.pop(LOOK, None),
            "moves": list(moves.values()),
            "can_do_suggested": found.suggested in moves,
            "may_look": may_look,
            "sentences": sentences,
            "payment": next((event for event in events if event.kind == "paid"), None),
            "talk": session.messages.select_related("author") if may_look else [],
            "participants": session.participants.all(),
            "offers": session.request.offers.all(),
            "files": files_of(session),
            "report": getattr(session, "report", None),
            "review": getattr(session, "review", None),
        }


def said_why_in(event: SessionEvent, user: User) -> bool:
    """As sessions_app.access.said_why, for events that were read already."""
    return event.kind == "looked_at" and event.actor_id == user.pk and event.created_at >= timezone.now() - LOOK_LASTS


def clocks(session: Session) -> list[tuple[str, datetime, str]]:
    """What happened when, and how long after what was before it."""
    named = [
        (_("Submitted"), session.created_at),
        (_("In the queue"), session.queued_at),
        (_("Accepted"), session.accepted_at),
        (_("Started"), session.started_at),
        (_("Ended"), session.ended_at),
    ]
    known = [(name, at) for name, at in named if at]
    return [(*known[0], ""), *((name, at, gap(before, at)) for (_name, before), (name, at) in pairwise(known))]


def gap(before: datetime, at: datetime) -> str:
    """How long after the moment before; in seconds where a minute is too coarse, "" when it was the same moment."""
    seconds = int((at - before).total_seconds())
    if not seconds:
        return ""
    return _("%(time)s later") % {"time": lasted(before, at) if seconds >= 60 else _("%(seconds)s s") % {"seconds": seconds}}


def files_of(session: Session) -> list[SessionFile] | None:
    """What both sent, the newest last; None when files do not work just now."""
    with shelf.guarded():
        return list(SessionFile.objects.filter(session=session.pk).select_related("uploader").order_by("created_at", "id"))
    return None


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


# --- the rows around it ------------------------------------------------------------------------------


class OfASession(Observed):
    """Rows of a session's page, as lists of their own."""

    list_select_related = ("session__request",)
    readonly_fields = ("session_page",)
    ordering = ("-pk",)

    @admin.display(description=gettext_lazy("session"))
    def session_page(self, row: Any) -> SafeString:
        return session_link(row.session_id, row.session.request.customer_name)


@admin.register(SessionEvent)
class SessionEventAdmin(OfASession):
    list_display = ("created_at", "session_page", "number", "kind", "from_status", "to_status", "actor", "reason")
    list_filter = (KindFilter,)
    list_select_related = ("session__request", "actor")
    search_fields = ("session__request__customer_name", "actor__full_name", "reason")
    fields = ("session_page", ("number", "created_at"), "kind", ("from_status", "to_status"), "actor", "reason", "data")


@admin.register(Participant)
class ParticipantAdmin(OfASession):
    list_display = ("user", "role", "session_page", "since", "until", "joined_at", "last_seen_at")
    list_filter = ("role",)
    list_select_related = ("session__request", "user")
    search_fields = ("session__request__customer_name", "user__full_name")
    fields = ("session_page", "user", "role", ("since", "until"), ("joined_at", "last_seen_at"))


@admin.register(Message)
class MessageAdmin(OfASession):
    """That somebody wrote, and when. What they wrote is read on the session's page, by those who say why."""

    list_display = ("sent_at", "session_page", "number", "author", "read_at")
    list_select_related = ("session__request", "author")
    search_fields = ("session__request__customer_name", "author__full_name")
    fields = ("session_page", "number", "author", ("sent_at", "read_at"))


@admin.register(Report)
class ReportAdmin(OfASession):
    list_display = ("session_page", "mechanic", "severity", "safe_to_drive", "cost_from", "cost_to", "currency", "submitted_at")
    list_filter = ("severity", "safe_to_drive")
    list_select_related = ("session__request", "session__mechanic")
    list_display_links = ("submitted_at",)
    search_fields = ("session__request__customer_name", "session__mechanic__display_name")
    ordering = ("-submitted_at",)
    fields = (
        "session_page",
        "findings",
        "recommended_work",
        ("cost_from", "cost_to", "currency"),
        ("severity", "safe_to_drive"),
        "submitted_at",
    )

    @admin.display(description=gettext_lazy("mechanic"))
    def mechanic(self, report: Report) -> str:
        return str(report.session.mechanic or "-")


@admin.register(Review)
class ReviewAdmin(OfASession):
    """Staff may hide a review, and change nothing else about it."""

    list_display = ("created_at", "session_page", "mechanic", "stars", "text", "is_hidden")
    list_filter = ("stars", "is_hidden")
    list_select_related = ("session__request", "session__mechanic")
    search_fields = ("session__request__customer_name", "session__mechanic__display_name", "text")
    ordering = ("-created_at",)
    fields = ("session_page", "stars", "text", "created_at", "is_hidden")
    readonly_fields = ("session_page", "stars", "text", "created_at")

    def has_change_permission(self, request: HttpRequest, obj: Review | None = None) -> bool:
        return admin.ModelAdmin.has_change_permission(self, request, obj)

    @admin.display(description=gettext_lazy("mechanic"))
    def mechanic(self, review: Review) -> str:
        return str(review.session.mechanic)
