"""Drawing on a photo, as its page does it: all strokes, one more, one less, and the copy with all of them in it."""

import json
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from files_app import drawing, shelf
from files_app.access import file_for
from files_app.drawing import BadStroke
from files_app.models import SessionFile
from files_app.serving import SAFE, served
from mechanichub.forms import Form

LONGEST_WAY = 20_000  # characters of 200 points
SMALL = 1000  # pixels of the longer side


class NamedStroke(Form):
    """Which stroke is meant, by the name that its browser gave it."""

    client_id = forms.CharField(max_length=36)

    def clean_client_id(self) -> UUID:
        try:
            return UUID(self.cleaned_data["client_id"])
        except ValueError:
            raise BadStroke(drawing.NO_STROKE)


class DrawnStroke(NamedStroke):
    """A stroke as its browser tells it; whether it can be drawn is the verb's to say."""

    shape = forms.CharField(max_length=8)
    points = forms.CharField(max_length=LONGEST_WAY)

    def clean_points(self) -> Any:
        try:
            return json.loads(self.cleaned_data["points"])
        except (ValueError, RecursionError):
            raise BadStroke(drawing.NO_STROKE)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def strokes(request: HttpRequest, session_pk: UUID, pk: UUID) -> HttpResponse:
    """All that was drawn on a photo, or one stroke more."""
    file = file_to_draw_on(request, session_pk, pk)
    if request.method == "GET":
        who = {"role": file.session.role, "may_draw": drawing.may_draw(file.session)}
        return JsonResponse({"strokes": drawing.strokes_of(file), **who})
    stroke = drawing.draw(file.pk, by=request.user, **told(request, DrawnStroke))
    return JsonResponse(drawing.shown(stroke, file.session), status=201)


@require_POST
@login_required
def undo(request: HttpRequest, session_pk: UUID, pk: UUID) -> HttpResponse:
    """Takes one of one's own strokes back."""
    file = file_to_draw_on(request, session_pk, pk)
    drawing.undo(file.pk, by=request.user, **told(request, NamedStroke))
    return HttpResponse(status=204)


@require_POST
@login_required
def clear(request: HttpRequest, session_pk: UUID, pk: UUID) -> HttpResponse:
    """Takes all of one's own strokes back."""
    file = file_to_draw_on(request, session_pk, pk)
    drawing.clear(file.pk, by=request.user)
    return HttpResponse(status=204)


@require_safe
@login_required
def drawn(request: HttpRequest, session_pk: UUID, pk: UUID) -> HttpResponseBase:
    """The photo with everything in it that was drawn on it, as a JPEG; `?small` for a place among others."""
    file = file_to_draw_on(request, session_pk, pk)
    if not file.annotations.exists():
        return served(request, file)
    longest = SMALL if "small" in request.GET else None
    etag = f'"{drawing.version_of(file)}-{longest or "whole"}"'
    headers = SAFE | {
        "Content-Disposition": content_disposition_header(as_attachment=False, filename=f"{PurePath(file.name).stem}.jpg"),
        "Cache-Control": "private, no-cache",  # it may be kept, and asked for whether it still is the same
        "ETag": etag,
    }
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(drawing.burnt(file, longest=longest), content_type="image/jpeg", headers=headers)


def file_to_draw_on(request: HttpRequest, session_pk: UUID, pk: UUID) -> SessionFile:
    """The file, when this person may see it; whether they draw on it is the verb's to say. Raises as `file_for`, and StorageDown."""
    with shelf.needed():
        return file_for(request.user, session_pk, pk)


def told(request: HttpRequest, form_class: type[Form]) -> dict[str, Any]:
    """What the browser says.

    Raises:
        BadStroke: nothing that our page would say.
    """
    form = form_class(request.POST)
    if not form.is_valid():
        raise BadStroke(drawing.NO_STROKE)
    return form.cleaned_data
