"""For the support team: what the console shows and what its buttons do, with the same permissions (accounts_app/roles.py)."""

from collections.abc import Callable
from typing import ClassVar
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import ChoiceFilter, UUIDFilter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts_app.models import Mechanic, User
from accounts_app.roles import MOVE, SEE
from api_app.answers.examples import MECHANIC, shown
from api_app.answers.sessions import SessionAnswer, SessionBrief
from api_app.answers.staff import AttentionAnswer, DiagnosisAnswer
from api_app.bodies import Body
from api_app.endpoint import Endpoint
from api_app.errors import Invalid
from api_app.filters import Narrowed
from api_app.permissions import Staff
from api_app.schema import operation
from api_app.views.sessions import seen_by
from console import questions
from console.attention import attention
from dashboard.keyset import Order
from dashboard.queries import Listing
from lifecycle import queue, record, room
from lifecycle.diagnosis import diagnose
from lifecycle.preview import preview
from mechanichub.errors import NotYours
from mechanichub.forms import Form
from sessions_app.access import session_for
from sessions_app.forms import ReasonForm
from sessions_app.models import Session


@shown(reason="The customer called: Max did not come.")
class ReasonBody(Body):
    """Why. It stands on the timeline with your name."""

    form = ReasonForm


@shown(mechanic=MECHANIC, reason="The customer called: nobody came.")
class AssignBody(ReasonBody):
    """To whom, and why."""

    mechanic = serializers.UUIDField(help_text="The id of an approved mechanic with a free place of the right kind.")


class StaffFilter(Narrowed):
    needs = ChoiceFilter(
        label=gettext_lazy("Those that need attention for this reason; the same as the key of `listAttention`."),
        choices=[(question.key, question.short) for question in questions.about(Session)],
    )
    mechanic = UUIDFilter(label=gettext_lazy("Those that this mechanic has or had last."))
    status = ChoiceFilter(label=gettext_lazy("How they stand."), choices=Session.Status.choices)

    class Meta:
        model = Session
        fields: list[str] = []
        form = Form


class ForStaff(Endpoint):
    """`may`: the permission that the person's role has to give."""

    permission_classes = [Staff]
    may: ClassVar[str] = SEE

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if not request.user.has_perm(self.may):
            raise NotYours(_("Your role in the support team does not include this."))


class Attention(ForStaff):
    """/staff/attention/"""

    @operation("listAttention", "What needs attention", answer=AttentionAnswer)
    def get(self, request: Request) -> Response:
        """The numbers of the console's first page. It never fails because of one of its questions: that one has no count then."""
        return self.answer(AttentionAnswer, AttentionAnswer.of(attention(request.user)))


class StaffSessions(ForStaff):
    """/staff/sessions/"""

    @operation("listAllSessions", "Everybody's sessions", page=SessionBrief, filters=StaffFilter)
    def get(self, request: Request) -> Response:
        """The latest first; with `needs` exactly those behind a number of `listAttention`."""
        wanted = self.wanted(StaffFilter)
        return self.page(SessionBrief, everybodys(request.user, wanted), wanted)


def everybodys(user: User, wanted: dict) -> Listing:
    rows = Session.objects.visible_to(user).order_by("-created_at", "-id")
    rows = rows.select_related("mechanic", "request__intake").defer("request__intake__words")
    for question in questions.about(Session):
        if question.key == wanted.get("needs"):
            rows = rows.filter(pk__in=question.rows(timezone.now()).order_by().values("pk"))
    for column in ("status", "mechanic"):
        if column in wanted:
            rows = rows.filter(**{column: wanted[column]})
    return Listing(rows, Order("created_at", latest_first=True))


