"""The price list in the admin: what a plan says is shown to everybody, so nothing odd gets in."""

import pytest
from django.test import Client
from django.urls import reverse

from billing_app.models import Plan
from tests.staff import staff_in

QUICK = {
    "code": "quick",
    "name": "Quick chat",
    "session_type": "chat",
    "price": "9.99",
    "currency": "USD",
    "minutes": "30",
    "position": "1",
}


@pytest.fixture
def staff(client: Client, sam, plans) -> Client:
    return staff_in(client, sam)


def change(staff: Client, **changes: str):
    return staff.post(reverse("admin:billing_app_plan_change", args=["quick"]), {**QUICK, "is_active": "on", **changes})


def add(staff: Client, **changes: str):
    return staff.post(reverse("admin:billing_app_plan_add"), {**QUICK, **changes})


def test_features_are_lines(staff):
    assert change(staff, features="Chat, with pictures\r\nA report").status_code == 302
    assert Plan.objects.get(code="quick").features == ["Chat, with pictures", "A report"]
    assert (
        "Chat, with pictures\nA report</textarea>" in staff.get(reverse("admin:billing_app_plan_change", args=["quick"])).content.decode()
    )
    assert "Chat, with pictures" in Client().get("/").content.decode()


@pytest.mark.parametrize("features", ["", '{"a": 1}', "9" * 5000, "null"])
def test_whatever_they_are_the_front_page_stands(staff, features):
    change(staff, features=features)
    assert Client().get("/").status_code == 200


@pytest.mark.parametrize("changes", [{"currency": "dollars"}, {"price": "-1"}, {"price": "nan"}, {"minutes": "0"}, {"name": "a\0b"}])
def test_what_no_plan_can_be_is_a_field_error(staff, changes):
    assert change(staff, **changes).status_code == 200


def test_a_new_plan_has_an_address_of_its_own(staff):
    assert add(staff, code="night", is_active="on").status_code == 302
    assert Client().get("/help/night/").status_code == 200


@pytest.mark.parametrize("code", ["vin", "codes"])
def test_but_not_that_of_another_page(staff, code):
    assert "Another page has this address" in add(staff, code=code).content.decode()


@pytest.mark.parametrize("code", ["", "a b", "ä", "a/b", "x" * 51, "a\0b"])
def test_a_code_that_fits_no_address_is_a_field_error(staff, code):
    assert add(staff, code=code).status_code == 200
