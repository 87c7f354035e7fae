"""How a file arrives: announced, received piece by piece, complete; or given up.

Each piece is an object of its own, stored before the row knows of it: whatever breaks off in between leaves an object that no row
claims, which is swept, and never a row that claims what is not there. No transaction is open while the storage is spoken to.
"""

import logging
import mimetypes
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from typing import IO
from uuid import UUID, uuid5

import psycopg
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Q, Sum
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from procrastinate.contrib.django import app

from accounts_app.models import User
from files_app import bundles, news, storage
from files_app.limits import LARGEST, LARGEST_OF_ALL, LONGEST_NAME, MOST_BYTES, MOST_FILES, Kind, Refusal
from files_app.models import Bundle, SessionFile, Upload
from files_app.storage import StorageDown
from mechanichub.errors import DomainError, NotPossible, NotYours, TooLarge
from mechanichub.text import tidy_line
from sessions_app import chat
from sessions_app.access import CUSTOMER, MECHANIC, STAFF, session_for
from sessions_app.models import Session
from sessions_app.moves import HELD

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=1)  # after its last piece
UNDER_WAY = timedelta(minutes=15)  # an upload that was silent for longer takes nobody's place
LONGEST_ENDING = 10  # characters that are kept at the end of a name that has to be shortened
PHOTO_ENDINGS = {".heic", ".heif", ".webp"}  # which not every machine knows

Home = Session | Bundle
Arriving = Upload | SessionFile


class BadFile(DomainError):
    """Not even worth sending. 422."""

    status = 422
    code = "bad_file"
    title = gettext_lazy("That file cannot be sent")


class WrongOffset(NotPossible):
    """The next piece begins somewhere else: another one was faster, or the sender has lost count. 409."""

    code = "wrong_offset"

    def __init__(self, received: int) -> None:
        super().__init__(_("This part of the file is not the next one."))
        self.received = received


class Full(NotPossible):
    """The session has as many files as it can have. 409."""

    code = "full"
    title = gettext_lazy("No more room for files")


@dataclass(frozen=True, kw_only=True)
class Announced:
    """What a browser says about a file before it sends it.

    Args:
        client_id: chosen by the browser; the same one again is the same file.
        size: in bytes.
        content_type: as claimed, or "".
        source: one of SessionFile.Source.
    """

    client_id: UUID
    name: str
    size: int
    content_type: str = ""
    source: str = Upload._meta.get_field("source").default


# --- who may send --------------------------------------------------------------------------------


def room_to_send(user: User, pk: UUID) -> Session:
    """The session, to send a file to it: its customer and its mechanic may, until it ends.

    Raises:
        Http404: not theirs to see, or not any more.
        NotYours: the support team.
        NotPossible: it is over.
    """
    session = session_for(user, pk)
    if session.role == STAFF:
        raise NotYours(_("Only the customer and the mechanic of a session send files."))
    if session.role not in (CUSTOMER, MECHANIC):
        raise Http404
    _refuse_ended(session)
    return session


def arriving_for(request: HttpRequest, pk: UUID) -> Arriving:
    """A file of one's own that is arriving or has arrived; both have the same id.

    Raises:
        Http404: there is none, or somebody else sends it.
    """
    # In this order: one that is completed in between is found as a file.
    row = Upload.objects.filter(pk=pk).first() or SessionFile.objects.filter(pk=pk).first()
    if row is None:
        raise Http404
    own = row.uploader_id == request.user.pk if row.session_id else bundles.of(request).filter(pk=row.bundle_id).exists()
    if not own:
        raise Http404
    return row


def _refuse_ended(session: Session) -> None:
    if not session.is_open:
        raise NotPossible(_("This session is over, so it takes no more files."))


# --- announced -----------------------------------------------------------------------------------


def begin(home: Home, announced: Announced, *, by: User | None) -> Arriving:
    """Gets ready for a file; what was announced before under the same name of the browser is found again, arriving or arrived.

    Args:
        home: a session from `room_to_send`, or a bundle from `bundles.opened`.
        by: who sends; None for a visitor who writes an intake.

    Raises:
        StorageDown: files are switched off.
        BadFile: empty.
        TooLarge: more than its kind may have.
        Full: the session or intake has no room for it, with all that is under way.
        NotPossible: the session has ended, or this name is another file's.
    """
    storage.refuse_when_off()
    _refuse_size(announced)
    with transaction.atomic():
        _lock(home)
        return _announced_before(home, announced, by) or _announce(home, announced, by)


def _refuse_size(announced: Announced) -> None:
    if announced.size <= 0:
        raise BadFile(str(Refusal.EMPTY.label))
    if announced.size > largest(announced):
        raise TooLarge(str(Refusal.TOO_LARGE.label))


