"""The tus protocol, word for word, and then with the tus project's own client against a running server."""

import socket
import time
import uuid
from datetime import timedelta
from email.utils import parsedate_to_datetime
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError
from tusclient.uploader import Uploader

from accounts_app.models import User
from files_app import storage
from files_app.limits import LARGEST_OF_ALL
from files_app.models import SessionFile, Upload
from files_app.tests.sending import BODY, PIECE, VERSION, announce, how_far, metadata, new_intake, send, send_piece, where
from sessions_app.models import Session
from sessions_app.tests.browsing import browser
from tests import cast
from tests.browser.conftest import signed_in
from tests.conftest import Site, running_site, site  # noqa: F401 (fixtures)

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(carlas: Client, room: Session) -> str:
    return announce(carlas, room)["Location"]


def content_of(file: SessionFile) -> bytes:
    whole = b""
    for name in file.pieces:
        with storage.open(name) as piece:
            whole += piece.read()
    return whole


# --- creation ------------------------------------------------------------------------------------


def test_a_file_is_announced_and_gets_an_address(carlas: Client, room: Session) -> None:
    answer = announce(carlas, room)
    upload = Upload.objects.get()
    assert (answer.status_code, answer["Location"]) == (201, f"/uploads/{upload.pk}/")
    assert answer["Tus-Resumable"] == "1.0.0" and answer["Upload-Offset"] == "0"
    assert (upload.name, upload.size, upload.source, upload.uploader) == ("engine.jpg", 1000, "upload", room.customer)


def test_it_says_until_when_it_waits_for_more(carlas: Client, room: Session) -> None:
    answer = announce(carlas, room)
    for each in (answer, how_far(carlas, answer["Location"]), send_piece(carlas, answer["Location"], 0, BODY[:10])):
        left = parsedate_to_datetime(each["Upload-Expires"]) - timezone.now()
        assert timedelta(hours=23) < left <= timedelta(days=1)


def test_a_still_from_the_call_says_so(carlas: Client, room: Session) -> None:
    assert send(carlas, room, source="still").source == "still"
    assert send(carlas, room, source="made up").source == "upload"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 400),
        ({"Upload-Length": ""}, 400),
        ({"Upload-Length": "-1"}, 400),
        ({"Upload-Length": "1e3"}, 400),
        ({"Upload-Length": "٣"}, 400),
        ({"Upload-Length": "9" * 30}, 400),
        ({"Upload-Defer-Length": "1"}, 400),
        ({"Upload-Length": "5", "Upload-Metadata": "filename ???"}, 400),
        ({"Upload-Length": "5", "Upload-Metadata": metadata(client_id="mine")}, 400),
        ({"Upload-Length": "0"}, 422),
        ({"Upload-Length": str(LARGEST_OF_ALL + 1)}, 413),
        ({"Upload-Length": "5", "Tus-Resumable": "0.2.2"}, 412),
        ({"Upload-Length": "5", "Tus-Resumable": ""}, 412),
        ({"Upload-Length": "5", "Upload-Metadata": "filename ,client_id"}, 201),
        ({"Upload-Length": "5", "Upload-Metadata": ""}, 201),
        ({"Upload-Length": "5"}, 201),
    ],
)
def test_what_is_said_of_it_has_to_make_sense(carlas: Client, room: Session, headers: dict, status: int) -> None:
    answer = carlas.post(where(room), headers=VERSION | headers)
    assert answer.status_code == status
    assert answer["Tus-Resumable"] == "1.0.0"
    assert Upload.objects.count() == (status == 201)
    assert answer.get("Tus-Version") == ("1.0.0" if status == 412 else None)


def test_the_same_name_of_the_browser_is_the_same_upload(carlas: Client, room: Session) -> None:
    mine = uuid.uuid4()
    first = announce(carlas, room, client_id=mine)
    send_piece(carlas, first["Location"], 0, BODY[:400])
    again = announce(carlas, room, client_id=mine)
    assert (again.status_code, again["Location"], again["Upload-Offset"]) == (201, first["Location"], "400")
    assert Upload.objects.count() == 1


