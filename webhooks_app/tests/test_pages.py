"""The pages of a workshop's owner: everything about his own webhooks, and nothing about those of others."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts_app.models import User, Workshop
from sessions_app.tests.browsing import FRAGMENT, browser
from tests import cast
from webhooks_app import managing, sending
from webhooks_app.models import Delivery, Webhook
from webhooks_app.tests.receiver import Receiver, status

ADDRESS = "https://shop.example.org/hooks"


@pytest.fixture
def wills_browser(will: User, client: Client) -> Client:
    """With the password, as one has to be to see a secret."""
    client.post(reverse("account_login"), {"login": will.email, "password": cast.PASSWORD})
    return client


def page(client: Client, name: str, *ids: object) -> str:
    answer = client.get(reverse(name, args=ids))
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def press(client: Client, name: str, *ids: object) -> str:
    """Presses a button and returns the page that it leads to."""
    answer = client.post(reverse(name, args=ids), follow=True)
    assert answer.redirect_chain and answer.status_code == 200
    return answer.content.decode()


def sent(webhook: Webhook) -> None:
    sending.send_due(webhook.pk, at=timezone.now() + timedelta(seconds=1))


def test_an_owner_makes_a_webhook_and_finds_it(wills_browser: Client, will: User):
    assert "No webhooks yet" in page(wills_browser, "webhooks")
    told = {"name": "Shop system", "url": ADDRESS, "events": ["session.accepted"]}
    answer = wills_browser.post(reverse("webhook-add"), told)
    webhook = Webhook.objects.get()
    assert answer.status_code == 302 and answer["Location"] == reverse("webhook", args=[webhook.pk])
    assert (webhook.workshop.owner, webhook.events, webhook.created_by) == (will, ["session.accepted"], will)
    assert "Shop system" in page(wills_browser, "webhooks") and ADDRESS in page(wills_browser, "webhook", webhook.pk)
    assert webhook.secret not in page(wills_browser, "webhook", webhook.pk)


@pytest.mark.parametrize(
    "url", ["http://shop.example.org/", "https://127.0.0.1/", "https://10.0.0.1/", "https://user:pw@example.org/", "nonsense", ""]
)
def test_an_address_that_is_none_is_said_to_be_none(wills_browser: Client, url: str):
    answer = wills_browser.post(reverse("webhook-add"), {"name": "Shop system", "url": url})
    assert answer.status_code == 422 and not Webhook.objects.exists()
    assert 'id="id_url_error"' in answer.content.decode()


def test_what_a_workshop_cannot_hear_of_cannot_be_chosen(wills_browser: Client):
    assert "session.submitted" not in page(wills_browser, "webhook-add")
    told = {"name": "Shop system", "url": ADDRESS, "events": ["session.submitted"]}
    assert wills_browser.post(reverse("webhook-add"), told).status_code == 422


def test_who_owns_two_workshops_chooses_and_nobody_elses_can_be_chosen(wills_browser: Client, will: User, carla: User):
    second = Workshop.objects.create(name="Will's Second", slug="wills-second", owner=will)
    carlas = Workshop.objects.create(name="Carla's", slug="carlas", owner=carla)
    assert "Second" in page(wills_browser, "webhook-add")
    told = {"name": "Shop system", "url": ADDRESS}
    assert wills_browser.post(reverse("webhook-add"), told | {"workshop": carlas.pk}).status_code == 422
    assert wills_browser.post(reverse("webhook-add"), told | {"workshop": second.pk}).status_code == 302
    assert Webhook.objects.get().workshop == second


def test_a_workshop_has_only_so_many(wills_browser: Client, will: User):
    workshop = will.workshops.get()
    for number in range(managing.MOST):
        managing.add(by=will, workshop=workshop, name=str(number), url=ADDRESS, events=[])
    answer = wills_browser.post(reverse("webhook-add"), {"name": "One more", "url": ADDRESS})
    assert answer.status_code == 409 and Webhook.objects.count() == managing.MOST


def test_a_webhook_is_changed_and_its_troubles_are_forgotten_with_its_address(wills_browser: Client, will: User, wills: Webhook):
    Webhook.objects.update(failing_since=timezone.now(), resting_until=timezone.now())
    assert 'value="Shop system"' in page(wills_browser, "webhook-edit", wills.pk)
    wills_browser.post(reverse("webhook-edit", args=[wills.pk]), {"name": "New", "url": ADDRESS, "events": ["session.completed"]})
    wills.refresh_from_db()
    assert (wills.name, wills.url, wills.events, wills.failing_since, wills.resting_until) == (
        "New",
        ADDRESS,
        ["session.completed"],
        None,
        None,
    )


def test_the_secret_is_shown_to_who_has_just_shown_who_he_is(wills_browser: Client, will: User, wills: Webhook):
    answer = browser(will).get(reverse("webhook-secret", args=[wills.pk]))
    assert answer.status_code == 302 and answer["Location"].startswith("/accounts/reauthenticate/")
    assert wills.secret in page(wills_browser, "webhook-secret", wills.pk)
    assert "no-store" in wills_browser.get(reverse("webhook-secret", args=[wills.pk]))["Cache-Control"]


def test_a_new_secret_takes_the_place_of_the_old_one(wills_browser: Client, wills: Webhook):
    old = wills.secret
    shown = press(wills_browser, "webhook-rotate", wills.pk)
    wills.refresh_from_db()
    assert wills.secret in shown and old not in shown and wills.secret != old


def test_a_test_shows_what_the_server_answers(wills_browser: Client, wills: Webhook, receiver: Receiver):
    receiver.answers = [status(418, "I am a <b>teapot</b>")]
    shown = press(wills_browser, "webhook-test", wills.pk)
    assert "webhook.test" in shown and "every 3s" in shown, "the list looks again by itself"
    sent(wills)
    fragment = wills_browser.get(reverse("webhook", args=[wills.pk]), headers=FRAGMENT).content.decode()
    assert "418" in fragment and "every 3s" not in fragment and "<html" not in fragment
    delivery = page(wills_browser, "webhook-delivery", wills.pk, Delivery.objects.get().pk)
    assert "I am a &lt;b&gt;teapot" in delivery and "webhook.test" in delivery


def test_what_did_not_arrive_is_sent_again(wills_browser: Client, carla, max, wills: Webhook, receiver: Receiver):
    cast.waiting(carla, max)
    receiver.answers = [status(410)]
    sent(wills)
    delivery = Delivery.objects.get()
    assert "is gone (410)" in page(wills_browser, "webhook", wills.pk)
    refused = wills_browser.post(reverse("webhook-again", args=[wills.pk, delivery.pk]))
    assert refused.status_code == 409, "first it has to be switched on"
    assert "The webhook is switched on" in press(wills_browser, "webhook-on", wills.pk)
    assert "Corolla" in press(wills_browser, "webhook-again", wills.pk, delivery.pk)
    sent(wills)
    assert [message.id for message in receiver.got] == [str(delivery.pk)] * 2
    delivery.refresh_from_db()
    assert delivery.state == "delivered"


def test_it_is_switched_off_and_on(wills_browser: Client, wills: Webhook):
    assert "Because its owner switched it off" in press(wills_browser, "webhook-off", wills.pk)
    assert wills_browser.post(reverse("webhook-off", args=[wills.pk])).status_code == 409
    assert wills_browser.post(reverse("webhook-test", args=[wills.pk])).status_code == 409
    assert "Because" not in press(wills_browser, "webhook-on", wills.pk)


def test_the_list_of_those_that_were_given_up(wills_browser: Client, wills: Webhook, will: User):
    given_up = managing.send_test(wills.pk, by=will)
    Delivery.objects.update(state="given_up", next_at=None)
    waiting = managing.send_test(wills.pk, by=will)
    shown = wills_browser.get(reverse("webhook", args=[wills.pk]), {"state": "given_up"}).content.decode()
    assert str(given_up.pk) in shown and str(waiting.pk) not in shown


def test_nobody_else_finds_it(wills: Webhook, will: User, carla: User, sam: User):
    delivery = managing.send_test(wills.pk, by=will)
    Workshop.objects.create(name="Carla's", slug="carlas", owner=carla)
    for name, ids in {
        "webhook": [wills.pk],
        "webhook-edit": [wills.pk],
        "webhook-secret": [wills.pk],
        "webhook-delivery": [wills.pk, delivery.pk],
    }.items():
        assert browser(carla).get(reverse(name, args=ids)).status_code == 404, name
    for name, ids in {"webhook-rotate": [wills.pk], "webhook-off": [wills.pk], "webhook-again": [wills.pk, delivery.pk]}.items():
        assert browser(carla).post(reverse(name, args=ids)).status_code == 404, name
    assert "Shop system" not in browser(carla).get(reverse("webhooks")).content.decode()
    assert browser(sam).get(reverse("webhooks")).status_code == 403, "staff have the admin"


def test_a_delivery_is_found_with_its_own_webhook_only(wills_browser: Client, will: User, wills: Webhook):
    other = managing.add(by=will, workshop=will.workshops.get(), name="Other", url=ADDRESS, events=[])
    delivery = managing.send_test(other.pk, by=will)
    assert wills_browser.get(reverse("webhook-delivery", args=[wills.pk, delivery.pk])).status_code == 404
    assert wills_browser.get(reverse("webhook-delivery", args=[other.pk, delivery.pk])).status_code == 200


def test_many_deliveries_cost_no_more_queries(wills_browser: Client, carla, max, wills: Webhook, django_assert_max_num_queries):
    cast.completed(carla, max)
    sent(wills)
    with django_assert_max_num_queries(12):
        page(wills_browser, "webhook", wills.pk)
    for _again in range(3):
        cast.completed(carla, max)
    sent(wills)
    with django_assert_max_num_queries(12):
        page(wills_browser, "webhook", wills.pk)


def test_what_waits_for_an_earlier_event_says_so_and_is_not_looked_for_every_moment(wills_browser: Client, carla, max, wills: Webhook):
    cast.waiting(carla, max)
    Delivery.objects.update(next_at=timezone.now() - timedelta(hours=1))
    shown = page(wills_browser, "webhook", wills.pk)
    assert "after what comes before it" in shown and "every 3s" not in shown
    assert "as soon as the events" in page(wills_browser, "webhook-delivery", wills.pk, Delivery.objects.get().pk)
