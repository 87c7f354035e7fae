"""Files that go on where they stopped: the tus protocol 1.0.0 (https://tus.io/protocols/resumable-upload).

With creation, expiration and termination. Besides what the protocol says, a creation may be repeated: the same `client_id` in
Upload-Metadata is answered with the address that it got before, and with Upload-Offset, so that a browser may ask again after anything.
"""

import tempfile
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import IO
from uuid import UUID, uuid4

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.urls import reverse
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from files_app import bundles, pace, uploads
from files_app.limits import LARGEST_OF_ALL
from files_app.models import SessionFile, Upload
from files_app.storage import StorageDown
from files_app.uploads import Announced, Arriving, Home, WrongOffset
from mechanichub.errors import DomainError, NotFound, NotPossible, TooLarge, Unreadable
from mechanichub.middleware import error_response, is_outage

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,termination"
PIECE_TYPE = "application/offset+octet-stream"
IN_MEMORY = 2**18  # bytes; what is larger waits in a temporary file
CHUNK = 2**16

View = Callable[..., HttpResponse]


class WrongVersion(DomainError):
    """Not the version of the protocol that is spoken here. 412."""

    status = 412
    code = "wrong_version"


class WrongType(DomainError):
    """A piece comes as application/offset+octet-stream and nothing else. 415."""

    status = 415
    code = "wrong_type"


class NotSignedIn(DomainError):
    """401, and not a page: whoever sends files is a script."""

    status = 401
    code = "not_signed_in"
    title = gettext_lazy("Please sign in")


class Expired(DomainError):
    """Nothing came for a day. 410."""

    status = 410
    code = "expired"


# --- the addresses -------------------------------------------------------------------------------


def speaks_tus(*methods: str) -> Callable[[View], View]:
    """Has a view speak the protocol: its version both ways, OPTIONS, a method in a header, and refusals with the right head."""

    def decorated(view: View) -> View:
        @require_http_methods([*methods, "OPTIONS"])
        @wraps(view)
        def spoken(request: HttpRequest, **ids: UUID) -> HttpResponse:
            with meant(request):
                response = options() if request.method == "OPTIONS" else answer(view, request, **ids)
            response["Tus-Resumable"] = VERSION
            response["Cache-Control"] = "no-store"
            return response

        return spoken

    return decorated


@contextmanager
def meant(request: HttpRequest) -> Iterator[None]:
    """X-HTTP-Method-Override is for those who can only POST; from a GET it would get around the protection against forged requests."""
    method = request.method
    if method == "POST":
        request.method = request.headers.get("X-HTTP-Method-Override", "POST").upper()
    yield
    request.method = method


def options() -> HttpResponse:
    about = {"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Max-Size": str(LARGEST_OF_ALL)}
    return HttpResponse(status=204, headers=about)


def answer(view: View, request: HttpRequest, **ids: UUID) -> HttpResponse:
    try:
        if request.headers.get("Tus-Resumable") != VERSION:
            raise WrongVersion(_("This server speaks version 1.0.0 of the tus protocol."))
        return view(request, **ids)
    except DomainError as error:
        return refusal(request, error)
    except Http404:
        return refusal(request, NotFound())
    except DatabaseError as error:
        if is_outage(error):
            raise  # the middleware has words for that
        return refusal(request, StorageDown())


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    response = error_response(request, error)
    if isinstance(error, WrongVersion):
        response["Tus-Version"] = VERSION
    if isinstance(error, WrongOffset):
        response["Upload-Offset"] = str(error.received)
    return response