def test_and_still_the_same_when_it_has_arrived(carlas: Client, room: Session) -> None:
    mine = uuid.uuid4()
    file = send(carlas, room, client_id=mine)
    again = announce(carlas, room, client_id=mine)
    assert (again.status_code, again["Location"], again["Upload-Offset"]) == (201, f"/uploads/{file.pk}/", "1000")
    assert (SessionFile.objects.count(), Upload.objects.count()) == (1, 0)


def test_another_file_cannot_take_that_name(carlas: Client, room: Session, max: User) -> None:
    mine = uuid.uuid4()
    announce(carlas, room, client_id=mine)
    assert announce(carlas, room, 999, client_id=mine).status_code == 409
    assert announce(browser(max), room, client_id=mine).status_code == 409
    assert Upload.objects.count() == 1


# --- pieces --------------------------------------------------------------------------------------


def test_a_file_arrives_in_pieces(carlas: Client, address: str) -> None:
    for offset in range(0, 1000, 250):
        answer = send_piece(carlas, address, offset, BODY[offset : offset + 250])
        assert (answer.status_code, answer["Upload-Offset"]) == (204, str(offset + 250))
    file = SessionFile.objects.get()
    assert (file.state, file.size, file.name) == ("checking", 1000, "engine.jpg")
    assert len(file.pieces) == 4 and content_of(file) == BODY
    assert address == f"/uploads/{file.pk}/" and not Upload.objects.exists()


def test_how_far_it_is(carlas: Client, address: str) -> None:
    send_piece(carlas, address, 0, BODY[:300])
    answer = how_far(carlas, address)
    assert (answer.status_code, answer["Upload-Offset"], answer["Upload-Length"]) == (200, "300", "1000")
    assert answer["Cache-Control"] == "no-store" and answer.content == b""


def test_a_file_that_has_arrived_says_so_at_the_same_address(carlas: Client, address: str) -> None:
    send_piece(carlas, address, 0, BODY)
    answer = how_far(carlas, address)
    assert (answer.status_code, answer["Upload-Offset"], answer["Upload-Length"]) == (200, "1000", "1000")
    assert send_piece(carlas, address, 1000, b"").status_code == 204
    assert send_piece(carlas, address, 0, BODY).status_code == 409
    assert SessionFile.objects.count() == 1


@pytest.mark.parametrize("offset", [1, 299, 301, 1000, 10**9])
def test_a_piece_that_is_not_the_next_one_is_refused(carlas: Client, address: str, offset: int) -> None:
    send_piece(carlas, address, 0, BODY[:300])
    answer = send_piece(carlas, address, offset, BODY[300:])
    assert (answer.status_code, answer["Upload-Offset"]) == (409, "300")
    assert Upload.objects.get().received == 300


def test_more_than_was_announced_is_refused(carlas: Client, address: str) -> None:
    assert send_piece(carlas, address, 0, BODY + b"!").status_code == 413
    assert Upload.objects.get().received == 0
    assert list(storage.names(f"incoming/{Upload.objects.get().pk}/")) == []


def test_a_piece_comes_as_one(carlas: Client, address: str) -> None:
    for content_type in ("application/octet-stream", "multipart/form-data; boundary=x", "text/plain"):
        answer = carlas.patch(address, BODY, content_type=content_type, headers={**VERSION, "Upload-Offset": "0"})
        assert answer.status_code == 415
    assert carlas.patch(address, BODY, content_type=PIECE, headers=VERSION).status_code == 400
    assert carlas.patch(address, BODY, content_type=PIECE, headers={"Upload-Offset": "0"}).status_code == 412
    assert Upload.objects.get().received == 0


