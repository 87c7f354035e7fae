"""Taking a request by the API: one gets it, the others are told by whom."""

import pytest

from api_app.tests.calls import get, post, program
from tests import cast

pytestmark = pytest.mark.django_db


def test_max_takes_a_session_and_nora_is_told_so(carla, max, nora):
    session = cast.pending(carla)
    answer = post(program(max), f"/sessions/{session.pk}/accept/")
    assert answer.status_code == 200, answer.content
    assert answer.json()["status"] == "waiting" and answer.json()["role"] == "mechanic"
    assert answer.json()["contact"]["email"] == carla.email
    refused = post(program(nora), f"/sessions/{session.pk}/accept/")
    assert refused.status_code == 409 and "Max" in refused.json()["detail"]
    assert refused["Content-Type"] == "application/problem+json"


def test_the_session_is_read_and_listed(carla, max):
    session = cast.waiting(carla, max)
    for person in (carla, max):
        assert get(program(person), f"/sessions/{session.pk}/").json()["id"] == str(session.pk)
        assert [row["id"] for row in get(program(person), "/sessions/").json()["results"]] == [str(session.pk)]
        assert get(program(person), f"/sessions/{session.pk}/intake/").status_code == 200
        assert get(program(person), f"/sessions/{session.pk}/timeline/").json()["results"][0]["kind"] == "submit"
