"""How files are shown: through the session that holds them, each time after a look at the rights. Sending is in upload_views.py."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from files_app import access, bundles, shelf
from files_app.serving import served, served_thumbnail


@require_safe
@login_required
def file(request: HttpRequest, session_pk: UUID, pk: UUID) -> HttpResponse:
    """The file itself: a photo or a video to look at, a document to keep."""
    with shelf.needed():
        return served(request, access.file_for(request.user, session_pk, pk))


@require_safe
@login_required
def thumbnail(request: HttpRequest, session_pk: UUID, pk: UUID) -> HttpResponse:
    """The small picture of a photo or a video."""
    with shelf.needed():
        return served_thumbnail(request, access.thumbnail_for(request.user, session_pk, pk))


@require_safe
def unsent_thumbnail(request: HttpRequest, bundle_pk: UUID, pk: UUID) -> HttpResponse:
    """The small picture of something that goes with an intake that is still being written."""
    with shelf.needed():
        return served_thumbnail(request, access.unsent_thumbnail_for(bundles.find(request, bundle_pk), pk))
