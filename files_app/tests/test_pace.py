"""Before there is a session, one sender may send so much in an hour and no more; and takes back what should not come along."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts_app.models import User
from files_app import pace
from files_app.models import Bundle, SessionFile, Upload
from files_app.tests.sending import BODY, announce, new_intake, send
from requests_app.tests.filled import filled
from sessions_app.models import Session
from sessions_app.tests.browsing import browser

pytestmark = pytest.mark.django_db
A_NAME = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def visitor(plans: dict) -> Client:
    return Client()


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three files in an hour, so that nobody has to send a hundred."""
    monkeypatch.setattr(pace, "MOST_FILES", 3)


def announced_from(address: str) -> int:
    """A new browser behind this address opens a form of its own and sends a file along."""
    client = Client(REMOTE_ADDR=address)
    return announce(client, new_intake(client)).status_code


def test_one_address_sends_so_many_files_whatever_form_they_are_for(three: None, plans: dict) -> None:
    assert [announced_from("192.0.2.1") for _ in range(4)] == [201, 201, 201, 429]
    assert announced_from("192.0.2.2") == 201
    assert Upload.objects.count() == Bundle.objects.count() == 4, "something is left of the one that was refused"


def test_a_household_is_one_sender_also_by_ipv6(three: None, plans: dict) -> None:
    assert [announced_from(f"2001:db8:1:2::{number}") for number in range(4)] == [201, 201, 201, 429]
    assert announced_from("2001:db8:1:3::1") == 201


def test_so_many_bytes_and_no_more(monkeypatch: pytest.MonkeyPatch, visitor: Client) -> None:
    monkeypatch.setattr(pace, "MOST_BYTES", 2 * len(BODY))
    intake = new_intake(visitor)
    assert [announce(visitor, intake).status_code for _ in range(3)] == [201, 201, 429]
    assert announce(visitor, intake, 1).status_code == 429
    monkeypatch.setattr(pace, "MOST_BYTES", 2 * len(BODY) + 1)
    assert announce(visitor, intake, 1).status_code == 201, "what was refused was counted"


def test_the_refusal_is_said_in_words(three: None, visitor: Client) -> None:
    intake = new_intake(visitor)
    for _ in range(3):
        announce(visitor, intake)
    answer = announce(visitor, intake)
    assert "in the last hour" in answer.content.decode()


def test_asking_again_for_the_same_file_costs_nothing(three: None, visitor: Client) -> None:
    intake = new_intake(visitor)
    assert {announce(visitor, intake, client_id=A_NAME).status_code for _ in range(6)} == {201}
    send(visitor, intake)
    send(visitor, intake)
    assert announce(visitor, intake, client_id=A_NAME).status_code == 201


def test_the_next_hour_begins_anew(three: None, monkeypatch: pytest.MonkeyPatch, plans: dict) -> None:
    assert [announced_from("192.0.2.1") for _ in range(4)] == [201, 201, 201, 429]
    later = pace.time.time() + pace.HOUR
    monkeypatch.setattr(pace.time, "time", lambda: later)
    assert announced_from("192.0.2.1") == 201


def test_who_is_signed_in_counts_for_themselves_wherever_they_are(three: None, carla: User, colin: User, plans: dict) -> None:
    carlas, colins = browser(carla), browser(colin)
    assert [announce(carlas, new_intake(carlas)).status_code for _ in range(4)] == [201, 201, 201, 429]
    assert announce(colins, new_intake(colins)).status_code == 201


def test_a_room_has_limits_of_its_own(three: None, room: Session, carlas: Client) -> None:
    assert [announce(carlas, room).status_code for _ in range(5)] == [201] * 5


# --- forms, without a script ---------------------------------------------------------------------


def sent_with(client: Client, intake: object, *names: str, **fields: object):
    return client.post("/help/free/", filled(bundle=str(intake), files=[SimpleUploadedFile(name, BODY) for name in names], **fields))


def test_a_form_with_too_many_files_goes_out_without_them_and_says_so(three: None, carlas: Client, plans: dict) -> None:
    intake = new_intake(carlas)
    answer = carlas.post(
        "/help/free/", filled(bundle=str(intake), files=[SimpleUploadedFile(f"{n}.jpg", BODY) for n in range(4)]), follow=True
    )
    assert Session.objects.count() == 1 and not SessionFile.objects.exists()
    assert "in the last hour" in answer.content.decode()


def test_a_file_is_left_out_by_a_tick_and_nothing_typed_is_lost(carlas: Client, plans: dict) -> None:
    intake = new_intake(carlas)
    page = sent_with(carlas, intake, "light.jpg", "wrong.jpg", consent="").content.decode()  # it comes back: something is missing
    wrong, light = SessionFile.objects.get(name="wrong.jpg"), SessionFile.objects.get(name="light.jpg")
    assert f'name="not_this" value="{wrong.pk}"' in page

    sent_with(carlas, intake, not_this=[str(wrong.pk), "nonsense", A_NAME])
    assert [file.name for file in Session.objects.get().files.all()] == ["light.jpg"]
    assert not SessionFile.objects.filter(pk=wrong.pk).exists()

    sent_with(carlas, intake, not_this=str(light.pk))
    assert SessionFile.objects.filter(pk=light.pk).exists(), "what was sent stays with its session"


def test_nobody_leaves_out_the_files_of_somebody_else(carlas: Client, colin: User, visitor: Client) -> None:
    intake = new_intake(carlas)
    file = send(carlas, intake)
    for stranger in (browser(colin), visitor):
        sent_with(stranger, intake, not_this=str(file.pk))
    assert SessionFile.objects.filter(pk=file.pk).exists()
