"""How a session ends, and what stays of it."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from api_app.answers.examples import shown
from api_app.answers.fields import site
from api_app.answers.reports import ReportAnswer, ReviewAnswer
from api_app.answers.sessions import SessionAnswer
from api_app.bodies import Body, Whole, YesNo
from api_app.endpoint import Endpoint
from api_app.schema import operation
from api_app.views.files import Anything, binary
from api_app.views.sessions import seen_by
from diagnostics_app.findings import checks_of
from lifecycle import record, room
from mechanichub.errors import NotYours
from sessions_app import report_pdf, reviews
from sessions_app import summary as summaries
from sessions_app.access import CUSTOMER, STAFF, for_a_move, session_for
from sessions_app.forms import NO, YES, ReportForm, ReviewForm
from sessions_app.models import Report, Review


@shown(
    findings="The ignition coil of cylinder 2 is worn.",
    recommended_work="Replace the coil and the plug.",
    severity="soon",
    safe_to_drive=True,
    cost_from="80.00",
    cost_to="120.00",
)
class ReportBody(Body):
    """The report. What it may cost has both ends or neither, in the currency of the session."""

    form = ReportForm
    safe_to_drive = YesNo()


@shown(stars=5, text="Patient, and right.")
class ReviewBody(Body):
    """One to five stars, and why."""

    form = ReviewForm
    stars = Whole(min_value=1, max_value=5)


class Complete(Endpoint):
    """/sessions/{id}/complete/"""

    @operation("completeSession", "End a session with its report", body=ReportBody, answer=SessionAnswer, refusals=(404,))
    def post(self, request: Request, pk: UUID) -> Response:
        """By its mechanic, while it is live. One that was live for less than a minute counts as cancelled; what was written is kept."""
        with for_a_move(request.user):
            session = session_for(request.user, pk)
        if session.role == STAFF:
            raise NotYours(_("The support team ends a session without a report, with a reason: POST to its address below /staff/."))
        record.require(session, "complete", request.user)
        told = self.told(ReportBody)
        form = self.judged(ReportForm, told | {"safe_to_drive": YES if told["safe_to_drive"] else NO})
        room.complete(pk, by=request.user, report=form.report(session.currency))
        return self.answer(SessionAnswer, seen_by(request.user, pk))


class TheReport(Endpoint):
    """/sessions/{id}/report/"""

    @operation("getReport", "The report", answer=ReportAnswer, refusals=(404,))
    def get(self, request: Request, pk: UUID) -> Response:
        """404 as long as none was written."""
        session = session_for(request.user, pk, "report")
        report = Report.objects.filter(session=session).first()
        if report is None:
            raise Http404
        return self.answer(ReportAnswer, ReportAnswer.of(report, checks_of(session)))


class Pdf(Endpoint):
    """/sessions/{id}/report.pdf"""

    renderer_classes = [Anything]

    @operation("getReportPdf", "The report on paper", answers=binary("The PDF.", 200, "application/pdf"), refusals=(404,))
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """The report and all around it, made on request; with the photos, for those who may see them. Before there is a report it says
        so."""
        told = summaries.of(session_for(request.user, pk, "report"), request.user)
        document = report_pdf.made_from(told, address=site(reverse("session-summary", args=[pk])))
        headers = {"Content-Disposition": content_disposition_header(True, report_pdf.file_name(told))}
        return HttpResponse(document, content_type="application/pdf", headers=headers)


class TheReview(Endpoint):
    """/sessions/{id}/review/"""

    @operation("getReview", "The customer's stars", answer=ReviewAnswer, refusals=(404,))
    def get(self, request: Request, pk: UUID) -> Response:
        """404 as long as there are none, or when they are hidden from you."""
        session = session_for(request.user, pk, "report")
        review = Review.objects.filter(session=session).first()
        if review is None or (review.is_hidden and session.role not in (CUSTOMER, STAFF)):
            raise Http404
        return self.answer(ReviewAnswer, review)

    @operation("rateSession", "Rate a session", body=ReviewBody, answer=ReviewAnswer, status=201, refusals=(404,))
    def post(self, request: Request, pk: UUID) -> Response:
        """Once, by its customer, when it is completed."""
        session_for(request.user, pk, "report")
        told = self.read(ReviewBody).cleaned_data
        return self.answer(ReviewAnswer, reviews.review(pk, by=request.user, stars=told["stars"], text=told["text"]), status=201)
