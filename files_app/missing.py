"""Ready files whose objects are not there: restored from an old backup, deleted by hand. Pages show a placeholder, staff are told."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from files_app import storage
from files_app.models import SessionFile

SETTLED = timedelta(minutes=1)  # a file that has just become ready may be younger than the list


def look(now: datetime) -> int:
    """Marks the files whose objects are missing, and takes the mark from those that have come back.

    It holds the names of all objects in memory: about 20 MB for 100,000 of them.

    Returns:
        How many are missing.

    Raises:
        StorageDown: nobody knows; the marks stay as they are.
    """
    settled = SessionFile.objects.ready().filter(checked_at__lt=now - SETTLED)
    missing = _missing(settled)
    marked = SessionFile.objects.filter(missing_since__isnull=False)
    marked.exclude(pk__in=missing).update(missing_since=None)
    SessionFile.objects.filter(pk__in=missing, missing_since=None).update(missing_since=now)
    return len(missing)


def _missing(files: QuerySet[SessionFile]) -> list[UUID]:
    stored = set(storage.names("files/"))
    suspects = [file for file in files.iterator(chunk_size=2000) if not _objects_of(file) <= stored]
    # What was listed a while ago is asked for again, one by one, before anybody is alarmed.
    return [file.pk for file in suspects if not all(storage.exists(name) for name in _objects_of(file))]


def _objects_of(file: SessionFile) -> set[str]:
    return {file.file, file.thumbnail} - {""}