def largest(announced: Announced) -> int:
    """How many bytes it may have, as far as one can tell before it is here: by the type it claims, or by the end of its name."""
    ending = PurePosixPath(announced.name.lower()).suffix
    claimed = announced.content_type or mimetypes.guess_type(announced.name)[0] or ""
    if claimed.startswith("image/") or ending in PHOTO_ENDINGS:
        return LARGEST[Kind.PHOTO]
    return LARGEST[Kind.DOCUMENT] if claimed == "application/pdf" else LARGEST_OF_ALL


def _lock(home: Home) -> None:
    """Two files for the last place come one after the other."""
    now = type(home).objects.select_for_update(no_key=True).filter(pk=home.pk).first()
    if now is None:
        raise Http404
    if isinstance(now, Session):
        _refuse_ended(now)


def _at(home: Home) -> dict[str, Home]:
    return {"session" if isinstance(home, Session) else "bundle": home}


def is_announced(bundle_pk: UUID, client_id: UUID) -> bool:
    """True when a file of an intake is arriving, or has arrived, by this name."""
    return any(model.objects.filter(bundle=bundle_pk, client_id=client_id).exists() for model in (Upload, SessionFile))


def _announced_before(home: Home, announced: Announced, by: User | None) -> Arriving | None:
    for model in (Upload, SessionFile):  # in this order, see arriving_for
        row = model.objects.filter(client_id=announced.client_id, **_at(home)).first()
        if row is None:
            continue
        if row.size != announced.size or (isinstance(home, Session) and row.uploader_id != by.pk):
            raise NotPossible(_("Another file was sent under this name. Please choose the file again."))
        return row
    return None


def _announce(home: Home, announced: Announced, by: User | None) -> Upload:
    _refuse_full(home, announced)
    name = clean_name(announced.name)
    return Upload.objects.create(
        **_at(home), uploader=by, client_id=announced.client_id, name=name, size=announced.size, source=announced.source
    )


def _refuse_full(home: Home, announced: Announced) -> None:
    under_way = Upload.objects.filter(touched_at__gt=timezone.now() - UNDER_WAY, **_at(home))
    arrived = SessionFile.objects.filter(~Q(state=SessionFile.State.REFUSED), **_at(home))
    if under_way.count() + arrived.count() >= MOST_FILES:
        raise _full()
    if sum(rows.aggregate(bytes=Sum("size"))["bytes"] or 0 for rows in (under_way, arrived)) + announced.size > MOST_BYTES:
        raise _full()


def _full() -> Full:
    return Full(_("A session can have %(files)d files with 200 MB together, and there is no room for this one.") % {"files": MOST_FILES})


def clean_name(name: str) -> str:
    """The name as a label: composed (NFC), without folders, control and bidirectional characters, at most LONGEST_NAME characters.

    A name that is too long keeps its end, by which people know what it is.
    """
    own_name = tidy_line(name).replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in own_name if unicodedata.category(letter) not in ("Cc", "Cs", "Cn", "Co")).strip()
    if len(shown) > LONGEST_NAME:
        suffix = PurePosixPath(shown).suffix
        ending = suffix if len(suffix) <= LONGEST_ENDING else ""
        shown = shown[: LONGEST_NAME - len(ending)].rstrip() + ending
    return shown or _("file")


# --- received ------------------------------------------------------------------------------------


def receive(upload: Upload, offset: int, piece: IO[bytes]) -> int:
    """Takes the next piece. With the last one the upload becomes a file, under the same id, and is to be checked.

    Args:
        offset: where the piece begins, in bytes.
        piece: seekable; all of it is taken.

    Returns:
        How many bytes have arrived now.

    Raises:
        WrongOffset: it is not the next one, or another one was faster.
        TooLarge: it goes beyond what was announced.
        Full: it was the last one, and meanwhile the session has no room left. The upload is gone.
        StorageDown: send it again.
    """
    size = piece.seek(0, 2)
    if offset != upload.received:
        raise WrongOffset(upload.received)
    if offset + size > upload.size:
        raise TooLarge(_("This is more than was announced."))
    if size == 0:
        return offset
    name = f"incoming/{upload.pk}/{offset:012}-{secrets.token_hex(8)}"
    storage.put(name, piece)
    try:
        kept = _keep(upload, name, size)
    except IntegrityError as refusal:
        throw_away([name])
        raise _refused(upload, refusal) from refusal
    if not kept:
        throw_away([name])
        raise WrongOffset(Upload.objects.filter(pk=upload.pk).values_list("received", flat=True).first() or upload.size)
    return offset + size


