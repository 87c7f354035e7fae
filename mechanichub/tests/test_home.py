"""The front page, and what stands where no page is."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts_app.models import Mechanic
from billing_app.models import Plan


def front(client) -> str:
    return client.get(reverse("home")).content.decode()


def test_it_counts_the_mechanics_who_are_on_duty(client, max, nora, oscar):
    assert "2 mechanics on duty now" in front(client)
    Mechanic.objects.filter(pk=nora.pk).update(on_duty=False)
    assert "1 mechanic on duty now" in front(client)
    Mechanic.objects.filter(pk=max.pk).update(standing="suspended")
    assert "No mechanic is on duty just now" in front(client)


def test_the_prices_are_those_of_the_price_list(client, plans):
    page = front(client)
    for words in ("Free", "$9.99", "$29.99", "$49.99", "for 45 minutes"):
        assert words in page
    Plan.objects.filter(code="video").update(price="31.50", is_active=True)
    Plan.objects.filter(code="quick").update(is_active=False)
    page = front(client)
    assert "$31.50" in page and "$9.99" not in page


def test_what_cannot_be_paid_for_is_not_offered(client, plans, settings):
    settings.DEMO = False
    page = front(client)
    assert reverse("intake", args=["free"]) in page
    assert reverse("intake", args=["quick"]) not in page
    assert page.count("Not on sale at the moment.") == 3


@pytest.mark.parametrize("address", ["/nothing/here/", "/chat/00000000-0000-0000-0000-000000000000/x", "/%00", "/help/no-such-plan/"])
def test_what_is_not_there(client, db, address):
    answer = client.get(address)
    assert answer.status_code == 404
    assert "To the start page" in answer.content.decode()


def test_what_is_not_there_for_programs(client, db):
    answer = client.get("/nothing/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_form_without_its_token_says_what_to_do(carla):
    client = Client(enforce_csrf_checks=True)
    client.force_login(carla)
    answer = client.post(reverse("profile"), {"full_name": "x"})
    assert answer.status_code == 403
    assert "reload and send it again" in answer.content.decode()


def test_a_message_shows_up_as_a_toast(client, carla):
    client.force_login(carla)
    client.post(reverse("profile"), {"full_name": "Carla Gomez"})
    assert '<div class="toast toast-ok"><span class="toast-text">Your profile is saved.</span>' in front_of(client)


def front_of(client) -> str:
    return client.get(reverse("profile")).content.decode()


@pytest.mark.parametrize(
    ("who", "there", "not_there"),
    [
        ("carla", ["my", "intake-choose"], ["mechanic-settings", "admin:index"]),
        ("max", ["mechanic-incoming", "mechanic-settings"], ["my", "admin:index"]),
    ],
)
def test_the_navigation_is_everybodys_own(client, carla, max, who, there, not_there):
    client.force_login({"carla": carla, "max": max}[who])
    page = front_of(client)
    assert all(f'href="{reverse(name)}"' in page for name in there)
    assert not any(f'href="{reverse(name)}"' in page for name in not_there)
