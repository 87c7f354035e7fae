"""`Idempotency-Key`: sent again is answered again, and done once."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from api_app import idempotency
from api_app.models import KeptAnswer
from api_app.tests.calls import post, program, told
from lifecycle import queue
from requests_app.models import Intake
from sessions_app.models import Session
from tests import cast

pytestmark = pytest.mark.django_db
KEY = {"Idempotency-Key": "van-17"}


def unnamed() -> dict:
    """An intake without a name of its own, so that each call would make another one."""
    return {name: value for name, value in told().items() if name != "client_id"}


def test_the_same_again_is_answered_the_same_and_done_once(carla):
    client = program(carla)
    first, again = (post(client, "/sessions/", unnamed(), **KEY) for _time in range(2))
    assert first.status_code == again.status_code == 201 and first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first
    assert again["Location"] == first["Location"] and again["Content-Type"] == first["Content-Type"]
    assert Intake.objects.count() == 1
    post(client, "/sessions/", unnamed())
    assert Intake.objects.count() == 2, "without a key it is done again, or this shows nothing"


def test_how_it_is_written_does_not_count_but_what_is_written_does(carla):
    client, body = program(carla), unnamed()
    post(client, "/sessions/", body, **KEY)
    turned = dict(reversed(body.items()))
    assert post(client, "/sessions/", turned, **KEY)["Idempotent-Replayed"] == "true"
    other = post(client, "/sessions/", body | {"city": "Alameda"}, **KEY)
    assert other.status_code == 422 and other.json()["code"] == "key_used_otherwise"
    elsewhere = post(client, "/requests/", body, **KEY)
    assert elsewhere.status_code == 422 and elsewhere.json()["code"] == "key_used_otherwise"


def test_a_key_is_of_its_person(carla, max, nora):
    session = cast.pending(carla)
    assert post(program(max), f"/sessions/{session.pk}/accept/", **KEY).status_code == 200
    assert "Idempotent-Replayed" not in post(program(nora), f"/sessions/{session.pk}/accept/", **KEY)


def test_a_no_is_kept_too_but_not_what_may_be_mended(carla, max):
    session = cast.waiting(carla, max)
    client = program(max)
    assert post(client, f"/sessions/{session.pk}/release/", {}, **KEY).status_code == 422
    assert post(client, f"/sessions/{session.pk}/release/", {"usual": "time"}, **KEY).status_code == 200
    late = {"Idempotency-Key": "late"}
    refused = post(program(carla), "/requests/", {}, **late)
    assert refused.status_code == 409
    assert post(program(carla), "/requests/", {}, **late)["Idempotent-Replayed"] == "true"


def test_a_fault_keeps_nothing_and_blocks_nothing(carla, max, monkeypatch):
    session = cast.pending(carla)
    client = program(max)
    with monkeypatch.context() as broken:
        broken.setattr(queue, "accept", lambda *args, **kwargs: 1 / 0)
        assert post(client, f"/sessions/{session.pk}/accept/", **KEY).status_code == 500
    assert not KeptAnswer.objects.exists()
    assert post(client, f"/sessions/{session.pk}/accept/", **KEY).status_code == 200


def test_after_a_day_a_key_is_forgotten(carla):
    client = program(carla)
    post(client, "/sessions/", unnamed(), **KEY)
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert "Idempotent-Replayed" not in post(client, "/sessions/", unnamed(), **KEY), "also before the sweep"
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert idempotency.forget_old() == 1 and not KeptAnswer.objects.exists()


@pytest.mark.parametrize("key", ["", "a b", "ü", "x" * 256])
def test_a_key_is_visible_ascii(carla, key):
    answer = post(program(carla), "/sessions/", unnamed(), **{"Idempotency-Key": key})
    assert answer.status_code == 400 and not Session.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_done_and_the_others_are_told(carla):
    client, answers, start = program(carla), [], Barrier(8)

    def call() -> None:
        start.wait()
        answers.append(post(client, "/sessions/", unnamed(), **KEY))
        connection.close()

    threads = [Thread(target=call) for _each in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Intake.objects.count() == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json().get("id") for answer in answers if answer.status_code == 201}) == 1
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"still_running"}
    assert post(client, "/sessions/", unnamed(), **KEY)["Idempotent-Replayed"] == "true"
