"""What stays of a session: the summary, the report as a PDF, the stars."""

from uuid import UUID

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from sessions_app import report_pdf, reviews, timeline
from sessions_app import summary as summaries
from sessions_app.access import CUSTOMER, SEES, session_for
from sessions_app.forms import ReviewForm
from sessions_app.models import Session

INVALID = 422


@never_cache
@require_GET
@login_required
def summary(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The report and all around it, for both sides and for printing."""
    return summary_page(request, session_for(request.user, pk, see="report"), ReviewForm())


@never_cache
@require_GET
@login_required
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The summary as a PDF to keep, made on request."""
    told = summaries.of(session_for(request.user, pk, see="report"), request.user)
    document = report_pdf.made_from(told, address=request.build_absolute_uri(reverse("session-summary", args=[pk])))
    headers = {"Content-Disposition": content_disposition_header(True, report_pdf.file_name(told))}
    return HttpResponse(document, content_type="application/pdf", headers=headers)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The customer's stars, once. The form is on the summary."""
    session = session_for(request.user, pk, see="report")
    if request.method == "GET":
        return redirect("session-summary", pk)
    form = ReviewForm(request.POST)
    if not form.is_valid() and session.role == CUSTOMER:
        return summary_page(request, session, form)
    reviews.review(pk, by=request.user, stars=form.cleaned_data.get("stars"), text=form.cleaned_data.get("text", ""))
    notices.success(request, _("Thank you for your stars!"))
    return redirect("session-summary", pk)


def summary_page(request: HttpRequest, session: Session, form: ReviewForm) -> HttpResponse:
    told = summaries.of(session, request.user)
    asks_for_stars = session.role == CUSTOMER and session.status == Session.Status.COMPLETED and not told.review
    context = {
        **vars(told),
        "ended_early": told.ended_early,
        "shortest": told.shortest,
        "review_form": form if asks_for_stars else None,
        "answers": [(answer, summaries.photos_of(answer, told.photos)) for answer in told.checks],
        "sentences": timeline.read_by(request.user, session),
        "sees_room": session.role in SEES["room"],
    }
    return render(request, "sessions_app/summary.html", context, status=INVALID if form.is_bound else 200)
