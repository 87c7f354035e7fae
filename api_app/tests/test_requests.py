"""A mechanic's incoming list by the API."""

import pytest

from api_app.tests.calls import get, post, program
from requests_app.models import Offer
from tests import cast

pytestmark = pytest.mark.django_db


def test_max_sees_what_waits_and_why(carla, max):
    session = cast.pending(carla, requested_brand="toyota")
    rows = get(program(max), "/requests/?status=pending").json()["results"]
    assert [row["id"] for row in rows] == [str(session.pk)]
    assert rows[0]["reasons"] and rows[0]["waiting_since"].endswith("Z")
    assert carla.email not in str(rows)


def test_max_reads_what_is_offered_without_address_and_phone(carla, max):
    session = cast.pending(carla)
    for path in (f"/sessions/{session.pk}/", f"/sessions/{session.pk}/intake/"):
        told = get(program(max), path).json()
        assert told["role"] == "offered" and told["contact"] is None and told["customer_name"]
        assert carla.email not in str(told)
    assert "accept" in get(program(max), f"/sessions/{session.pk}/").json()["moves"]
    assert Offer.objects.get(request=session.pk, mechanic=max.pk).seen_at


def test_a_missing_request_cannot_be_made_because_none_can_be_missing(carla):
    answer = post(program(carla), "/requests/", {})
    assert answer.status_code == 409 and answer.json()["code"] == "only_with_its_session"


def test_max_declines_with_a_usual_reason(carla, max):
    session = cast.pending(carla)
    assert post(program(max), f"/sessions/{session.pk}/decline/", {}).status_code == 422
    answer = post(program(max), f"/sessions/{session.pk}/decline/", {"usual": "time"})
    assert answer.status_code == 200 and answer.json()["reason"] == "No time just now"
    assert not get(program(max), "/requests/").json()["results"]


def test_max_gives_it_back_and_carla_calls_it_off(carla, max):
    session = cast.waiting(carla, max)
    given = post(program(max), f"/sessions/{session.pk}/release/", {"reason": "My bay is on fire."})
    assert given.status_code == 200 and given.json()["role"] == "former" and given.json()["contact"] is None
    off = post(program(carla), f"/sessions/{session.pk}/cancel/", {"usual": "solved"})
    assert off.status_code == 200 and off.json()["status"] == "cancelled"
