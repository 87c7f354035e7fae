"""The till: the demo gateway, which takes no money."""

import uuid

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts_app.models import User
from lifecycle import queue
from sessions_app.models import Session
from tests import cast


@pytest.fixture
def carlas(client: Client, carla: User) -> Client:
    client.force_login(carla)
    return client


@pytest.fixture
def unpaid(carla: User) -> Session:
    return queue.submit(cast.submission(plan_code="quick"), by=carla)


def address(session: Session) -> str:
    return f"/pay/{session.pk}/"


def test_the_till_names_price_and_minutes_and_says_that_it_is_a_demo(carlas: Client, unpaid: Session) -> None:
    page = carlas.get(address(unpaid)).content.decode()
    for said in ("Quick chat", "$9.99", "30 minutes", "Demo gateway", "no card is asked for and no money is taken"):
        assert said in page


def test_paying_puts_the_session_into_the_queue_and_opens_the_room(carlas: Client, unpaid: Session) -> None:
    response = carlas.post(address(unpaid))
    unpaid.refresh_from_db()
    assert (unpaid.status, response["Location"]) == ("pending", unpaid.room_url)
    assert unpaid.events.get(kind="paid").data["reference"].startswith("demo-")


def test_paying_twice_is_paying_once(carlas: Client, unpaid: Session) -> None:
    for _ in range(2):
        assert carlas.post(address(unpaid))["Location"] == unpaid.room_url
    assert unpaid.events.filter(kind="paid").count() == 1
    assert carlas.get(address(unpaid))["Location"] == unpaid.room_url


def test_a_cancelled_session_cannot_be_paid(carlas: Client, carla: User, unpaid: Session) -> None:
    queue.cancel(unpaid.pk, by=carla, reason="too dear")
    carlas.post(address(unpaid))
    unpaid.refresh_from_db()
    assert unpaid.status == "cancelled" and not unpaid.events.filter(kind="paid").exists()


def test_only_its_customer_finds_the_till(carlas: Client, unpaid: Session, colin: User, max: User, sam: User) -> None:
    Authenticator.objects.create(user=sam, type=Authenticator.Type.TOTP, data={})
    for person, status in ((colin, 404), (max, 404), (sam, 403)):
        carlas.force_login(person)
        assert carlas.get(address(unpaid)).status_code == status
        assert carlas.post(address(unpaid)).status_code == status
    unpaid.refresh_from_db()
    assert unpaid.status == "awaiting_payment"


def test_an_unknown_session_is_not_found(carlas: Client) -> None:
    assert carlas.get(f"/pay/{uuid.uuid4()}/").status_code == 404


def test_who_is_not_signed_in_is_asked_to(client: Client, unpaid: Session) -> None:
    client.logout()
    assert client.get(address(unpaid))["Location"].startswith("/accounts/login/")


def test_where_this_is_no_demonstration_nothing_can_be_paid(carlas: Client, unpaid: Session, settings) -> None:
    settings.DEMO = settings.DEBUG = False
    assert carlas.post(address(unpaid)).status_code == 503
    unpaid.refresh_from_db()
    assert unpaid.status == "awaiting_payment"
