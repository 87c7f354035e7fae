"""The one door to the objects: what was sent and what is served, by name, in a folder or on an S3 server (FILES_URL).

Names: `incoming/<upload>/<offset>-<random>` for the pieces as they arrive, `files/<file>/<random>.<ending>` for what is served. A name
is used once and its object never changes. Object first, row second: an object without a row is swept, a row without an object shows.
"""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from shutil import copyfileobj
from typing import IO

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _
from urllib3.exceptions import HTTPError

from files_app.stores import NotAsSent
from live.limits import Seldom
from mechanichub.errors import NotFound, Unavailable

logger = logging.getLogger(__name__)
seldom = Seldom()

IN_MEMORY = 2**18  # bytes; what is larger waits in a temporary file
NOT_NOW = _("Files are not available just now. Nothing else is affected; please try again in a few minutes.")
TROUBLE = (OSError, BotoCoreError, ClientError, Boto3Error, HTTPError, NotAsSent)


class StorageDown(Unavailable):
    """The place for files does not answer, refuses, lies, or is switched off by FILES_ENABLED. 503."""

    code = "files_unavailable"
    title = _("No files just now")
    retry_after = 60
    is_told = True

    def __init__(self) -> None:
        super().__init__(str(NOT_NOW))


class SwitchedOff(Exception):
    """Somebody has decided so."""


class Missing(NotFound):
    """There is no object of that name. 404."""


class Stream:
    """An object while it is read: an error on the way is StorageDown, too."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, b"" at the end."""
        with _one_error():
            return self._source.read(None if size < 0 else size)

    def seek(self, offset: int) -> int:
        """Only in a folder: a bucket serves by signed address."""
        with _one_error():
            return self._source.seek(offset)

    def close(self) -> None:
        self._source.close()


def refuse_when_off() -> None:
    """Files may be switched off while something about them is put right.

    Raises:
        StorageDown: FILES_ENABLED is false.
    """
    if not settings.FILES_ENABLED:
        raise _down(SwitchedOff("they are switched off (FILES_ENABLED)"))


def refuse_when_down() -> None:
    """For pages, which would promise what does not work. It asks nobody more often than every few seconds, and waits for a moment at most.

    Raises:
        StorageDown: it is switched off, or did not work when it was last looked at.
    """
    refuse_when_off()
    if trouble := default_storage.watch.trouble():
        raise _down(trouble)


def tell(failure: Exception) -> None:
    """Says in the log what is wrong with files, once a minute."""
    if seldom:
        reason = str(failure.__cause__ or failure).strip() or type(failure).__name__
        logger.warning("files are not available: %s", reason.splitlines()[0])


def put(name: str, content: IO[bytes] | Path) -> int:
    """Stores a file or a stream to its end, and makes sure that it is there.

    Returns:
        Its size in bytes.

    Raises:
        StorageDown: nothing, or not all of it, was stored. What may be left of it is swept.
    """
    refuse_when_off()
    with _seekable(content) as source:
        with _one_error():
            default_storage.put(name, source)
        return source.seek(0, 2)


@contextmanager
def open(name: str) -> Iterator[Stream]:
    """The object, to be read in pieces.

    Raises:
        Missing: there is none.
        StorageDown: now, or at any read.
    """
    stream = stream_of(name)
    try:
        yield stream
    finally:
        stream.close()


def stream_of(name: str) -> Stream:
    """Like `open`, for who closes it himself."""
    refuse_when_off()
    with _one_error():
        return Stream(default_storage.read(name))


def size(name: str) -> int:
    """In bytes.

    Raises:
        Missing: there is none.
        StorageDown: nobody knows.
    """
    refuse_when_off()
    with _one_error():
        return default_storage.size(name)


def exists(name: str) -> bool:
    """Raises StorageDown when nobody knows."""
    refuse_when_off()
    with _one_error():
        return default_storage.exists(name)


def delete(names: list[str]) -> None:
    """Removes objects; those that are gone already are fine.

    Raises:
        StorageDown: some of them may be left.
    """
    refuse_when_off()
    for name in names:
        with _one_error():
            default_storage.delete(name)


def names(prefix: str, *, before: datetime | None = None) -> Iterator[str]:
    """All names below a prefix ("incoming/"), only those stored before some time when it is given.

    Raises:
        StorageDown: on the way.
    """
    refuse_when_off()
    with _one_error():
        for name, stored in default_storage.names(prefix):
            if before is None or stored < before:
                yield name


def signed_url(name: str, content_type: str, disposition: str) -> str | None:
    """An address at which the bucket itself serves the object for a minute, with these headers; None for a folder.

    Raises:
        StorageDown: there are no credentials to sign with.
    """
    refuse_when_off()
    with _one_error():
        return default_storage.signed_url(name, content_type, disposition)


def probe() -> None:
    """Raises StorageDown, with its cause, when nothing could be stored."""
    with _one_error():
        default_storage.probe()


@contextmanager
def _one_error() -> Iterator[None]:
    try:
        with default_storage.rest.kept():
            yield
    except FileNotFoundError as error:
        raise Missing from error
    except TROUBLE as error:
        raise _down(error)


def _down(cause: Exception) -> StorageDown:
    tell(cause)
    down = StorageDown()
    down.__cause__ = cause
    return down


@contextmanager
def _seekable(content: IO[bytes] | Path) -> Iterator[IO[bytes]]:
    if isinstance(content, Path):
        with content.open("rb") as file:
            yield file
    elif content.seekable():
        yield content
    else:
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as spooled:
            copyfileobj(content, spooled)
            yield spooled