class Diagnosis(ForStaff):
    """/staff/sessions/{id}/diagnosis/"""

    @operation("diagnoseSession", "What is the matter with a session", answer=DiagnosisAnswer, refusals=(404,))
    def get(self, request: Request, pk: UUID) -> Response:
        """In plain words, with what is suggested, and with each move that is legal now and what it would do."""
        session = session_for(request.user, pk)
        previews = {name: found for name in record.legal(session, request.user) if (found := preview(session, name))}
        return self.answer(DiagnosisAnswer, DiagnosisAnswer.of(session, diagnose(session), previews))


class StaffMove(ForStaff):
    """A move with a reason."""

    may = MOVE

    def moved(self, pk: UUID, verb: Callable[..., object], **more: object) -> Response:
        session_for(self.request.user, pk)
        reason = self.read(ReasonBody).cleaned_data["reason"]
        verb(pk, by=self.request.user, reason=reason, **more)
        return self.answer(SessionAnswer, seen_by(self.request.user, pk))


class Assign(StaffMove):
    """/staff/sessions/{id}/assign/"""

    @operation("staffAssign", "Give a session to a mechanic", body=AssignBody, answer=SessionAnswer, refusals=(404,))
    def post(self, request: Request, pk: UUID) -> Response:
        """From the queue or from another mechanic, to one who has a free place for it. Who does not open the room in time loses it to the
        queue again."""
        session_for(request.user, pk)
        told = self.told(AssignBody)
        form = self.judged(ReasonForm, {"reason": told["reason"]})
        if not Mechanic.objects.filter(pk=told["mechanic"]).exists():
            raise Invalid({"mechanic": [_("There is no mechanic of this id.")]})
        queue.assign(pk, by=request.user, mechanic_id=told["mechanic"], reason=form.cleaned_data["reason"])
        return self.answer(SessionAnswer, seen_by(request.user, pk))


class Requeue(StaffMove):
    """/staff/sessions/{id}/requeue/"""

    @operation("staffRequeue", "Put a session into the queue again", body=ReasonBody, answer=SessionAnswer, refusals=(404,))
    def post(self, request: Request, pk: UUID) -> Response:
        """One that was cancelled, or that nobody took in time."""
        return self.moved(pk, queue.requeue)


class StaffRelease(StaffMove):
    """/staff/sessions/{id}/release/"""

    @operation("staffRelease", "Give a session back to the queue", body=ReasonBody, answer=SessionAnswer, refusals=(404,))
    def post(self, request: Request, pk: UUID) -> Response:
        """Before it has started; at its old place there."""
        return self.moved(pk, queue.release)


class StaffCancel(StaffMove):
    """/staff/sessions/{id}/cancel/"""

    @operation("staffCancel", "End a session before it began", body=ReasonBody, answer=SessionAnswer, refusals=(404,))
    def post(self, request: Request, pk: UUID) -> Response:
        """The customer reads the reason."""
        return self.moved(pk, queue.cancel)


class StaffComplete(StaffMove):
    """/staff/sessions/{id}/complete/"""

    @operation("staffComplete", "End a live session without a report", body=ReasonBody, answer=SessionAnswer, refusals=(404,))
    def post(self, request: Request, pk: UUID) -> Response:
        """As completed, unless it was live for less than a minute."""
        return self.moved(pk, room.complete, report=None)


class Abort(StaffMove):
    """/staff/sessions/{id}/abort/"""

    @operation("staffAbort", "Break a live session off", body=ReasonBody, answer=SessionAnswer, refusals=(404,))
    def post(self, request: Request, pk: UUID) -> Response:
        """As cancelled. The customer reads the reason."""
        return self.moved(pk, room.abort)


class Look(StaffMove):
    """/staff/sessions/{id}/look/"""

    @operation("lookAtSession", "Say why I look into a session", body=ReasonBody, answer=SessionAnswer, refusals=(404,))
    def post(self, request: Request, pk: UUID) -> Response:
        """Then you read the conversation, the files and how to reach the customer for an hour. On the timeline the customer sees that
        the support team looked, but not why."""
        return self.moved(pk, room.look)
