"""The guided check: the panel in the room, which is also a page of its own, and what is written in it."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from diagnostics_app import answers
from diagnostics_app.findings import FAULT, UNSURE
from diagnostics_app.forms import AnswerForm, ChecklistForm, EvidenceForm, WishForm
from diagnostics_app.models import Check
from diagnostics_app.panel import panel_of
from files_app.models import SessionFile
from requests_app import trouble_codes
from sessions_app.access import room_for
from sessions_app.models import Session

INVALID = 422


@never_cache
@require_GET
@login_required
def checks(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The check, open at `?step=`."""
    return shown(request, room_for(request.user, pk), request.GET.get("step", ""))


@require_POST
@login_required
def answer(request: HttpRequest, pk: UUID, step: str) -> HttpResponse:
    """Writes down what a step showed. A fault that nobody has described yet stays open for a word about it."""
    session = room_for(request.user, pk)
    form = AnswerForm(request.POST, auto_id="check-%s")
    if not form.is_valid():
        answers.require_writer(session, request.user)
        return shown(request, session, step, form=form)
    before = session.checks.filter(step=step).first()
    check = answers.answer(pk, by=request.user, step=step, **form.words(before.result if before else Check.Result.OPEN))
    return went_on(request, pk, step if stays(form, check) else "", after=step)


def stays(form: AnswerForm, check: Check) -> bool:
    """True when the page remains at the step: it was only noted, or is waiting for a word."""
    if "go" in form.data:
        return False
    described = check.note or check.trouble_codes or check.evidence.exists()
    return not form.cleaned_data["result"] or (check.result in (FAULT, UNSURE) and not described)


@require_POST
@login_required
def ask(request: HttpRequest, pk: UUID, step: str) -> HttpResponse:
    """Asks the customer for a photo or a clip."""
    room_for(request.user, pk)
    form = WishForm(request.POST)
    told = form.cleaned_data if form.is_valid() else {}
    if not told:
        raise answers.BadAnswer(next(iter(form.errors.values()))[0])
    answers.ask_for(pk, by=request.user, step=step, **told)
    return went_on(request, pk, step)


@require_POST
@login_required
def evidence(request: HttpRequest, pk: UUID, step: str) -> HttpResponse:
    """Attaches files of the session to a step."""
    session = room_for(request.user, pk)
    form = EvidenceForm(request.POST)
    ids = form.cleaned_data["files"] if form.is_valid() else []
    names = form.cleaned_data.get("client_ids", [])
    sent = SessionFile.objects.filter(session=session, client_id__in=names).values_list("pk", flat=True) if names else []
    answers.attach(pk, by=request.user, step=step, files=[*ids, *sent])
    return went_on(request, pk, step)


@require_POST
@login_required
def choose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Takes another checklist."""
    room_for(request.user, pk)
    form = ChecklistForm(request.POST)
    form.is_valid()
    answers.choose(pk, by=request.user, category=form.cleaned_data.get("category", ""))
    return went_on(request, pk, "")


@require_POST
@login_required
def codes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the trouble codes in a text mean, while it is being typed."""
    room_for(request.user, pk)
    return render(request, "diagnostics_app/_code_cards.html", {"codes": trouble_codes.explain_all(request.POST.get("codes", ""))})


def went_on(request: HttpRequest, pk: UUID, step: str, *, after: str = "") -> HttpResponse:
    """The check as it is now, at `step`, or at the next open one after `after`: as a fragment, or in the room."""
    session = room_for(request.user, pk)
    if not step and after and (upcoming := panel_of(session, request.user, after).next_open):
        step = upcoming.step.key
    if request.htmx:
        return shown(request, session, step)
    return redirect(f"{session.room_url}?{urlencode({'step': step})}#checks")


def shown(request: HttpRequest, session: Session, step: str, *, form: AnswerForm | None = None) -> HttpResponse:
    panel = panel_of(session, request.user, step, form=form)
    context = {"session": session, "role": session.role, "panel": panel, "intake": session.request.intake}
    template = "diagnostics_app/_checks.html" if request.htmx else "diagnostics_app/checks.html"
    return render(request, template, context, status=INVALID if form else 200)
