"""How often somebody may call."""

import pytest
from django.test import Client

from api_app.tests.calls import get, program
from api_app.throttles import BUCKETS, Buckets

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def few(settings):
    BUCKETS.clear()
    settings.API_LIMITS = {"person": {"at_once": 3, "a_minute": 6}, "address": {"at_once": 2, "a_minute": 6}}
    yield
    BUCKETS.clear()


def test_a_person_is_asked_to_slow_down_and_others_are_not(carla, colin):
    client = program(carla)
    assert [get(client, "/sessions/").status_code for _call in range(4)] == [200, 200, 200, 429]
    refused = get(client, "/sessions/")
    assert refused.json()["code"] == "too_often" and 1 <= int(refused["Retry-After"]) <= 10
    assert get(program(carla), "/sessions/").status_code == 429, "another token, the same person"
    assert get(program(colin), "/sessions/").status_code == 200


def test_whoever_tries_tokens_is_counted_by_address(carla):
    tries = [get(Client(), "/sessions/", Authorization=f"Bearer mh_{number}").status_code for number in range(4)]
    assert tries == [401, 401, 429, 429]
    assert get(program(carla), "/sessions/").status_code == 200


def test_buckets_empty_by_themselves_and_do_not_grow_for_ever(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("api_app.throttles.time.monotonic", lambda: now[0])
    monkeypatch.setattr("api_app.throttles.REMEMBERED", 3)
    buckets = Buckets()
    assert [buckets.take("a", at_once=2, a_minute=60) for _call in range(3)] == [0, 0, 1]
    now[0] = 1
    assert not buckets.take("a", at_once=2, a_minute=60)
    for caller in "bcde":
        buckets.take(caller, at_once=1, a_minute=60)
    assert len(buckets._full_at) == 3
