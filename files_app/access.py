"""Who may see a file. Every page, address and download loads its file here, through the session that holds it.

Invisible is 404. What was not found good, or not looked at yet, is invisible to everybody: the list names it, no address shows it.
"""

from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts_app.models import User
from files_app.models import Bundle, SessionFile
from requests_app.access import OFFERED, request_for
from sessions_app.access import room_for


def file_for(user: User, session_pk: UUID | str, file_pk: UUID | str) -> SessionFile:
    """A ready file of this session, when this person may see its files.

    The returned file has `.session` with `.role`, the role in which the person sees it.

    Raises:
        Http404: there is none, or it is not theirs to see.
        NotYours: staff who did not say why they look.
    """
    session = room_for(user, session_pk, see="files")
    file = get_object_or_404(SessionFile.objects.ready(), session_id=session.pk, pk=file_pk)
    file.session = session
    return file


def thumbnail_for(user: User, session_pk: UUID | str, file_pk: UUID | str) -> SessionFile:
    """A ready file of this session that has a thumbnail. A mechanic who may take the request sees those of photos, while he may.

    Raises:
        Http404, NotYours: as `file_for`.
    """
    seen = SessionFile.objects.ready().exclude(thumbnail="")
    if _is_offered(user, session_pk):
        return get_object_or_404(seen.filter(kind="photo"), session_id=session_pk, pk=file_pk)
    session = room_for(user, session_pk, see="files")
    return get_object_or_404(seen, session_id=session.pk, pk=file_pk)


def _is_offered(user: User, session_pk: UUID | str) -> bool:
    try:
        return request_for(user, session_pk).role == OFFERED
    except Http404:
        return False


def unsent_thumbnail_for(bundle: Bundle | None, file_pk: UUID | str) -> SessionFile:
    """A ready file of an intake that is being written (files_app.bundles.find), with its thumbnail.

    Raises:
        Http404: there is none.
    """
    if bundle is None:
        raise Http404
    return get_object_or_404(SessionFile.objects.ready().exclude(thumbnail=""), bundle=bundle, pk=file_pk)
