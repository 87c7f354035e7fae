"""What may be sent and by whom, what a file is called, and files that come with a form."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts_app.models import User
from files_app import storage, uploads
from files_app.limits import MB, Refusal
from files_app.models import SessionFile, Upload
from files_app.tests.sending import BODY, VERSION, announce, new_intake, send, send_piece
from files_app.uploads import Announced, clean_name, largest
from lifecycle import queue
from requests_app.models import IntakeDraft
from requests_app.tests.filled import filled
from sessions_app.models import Message, Session
from sessions_app.tests.browsing import FRAGMENT, browser
from tests import cast

pytestmark = pytest.mark.django_db


def jobs() -> list[tuple[str, str, dict]]:
    return list(ProcrastinateJob.objects.filter(queue_name="files").values_list("task_name", "lock", "args"))


# --- what it is called ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("engine.jpg", "engine.jpg"),
        ("../../x", "x"),
        ("..\\..\\x.jpg", "x.jpg"),
        ("/etc/passwd", "passwd"),
        ("C:\\fakepath\\noise.mov", "noise.mov"),
        ("a\x00b.jpg", "ab.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "a Set-Cookie: x.jpg"),
        ("a.php.jpg", "a.php.jpg"),
        (".htaccess", ".htaccess"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ('"><script>.jpg', '"><script>.jpg'),
        ("Cafe\u0301.jpg", "Café.jpg"),
        ("👩\u200d🔧 brakes.jpg", "👩\u200d🔧 brakes.jpg"),
        ("half \ud83d a pair.jpg", "half  a pair.jpg"),
        ("x" * 300 + ".jpeg", "x" * 95 + ".jpeg"),
        ("x" * 300, "x" * 100),
        ("x." + "y" * 300, "x." + "y" * 98),
        ("", "file"),
        ("  \t ", "file"),
        ("\u200b\u202e", "file"),
        ("photos/", "file"),
    ],
)
def test_a_name_is_only_a_label_and_a_clean_one(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept
    assert 0 < len(clean_name(sent)) <= 100


# --- how large it may be ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content_type", "most"),
    [
        ("a.jpg", "image/jpeg", 15),
        ("a.jpg", "", 15),
        ("a.HEIC", "", 15),
        ("a.heic", "application/octet-stream", 15),
        ("a", "image/webp", 15),
        ("a.pdf", "", 10),
        ("a", "application/pdf", 10),
        ("a.mov", "video/quicktime", 100),
        ("a", "", 100),
        ("a.exe", "application/x-msdownload", 100),
    ],
)
def test_the_limit_is_that_of_what_it_claims_to_be(carlas: Client, room: Session, name: str, content_type: str, most: int) -> None:
    announced = Announced(client_id=uuid.uuid4(), name=name, size=1, content_type=content_type)
    assert largest(announced) == most * MB
    assert announce(carlas, room, most * MB, name=name, filetype=content_type).status_code == 201
    refused = announce(carlas, room, most * MB + 1, name=name, filetype=content_type)
    assert refused.status_code == 413 and str(Refusal.TOO_LARGE.label) in refused.content.decode()


def test_a_session_has_ten_files_with_those_under_way(carlas: Client, room: Session) -> None:
    for _file in range(5):
        send(carlas, room)
    for _upload in range(5):
        assert announce(carlas, room).status_code == 201
    refused = announce(carlas, room)
    assert refused.status_code == 409 and "10 files" in refused.content.decode()
    SessionFile.objects.filter(pk=SessionFile.objects.first().pk).update(state="refused", refusal="unknown", checked_at=timezone.now())
    assert announce(carlas, room).status_code == 201, "what was refused takes no place"


def test_a_session_has_200_megabytes(carlas: Client, room: Session) -> None:
    announce(carlas, room, 100 * MB, filetype="video/mp4")
    announce(carlas, room, 95 * MB, filetype="video/mp4")
    assert announce(carlas, room, 5 * MB + 1).status_code == 409
    assert announce(carlas, room, 5 * MB).status_code == 201


def test_an_upload_that_nobody_goes_on_with_takes_nobodys_place(carlas: Client, room: Session) -> None:
    for _upload in range(10):
        announce(carlas, room)
    assert announce(carlas, room).status_code == 409
    Upload.objects.update(touched_at=timezone.now() - timedelta(minutes=16))
    assert announce(carlas, room).status_code == 201


def test_an_intake_has_ten_files_too(client: Client, plans: dict) -> None:
    pk = new_intake(client)
    for _upload in range(10):
        assert announce(client, pk).status_code == 201
    assert announce(client, pk).status_code == 409


def test_the_database_has_the_last_word_about_the_tenth(carlas: Client, room: Session) -> None:
    """An upload that slept while others took the places, and then goes on."""
    slow = announce(carlas, room)["Location"]
    send_piece(carlas, slow, 0, BODY[:300])
    Upload.objects.update(touched_at=timezone.now() - timedelta(hours=1))
    for _file in range(10):
        send(carlas, room)
    refused = send_piece(carlas, slow, 300, BODY[300:])
    assert refused.status_code == 409 and "no room for this one" in refused.content.decode()
    assert SessionFile.objects.count() == 10 and not Upload.objects.exists()
    assert list(storage.names(f"incoming/{slow.split('/')[2]}/")) == []


def test_files_can_be_switched_off(carlas: Client, room: Session, settings) -> None:
    settings.FILES_ENABLED = False
    answer = announce(carlas, room)
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")


def test_a_piece_that_cannot_be_stored_is_not_counted(carlas: Client, room: Session, settings) -> None:
    address = announce(carlas, room)["Location"]
    settings.FILES_ENABLED = False
    assert send_piece(carlas, address, 0, BODY).status_code == 503
    settings.FILES_ENABLED = True
    assert Upload.objects.get().received == 0
    assert send_piece(carlas, address, 0, BODY).status_code == 204


# --- what becomes of it ----------------------------------------------------------------------------


def test_a_file_in_the_room_is_checked_and_said(carlas: Client, room: Session) -> None:
    file = send(carlas, room, name="brake disc.jpg")
    assert file.message == Message.objects.get()
    assert (file.message.body, file.message.author, file.uploader) == ("brake disc.jpg", room.customer, room.customer)
    assert jobs() == [("inspect_file", f"inspect_file {file.pk}", {"file_id": str(file.pk)})]


def test_before_a_mechanic_is_there_nothing_is_said(carla: User, carlas: Client) -> None:
    assert send(carlas, cast.pending(carla)).message is None
    assert not Message.objects.exists()


def test_the_mechanic_sends_files_too(max: User, room: Session) -> None:
    file = send(browser(max), room)
    assert (file.uploader, file.message.author) == (max, max)


def test_a_mechanic_who_gave_it_back_sends_no_more(max: User, carla: User) -> None:
    session = cast.waiting(carla, max)
    maxs = browser(max)
    address = announce(maxs, session)["Location"]
    queue.release(session.pk, by=max, reason="No time.")
    assert send_piece(maxs, address, 0, BODY).status_code == 404
    assert announce(maxs, session).status_code == 404
    assert not SessionFile.objects.exists()


# --- by a form, in the room --------------------------------------------------------------------------


def upload(name: str = "engine.jpg", body: bytes = BODY, content_type: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body, content_type)


def in_room(client: Client, session: Session, *files: SimpleUploadedFile, **more: str):
    return client.post(f"/sessions/{session.pk}/files/", {"files": list(files), **more}, follow=True)


def test_files_come_by_a_form_and_the_room_is_there_again(carlas: Client, room: Session) -> None:
    answer = in_room(carlas, room, upload(), upload("noise.mp4", content_type="video/mp4"))
    assert answer.redirect_chain == [(room.room_url, 302)]
    assert [file.name for file in SessionFile.objects.all()] == ["engine.jpg", "noise.mp4"]
    assert len(jobs()) == 2


def test_each_good_file_of_a_form_is_kept_and_each_bad_one_says_why(carlas: Client, room: Session) -> None:
    page = in_room(carlas, room, upload("empty.jpg", b""), upload(), upload("large.pdf", bytes(10 * MB + 1), "application/pdf"))
    text = page.content.decode()
    assert "empty.jpg: This file is empty." in text and "large.pdf: This file is too large." in text
    assert SessionFile.objects.get().name == "engine.jpg"


def test_a_form_sent_twice_brings_its_files_once(carlas: Client, room: Session) -> None:
    for _click in range(2):
        in_room(carlas, room, upload(), client_id="5f0c2a53-2f0e-4c51-9f5c-0d8f6a0f9d11")
    assert SessionFile.objects.count() == 1


def test_the_storage_is_down_and_the_room_is_not(carlas: Client, room: Session, settings) -> None:
    settings.FILES_ENABLED = False
    page = in_room(carlas, room, upload())
    assert page.status_code == 200 and "Files are not available just now" in page.content.decode()


# --- by a form, with the intake ----------------------------------------------------------------------


def test_files_go_with_the_intake_without_any_script(carlas: Client) -> None:
    answer = carlas.post("/help/free/", {**filled(bundle=str(new_intake(carlas))), "files": [upload(), upload("bill.pdf")]})
    session = Session.objects.get()
    assert answer["Location"] == session.room_url
    assert {(file.name, file.session, file.uploader) for file in SessionFile.objects.all()} == {
        ("engine.jpg", session, session.customer),
        ("bill.pdf", session, session.customer),
    }


def test_files_survive_a_form_with_errors(carlas: Client) -> None:
    told = filled(concern="", bundle=str(new_intake(carlas)))
    page = carlas.post("/help/free/", {**told, "files": [upload()]})
    assert page.status_code == 422 and [file.name for file in page.context["shelf"].files] == ["engine.jpg"]
    carlas.post("/help/free/", {**told, "concern": "It stalls at every light."})
    assert SessionFile.objects.get().session == Session.objects.get()


def test_a_failed_file_never_costs_the_text_around_it(carlas: Client) -> None:
    told = filled(bundle=str(new_intake(carlas)))
    page = carlas.post("/help/free/", {**told, "files": [upload("empty.jpg", b""), upload()]}, follow=True)
    assert Session.objects.get().request.intake.concern == told["concern"]
    assert SessionFile.objects.get().name == "engine.jpg"
    assert "empty.jpg: This file is empty." in page.content.decode()


@pytest.mark.parametrize("named", ["", "nonsense", "5f0c2a53-2f0e-4c51-9f5c-0d8f6a0f9d11"])
def test_a_form_whose_files_have_no_name_yet_is_sent_all_the_same(carlas: Client, named: str) -> None:
    carlas.post("/help/free/", {**filled(bundle=named), "files": [upload()]})
    assert SessionFile.objects.get().session == Session.objects.get()


def test_the_storage_is_down_and_the_call_for_help_goes_out(carlas: Client, settings) -> None:
    settings.FILES_ENABLED = False
    page = carlas.post("/help/free/", {**filled(), "files": [upload()]}, follow=True)
    assert Session.objects.exists() and "Files are not available just now" in page.content.decode()


def test_a_visitors_files_wait_with_the_form_for_the_code(client: Client, plans: dict) -> None:
    pk = new_intake(client)
    answer = client.post("/help/free/", {**filled(email="vera@example.net", bundle=str(pk)), "files": [upload()]})
    assert answer.status_code == 302 and IntakeDraft.objects.get().data["bundle"] == [str(pk)]
    assert str(SessionFile.objects.get().bundle_id) == str(pk)


# --- taken back --------------------------------------------------------------------------------------


def test_a_file_of_an_unsent_intake_can_be_taken_back(client: Client, plans: dict) -> None:
    pk = new_intake(client)
    file = send(client, pk)
    assert client.post(f"/help/files/{pk}/{file.pk}/remove/", headers=FRAGMENT).status_code == 204
    assert not SessionFile.objects.exists() and list(storage.names(f"incoming/{file.pk}/")) == []
    assert client.post(f"/help/files/{pk}/{file.pk}/remove/", headers=FRAGMENT).status_code == 204


def test_nobody_else_can_take_it_back_or_see_it(client: Client, plans: dict, carla: User) -> None:
    pk = new_intake(client)
    file = send(client, pk)
    for other in (Client(), browser(carla)):
        assert other.post(f"/help/files/{pk}/{file.pk}/remove/").status_code == 404
        assert other.get(f"/help/files/{pk}/").status_code == 404
    assert "engine.jpg" in client.get(f"/help/files/{pk}/").content.decode()


def test_a_file_that_was_sent_with_its_request_cannot_be_taken_back(carlas: Client) -> None:
    pk = new_intake(carlas)
    file = send(carlas, pk)
    carlas.post("/help/free/", filled(bundle=str(pk)))
    assert carlas.post(f"/help/files/{pk}/{file.pk}/remove/", headers=FRAGMENT).status_code == 204
    assert SessionFile.objects.get().session == Session.objects.get()
    with pytest.raises(uploads.NotPossible):
        uploads.remove(file)


def test_taking_back_what_has_arrived_by_the_address_of_its_upload(client: Client, plans: dict) -> None:
    pk = new_intake(client)
    file = send(client, pk)
    assert client.delete(f"/uploads/{file.pk}/", headers=VERSION).status_code == 204
    assert not SessionFile.objects.exists()
