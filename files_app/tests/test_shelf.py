"""What pages show of files, to whom, and what is left of it when files do not work."""

import logging
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection, transaction

from accounts_app.models import User
from files_app import shelf, storage, stores
from files_app.limits import MOST_BYTES, MOST_FILES
from files_app.models import Bundle, SessionFile, Upload
from files_app.tests.photos import photo_in
from live.limits import Seldom
from mechanichub.addresses import file_storage
from sessions_app.access import session_for
from sessions_app.models import Session
from sessions_app.tests.browsing import says
from tests import cast


@pytest.fixture(autouse=True)
def not_told_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "seldom", Seldom())
    monkeypatch.setattr(stores, "A_MOMENT", 20)  # a busy machine takes seconds for what takes a moment


@pytest.fixture
def session(carla: User, max: User) -> Session:
    return cast.live(carla, max)


def as_seen_by(user: User, session: Session) -> shelf.Shelf:
    return shelf.of(session_for(user, session.pk), user)


def checking(session: Session, by: User, **fields: object) -> SessionFile:
    return SessionFile.objects.create(session=session, uploader=by, name="new.jpg", size=1000, **fields)


def refused(session: Session, by: User) -> SessionFile:
    now = session.started_at
    return SessionFile.objects.create(
        session=session, uploader=by, name="bad.pdf", size=5000, state="refused", refusal="active", checked_at=now
    )


def test_who_takes_part_sees_everything_and_staff_what_is_ready(session: Session, carla: User, max: User, sam: User) -> None:
    files = [photo_in(session, by=carla), checking(session, max), refused(session, carla)]
    assert as_seen_by(carla, session).files == as_seen_by(max, session).files == files
    assert as_seen_by(sam, session).files == files[:1]


def test_who_sees_no_files_sees_none_and_that_is_no_outage(session: Session, carla: User, will: User) -> None:
    photo_in(session, by=carla)
    assert as_seen_by(will, session) == shelf.Shelf(unavailable=False)


def test_everybody_sees_only_his_own_uploads_on_their_way(session: Session, carla: User, max: User) -> None:
    for user in (carla, max):
        Upload.objects.create(session=session, uploader=user, name=f"{user.pk}.mp4", size=10)
    assert [upload.uploader for upload in as_seen_by(carla, session).uploads] == [carla]
    assert [upload.uploader for upload in as_seen_by(max, session).uploads] == [max]


def test_the_room_that_is_left_counts_all_that_was_not_refused(session: Session, carla: User, max: User) -> None:
    assert (as_seen_by(carla, session).files_left, as_seen_by(carla, session).bytes_left) == (MOST_FILES, MOST_BYTES)
    checking(session, max)
    refused(session, carla)
    seen = as_seen_by(carla, session)
    assert (seen.files_left, seen.bytes_left) == (MOST_FILES - 1, MOST_BYTES - 1000)


def test_an_intake_has_its_own_files_and_nobody_elses(session: Session, carla: User) -> None:
    photo_in(session, by=carla)
    bundle, other = Bundle.objects.create(), Bundle.objects.create()
    mine = SessionFile.objects.create(bundle=bundle, name="a.jpg", size=10)
    SessionFile.objects.create(bundle=other, name="b.jpg", size=10)
    assert shelf.of_bundle(bundle).files == [mine]
    assert shelf.of_bundle(None) == shelf.Shelf(), "nothing sent yet is not everything that has no bundle"


def test_messages_get_their_files_in_one_question(session: Session, carla: User, max: User, django_assert_num_queries) -> None:
    for body in ("engine.jpg", "It knocks."):
        says(carla, session, body)
    first, second = session.messages.order_by("number")
    photo = photo_in(session, by=carla, message=first)
    with django_assert_num_queries(3):  # one, and the savepoint of a test around it
        shelf.attach([first, second])
    assert (first.attached, second.attached) == (photo, None)


def test_lists_get_what_came_with_each_session_and_was_not_refused(session: Session, carla: User) -> None:
    photo = photo_in(session, by=carla)
    refused(session, carla)
    assert shelf.by_session([session.pk, uuid4()]) == {session.pk: [photo]}


# --- when files do not work ----------------------------------------------------------------------


def everything(session: Session, user: User) -> tuple:
    return as_seen_by(user, session).unavailable, shelf.by_session([session.pk]), shelf.attach(session.messages.all())[0].attached


def test_without_their_table_everything_else_goes_on(session: Session, carla: User, caplog: pytest.LogCaptureFixture) -> None:
    says(carla, session, "engine.jpg")
    photo_in(session, by=carla, message=session.messages.get())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE files_app_sessionfile RENAME TO elsewhere")
        assert everything(session, carla) == (True, {}, None)
        assert session.messages.count() == 1, "the transaction around it still works"
        transaction.set_rollback(True)
    assert [record.levelno for record in caplog.records] == [logging.WARNING], "three pages, one warning"
    assert as_seen_by(carla, session).files


def test_switched_off_there_are_none(session: Session, carla: User, settings) -> None:
    says(carla, session, "engine.jpg")
    settings.FILES_ENABLED = False
    assert everything(session, carla) == (True, {}, None)
    assert as_seen_by(carla, session).files_left == 0


def test_a_storage_that_works_again_is_noticed_without_a_restart(
    session: Session, carla: User, settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "LOOK_EVERY", 0)
    place = tmp_path / "files"
    place.write_text("no folder")
    settings.STORAGES = settings.STORAGES | {"default": file_storage(place.as_uri(), otherwise="")}
    assert as_seen_by(carla, session).unavailable
    place.unlink()
    assert not as_seen_by(carla, session).unavailable


def test_pages_do_not_ask_the_storage_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    watch = stores.Watch(lambda: asked.append(1))
    assert [watch.trouble() for _ in range(50)] == [None] * 50
    assert len(asked) == 1
