"""The second step: the objects of files whose rows came over, copied from the old system's folder or bucket and inspected like any other.

Until then such a file is `checking`, and its one piece has a name that begins with ELSEWHERE. An object is first copied to where uploads
arrive, then the row names it, then it is inspected: whatever breaks off in between, the worker inspects it later, and a second run
goes on with the rest.
"""

import csv
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from files_app import checking, storage
from files_app.limits import LARGEST_OF_ALL, Refusal
from files_app.models import ELSEWHERE, SessionFile
from legacy_app.models import SetAside
from legacy_app.report import Lines
from mechanichub.addresses import file_storage

CHUNK = 2**16  # bytes
BATCH = 200  # rows
GONE = "object_missing"


class BadPlace(Exception):
    """That is no folder or bucket, or it does not answer; in words."""


@dataclass
class Copied:
    """What became of the files.

    Attributes:
        ready: how many can be seen now (in a dry run: were found).
        refused: how many, by reason.
        missing, failed: (id, path) of those whose objects are not there, and of those that could not be read just now.
    """

    total: int = 0
    ready: int = 0
    refused: Counter = field(default_factory=Counter)
    missing: Lines = field(default_factory=Lines)
    failed: Lines = field(default_factory=Lines)


def bring(
    address: str,
    *,
    commit: bool,
    give_up_missing: bool = False,
    tell: Callable[[str, int, int], None] = lambda what, done, total: None,
) -> Copied:
    """Copies what is waiting.

    Args:
        address: of the old objects, like FILES_URL.
        commit: without it, it only looks which are there.
        give_up_missing: files whose objects are not there are refused as damaged; otherwise they wait for another run.

    Raises:
        BadPlace: nothing can be read there.
        StorageDown: our own place for files does not answer.
    """
    place = _opened(address)
    copied = Copied(total=SessionFile.objects.elsewhere().count())
    for number, file in enumerate(_waiting(), start=1):
        _bring(place, file, copied, commit=commit, give_up_missing=give_up_missing)
        tell("objects", number, copied.total)
    return copied


def _opened(address: str):
    """The old place, after a look whether it is one."""
    if urlsplit(address).scheme not in ("file", "s3"):
        raise BadPlace(f"{address!r} is no place for objects: it is file:///folder or s3://KEY:SECRET@bucket/prefix?endpoint=https://...")
    entry = file_storage(address, otherwise="")
    if urlsplit(address).scheme == "file" and not Path(entry["OPTIONS"]["location"]).is_dir():
        raise BadPlace(f"There is no folder {entry['OPTIONS']['location']!r}.")
    place = import_string(entry["BACKEND"])(**entry["OPTIONS"])
    try:
        next(iter(place.names("")), None) if urlsplit(address).scheme == "file" else place.probe()
    except storage.TROUBLE as error:
        raise BadPlace(f"The old objects cannot be read: {error}")
    return place


def _waiting() -> Iterator[SessionFile]:
    """All that wait, each once, a few at a time."""
    last = None
    while True:
        waiting = SessionFile.objects.elsewhere().order_by("pk")
        batch = list((waiting.filter(pk__gt=last) if last else waiting)[:BATCH])
        if not batch:
            return
        yield from batch
        last = batch[-1].pk


def _bring(place, file: SessionFile, copied: Copied, *, commit: bool, give_up_missing: bool) -> None:
    path = unquote(file.pieces[0].removeprefix(ELSEWHERE))
    try:
        if not commit:
            place.read(path.lstrip("/")).close()
            copied.ready += 1
        else:
            _count(copied, _copy(place, path.lstrip("/"), file))
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, SuspiciousOperation, ValueError):
        copied.missing.append((file.pk, path))
        if commit and give_up_missing:
            _give_up(file)
    except storage.TROUBLE as error:
        copied.failed.append((file.pk, f"{path}: {error}"))


def _count(copied: Copied, file: SessionFile) -> None:
    if file.state == SessionFile.State.READY:
        copied.ready += 1
    else:
        copied.refused[file.refusal or "not checked yet"] += 1


def _copy(place, path: str, file: SessionFile) -> SessionFile:
    """Fetches one object and has it inspected; the file as it stands then."""
    with tempfile.TemporaryFile() as here:
        source = place.read(path)
        try:
            size = _fetch(source, here)
        finally:
            source.close()
        if size > LARGEST_OF_ALL:
            return _refuse(file, Refusal.TOO_LARGE)
        name = f"incoming/{file.pk}/0-{uuid4().hex}"
        here.seek(0)
        storage.put(name, here)
    try:
        with transaction.atomic():
            taken = SessionFile.objects.elsewhere().filter(pk=file.pk).update(pieces=[name], size=size)
    except IntegrityError:  # it is larger than its row said, and the session has no room for that
        return _refuse(file, Refusal.TOO_LARGE)
    if taken:
        checking.check(file.pk)
    else:
        storage.delete([name])
    return SessionFile.objects.get(pk=file.pk)


def _fetch(source, into) -> int:
    """Copies an object, to a little more than we would ever take; its size in bytes."""
    size = 0
    while size <= LARGEST_OF_ALL and (chunk := source.read(CHUNK)):
        into.write(chunk)
        size += len(chunk)
    return size


def _refuse(file: SessionFile, reason: str) -> SessionFile:
    SessionFile.objects.elsewhere().filter(pk=file.pk).update(state="refused", refusal=reason, pieces=[], checked_at=timezone.now())
    return SessionFile.objects.get(pk=file.pk)


@transaction.atomic
def _give_up(file: SessionFile) -> None:
    row = {"session_id": file.session_id, "name": file.name, "pieces": file.pieces, "size": file.size}
    SetAside.objects.get_or_create(source_table="session_files", source_id=str(file.pk), reason=GONE, defaults={"row": row})
    _refuse(file, Refusal.DAMAGED)


def write_csv(path: Path, copied: Copied) -> None:
    """Id, path and what is the matter with each file that was not copied."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "path", "what"])
        for what, rows in (("missing", copied.missing), ("not readable now", copied.failed)):
            writer.writerows([pk, name, what] for pk, name in rows)