def test_an_empty_piece_changes_nothing(carlas: Client, address: str) -> None:
    assert send_piece(carlas, address, 0, b"").status_code == 204
    assert Upload.objects.get().pieces == []


def test_somebody_who_can_only_post_says_what_he_means_in_a_header(carlas: Client, address: str) -> None:
    means = {**VERSION, "X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0"}
    assert carlas.post(address, BODY, content_type=PIECE, headers=means)["Upload-Offset"] == "1000"
    assert carlas.post(address, headers=VERSION).status_code == 400


def test_a_get_cannot_mean_something_else(carla: User, address: str) -> None:
    """It would get around the protection against forged requests."""
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(carla)
    answer = careful.get(address, headers={**VERSION, "X-HTTP-Method-Override": "DELETE"})
    assert answer.status_code == 405 and Upload.objects.exists()
    assert careful.delete(address, headers=VERSION).status_code == 403 and Upload.objects.exists()


# --- termination, expiration, and what the server can ----------------------------------------------


def test_an_upload_is_given_up_with_all_that_came_of_it(carlas: Client, address: str) -> None:
    send_piece(carlas, address, 0, BODY[:300])
    pk = Upload.objects.get().pk
    assert len(list(storage.names(f"incoming/{pk}/"))) == 1
    assert carlas.delete(address, headers=VERSION).status_code == 204
    assert not Upload.objects.exists() and list(storage.names(f"incoming/{pk}/")) == []
    assert how_far(carlas, address).status_code == 404
    assert send_piece(carlas, address, 300, BODY[300:]).status_code == 404


def test_a_file_that_has_arrived_stays_with_its_session(carlas: Client, address: str) -> None:
    send_piece(carlas, address, 0, BODY)
    assert carlas.delete(address, headers=VERSION).status_code == 409
    assert SessionFile.objects.exists()


def test_an_upload_left_alone_for_a_day_is_gone(carlas: Client, address: str) -> None:
    Upload.objects.update(touched_at=timezone.now() - timedelta(days=1, seconds=1))
    assert how_far(carlas, address).status_code == 410
    assert send_piece(carlas, address, 0, BODY).status_code == 410


def test_the_server_says_what_it_can(carlas: Client, address: str, room: Session) -> None:
    for each in (address, where(room), where(uuid.uuid4())):
        answer = carlas.options(each)
        assert (answer.status_code, answer["Tus-Version"], answer["Tus-Max-Size"]) == (204, "1.0.0", "100000000")
        assert set(answer["Tus-Extension"].split(",")) == {"creation", "termination", "expiration"}


def test_a_refusal_is_said_in_words_to_a_script(carlas: Client, room: Session) -> None:
    about = {**VERSION, "Accept": "application/json", "Upload-Length": str(LARGEST_OF_ALL + 1)}
    problem = carlas.post(where(room), headers=about).json()
    assert problem["code"] == "too_large" and "Photos can have 15 MB" in problem["detail"]


# --- whose it is ---------------------------------------------------------------------------------


def test_nobody_else_can_touch_it(carlas: Client, address: str, max: User, colin: User) -> None:
    send_piece(carlas, address, 0, BODY[:300])
    for other in (browser(max), browser(colin), browser(None)):
        assert how_far(other, address).status_code == 404
        assert send_piece(other, address, 300, BODY[300:]).status_code == 404
        assert other.delete(address, headers=VERSION).status_code == 404
    assert Upload.objects.get().received == 300


def test_who_is_not_signed_in_is_told_so(room: Session) -> None:
    assert announce(Client(), room).status_code == 401


def test_a_session_that_has_ended_takes_no_more(carlas: Client, address: str, room: Session, sam: User) -> None:
    send_piece(carlas, address, 0, BODY[:300])
    cast.room.abort(room.pk, by=sam, reason="The line broke.")
    assert send_piece(carlas, address, 300, BODY[300:]).status_code == 409
    assert announce(carlas, room).status_code == 409
    assert not SessionFile.objects.exists()


