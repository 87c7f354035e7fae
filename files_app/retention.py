"""What is deleted, and when: what was never finished or never sent after a day, what nobody claims, and everything after a year."""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from procrastinate.exceptions import AlreadyEnqueued

from files_app import bundles, storage, uploads
from files_app.models import Bundle, SessionFile, Upload
from lifecycle import record
from lifecycle.record import SYSTEM
from sessions_app.models import Session, SessionEvent
from sessions_app.moves import IMPORTED

logger = logging.getLogger(__name__)

YOUNG = timedelta(days=1)  # an object may be stored before a row claims it
LOOK_AGAIN_AFTER = timedelta(hours=1)
AT_ONCE = 500  # objects


def sweep(now: datetime) -> dict[str, int]:
    """Everything that is due at `now` but the orphans; returns how many of each."""
    return {"uploads": give_up_stale(now), "bundles": forget_unsent(now), "asked again": look_again(now), "old": remove_old(now)}


def give_up_stale(now: datetime) -> int:
    """Uploads that nobody has gone on with for a day."""
    stale = list(Upload.objects.filter(touched_at__lt=now - uploads.KEPT_FOR))
    for upload in stale:
        uploads.give_up(upload)
    return len(stale)


def forget_unsent(now: datetime) -> int:
    """Bundles of intakes that were never sent, a day after their last file."""
    limit = now - bundles.KEPT_FOR
    lately = [
        Exists(Upload.objects.filter(bundle=OuterRef("pk"), touched_at__gte=limit)),
        Exists(SessionFile.objects.filter(bundle=OuterRef("pk"), created_at__gte=limit)),
    ]
    unsent = Bundle.objects.filter(created_at__lt=limit).exclude(lately[0]).exclude(lately[1])
    return sum(_forget(pk) for pk in list(unsent.values_list("pk", flat=True)))


def _forget(pk: UUID) -> bool:
    with transaction.atomic():
        bundle = Bundle.objects.select_for_update().filter(pk=pk).first()
        if bundle is None:  # it became a session's this very moment
            return False
        names = [name for row in (*bundle.uploads.all(), *bundle.files.all()) for name in uploads.objects_of(row)]
        bundle.delete()
    uploads.throw_away(names)
    return True


def look_again(now: datetime) -> int:
    """Files that have been waiting for long: their job is asked for once more, unless one is still queued."""
    waiting = SessionFile.objects.filter(state=SessionFile.State.CHECKING, created_at__lt=now - LOOK_AGAIN_AFTER)
    checkable = waiting.exclude(pk__in=SessionFile.objects.elsewhere())
    return sum(_ask_again(pk) for pk in list(checkable.values_list("pk", flat=True)))


def _ask_again(pk: UUID) -> bool:
    try:
        with transaction.atomic():
            uploads.ask_for_check(pk)
    except AlreadyEnqueued:
        return False
    return True


def remove_old(now: datetime) -> int:
    """The files of sessions that ended more than FILES_KEPT_DAYS ago; each session says on its timeline that they are gone.

    What came over from the old system is kept as long from that day on: nothing is to vanish on the way.
    """
    limit = now - timedelta(days=settings.FILES_KEPT_DAYS)
    came_over_lately = SessionEvent.objects.filter(session=OuterRef("pk"), number=1, kind=IMPORTED, created_at__gte=limit)
    ended = Session.objects.filter(ended_at__lt=limit).exclude(Exists(came_over_lately))
    with_files = ended.filter(Exists(SessionFile.objects.filter(session=OuterRef("pk"))))
    sessions = list(with_files.values_list("pk", flat=True))
    for pk in sessions:
        _remove_files_of(pk)
    return len(sessions)


def _remove_files_of(pk: UUID) -> None:
    with transaction.atomic():
        session = record.lock(pk)
        rows = [*session.files.all(), *session.uploads.all()]
        names = [name for row in rows for name in uploads.objects_of(row)]
        session.uploads.all().delete()
        count = session.files.count()
        session.files.all().delete()
        record.remark(session, "files_removed", by=SYSTEM, data={"count": count})
        record.tell(session)
    uploads.throw_away(names)


# --- objects without a row -----------------------------------------------------------------------


def sweep_orphans(now: datetime) -> int:
    """Deletes the objects that no row claims, page by page; young ones are left alone, their row may be on its way.

    Returns:
        How many.

    Raises:
        StorageDown: on the way; the next time it goes on.
    """
    count = 0
    for prefix in ("incoming/", "files/"):
        for names in _pages(storage.names(prefix, before=now - YOUNG)):
            orphans = _unclaimed(names)
            storage.delete(orphans)
            count += len(orphans)
    if count:
        logger.info("%s objects that no file claims were deleted", count)
    return count


def _pages(names: Iterable[str]) -> Iterator[list[str]]:
    names = iter(names)
    while page := list(islice(names, AT_ONCE)):
        yield page


def _unclaimed(names: list[str]) -> list[str]:
    """Of names such as `files/<id>/...`; others are not of our making and stay."""
    owners = {name: owner for name in names if (owner := _owner(name))}
    ids = set(owners.values())
    rows = (*Upload.objects.filter(pk__in=ids), *SessionFile.objects.filter(pk__in=ids))
    claimed = {name for row in rows for name in uploads.objects_of(row)}
    return [name for name in owners if name not in claimed]


def _owner(name: str) -> UUID | None:
    try:
        return UUID(name.split("/")[1])
    except (IndexError, ValueError):
        return None
