"""What the worker does with a file, and what becomes of it when anything on the way fails."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch
from uuid import UUID

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts_app.models import User
from files_app import checking, retention, storage, tasks, uploads
from files_app.clamd import NoScanner, scan
from files_app.models import SessionFile
from files_app.storage import StorageDown
from files_app.tests import scanner as scanners
from files_app.tests.photos import picture
from files_app.tests.scanner import EICAR, SLOW, Scanner, scanner
from files_app.tests.sending import announce, new_intake, send, send_piece
from lifecycle.tests.conftest import heard  # noqa: F401 (a fixture)
from lifecycle.tests.test_jobs import look_for_stalled_jobs, the_worker_was_killed_a_while_ago, until, worker  # noqa: F401 (a fixture)
from lifecycle.tests.told import to
from sessions_app.models import Session
from tests import cast
from tests.faults.test_crash import crashes

PHOTO = picture((200, 100))


@pytest.fixture
def photo(carlas: Client, room: Session) -> SessionFile:
    """In two pieces."""
    address = announce(carlas, room, len(PHOTO))["Location"]
    for offset, piece in ((0, PHOTO[:300]), (300, PHOTO[300:])):
        send_piece(carlas, address, offset, piece)
    return SessionFile.objects.get()


def now(file: SessionFile) -> SessionFile:
    return SessionFile.objects.get(pk=file.pk)


def stored(file: SessionFile) -> list[str]:
    return [*storage.names(f"incoming/{file.pk}/"), *storage.names(f"files/{file.pk}/")]


# --- what becomes of it ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_good_photo_becomes_ready(photo: SessionFile) -> None:
    assert len(photo.pieces) == 2
    checking.check(photo.pk)
    ready = now(photo)
    assert (ready.state, ready.kind, ready.content_type, ready.width, ready.height) == ("ready", "photo", "image/jpeg", 200, 100)
    assert ready.pieces == [] and ready.checked_at and len(ready.sha256) == 64
    assert sorted(stored(ready)) == sorted([ready.file, ready.thumbnail])
    assert ready.file.startswith(f"files/{photo.pk}/") and ready.file.endswith(".jpg")


@pytest.mark.django_db
def test_a_bad_file_is_refused_and_what_was_sent_of_it_goes(carlas: Client, room: Session) -> None:
    page = send(carlas, room, b"<html>hello</html>")
    checking.check(page.pk)
    refused = now(page)
    assert (refused.state, refused.refusal, refused.file, refused.pieces) == ("refused", "unknown", "", [])
    assert stored(page) == []


@pytest.mark.django_db
def test_a_file_is_checked_once(photo: SessionFile) -> None:
    checking.check(photo.pk)
    first = now(photo)
    checking.check(photo.pk)
    assert now(photo).checked_at == first.checked_at and now(photo).file == first.file
    checking.check(UUID(int=0))  # gone


@pytest.mark.django_db
def test_the_room_hears_of_it_and_so_does_the_message(photo: SessionFile, room: Session, heard: Callable) -> None:  # noqa: F811
    with heard() as said:
        checking.check(photo.pk)
    assert to("changed", said) == to("html", said) == {f"session.{room.pk}"}
    (message,) = [each.payload for each in said if each.kind == "html"]
    assert message["name"] == "messages" and str(photo.pk) in message["html"]


@pytest.mark.django_db
def test_a_file_that_was_taken_back_meanwhile_leaves_nothing(client: Client, plans: dict) -> None:
    file = send(client, new_intake(client), PHOTO)
    with before_storing(lambda: uploads.remove(file)):
        checking.check(file.pk)
    assert not SessionFile.objects.exists() and stored(file) == []


@pytest.mark.django_db
def test_a_file_that_is_claimed_meanwhile_is_ready_in_its_session(carlas: Client, carla: User) -> None:
    pk = new_intake(carlas)
    file, session = send(carlas, pk, PHOTO), cast.pending(carla)
    with before_storing(lambda: checking.uploads.bundles.claim(pk, session.pk)):
        checking.check(file.pk)
    assert (now(file).state, now(file).session) == ("ready", session)


@contextmanager
def before_storing(happens: Callable[[], object]) -> Iterator[None]:
    """Something comes in between the inspection and what is made of it."""
    store = checking.store

    def late(*found: object) -> dict:
        happens()
        return store(*found)

    with patch.object(checking, "store", late):
        yield


# --- the storage -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_while_the_storage_is_down_a_file_waits(photo: SessionFile, settings) -> None:
    settings.FILES_ENABLED = False
    with pytest.raises(StorageDown):
        checking.check(photo.pk)
    settings.FILES_ENABLED = True
    assert now(photo).state == "checking"
    checking.check(photo.pk)
    assert now(photo).state == "ready"


@pytest.mark.django_db
def test_a_storage_that_gives_back_half_is_not_believed(photo: SessionFile) -> None:
    Path(default_storage.path(photo.pieces[1])).write_bytes(b"x")
    with pytest.raises(StorageDown):
        checking.check(photo.pk)
    assert now(photo).state == "checking"


@pytest.mark.django_db
def test_a_piece_that_is_lost_for_good_is_said(photo: SessionFile) -> None:
    storage.delete(photo.pieces[1:])
    checking.check(photo.pk)
    assert now(photo).why_refused.startswith("This file is damaged or incomplete.")


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 5), (1, 10), (5, 160), (9, 600), (400, 600)])
def test_what_is_down_is_asked_again_after_longer_and_longer(attempts: int, seconds: int) -> None:
    decision = tasks.Patient().get_retry_decision(exception=StorageDown(), job=ProcrastinateJob(attempts=attempts))
    assert abs(decision.retry_at - timezone.now() - timedelta(seconds=seconds)) < timedelta(seconds=1)


def test_a_fault_of_ours_is_tried_a_few_times() -> None:
    tried = [tasks.Patient().get_retry_decision(exception=KeyError(), job=ProcrastinateJob(attempts=number)) for number in range(7)]
    assert [bool(each) for each in tried] == [True] * 5 + [False] * 2


# --- the virus scanner -----------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(bytes(200_000))
    return tmp_path / "file"


def test_a_scanner_sees_the_whole_file(file: Path, tmp_path: Path, settings) -> None:
    for at in (None, tmp_path / "clamd.sock"):
        with scanner(at) as clamd:
            settings.CLAMD_URL = clamd.url
            assert scan(file) == ""
            assert clamd.seen == file.read_bytes()


def test_a_virus_has_a_name(file: Path, settings) -> None:
    file.write_bytes(bytes(100_000) + EICAR)
    with scanner() as clamd:
        settings.CLAMD_URL = clamd.url
        assert scan(file) == "Eicar-Test-Signature"


@pytest.mark.parametrize("manner", [scanners.SILENT, scanners.RESET, scanners.ERROR, scanners.HALF, scanners.CHATTY])
def test_only_ok_means_clean(file: Path, settings, manner: str) -> None:
    with scanner(manner=manner) as clamd:
        settings.CLAMD_URL = clamd.url
        with pytest.raises(NoScanner):
            scan(file)


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:1", "unix:///nowhere/clamd.sock", "tcp://no-such-host.invalid:3310"])
def test_a_scanner_that_is_not_there_lets_nothing_through(file: Path, settings, url: str) -> None:
    settings.CLAMD_URL = url
    with pytest.raises(NoScanner):
        scan(file)


def test_where_there_is_no_scanner_none_is_asked(file: Path, settings) -> None:
    settings.CLAMD_URL = ""
    file.write_bytes(EICAR)
    assert scan(file) == ""


@pytest.mark.django_db
def test_a_file_with_a_virus_is_refused(carlas: Client, room: Session, settings) -> None:
    infected = send(carlas, room, PHOTO + EICAR)
    with scanner() as clamd:
        settings.CLAMD_URL = clamd.url
        checking.check(infected.pk)
    assert now(infected).refusal == "malware" and stored(infected) == []


@pytest.mark.django_db
def test_without_the_word_of_the_scanner_a_file_waits(photo: SessionFile, settings) -> None:
    settings.CLAMD_URL = "tcp://127.0.0.1:1"
    with pytest.raises(NoScanner):
        checking.check(photo.pk)
    assert now(photo).state == "checking" and len(stored(photo)) == 2


# --- a worker that dies ------------------------------------------------------------------------------


def test_whenever_a_worker_dies_the_next_one_ends_it(transactional_db: None, photo: SessionFile) -> None:
    """It is killed after each statement, and after each object that it stores or deletes."""
    for _point in crashes(lambda: checked_in_steps(photo)):
        file = now(photo)
        needed = {"checking": file.pieces, "ready": [file.file, file.thumbnail]}[file.state]
        assert needed and set(needed) <= set(stored(file)), "a row claims what is not there"
    assert now(photo).state == "ready"
    retention.sweep_orphans(timezone.now() + timedelta(days=2))
    assert sorted(stored(photo)) == sorted([now(photo).file, now(photo).thumbnail])


def checked_in_steps(photo: SessionFile) -> None:
    """In a process of its own: every object is followed by a statement, and who counts those kills there, too."""

    def counted(name: str) -> Callable:
        original = getattr(default_storage, name)

        def followed(*args: object) -> None:
            original(*args)
            connection.cursor().execute("SELECT 1")

        return followed

    with patch.multiple(default_storage, put=counted("put"), delete=counted("delete")):
        checking.check(photo.pk)


@pytest.fixture
def slow_scanner(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scanner]:
    """It answers when it is `released`. Name it before `worker`, which takes the environment as it finds it."""
    with scanner(manner=SLOW) as clamd:
        monkeypatch.setenv("CLAMD_URL", clamd.url)
        yield clamd


def test_a_worker_makes_files_ready_and_what_a_killed_one_leaves_is_done_by_the_next(
    transactional_db: None,
    carlas: Client,
    room: Session,
    slow_scanner: Scanner,
    worker: Callable,  # noqa: F811
) -> None:
    photo = send(carlas, room, PHOTO)
    killed = worker("--queues=files")
    assert slow_scanner.started.wait(60), "the worker did not ask the scanner"
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert now(photo).state == "checking"
    slow_scanner.released.set()
    the_worker_was_killed_a_while_ago()
    look_for_stalled_jobs()
    worker()
    until(lambda: now(photo).state == "ready", "the check by the second worker", seconds=60)
