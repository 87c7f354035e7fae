"""Files of an intake: whose they are while it is written, and how they become the session's."""

import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts_app.models import User
from files_app import bundles, tasks
from files_app.models import Bundle, SessionFile, Upload
from files_app.tests.sending import BODY, announce, bundle, how_far, new_intake, send, send_piece
from requests_app.models import IntakeDraft
from requests_app.tests.filled import filled
from requests_app.tests.test_visitors import code_in, enter
from requests_app.views import SEND_DRAFT
from sessions_app.models import Message, Session
from sessions_app.tests.browsing import browser
from tests import cast

pytestmark = pytest.mark.django_db
NEW = "vera@example.net"


@pytest.fixture
def carlas(carla: User) -> Client:
    return browser(carla)


@pytest.fixture
def visitor(plans: dict) -> Client:
    return Client()


def submit(client: Client, pk: uuid.UUID | str, **changes: object):
    return client.post("/help/free/", filled(bundle=str(pk), **changes))


def shown(client: Client, pk: uuid.UUID | str) -> list[str]:
    """The names of the files on an intake page that is loaded anew."""
    page = client.get("/help/free/")
    assert str(page.context["form"]["bundle"].value()) == str(pk)
    return [file.name for file in page.context["shelf"].files]


def claims() -> list[dict]:
    return list(ProcrastinateJob.objects.filter(task_name="claim_files").values_list("args", flat=True))


# --- while it is written -----------------------------------------------------------------------------


def test_nothing_is_kept_before_the_first_file(visitor: Client) -> None:
    pk = new_intake(visitor)
    assert not Bundle.objects.exists() and "sessionid" not in visitor.cookies
    send(visitor, pk)
    assert bundle(pk).user is None


def test_files_survive_a_reload(visitor: Client) -> None:
    pk = new_intake(visitor)
    send(visitor, pk)
    assert shown(visitor, pk) == ["engine.jpg"]


def test_several_files_of_a_new_browser_may_set_out_at_the_same_moment(visitor: Client) -> None:
    """Each request leaves before the answer to the first one is there."""
    pk = new_intake(visitor)
    before = visitor.cookies.copy()
    for _file in range(3):
        visitor.cookies = before.copy()
        announce(visitor, pk)
    assert bundle(pk).uploads.count() == 3


def test_another_browser_sees_and_adds_nothing(visitor: Client, carla: User) -> None:
    pk = new_intake(visitor)
    send(visitor, pk)
    for other in (Client(), browser(carla)):
        assert other.get(f"/help/files/{pk}/").status_code == 404
        assert announce(other, pk).status_code == 404
        page = submit(other, pk, concern="")
        assert page.status_code == 422 and not page.context["shelf"].files


def test_a_cookie_that_somebody_wrote_himself_opens_nothing(visitor: Client) -> None:
    pk = new_intake(visitor)
    send(visitor, pk)
    forger = Client()
    forger.cookies[bundles.COOKIE] = f"{uuid.UUID(str(pk)).hex}:nonsense"
    assert forger.get(f"/help/files/{pk}/").status_code == 404


def test_a_customers_files_are_hers_in_any_browser(carlas: Client, carla: User) -> None:
    pk = new_intake(carlas)
    send(carlas, pk)
    assert bundle(pk).user == carla
    assert shown(browser(carla), pk) == ["engine.jpg"]


def test_what_a_customer_began_is_not_shown_to_who_signs_in_after_her(carlas: Client, colin: User) -> None:
    pk = new_intake(carlas)
    send(carlas, pk)
    carlas.logout()
    assert carlas.get(f"/help/files/{pk}/").status_code == 404
    carlas.force_login(colin)
    assert carlas.get(f"/help/files/{pk}/").status_code == 404


def test_a_mechanic_asks_nobody_for_help(max: User) -> None:
    assert announce(browser(max), uuid.uuid4()).status_code == 403
    assert not Bundle.objects.exists()


def test_an_empty_list_is_shown_for_an_intake_without_files(visitor: Client) -> None:
    assert visitor.get(f"/help/files/{uuid.uuid4()}/").status_code == 200


# --- on to its session -------------------------------------------------------------------------------


def test_the_files_become_the_sessions_and_the_customers(carlas: Client, carla: User) -> None:
    pk = new_intake(carlas)
    file = send(carlas, pk)
    submit(carlas, pk)
    session = Session.objects.get()
    file.refresh_from_db()
    assert (file.session, file.bundle, file.uploader, file.message) == (session, None, carla, None)
    assert not Bundle.objects.exists() and not Message.objects.exists()
    assert claims() == [{"bundle_id": str(pk), "session_id": str(session.pk)}]


def test_a_visitor_sends_files_enters_the_code_and_they_are_hers(visitor: Client) -> None:
    pk = new_intake(visitor)
    file = send(visitor, pk)
    kept = submit(visitor, pk, email=NEW)
    visitor.get(enter(visitor, kept["Location"], code_in(mail.outbox[0]))["Location"])
    file.refresh_from_db()
    assert file.session == Session.objects.get() and file.uploader.email == NEW