def receive_whole(home: Home, announced: Announced, content: IO[bytes], *, by: User | None) -> Arriving:
    """`begin` and `receive` in one, for a form that brings the whole file."""
    arriving = begin(home, announced, by=by)
    if isinstance(arriving, Upload):
        receive(arriving, 0, content)
    return arriving


def receive_all(home: Home, files: Iterable[UploadedFile], *, by: User | None, form_id: UUID) -> list[str]:
    """The files of a form. Each good one is kept, whatever is wrong with the others; the same form again brings the same files.

    Returns:
        What is wrong with the others, in words, with their names.
    """
    problems = []
    for place, file in enumerate(files):
        client_id = uuid5(form_id, f"{place} {file.name} {file.size}")
        announced = Announced(client_id=client_id, name=file.name or "", size=file.size or 0, content_type=file.content_type or "")
        try:
            receive_whole(home, announced, file, by=by)
        except DomainError as refusal:
            problems.append(f"{clean_name(announced.name)}: {refusal.detail}")
    return problems


@transaction.atomic
def _keep(upload: Upload, name: str, size: int) -> bool:
    """Writes down where the piece is, and completes the upload with the last one; False when another piece was faster."""
    received = upload.received + size
    is_last = received == upload.size
    if is_last and upload.bundle_id:
        Bundle.objects.select_for_update(no_key=True).filter(pk=upload.bundle_id).first()  # before the upload, see bundles.claim
    # What was received grows with each piece, so who finds it unchanged knows that the pieces are, too.
    as_it_was = Upload.objects.filter(pk=upload.pk, received=upload.received)
    kept = as_it_was.update(received=received, pieces=[*upload.pieces, name], touched_at=timezone.now())
    if kept and is_last:
        _complete(Upload.objects.get(pk=upload.pk))
    return bool(kept)


def _complete(upload: Upload) -> None:
    same = ("pk", "session_id", "bundle_id", "uploader_id", "client_id", "name", "source", "size", "pieces")
    file = SessionFile(**{name: getattr(upload, name) for name in same})
    upload.delete()
    file.save(force_insert=True)
    _mention(file)
    ask_for_check(file.pk)
    news.tell(file)


def ask_for_check(file_id: UUID) -> None:
    """Has the worker look at a file; by one job at a time, on the queue of files_app/tasks.py.

    Raises:
        AlreadyEnqueued: it will.
    """
    name = f"inspect_file {file_id}"
    app.configure_task("inspect_file", queue="files", lock=name, queueing_lock=name).defer(file_id=str(file_id))


def _mention(file: SessionFile) -> None:
    """In a room where people talk, a file is also a message."""
    if file.session_id is None or not Session.objects.filter(pk=file.session_id, status__in=HELD).exists():
        return
    file.message = chat.post(file.session_id, by=file.uploader, client_id=file.pk, body=file.name)
    file.save(update_fields=["message"])


def _refused(upload: Upload, refusal: IntegrityError) -> Exception:
    """What the database says to the last piece, in other words."""
    cause = refusal.__cause__
    if not isinstance(cause, psycopg.Error) or cause.diag.constraint_name != "a_session_has_few_files":
        return refusal
    give_up(upload)
    return _full()


# --- gone ----------------------------------------------------------------------------------------


def give_up(upload: Upload) -> None:
    """Forgets an upload and what has arrived of it."""
    with transaction.atomic():
        now = Upload.objects.select_for_update().filter(pk=upload.pk).first()
        pieces = now.pieces if now else []
        Upload.objects.filter(pk=upload.pk).delete()
    throw_away(pieces)


def remove(file: SessionFile) -> None:
    """Takes back a file of an intake that was not sent yet.

    Raises:
        NotPossible: it was sent meanwhile, and belongs to the session now.
    """
    with transaction.atomic():
        now = SessionFile.objects.select_for_update().filter(pk=file.pk).first()
        if now is None:
            return
        if now.session_id:
            raise NotPossible(_("This file was sent with your request. It stays with the session."))
        now.delete()
    throw_away(objects_of(now))


def objects_of(row: Arriving) -> list[str]:
    """The names of all objects that the row claims."""
    served = [row.file, row.thumbnail] if isinstance(row, SessionFile) else []
    return [name for name in (*row.pieces, *served) if name]


def throw_away(names: list[str]) -> None:
    """Removes objects that no row claims any more. What cannot be removed now is swept."""
    try:
        storage.delete(names)
    except StorageDown:
        logger.warning("%s objects are left to be swept, beginning with %s", len(names), names[0])
