"""What the worker does with a file that has arrived: looks for viruses, has it inspected, stores what was made of it.

It may end anywhere and begin again: objects are stored before the row names them and deleted after it names them no more, so that
what is left over belongs to nobody and is swept.
"""

import tempfile
from pathlib import Path
from shutil import copyfileobj
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from files_app import clamd, inspection, news, storage, uploads
from files_app.inspection import Found, Refused
from files_app.limits import Refusal
from files_app.models import SessionFile
from files_app.storage import Missing, StorageDown

CHUNK = 2**16  # bytes
ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "application/pdf": "pdf",
}


def check(file_id: UUID) -> None:
    """Makes a file ready, or refuses it. One that was looked at already stays as it is.

    Raises:
        Unavailable: the storage or the virus scanner does not answer. The file stays as it is; to be tried again.
    """
    file = SessionFile.objects.filter(pk=file_id, state=SessionFile.State.CHECKING).first()
    if file is None or SessionFile.objects.elsewhere().filter(pk=file_id).exists():
        return
    with tempfile.TemporaryDirectory(prefix="mechanichub-check-") as folder:
        found = judged(file, Path(folder))
        columns = store(file, found) if isinstance(found, Found) else {"state": SessionFile.State.REFUSED, "refusal": found.code}
    if write(file, columns):
        uploads.throw_away(file.pieces)
    else:  # it was taken back, or somebody else was faster
        uploads.throw_away([columns[name] for name in ("file", "thumbnail") if columns.get(name)])


def judged(file: SessionFile, folder: Path) -> Found | Refused:
    """What it is; everything is fetched into and made in `folder`."""
    try:
        path = fetched(file, folder)
    except Missing:
        return Refused(Refusal.DAMAGED)
    if clamd.scan(path):
        return Refused(Refusal.MALWARE)
    out = folder / "out"
    out.mkdir()
    return inspection.inspect(path, out)


def fetched(file: SessionFile, folder: Path) -> Path:
    """The file as it was sent, put together.

    Raises:
        Missing: a piece is lost for good.
        StorageDown: also when it gives us less, or more, than it was given.
    """
    path = folder / str(file.pk)
    with path.open("wb") as whole:
        for name in file.pieces:
            with storage.open(name) as piece:
                copyfileobj(piece, whole, CHUNK)
    if path.stat().st_size != file.size:
        raise StorageDown
    return path


def store(file: SessionFile, found: Found) -> dict[str, Any]:
    """Stores the clean copy and its thumbnail; returns what the row says of them."""
    name = f"files/{file.pk}/{uuid4()}.{ENDINGS[found.content_type]}"
    storage.put(name, found.path)
    thumbnail = f"files/{file.pk}/{uuid4()}.jpg" if found.thumbnail else ""
    if found.thumbnail:
        storage.put(thumbnail, found.thumbnail)
    same = ("kind", "content_type", "width", "height", "sha256")
    return {"state": SessionFile.State.READY, "file": name, "thumbnail": thumbnail, **{each: getattr(found, each) for each in same}}


@transaction.atomic
def write(file: SessionFile, columns: dict[str, Any]) -> bool:
    """Writes it down and tells who looks; False when the file is not waiting for it any more."""
    waiting = SessionFile.objects.filter(pk=file.pk, state=SessionFile.State.CHECKING)
    if not waiting.update(**columns, pieces=[], checked_at=timezone.now()):
        return False
    news.tell(SessionFile.objects.get(pk=file.pk))
    return True