@speaks_tus("POST")
def to_session(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Announces a file to a session that is still open."""
    if not request.user.is_authenticated:
        raise NotSignedIn(_("Please sign in, and send the file again."))
    return create(request, uploads.room_to_send(request.user, pk))


@speaks_tus("POST")
def to_intake(request: HttpRequest, bundle_pk: UUID) -> HttpResponse:
    """Announces a file to an intake that is still being written; the first one makes its bundle."""
    file = announced(request)
    if not uploads.is_announced(bundle_pk, file.client_id):
        pace.keep(request, file.size)
    bundle = bundles.opened(request, bundle_pk)
    response = create(request, bundle)
    bundles.remember(request, response, bundle.pk)
    return response


@speaks_tus("HEAD", "PATCH", "DELETE", "POST")
def upload(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One file on its way, and when it has arrived: how much is here, the next piece, or never mind."""
    arriving = uploads.arriving_for(request, pk)
    if isinstance(arriving, Upload) and expires(arriving) < timezone.now():
        raise Expired(_("This upload was left alone for a day. Please send the file again."))
    verbs = {"HEAD": state_of, "PATCH": proceed, "DELETE": end}
    return verbs.get(request.method, unknown)(request, arriving)


# --- announced -----------------------------------------------------------------------------------


def create(request: HttpRequest, home: Home) -> HttpResponse:
    by = request.user if request.user.is_authenticated else None
    arriving = uploads.begin(home, announced(request), by=by)
    return HttpResponse(status=201, headers={"Location": reverse("upload", args=[arriving.pk]), **progress(arriving)})


def announced(request: HttpRequest) -> Announced:
    """What the browser says about the file.

    Raises:
        Unreadable: not as the protocol has it.
    """
    told = metadata(request.headers.get("Upload-Metadata", ""))
    source = told.get("source", "")
    return Announced(
        client_id=client_id(told.get("client_id", "")),
        name=told.get("filename", ""),
        size=number(request, "Upload-Length"),
        content_type=told.get("filetype", ""),
        source=source if source in SessionFile.Source else SessionFile.Source.UPLOAD,
    )


def metadata(header: str) -> dict[str, str]:
    """Pairs of a key and a text in base64, with commas between them; a key may stand alone."""
    try:
        pairs = (pair.strip().partition(" ") for pair in header.split(",") if pair.strip())
        return {key: b64decode(value.strip(), validate=True).decode(errors="replace") for key, _space, value in pairs}
    except (NotBase64, ValueError):
        raise Unreadable(_("Upload-Metadata cannot be read."))


def client_id(text: str) -> UUID:
    """Clients that know nothing of it get a new one."""
    try:
        return UUID(text) if text else uuid4()
    except ValueError:
        raise Unreadable(_("client_id is not a UUID."))


def number(request: HttpRequest, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Unreadable(_("%(header)s is a number of bytes.") % {"header": header})
    return int(text)


# --- on its way ----------------------------------------------------------------------------------


def state_of(request: HttpRequest, arriving: Arriving) -> HttpResponse:
    return HttpResponse(headers={"Upload-Length": str(arriving.size), **progress(arriving)})


def proceed(request: HttpRequest, arriving: Arriving) -> HttpResponse:
    """Takes what is in the request, also when the sender has gone in the middle of it: what is here need not be sent again."""
    if request.content_type != PIECE_TYPE:
        raise WrongType(_("A piece is sent as application/offset+octet-stream."))
    offset = number(request, "Upload-Offset")
    if offset != received(arriving):
        raise WrongOffset(received(arriving))
    if isinstance(arriving, Upload):
        if arriving.session_id:
            uploads.room_to_send(request.user, arriving.session_id)
        with body_of(request, most=arriving.size - offset) as piece:
            uploads.receive(arriving, offset, piece)
        arriving = uploads.arriving_for(request, arriving.pk)
    return HttpResponse(status=204, headers=progress(arriving))


@contextmanager
def body_of(request: HttpRequest, *, most: int) -> Iterator[IO[bytes]]:
    """What was sent, in a file.

    Raises:
        TooLarge: more than `most` bytes.
    """
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as body:
        try:
            while chunk := request.read(CHUNK):
                body.write(chunk)
                if body.tell() > most:
                    raise TooLarge(_("This is more than was announced."))
        except UnreadablePostError:
            pass  # without mechanichub/bodies.py in front, a cut shows here
        body.seek(0)
        yield body


def end(request: HttpRequest, arriving: Arriving) -> HttpResponse:
    """Never mind: a file that is on its way, or that has arrived for an intake which was not sent."""
    if isinstance(arriving, Upload):
        uploads.give_up(arriving)
    elif arriving.bundle_id:
        uploads.remove(arriving)
    else:
        raise NotPossible(_("This file has arrived; it stays with the session."))
    return HttpResponse(status=204)


def unknown(request: HttpRequest, arriving: Arriving) -> HttpResponse:
    raise Unreadable(_("An upload is asked by HEAD, PATCH and DELETE."))


# --- how far it is -------------------------------------------------------------------------------


def progress(arriving: Arriving) -> dict[str, str]:
    lasts = {"Upload-Expires": http_date(expires(arriving).timestamp())} if isinstance(arriving, Upload) else {}
    return {"Upload-Offset": str(received(arriving)), **lasts}


def received(arriving: Arriving) -> int:
    return arriving.received if isinstance(arriving, Upload) else arriving.size


def expires(upload: Upload) -> datetime:
    return upload.touched_at + uploads.KEPT_FOR
