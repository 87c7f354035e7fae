"""Sessions in the admin: everything about one on one page, and the moves that staff may make."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts_app.models import Mechanic, User
from console.base import ChoiceFilter, NeedsAttention, Observed, badge, session_link, short
from console.exporting import Exported
from console.moves import Button, ReasonForm, WithMoves
from lifecycle import queue, record, room
from requests_app import matching
from requests_app.querysets import words_query
from sessions_app import timeline
from sessions_app.access import STAFF, said_why
from sessions_app.models import Message, Participant, Report, Review, Session, SessionEvent
from sessions_app.moves import IN_QUEUE, MOVES, NOTES, Status
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


class MechanicChoice(forms.ModelChoiceField):
    def label_from_instance(self, mechanic: Mechanic) -> str:
        duty = _("on duty") if mechanic.on_duty else _("off duty")
        places = ngettext("%(count)s free place", "%(count)s free places", mechanic.free_places) % {"count": mechanic.free_places}
        return f"{mechanic.display_name}: {duty}, {places}"


class AssignForm(ReasonForm):
    """To whom, and why. Offered are those who have a free place of the right kind."""

    mechanic = MechanicChoice(
        Mechanic.objects.none(), label=gettext_lazy("Mechanic"), error_messages={"required": gettext_lazy("Please choose a mechanic.")}
    )
    field_order = ["mechanic", "reason"]

    def __init__(self, row: Session, *args: Any, **kwargs: Any) -> None:
        super().__init__(row, *args, **kwargs)
        field = self.fields["mechanic"]
        field.queryset = Mechanic.objects.with_free_place(row.place_kind).exclude(pk=row.mechanic_id)
        field.error_messages["invalid_choice"] = _("This mechanic has no free place. Please choose another one.")


def assign(session_id: UUID, *, by: User, mechanic: Mechanic, reason: str) -> Session:
    return queue.assign(session_id, by=by, mechanic_id=mechanic.pk, reason=reason)


def complete(session_id: UUID, *, by: User, reason: str) -> Session:
    return room.complete(session_id, by=by, report=None, reason=reason)


@admin.register(Session)
class SessionAdmin(Exported, WithMoves, Observed):
    """The page of a session shows what happened, where it stands and what can be done about it."""

    list_display = ("who", "car", "type", "status_badge", "mechanic", "submitted", "ended")
    list_filter = (NeedsAttention, "status", "type", "plan")
    list_select_related = ("mechanic", "plan", "request__intake")
    search_fields = ("request__intake__words",)
    search_in = gettext_lazy("Words of name, car, plate, VIN, city or concern; a mechanic's name; an e-mail address; a session's id")
    date_hierarchy = "created_at"
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        return super().get_queryset(request).select_related("customer", "mechanic__workshop", "plan", "request__intake")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Session], search_term: str) -> tuple[QuerySet[Session], bool]:
        term, words = search_term.strip(), words_query(search_term)
        if words is None:
            return queryset, False
        found = Q(request__intake__words=words) | Q(mechanic__display_name__icontains=term) | Q(customer__email__iexact=term)
        return queryset.filter(found | Q(pk=as_uuid(term))), False

    @admin.display(description=gettext_lazy("customer"), ordering="request__customer_name")
    def who(self, session: Session) -> str:
        return session.request.customer_name

    @admin.display(description=gettext_lazy("car"))
    def car(self, session: Session) -> str:
        return session.request.intake.car or "-"

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_badge(self, session: Session) -> SafeString:
        return badge(session.get_status_display(), STATUS_LEVELS[session.status])

    @admin.display(description=gettext_lazy("submitted"), ordering="created_at")
    def submitted(self, session: Session) -> str:
        return short(session.created_at)

    @admin.display(description=gettext_lazy("ended"), ordering="ended_at")
    def ended(self, session: Session) -> str:
        return short(session.ended_at)

    # --- its page ----------------------------------------------------------------------------------

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None) -> HttpResponse:
        """The page of one session, instead of a form with nothing to fill in."""
        session = self.get_object(request, unquote(object_id))
        if session is None:
            raise Http404
        if not self.has_view_permission(request, session):
            raise PermissionDenied
        context = {**self.admin_site.each_context(request), **self.page_of(request, session), **(extra_context or {})}
        return TemplateResponse(request, "admin/sessions_app/session/page.html", context)

    def page_of(self, request: HttpRequest, session: Session) -> dict[str, Any]:
        moves = {button.name: (button, form) for button, form in self.moves_for(request, session)}
        look, may_look = moves.pop(LOOK, None), said_why(session, request.user)
        return {
            "title": self.called(session),
            "opts": self.opts,
            "session": session,
            "intake": session.request.intake,
            "status_badge": self.status_badge(session),
            "standing": standing(session),
            "moves": list(moves.values()),
            "look": look,
            "may_look": may_look,
            "sentences": timeline.sentences(session, STAFF),
            "talk": session.messages.select_related("author") if may_look else [],
            "participants": session.participants.select_related("user").order_by("since"),
            "offers": session.request.offers.select_related("mechanic").order_by("offered_at"),
            "report": Report.objects.filter(session=session).first(),
            "review": Review.objects.filter(session=session).first(),
        }


def standing(session: Session) -> list[str]:
    """Where a session stands, in sentences for somebody who has to decide what to do about it."""
    said = [record.standing(session)]
    if session.status in IN_QUEUE:
        said.append(_who_could_take(session))
    return said


def _who_could_take(session: Session) -> str:
    seen_by = matching.eligible_for(session.request)
    free = Mechanic.objects.with_free_place(session.place_kind).filter(pk__in=seen_by.values("pk")).count()
    if not free:
        return _("No mechanic who could take it now has a free place.")
    return ngettext("%(count)s mechanic could take it now.", "%(count)s mechanics could take it now.", free) % {"count": free}


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


class KindFilter(ChoiceFilter):
    title, parameter_name = gettext_lazy("what"), "kind"
    choices_known = [(name, name) for name in (*MOVES, *NOTES)]


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
