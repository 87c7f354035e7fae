"""The list of files by itself, files that come with a form where no script runs, and taking one back."""

from uuid import UUID, uuid4

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from files_app import bundles, pace, shelf, storage, uploads
from files_app.models import SessionFile
from mechanichub.errors import TooOften
from sessions_app.access import room_for


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def of_session(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET: the list, as the page reads it again. POST: files by a form."""
    if request.method == "POST":
        session = uploads.room_to_send(request.user, pk)
        problems = uploads.receive_all(session, request.FILES.getlist("files"), by=request.user, form_id=form_id(request))
        return back(request, problems, to=session.room_url)
    session = room_for(request.user, pk, see="files")
    return render(request, "files_app/_shelf.html", {"shelf": shelf.of(session, request.user), "session": session})


@never_cache
@require_http_methods(["GET", "POST"])
def of_intake(request: HttpRequest, bundle_pk: UUID) -> HttpResponse:
    """The same for an intake that is still being written."""
    bundle = bundles.find(request, bundle_pk)
    if request.method == "GET":
        return render(request, "files_app/_shelf.html", {"shelf": shelf.of_bundle(bundle), "bundle": bundle_pk})
    response = back(request, take(request, bundle_pk))
    bundles.remember(request, response, bundle_pk)
    return response


@require_POST
def remove(request: HttpRequest, bundle_pk: UUID, pk: UUID) -> HttpResponse:
    """Takes a file back from an intake that was not sent yet. One that is gone already is gone all the same."""
    bundle = bundles.find(request, bundle_pk)
    file = SessionFile.objects.filter(bundle=bundle, pk=pk).first() if bundle else None
    if file:
        uploads.remove(file)
    return HttpResponse(status=204) if request.htmx else back(request, [])


def take(request: HttpRequest, bundle_pk: UUID) -> list[str]:
    """The files that came along with an intake, and those that are not to come along after all (`not_this`); what is wrong with them,
    in words. It never fails: the text around them counts more.
    """
    files, unwanted = request.FILES.getlist("files"), request.POST.getlist("not_this")
    if not (files or unwanted):
        return []
    try:
        with shelf.guarded():
            leave_out(request, bundle_pk, unwanted)
            return receive(request, bundle_pk, files) if files else []
    except TooOften as refusal:
        return [refusal.detail]
    except Http404:
        return [_("Your files could not be added here. Please send them once your request is on its way.")]
    return [str(storage.NOT_NOW)]


def receive(request: HttpRequest, bundle_pk: UUID, files: list[UploadedFile]) -> list[str]:
    pace.keep(request, *(file.size or 0 for file in files))
    bundle = bundles.opened(request, bundle_pk)
    return uploads.receive_all(bundle, files, by=bundle.user, form_id=form_id(request))


def leave_out(request: HttpRequest, bundle_pk: UUID, names: list[str]) -> None:
    """Files by their ids, as a form names them; what is not among those of this intake is passed over."""
    bundle = bundles.find(request, bundle_pk)
    for file in bundle.files.all() if bundle and names else ():
        if str(file.pk) in names:
            uploads.remove(file)


def form_id(request: HttpRequest) -> UUID:
    """The name that the browser gave to the form, so that a second click sends nothing twice."""
    try:
        return UUID(request.POST.get("client_id", ""))
    except ValueError:
        return uuid4()


def back(request: HttpRequest, problems: list[str], *, to: str = "intake-choose") -> HttpResponse:
    """To where the form stood, when the browser says it, with what could not be kept."""
    for problem in problems:
        notices.warning(request, problem)
    page = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(page, {request.get_host()}):
        return HttpResponseRedirect(page)  # and not redirect(), which would look for a page of that name
    return redirect(to)
