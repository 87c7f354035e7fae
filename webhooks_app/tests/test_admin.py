"""Webhooks in the console: made for integrators, looked at, sent again; each by those who have the permission, and logged."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts_app.models import User
from tests import cast
from tests.staff import staff_in
from webhooks_app import sending
from webhooks_app.models import Delivery, Webhook
from webhooks_app.tests.receiver import Receiver, status
from webhooks_app.tests.test_sending import now

HOOKS, DELIVERIES = "admin:webhooks_app_webhook", "admin:webhooks_app_delivery"


@pytest.fixture
def sams(sam: User, client: Client) -> Client:
    return staff_in(client, sam)


def shown(client: Client, name: str, *ids: object, **query: str) -> str:
    answer = client.get(reverse(name, args=ids), query)
    assert answer.status_code == 200, (answer.status_code, answer.headers.get("Location"))
    return answer.content.decode()


def test_staff_make_a_webhook_for_an_integrator_and_hand_its_secret_over(sams: Client, sam: User):
    sams.post(reverse(f"{HOOKS}_add"), {"name": "Statistics", "url": "https://example.org/x", "events": ["session.completed"]})
    webhook = Webhook.objects.get()
    assert (webhook.workshop, webhook.created_by, webhook.events) == (None, sam, ["session.completed"])
    assert webhook.secret not in shown(sams, f"{HOOKS}_change", webhook.pk)
    assert webhook.secret in shown(sams, f"{HOOKS}_secret", webhook.pk)
    assert LogEntry.objects.filter(object_id=str(webhook.pk), change_message="Looked at the secret", user=sam).exists()


def test_an_address_inside_of_a_network_is_refused(sams: Client):
    answer = sams.post(reverse(f"{HOOKS}_add"), {"name": "Statistics", "url": "https://169.254.169.254/latest/"})
    assert answer.status_code == 200 and "inside of a network" in answer.content.decode() and not Webhook.objects.exists()


def test_the_secret_of_a_workshop_is_nobody_elses_business(sams: Client, wills: Webhook):
    assert sams.get(reverse(f"{HOOKS}_secret", args=[wills.pk])).status_code == 404
    assert "/secret/" not in shown(sams, f"{HOOKS}_change", wills.pk)


def test_lists_are_filtered(sams: Client, carla, max, wills: Webhook, integrators: Webhook, receiver: Receiver):
    session = cast.waiting(carla, max)
    receiver.answers = [status(410)]
    sending.send_due(wills.pk, at=now())
    assert (
        "Shop system" in shown(sams, f"{HOOKS}_changelist", **{"is": "off"})
        and "Statistics" not in shown(sams, f"{HOOKS}_changelist", **{"is": "off"}).partition('id="result_list"')[2]
    )
    given_up = shown(sams, f"{DELIVERIES}_changelist", state="given_up", webhook=str(wills.pk))
    assert "session.accepted" in given_up and "410" in given_up and "session.submitted" not in given_up
    assert "session.submitted" in shown(sams, f"{DELIVERIES}_changelist", q=str(session.pk))
    assert 'id="result_list"' not in shown(sams, f"{DELIVERIES}_changelist", webhook="nonsense")


def test_a_delivery_shows_what_is_sent_and_every_attempt_and_is_sent_again(
    sams: Client, sam: User, carla, max, wills: Webhook, receiver: Receiver
):
    cast.waiting(carla, max)
    receiver.answers = [status(500, "<script>alert(1)</script>")]
    sending.send_due(wills.pk, at=now())
    delivery = Delivery.objects.get()
    page = shown(sams, f"{DELIVERIES}_change", delivery.pk)
    assert "&lt;script&gt;alert(1)" in page and "Corolla" in page and "<td>500</td>" in page
    sams.post(reverse(f"{DELIVERIES}_move", args=[delivery.pk, "send_again"]))
    sending.send_due(wills.pk, at=now())
    delivery.refresh_from_db()
    assert delivery.state == "delivered" and LogEntry.objects.filter(user=sam, change_message="Send again").count() == 1


def test_several_are_sent_again(sams: Client, carla, colin, max, wills: Webhook, receiver: Receiver):
    cast.waiting(carla, max)
    cast.waiting(colin, max)
    sending.send_due(wills.pk, at=now())
    chosen = [str(pk) for pk in Delivery.objects.values_list("pk", flat=True)]
    told = {"action": "send_again", "_selected_action": chosen, "go": "yes"}
    sams.post(reverse(f"{DELIVERIES}_changelist"), told)
    assert Delivery.objects.filter(state="waiting").count() == 2 and LogEntry.objects.filter(change_message="Send again").count() == 2


def test_who_may_only_look_finds_no_buttons_and_presses_none(client: Client, carla, max, wills: Webhook, receiver: Receiver):
    cast.waiting(carla, max)
    sending.send_due(wills.pk, at=now())
    sara = cast.person("Sara", is_staff=True)
    sara.user_permissions.add(*Permission.objects.filter(codename__in=["view_webhook", "view_delivery"]))
    staff_in(client, sara)
    delivery = Delivery.objects.get()
    assert "Send again" not in shown(client, f"{DELIVERIES}_change", delivery.pk)
    assert "Send again" not in shown(client, f"{DELIVERIES}_changelist")
    assert client.post(reverse(f"{DELIVERIES}_move", args=[delivery.pk, "send_again"])).status_code == 404
    assert client.post(reverse(f"{HOOKS}_move", args=[wills.pk, "switch_off"]), {"reason": "No."}).status_code == 404
    assert client.get(reverse(f"{HOOKS}_add")).status_code == 404
    delivery.refresh_from_db()
    wills.refresh_from_db()
    assert delivery.state == "delivered" and wills.is_active


def test_staff_switch_one_off_and_on_with_a_reason(sams: Client, wills: Webhook):
    sams.post(reverse(f"{HOOKS}_move", args=[wills.pk, "switch_off"]), {"reason": "It floods them."})
    wills.refresh_from_db()
    assert wills.disabled_reason == "It floods them."
    sams.post(reverse(f"{HOOKS}_move", args=[wills.pk, "switch_on"]))
    wills.refresh_from_db()
    assert wills.is_active
