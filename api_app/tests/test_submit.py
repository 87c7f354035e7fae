"""Asking for help by the API: the rules of the form, in JSON."""

import pytest

from api_app.tests.calls import post, program, told
from sessions_app.models import Session
from tests import cast

pytestmark = pytest.mark.django_db


def test_carla_asks_for_help_and_is_in_the_queue(carla, plans):
    answer = post(program(carla), "/sessions/", told())
    assert answer.status_code == 201, answer.content
    assert answer.json()["status"] == "pending" and answer.json()["trouble_codes"] == ["P0302"]
    assert answer["Location"].endswith(f"/api/v1/sessions/{answer.json()['id']}/")
    assert carla.vehicles.count() == 1
    again = post(program(carla), "/sessions/", told())
    assert again.json()["id"] == answer.json()["id"] and Session.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"concern": "bad"}, "concern"),
        ({"year": "2016"}, "year"),
        ({"consent": "true"}, "consent"),
        ({"consent": False}, "consent"),
        ({"vin": "1HGCM82633A00435"}, "vin"),
        ({"phone": "nonsense"}, "phone"),
        ({"plan": "nothing"}, "plan"),
        ({"colour": "red"}, "colour"),
        ({"vehicle": "5f0c2a53-2f0e-4c51-9f5c-0d8f6a0f9d11"}, "vehicle"),
        ({"name": "a\x00b"}, "name"),
        ({"odometer": 10**30}, "odometer"),
    ],
)
def test_what_is_wrong_is_said_by_field_and_nothing_is_made(carla, plans, changes, field):
    answer = post(program(carla), "/sessions/", told(**changes))
    assert answer.status_code == 422, answer.content
    assert [*answer.json()["fields"]] == [field]
    assert not Session.objects.exists()


def test_sam_asks_in_carlas_name_and_nobody_else_does(carla, colin, sam, plans):
    answer = post(program(sam), "/sessions/", told(customer="carla@example.org"))
    assert answer.status_code == 201 and Session.objects.get().customer == carla
    assert post(program(colin), "/sessions/", told(customer=str(carla.pk))).status_code == 403
    assert post(program(sam), "/sessions/", told(customer="nobody@example.org")).json()["fields"].keys() == {"customer"}


def test_a_session_with_a_mechanic_refuses_another(carla, max):
    cast.waiting(carla, max)
    answer = post(program(carla), "/sessions/", told())
    assert answer.status_code == 409 and answer.json()["link"]


def test_mechanics_do_not_ask(max, plans):
    assert post(program(max), "/sessions/", told()).status_code == 403
