"""What pages show of files. It never fails: whatever is wrong with files ends in a shelf that says so."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from uuid import UUID

from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.db.models import Q

from accounts_app.models import User
from files_app import storage
from files_app.limits import MOST_BYTES, MOST_FILES
from files_app.models import Bundle, SessionFile, Upload
from files_app.storage import StorageDown
from sessions_app.access import CUSTOMER, MECHANIC, SEES
from sessions_app.models import Message, Session

TAKE_PART = {CUSTOMER, MECHANIC}


@dataclass
class Shelf:
    """The files of one session, or of one intake that is being written, as one person sees them."""

    files: list[SessionFile] = field(default_factory=list)  # the newest last
    uploads: list[Upload] = field(default_factory=list)  # this person's own that are still arriving
    files_left: int = MOST_FILES
    bytes_left: int = MOST_BYTES
    unavailable: bool = False  # files do not work just now; nothing else is known then


def of(session: Session, user: User) -> Shelf:
    """The files of a session; `session.role` says in which role (sessions_app.access).

    Who takes part sees also what is being checked and what was refused, staff what is ready, everybody else nothing.
    """
    if session.role not in SEES["files"]:
        return Shelf()
    return _shelf(Q(session=session.pk), Q(uploader=user.pk), shows_all=session.role in TAKE_PART)


def of_bundle(bundle: Bundle | None) -> Shelf:
    """The files of an intake that is being written; None: nothing was sent yet."""
    return _shelf(Q(bundle=bundle.pk), Q(), shows_all=True) if bundle else _shelf(Q(pk=None), Q(), shows_all=True)


def attach(messages: Iterable[Message]) -> list[Message]:
    """Gives each message its `.attached`, the file that was sent with it, or None."""
    messages = list(messages)
    files: dict[object, SessionFile] = {}
    with guarded():
        storage.refuse_when_down()
        files = {file.message_id: file for file in SessionFile.objects.filter(message__in=messages).with_strokes()}
    for message in messages:
        message.attached = files.get(message.pk)
    return messages


def by_session(sessions: Iterable[UUID]) -> dict[UUID, list[SessionFile]]:
    """What came with several sessions and was not refused, by session, the newest last; nothing while files are not available."""
    found: dict[UUID, list[SessionFile]] = {}
    with guarded():
        storage.refuse_when_down()
        for file in SessionFile.objects.filter(session__in=list(sessions)).exclude(state=SessionFile.State.REFUSED):
            found.setdefault(file.session_id, []).append(file)
    return found


@contextmanager
def guarded() -> Iterator[None]:
    """Around whatever asks for files where something else must go on: a failure is one warning a minute, and the block is left."""
    try:
        with _own_transaction():
            yield
    except (DatabaseError, StorageDown) as failure:
        storage.tell(failure)


@contextmanager
def needed() -> Iterator[None]:
    """Around what cannot go on without files: without their rows it is the same 503 as without their objects.

    Raises:
        StorageDown: the rows cannot be read.
    """
    try:
        with _own_transaction():
            yield
    except ProgrammingError as failure:
        storage.tell(failure)
        raise StorageDown from failure


def _shelf(home: Q, sender: Q, *, shows_all: bool) -> Shelf:
    with guarded():
        storage.refuse_when_down()
        everything = list(SessionFile.objects.filter(home).select_related("uploader").with_strokes())
        uploads = list(Upload.objects.filter(home & sender).order_by("created_at", "id")) if shows_all else []
        counted = [file for file in everything if file.state != SessionFile.State.REFUSED]
        return Shelf(
            files=everything if shows_all else [file for file in everything if file.state == SessionFile.State.READY],
            uploads=uploads,
            files_left=max(0, MOST_FILES - len(counted)),
            bytes_left=max(0, MOST_BYTES - sum(file.size for file in counted)),
        )
    return Shelf(files_left=0, bytes_left=0, unavailable=True)


def _own_transaction() -> AbstractContextManager:
    """Inside of a transaction a failed question must not spoil the rest of it."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()
