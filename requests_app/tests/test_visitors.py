"""A visitor without an account: the form is kept while the e-mail code is entered, then sent once."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts_app.models import User
from billing_app.models import Plan
from requests_app import drafts
from requests_app.models import IntakeDraft
from requests_app.tests.filled import CONCERN, filled, send
from sessions_app.models import Session
from tests import cast

NEW = "vera@example.net"
CODE = re.compile(r"^\s*([0-9A-Z]{3,}(?:-[0-9A-Z]{2,})*)\s*$", re.MULTILINE)


def text_of(response) -> str:
    return response.content.decode()


def code_in(message) -> str:
    return CODE.search(message.body)[1]


def enter(client: Client, address: str, code: str):
    """Types the code into the form on that page, as it stands there."""
    return client.post(address.partition("?")[0], {"code": code, "next": after(text_of(client.get(address)))})


def after(page: str) -> str:
    """Where the first form of the page goes on to."""
    return re.search(r'name="next" value="([^"]*)"', page)[1]


@pytest.fixture
def visitor(client: Client, plans) -> Client:
    return client


def test_a_visitor_sends_everything_enters_the_code_and_is_in_the_waiting_room(visitor: Client) -> None:
    kept = send(visitor, email=NEW)
    assert kept.status_code == 302 and kept["Location"].startswith("/accounts/login/code/confirm/?next=%2Fhelp%2Fcontinue%2F")
    assert IntakeDraft.objects.get().email == NEW and not Session.objects.exists()

    onward = enter(visitor, kept["Location"], code_in(mail.outbox[0]))
    room = visitor.get(onward["Location"])
    session = Session.objects.get()
    assert (room.status_code, room["Location"]) == (302, session.room_url)
    vera = session.customer
    assert (vera.email, vera.full_name, str(vera.phone)) == (NEW, "Carla Example", "+14155550101")
    assert not vera.has_usable_password() and vera.emailaddress_set.get().verified
    assert session.request.intake.concern == CONCERN
    assert not IntakeDraft.objects.exists()


def test_a_known_address_signs_in_and_looks_the_same_until_then(visitor: Client, carla: User) -> None:
    unknown = send(Client(), email=NEW)
    known = send(visitor, email="CARLA@example.org")
    assert re.sub(r"[0-9a-f-]{36}", "", known["Location"]) == re.sub(r"[0-9a-f-]{36}", "", unknown["Location"])
    first, second = (message.subject.replace(code_in(message), "") for message in mail.outbox)
    assert first == second
    onward = enter(visitor, known["Location"], code_in(mail.outbox[1]))
    visitor.get(onward["Location"])
    assert Session.objects.get().customer == carla
    assert User.objects.filter(email__iexact="carla@example.org").count() == 1


def test_a_name_that_the_account_has_is_not_replaced(visitor: Client, carla: User) -> None:
    kept = send(visitor, email=carla.email, name="Somebody Else")
    visitor.get(enter(visitor, kept["Location"], code_in(mail.outbox[0]))["Location"])
    carla.refresh_from_db()
    assert carla.full_name == "Carla Example"
    assert Session.objects.get().request.customer_name == "Somebody Else"


def test_a_priced_plan_goes_on_to_the_till(visitor: Client) -> None:
    kept = send(visitor, email=NEW, plan="video")
    onward = visitor.get(enter(visitor, kept["Location"], code_in(mail.outbox[0]))["Location"])
    assert onward["Location"] == f"/pay/{Session.objects.get().pk}/"


def test_the_way_back_taken_twice_sends_once(visitor: Client) -> None:
    kept = send(visitor, email=NEW)
    onward = enter(visitor, kept["Location"], code_in(mail.outbox[0]))["Location"]
    assert visitor.get(onward).status_code == 302
    assert visitor.get(onward).status_code == 404  # it was sent: there is no draft any more
    assert Session.objects.count() == 1


def test_the_form_posted_again_after_signing_in_is_the_same_session(visitor: Client) -> None:
    told = filled(email=NEW)
    kept = visitor.post("/help/free/", told)
    visitor.get(enter(visitor, kept["Location"], code_in(mail.outbox[0]))["Location"])
    assert visitor.post("/help/free/", told)["Location"] == Session.objects.get().room_url


def test_a_form_posted_twice_is_one_draft(visitor: Client) -> None:
    told = filled(email=NEW)
    for _ in range(2):
        visitor.post("/help/free/", told)
    assert IntakeDraft.objects.count() == 1


def test_a_wrong_code_says_so_and_the_right_one_still_sends(visitor: Client) -> None:
    kept = send(visitor, email=NEW)
    wrong = enter(visitor, kept["Location"], "000-000")
    assert wrong.status_code == 200 and not Session.objects.exists()
    visitor.get(enter(visitor, kept["Location"], code_in(mail.outbox[0]))["Location"])
    assert Session.objects.count() == 1


def test_a_new_code_can_be_asked_for_and_the_old_one_is_void(visitor: Client) -> None:
    kept = send(visitor, email=NEW)
    page = text_of(visitor.get(kept["Location"]))
    visitor.post("/accounts/login/code/confirm/", {"action": "resend", "next": after(page)})
    old, new = (code_in(message) for message in mail.outbox)
    assert old != new
    assert enter(visitor, kept["Location"], old).status_code == 200
    visitor.get(enter(visitor, kept["Location"], new)["Location"])
    assert Session.objects.count() == 1


def test_an_expired_code_loses_nothing(visitor: Client, settings) -> None:
    send(visitor, email=NEW)
    settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT = -1
    expired = visitor.post("/accounts/login/code/confirm/", {"code": code_in(mail.outbox[0])})
    assert expired.status_code == 302 and not Session.objects.exists()
    assert "You have an unsent request" in text_of(visitor.get("/help/"))


def test_who_closes_the_tab_and_signs_in_later_finds_the_form_filled_in(visitor: Client, carla: User) -> None:
    send(visitor, email=NEW)
    visitor.get("/help/")  # leaves the code behind
    visitor.force_login(carla)
    offered = text_of(visitor.get("/help/free/"))
    assert "You have an unsent request" in offered
    draft = IntakeDraft.objects.get()
    page = visitor.get(f"/help/continue/{draft.pk}/")
    assert page.status_code == 200 and CONCERN in text_of(page)
    assert not Session.objects.exists(), "looking is not sending"
    assert visitor.post("/help/free/", filled(client_id=str(draft.client_id))).status_code == 302
    assert Session.objects.get().customer == carla
    assert not IntakeDraft.objects.exists()


def test_a_draft_that_was_claimed_follows_its_person_to_another_browser(visitor: Client, carla: User) -> None:
    send(visitor, email=NEW)
    visitor.force_login(carla)
    visitor.get(f"/help/continue/{IntakeDraft.objects.get().pk}/")
    elsewhere = Client()
    elsewhere.force_login(carla)
    assert "You have an unsent request" in text_of(elsewhere.get("/help/"))


def test_a_draft_is_invisible_to_everybody_else(visitor: Client, carla: User, colin: User) -> None:
    send(visitor, email=colin.email)  # an address typed into a form proves nothing
    draft = IntakeDraft.objects.get()
    stranger = Client()
    assert "unsent" not in text_of(stranger.get("/help/"))
    assert stranger.get(f"/help/continue/{draft.pk}/")["Location"].startswith("/accounts/login/")
    stranger.force_login(colin)
    assert "unsent" not in text_of(stranger.get("/help/"))
    assert stranger.get(f"/help/continue/{draft.pk}/").status_code == 404
    stranger.post(f"/help/continue/{draft.pk}/discard/")
    assert IntakeDraft.objects.filter(pk=draft.pk).exists()


def test_a_draft_outlives_its_plan(visitor: Client, carla: User) -> None:
    send(visitor, email=NEW, plan="video")
    Plan.objects.filter(code="video").update(is_active=False)
    visitor.force_login(carla)
    page = text_of(visitor.get(f"/help/continue/{IntakeDraft.objects.get().pk}/"))
    assert CONCERN in page and '<a href="#id_plan">' in page


def test_an_unknown_draft_is_not_found(visitor: Client, carla: User) -> None:
    visitor.force_login(carla)
    assert visitor.get(f"/help/continue/{uuid.uuid4()}/").status_code == 404


def test_a_draft_can_be_thrown_away(visitor: Client) -> None:
    send(visitor, email=NEW)
    visitor.post(f"/help/continue/{IntakeDraft.objects.get().pk}/discard/")
    assert not IntakeDraft.objects.exists()
    assert "You have an unsent request" not in text_of(visitor.get("/help/"))


def test_a_draft_meets_an_open_session_and_keeps_every_word(visitor: Client, carla: User, max: User) -> None:
    held = cast.waiting(carla, max)
    kept = send(visitor, email=carla.email)
    refused = visitor.get(enter(visitor, kept["Location"], code_in(mail.outbox[-1]))["Location"])
    assert refused.status_code == 409
    assert CONCERN in text_of(refused) and held.room_url in text_of(refused)
    assert IntakeDraft.objects.exists()


def test_an_invalid_form_sends_no_code_and_keeps_no_draft(visitor: Client) -> None:
    assert send(visitor, email=NEW, concern="short").status_code == 422
    assert not mail.outbox and not IntakeDraft.objects.exists() and not User.objects.exists()


def test_an_account_whose_address_was_never_verified_needs_one_code_only(visitor: Client, carla: User) -> None:
    carla.emailaddress_set.all().delete()
    kept = send(visitor, email=carla.email)
    visitor.get(enter(visitor, kept["Location"], code_in(mail.outbox[0]))["Location"])
    assert Session.objects.get().customer == carla
    assert len(mail.outbox) == 1 and carla.emailaddress_set.get().verified


def test_drafts_are_not_kept_for_ever(visitor: Client) -> None:
    send(visitor, email=NEW)
    IntakeDraft.objects.update(created_at=timezone.now() - drafts.KEPT_FOR - timedelta(hours=1))
    send(Client(), email="other@example.net")
    assert [draft.email for draft in IntakeDraft.objects.all()] == ["other@example.net"]


def test_a_closed_account_gets_no_code_and_looks_the_same(visitor: Client, carla: User) -> None:
    User.objects.filter(pk=carla.pk).update(is_active=False)
    kept = send(visitor, email=carla.email)
    assert kept.status_code == 302
    assert not any(CODE.search(message.body) for message in mail.outbox)


def test_too_many_codes_are_refused_and_the_words_stay(visitor: Client) -> None:
    answers = [send(visitor, email=NEW) for _ in range(5)]
    assert answers[0].status_code == 302 and answers[-1].status_code == 422
    assert "Too many codes" in text_of(answers[-1]) and CONCERN in text_of(answers[-1])


def test_a_mail_that_cannot_be_sent_is_said_and_the_words_stay(visitor: Client, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    response = send(visitor, email=NEW)
    assert response.status_code == 422
    assert "could not be sent" in text_of(response) and CONCERN in text_of(response)
    assert IntakeDraft.objects.exists()


@pytest.mark.parametrize("name", ["keep_vehicle", "is_urgent", "consent", "prefer_local"])
def test_what_was_ticked_is_kept_and_not_what_stood_in_the_tick(visitor: Client, name: str) -> None:
    assert send(visitor, email=NEW, **{name: "a\x00b"}).status_code == 302
    assert IntakeDraft.objects.get().data[name] == ["on"]


def test_of_two_answers_the_one_that_counts_is_kept(visitor: Client) -> None:
    assert send(visitor, email=NEW, category=["a\x00b", "noise"], city=["a\x00b", "Oakland"]).status_code == 302
    kept = IntakeDraft.objects.get().data
    assert (kept["category"], kept["city"]) == (["noise"], ["Oakland"])
