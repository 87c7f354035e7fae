"""What is swept and what is kept."""

import os
import uuid
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from files_app import checking, retention, storage
from files_app.models import Bundle, SessionFile, Upload
from files_app.tests.photos import picture
from files_app.tests.sending import BODY, announce, new_intake, send, send_piece
from sessions_app import timeline
from sessions_app.models import Session
from tests import cast

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SOON = timedelta(minutes=1)


def stored(pk: uuid.UUID | str) -> list[str]:
    return [*storage.names(f"incoming/{pk}/"), *storage.names(f"files/{pk}/")]


# --- what nobody goes on with ------------------------------------------------------------------------


def test_an_upload_that_nobody_goes_on_with_is_swept_after_a_day(carlas: Client, room: Session) -> None:
    address = announce(carlas, room)["Location"]
    send_piece(carlas, address, 0, BODY[:300])
    upload = Upload.objects.get()
    assert retention.give_up_stale(timezone.now() + DAY - SOON) == 0 and stored(upload.pk)
    assert retention.give_up_stale(timezone.now() + DAY + SOON) == 1
    assert not Upload.objects.exists() and not stored(upload.pk)


def test_an_intake_that_was_not_sent_is_swept_a_day_after_its_last_file(client: Client, plans: dict) -> None:
    pk = new_intake(client)
    file = send(client, pk)
    half = announce(client, pk)["Location"]
    send_piece(client, half, 0, BODY[:300])
    Bundle.objects.update(created_at=timezone.now() - DAY)
    assert retention.forget_unsent(timezone.now() + DAY - SOON) == 0
    assert retention.forget_unsent(timezone.now() + DAY + SOON) == 1
    assert not Bundle.objects.exists() and not SessionFile.objects.exists() and not Upload.objects.exists()
    assert not stored(file.pk) and not stored(half.split("/")[2])


def test_what_was_sent_with_a_request_stays(carlas: Client, carla: User) -> None:
    file = send(carlas, cast.pending(carla))
    retention.sweep(timezone.now() + 2 * DAY)
    assert SessionFile.objects.exists() and stored(file.pk)


def test_a_file_whose_job_was_lost_is_asked_for_again_once(carlas: Client, room: Session) -> None:
    file = send(carlas, room)
    later = timezone.now() + 2 * retention.LOOK_AGAIN_AFTER
    assert retention.look_again(later) == 0, "its job waits"
    lose_jobs()
    assert retention.look_again(timezone.now()) == 0, "it is not late yet"
    assert retention.look_again(later) == 1
    assert retention.look_again(later) == 0
    checking.check(file.pk)
    lose_jobs()
    assert retention.look_again(later) == 0


def lose_jobs() -> None:
    with connection.cursor() as cursor:  # procrastinate's own models only look
        cursor.execute("DELETE FROM procrastinate_jobs")


# --- what nobody claims ------------------------------------------------------------------------------


def grow_old(*names: str) -> None:
    """Two days."""
    then = (timezone.now() - 2 * DAY).timestamp()
    for name in names:
        os.utime(default_storage.path(name), (then, then))


def test_objects_that_no_row_claims_are_swept_when_they_are_old(carlas: Client, room: Session) -> None:
    arriving = announce(carlas, room)["Location"].split("/")[2]
    send_piece(carlas, f"/uploads/{arriving}/", 0, BODY[:300])
    ready = send(carlas, room, picture((20, 20)))
    checking.check(ready.pk)
    waiting = send(carlas, room)
    lost, young, strange = f"files/{ready.pk}/{uuid.uuid4()}.jpg", f"incoming/{uuid.uuid4()}/000-x", "files/readme.txt"
    gone = f"incoming/{uuid.uuid4()}/000-x"
    for name in (lost, young, strange, gone):
        storage.put(name, BytesIO(b"x"))
    claimed = [*stored(arriving), *(name for name in stored(ready.pk) if name != lost), *stored(waiting.pk)]
    assert len(claimed) == 4
    grow_old(*claimed, lost, strange, gone)

    assert retention.sweep_orphans(timezone.now()) == 2
    assert not storage.exists(lost) and not storage.exists(gone)
    assert all(storage.exists(name) for name in (*claimed, young, strange))
    for name in (young, strange):
        storage.delete([name])


def test_many_orphans_are_looked_at_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 3)
    names = [f"incoming/{uuid.uuid4()}/000-x" for _object in range(10)]
    for name in names:
        storage.put(name, BytesIO(b"x"))
    grow_old(*names)
    assert retention.sweep_orphans(timezone.now()) >= 10
    assert not any(storage.exists(name) for name in names)


# --- what is too old ---------------------------------------------------------------------------------


def test_a_year_after_its_end_the_files_of_a_session_go_and_it_says_so(carlas: Client, carla: User, max: User, settings) -> None:
    session = cast.live(carla, max)
    cast.an_hour_passes(session)
    file = send(carlas, session, picture((20, 20)))
    checking.check(file.pk)
    cast.room.complete(session.pk, by=max, report=cast.room.ReportData(**cast.REPORT))
    ended = Session.objects.get(pk=session.pk).ended_at
    assert retention.remove_old(ended + timedelta(days=365) - SOON) == 0
    assert retention.remove_old(ended + timedelta(days=365) + SOON) == 1

    session = Session.objects.get(pk=session.pk)
    assert not session.files.exists() and not stored(file.pk)
    assert session.messages.get().body == "engine.jpg", "what was said stays"
    event = session.events.order_by("number").last()
    assert (event.kind, event.actor, event.data, event.to_status) == ("files_removed", None, {"count": 1}, "completed")
    assert timeline.sentences(session, "customer")[-1].text == "The files were deleted, because the session ended long ago."
    assert retention.remove_old(ended + timedelta(days=400)) == 0, "once"


def test_how_long_files_are_kept_is_a_setting(carlas: Client, carla: User, settings) -> None:
    settings.FILES_KEPT_DAYS = 30
    session = cast.pending(carla)
    send(carlas, session)
    cast.queue.cancel(session.pk, by=carla, reason="It works again.")
    assert retention.remove_old(timezone.now() + timedelta(days=31)) == 1


def test_a_session_that_goes_on_keeps_its_files(carlas: Client, room: Session) -> None:
    send(carlas, room)
    assert retention.remove_old(timezone.now() + timedelta(days=4000)) == 0