def test_an_intakes_upload_is_its_browsers(carla: User) -> None:
    visitor, other = Client(), Client()
    pk = new_intake(visitor)
    address = announce(visitor, pk)["Location"]
    assert how_far(visitor, address).status_code == 200
    assert how_far(other, address).status_code == how_far(browser(carla), address).status_code == 404
    assert announce(other, pk).status_code == 404
    assert send_piece(visitor, address, 0, BODY).status_code == 204


# --- the tus project's own client ------------------------------------------------------------------


@pytest.fixture
def tus(site: Site, carla: User, max: User) -> TusClient:  # noqa: F811
    """Carla's, for the room that she is in."""
    session = cast.live(carla, max)
    token = "a" * 32
    cookies = f"{settings.SESSION_COOKIE_NAME}={signed_in(carla)}; {settings.CSRF_COOKIE_NAME}={token}"
    return TusClient(site.url + where(session), headers={"Cookie": cookies, "X-CSRFToken": token})


def uploader(tus: TusClient, body: bytes, **more) -> Uploader:
    return tus.uploader(file_stream=BytesIO(body), metadata={"filename": "clip.mp4", "filetype": "video/mp4"}, **more)


def test_the_official_client_sends_a_file(tus: TusClient) -> None:
    body = BODY * 300
    uploader(tus, body, chunk_size=100_000).upload()
    file = SessionFile.objects.get()
    assert (file.size, len(file.pieces), content_of(file)) == (300_000, 3, body)


def test_the_official_client_goes_on_after_it_was_stopped(tus: TusClient) -> None:
    body = BODY * 300
    first = uploader(tus, body, chunk_size=100_000)
    first.upload(stop_at=200_000)
    again = uploader(tus, body, chunk_size=100_000, url=first.url)
    assert again.offset == 200_000
    again.upload()
    assert content_of(SessionFile.objects.get()) == body


def test_a_cut_in_the_middle_of_one_large_piece_loses_nothing(tus: TusClient, site: Site) -> None:  # noqa: F811
    body = BODY * 3000
    sender = uploader(tus, body)
    sender.set_url(sender.create_url())
    cut_off(site, sender, body, after=2_000_000)
    again = uploader(tus, body, url=sender.url)
    until_it_has_arrived(again)
    assert again.offset == 2_000_000
    again.upload()
    assert content_of(SessionFile.objects.get()) == body


def cut_off(site: Site, sender: Uploader, body: bytes, *, after: int) -> None:  # noqa: F811
    """Sends everything in one piece, and goes when some of it is out."""
    place = urlsplit(site.url)
    headers = {**sender.get_headers(), "Host": place.netloc, "Upload-Offset": "0", "Content-Type": PIECE, "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection((place.hostname, place.port)) as line:
        line.sendall(f"PATCH {urlsplit(sender.url).path} HTTP/1.1\r\n{head}\r\n".encode() + body[:after])


def until_it_has_arrived(sender: Uploader) -> None:
    """The server notices the cut a moment after us."""
    for _attempt in range(100):
        sender.offset = sender.get_offset()
        if sender.offset:
            return
        time.sleep(0.05)
    pytest.fail("nothing of what was sent before the cut has arrived")


def test_the_official_client_is_refused_what_is_too_large(tus: TusClient) -> None:
    with pytest.raises(TusCommunicationError) as refusal:
        tus.uploader(file_stream=BytesIO(bytes(15_000_001)), metadata={"filename": "photo.jpg", "filetype": "image/jpeg"}).upload()
    assert refusal.value.status_code == 413


def test_what_it_says_in_base64_may_be_any_name(tus: TusClient) -> None:
    tus.uploader(file_stream=BytesIO(b"x" * 10), metadata={"filename": "Schlüssel 🔑.jpg"}).upload()
    assert SessionFile.objects.get().name == "Schlüssel 🔑.jpg"