def test_a_form_that_was_kept_is_sent_from_another_browser_with_its_files(visitor: Client, carla: User) -> None:
    pk = new_intake(visitor)
    file = send(visitor, pk)
    submit(visitor, pk, email=carla.email)
    draft = IntakeDraft.objects.get()
    come_back_later(visitor, carla)
    assert visitor.get(f"/help/continue/{draft.pk}/").status_code == 200
    elsewhere = browser(carla)
    page = elsewhere.get(f"/help/continue/{draft.pk}/")
    assert [each.name for each in page.context["shelf"].files] == ["engine.jpg"]
    submit(elsewhere, page.context["form"]["bundle"].value())
    file.refresh_from_db()
    assert file.session == Session.objects.get()


def come_back_later(visitor: Client, user: User) -> None:
    """Signs in, and not straight from the code, so that a kept form is not sent by itself."""
    session = visitor.session
    del session[SEND_DRAFT]
    session.save()
    visitor.force_login(user)


def test_who_names_somebody_elses_files_does_not_get_them(carlas: Client, colin: User, visitor: Client) -> None:
    hers, nobodys = new_intake(carlas), new_intake(visitor)
    files = [send(carlas, hers), send(visitor, nobodys)]
    for pk in (hers, nobodys):
        assert submit(browser(colin), pk).status_code == 302
    assert claims() == []
    assert [SessionFile.objects.get(pk=file.pk).session for file in files] == [None, None]


def test_the_job_gives_a_customers_files_to_nobody_else(carlas: Client, colin: User) -> None:
    pk = new_intake(carlas)
    send(carlas, pk)
    assert bundles.claim(pk, cast.pending(colin).pk) == 0
    assert bundle(pk).files.exists()


def test_a_second_click_changes_nothing(carlas: Client) -> None:
    pk, name = new_intake(carlas), str(uuid.uuid4())
    send(carlas, pk)
    for _click in range(2):
        submit(carlas, pk, client_id=name)
    session = Session.objects.get()
    assert session.files.count() == 1 and len(claims()) == 1
    assert bundles.claim(pk, session.pk) == 0


def test_a_clip_that_is_still_arriving_goes_on_into_the_session(visitor: Client) -> None:
    pk = new_intake(visitor)
    address = announce(visitor, pk)["Location"]
    send_piece(visitor, address, 0, BODY[:300])
    kept = submit(visitor, pk, email=NEW)
    visitor.get(enter(visitor, kept["Location"], code_in(mail.outbox[0]))["Location"])
    assert how_far(visitor, address)["Upload-Offset"] == "300"
    assert send_piece(visitor, address, 300, BODY[300:]).status_code == 204
    file = SessionFile.objects.get()
    assert file.session == Session.objects.get() and file.uploader.email == NEW
    assert f"/uploads/{file.pk}/" == address


def test_a_file_for_which_the_session_has_no_room_stays_behind(carlas: Client, carla: User) -> None:
    pk = new_intake(carlas)
    for _file in range(2):
        send(carlas, pk)
    session = cast.pending(carla)
    for _file in range(9):
        send(carlas, session)
    assert bundles.claim(pk, session.pk) == 1
    assert session.files.count() == 10 and bundle(pk).files.count() == 1


# --- whatever is wrong with files --------------------------------------------------------------------


def test_with_files_switched_off_the_request_goes_out_and_its_files_follow(carlas: Client, settings) -> None:
    pk = new_intake(carlas)
    file = send(carlas, pk)
    settings.FILES_ENABLED = False
    assert submit(carlas, pk)["Location"] == Session.objects.get().room_url
    settings.FILES_ENABLED = True
    (job,) = claims()
    tasks.claim_files(**job)
    file.refresh_from_db()
    assert file.session == Session.objects.get()


@pytest.mark.parametrize("table", [Bundle, SessionFile, Upload])
def test_with_a_table_gone_the_request_goes_out_and_its_files_follow(carlas: Client, table: type) -> None:
    pk = new_intake(carlas)
    file = send(carlas, pk)
    name = table._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {name} RENAME TO gone")
        assert submit(carlas, pk)["Location"] == Session.objects.get().room_url
        assert carlas.get("/help/free/").status_code == 200
        cursor.execute(f"ALTER TABLE gone RENAME TO {name}")
    (job,) = claims()
    tasks.claim_files(**job)
    file.refresh_from_db()
    assert file.session == Session.objects.get()


def test_a_job_without_its_table_is_tried_again_for_days() -> None:
    job = ProcrastinateJob(attempts=100)
    decision = tasks.Patient().get_retry_decision(exception=connection.Database.ProgrammingError(), job=job)
    assert decision is None, "what no patience helps against is given up"
    outage = tasks.DatabaseError()
    decision = tasks.Patient().get_retry_decision(exception=outage, job=job)
    assert timedelta(minutes=9) < decision.retry_at - timezone.now() <= timedelta(minutes=10)
