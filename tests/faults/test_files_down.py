"""Files may fail, nothing else does: with the storage down, with the table of files gone, with files switched off."""

import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import reverse
from pytest_django import Settings

from accounts_app.models import User
from files_app import storage, stores
from files_app.models import SessionFile, Upload
from files_app.tests.photos import photo_in, picture
from files_app.tests.s3 import Meddler, s3_server, storages
from live.limits import Seldom
from requests_app.tests.filled import filled
from sessions_app.models import Message, Session
from sessions_app.tests.browsing import FRAGMENT, at, browser, says
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)

NOT_NOW = "Files are not available just now"
Fault = Callable[[Settings], AbstractContextManager]


def storage_refuses(settings: Settings) -> AbstractContextManager:
    with socket.create_server(("127.0.0.1", 0)) as door:
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
    settings.STORAGES = storages(settings, address)
    return nullcontext()


@contextmanager
def table_is_gone(settings: Settings) -> Iterator[None]:
    table = SessionFile._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO elsewhere")
        try:
            yield
        finally:
            cursor.execute(f"ALTER TABLE elsewhere RENAME TO {table}")


def switched_off(settings: Settings) -> AbstractContextManager:
    settings.FILES_ENABLED = False
    return nullcontext()


FAULTS = {storage_refuses: "EndpointConnectionError", table_is_gone: "ProgrammingError", switched_off: "switched off"}


@pytest.fixture(autouse=True)
def time_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine takes seconds for what takes a moment, and this is not about that."""
    monkeypatch.setattr(stores, "A_MOMENT", 20)
    monkeypatch.setattr(stores, "SLOW", 20)


@pytest.fixture(params=FAULTS, ids=lambda fault: fault.__name__.replace("_", "-"))
def fault(request: pytest.FixtureRequest) -> Fault:
    return request.param


@pytest.fixture
def warnings(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """What was logged as a warning or worse, since the test began."""
    monkeypatch.setattr(storage, "seldom", Seldom())
    return lambda: [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def get(user: User | None, address: str, **headers: str) -> str:
    answer = browser(user).get(address, headers=headers)
    assert answer.status_code == 200, f"{address} answers {answer.status_code}"
    return answer.content.decode()


def asks_for_help(user: User) -> HttpResponse:
    return browser(user).post(reverse("intake", args=["free"]), filled(client_id=uuid4()))


@pytest.fixture
def live(carla: User, max: User) -> Session:
    """Carla and Max are in a room, and she has shown him a photo."""
    session = cast.live(carla, max)
    assert says(carla, session, "engine.jpg").status_code == 201
    photo_in(session, by=carla, message=Message.objects.get())
    return session


def test_both_dashboards_the_intake_the_room_and_the_talk_work(
    fault: Fault, settings: Settings, warnings: Callable, live: Session, carla: User, colin: User, max: User
) -> None:
    pending = cast.pending(colin, name="Colin Example")
    photo_in(pending, by=colin)
    with fault(settings):
        assert "Carla" in get(max, reverse("mechanic-active"))
        assert "Colin" in get(max, reverse("mechanic-incoming"))
        assert "Corolla" in get(max, at("session-intake", pending))
        assert "Corolla" in get(carla, reverse("my"))
        for user in (carla, max):
            room = get(user, live.room_url)
            assert NOT_NOW in room and "engine.jpg" in room, "the talk is there, and the place of the files says why they are not"
            get(user, at("session-state", live))
            assert says(user, live, "It still knocks.").status_code == 201
        assert get(max, at("session-messages", live)).count("It still knocks.") == 2
        assert NOT_NOW in get(carla, at("session-files", live), **FRAGMENT)
        assert live.room_url in browser(carla).post(reverse("session-enter", args=[live.pk])).url
    assert len(warnings()) == 1 and warnings()[0].startswith("files are not available: ")


def test_help_can_be_asked_for(fault: Fault, settings: Settings, warnings: Callable, carla: User, max: User) -> None:
    with fault(settings):
        assert NOT_NOW in get(carla, reverse("intake", args=["free"]))
        answer = asks_for_help(carla)
        session = Session.objects.get(customer=carla)
        assert answer.status_code == 302 and answer.url == session.room_url
        assert "Carla" in get(max, reverse("mechanic-incoming"))
    assert len(warnings()) == 1


def test_a_session_ends_with_its_report(fault: Fault, settings: Settings, live: Session, carla: User, max: User) -> None:
    cast.an_hour_passes(live)
    with fault(settings):
        answer = browser(max).post(at("session-complete", live), cast.REPORT | {"safe_to_drive": "yes"})
        assert answer.status_code == 302, answer.content.decode()
        assert cast.REPORT["findings"] in get(carla, at("session-summary", live))


def test_what_is_about_files_says_that_they_are_not_available(
    fault: Fault, settings: Settings, warnings: Callable, live: Session, carla: User
) -> None:
    photo, tus = live.files.get(), {"Tus-Resumable": "1.0.0"}
    with fault(settings):
        begun = browser(carla).post(at("session-uploads", live), headers=tus | {"Upload-Length": "5"})
        if begun.status_code == 201:  # its row can be written while the objects cannot
            piece = {"data": b"12345", "content_type": "application/offset+octet-stream", "headers": tus | {"Upload-Offset": "0"}}
            begun = browser(carla).patch(begun["Location"], **piece)
        assert begun.status_code == 503
        if fault is not storage_refuses:  # a bucket serves by itself; nobody here knows then that it does not
            seen = browser(carla).get(reverse("session-file", args=[live.pk, photo.pk]))
            assert seen.status_code == 503 and NOT_NOW in seen.content.decode() and seen["Retry-After"]
    assert len(warnings()) == 1


@pytest.mark.parametrize("how", ["hangs up", "lies", "forgets half"])
def test_a_piece_that_was_not_stored_was_not_received_and_can_be_sent_again(how: str, settings: Settings, carla: User, max: User) -> None:
    session, tus, content = cast.live(carla, max), {"Tus-Resumable": "1.0.0"}, picture()
    with s3_server() as server, Meddler(server) as meddler:
        settings.STORAGES = storages(settings, meddler.address)
        begun = browser(carla).post(at("session-uploads", session), headers=tus | {"Upload-Length": str(len(content))})
        piece = {"data": content, "content_type": "application/offset+octet-stream", "headers": tus | {"Upload-Offset": "0"}}
        meddler.how = how
        assert browser(carla).patch(begun["Location"], **piece).status_code == 503
        assert Upload.objects.get().received == 0 and not session.files.exists()
        meddler.how = ""
        assert browser(carla).patch(begun["Location"], **piece).status_code == 204
        assert session.files.get().size == len(content) and not Upload.objects.exists()


def test_readyz_names_it_and_keeps_the_server_in_service(fault: Fault, settings: Settings, client: Client) -> None:
    before = client.get("/readyz").json()
    assert before.pop("files") == "ok"
    with fault(settings):
        now = client.get("/readyz").json()
    files = now.pop("files")
    assert FAULTS[fault] in files or files == "does not answer"  # in time, that is: a busy machine is slower
    assert now == before


def test_everything_is_there_again_afterwards(fault: Fault, settings: Settings, live: Session, carla: User) -> None:
    before = {"STORAGES": settings.STORAGES, "FILES_ENABLED": settings.FILES_ENABLED}
    with fault(settings):
        assert NOT_NOW in get(carla, live.room_url)
    with override_settings(**before):
        room = get(carla, live.room_url)
    assert NOT_NOW not in room and str(live.files.get().pk) in room
