"""Whatever goes wrong, and whoever notices it: one shape."""

from uuid import uuid4

import pytest
from django.db import OperationalError
from django.test import Client

from api_app.tests.calls import ROOT, get, post, program, told
from lifecycle import queue
from tests import cast

pytestmark = pytest.mark.django_db

SHAPE = {"type", "title", "status", "detail", "code", "fields"}
DEEP = "[" * 100_000 + "]" * 100_000


def is_problem(answer, status: int, code: str) -> bool:
    problem = answer.json()
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert problem.keys() - {"link"} == SHAPE and problem["status"] == status and problem["detail"]
    return problem["code"] == code


def test_nobody_is_asked_to_sign_in():
    for answer in (get(Client(), "/sessions/"), post(Client(), "/sessions/", told())):
        assert is_problem(answer, 401, "not_signed_in")
        assert answer["WWW-Authenticate"].startswith("Bearer") and answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/nowhere/", "/sessions/17/", "", "/sessions", "/../v2/sessions/"])
def test_an_unknown_address_is_a_problem_too(carla, path):
    for call in (get, post):
        assert is_problem(call(program(carla), path), 404, "not_found")


def test_a_wrong_method_is_told_which_are_right(carla):
    session = cast.pending(carla)
    answer = get(program(carla), f"/sessions/{session.pk}/accept/")
    assert is_problem(answer, 405, "wrong_method") and answer["Allow"] == "POST"
    assert is_problem(program(carla).options(f"{ROOT}/sessions/"), 405, "wrong_method")


def test_what_is_no_json_is_unreadable(carla):
    for body in (b"{", b"\xff\xfe", b'{"a": NaN}', DEEP.encode(), b'{"year": ' + b"9" * 5000 + b"}"):
        answer = program(carla).post(f"{ROOT}/sessions/", body, content_type="application/json")
        assert is_problem(answer, 400, "unreadable")
    for body in (b"[]", b"null", b'"text"', b"17"):
        answer = program(carla).post(f"{ROOT}/sessions/", body, content_type="application/json")
        assert is_problem(answer, 422, "invalid")


@pytest.mark.parametrize("depth", [50, 500, 800, 900, 950, 1000, 3000])
def test_deep_json_is_no_fault(carla, depth):
    for text in ("[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth):
        for headers in ({}, {"Idempotency-Key": str(uuid4())}):
            body = f'{{"concern": {text}}}'
            answer = program(carla).post(f"{ROOT}/sessions/", body, content_type="application/json", headers=headers)
            assert answer.status_code in (400, 422)


def test_another_kind_of_body_or_answer_is_refused(carla):
    answer = program(carla).post(f"{ROOT}/sessions/", "a=b", content_type="application/x-www-form-urlencoded")
    assert is_problem(answer, 415, "unknown_type")
    assert is_problem(get(program(carla), "/sessions/", Accept="image/png"), 406, "not_acceptable")


def test_too_much_is_too_large(carla):
    answer = program(carla).post(f"{ROOT}/sessions/", {"concern": "x" * 3_000_000}, format="json")
    assert is_problem(answer, 413, "too_large")


def test_a_browser_needs_its_csrf_token(carla):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(carla)
    assert is_problem(strict.post(f"{ROOT}/sessions/", told(), content_type="application/json"), 403, "csrf")


def test_an_unknown_filter_is_refused_and_not_overheard(carla):
    for query in ("staus=open", "view=nonsense", "from_day=yesterday", "q=%00", "after=17", "before=x-y"):
        assert is_problem(get(program(carla), f"/sessions/?{query}"), 422, "invalid"), query


def test_an_outage_is_503_and_says_when_to_come_back(carla, max, monkeypatch):
    session = cast.pending(carla)
    monkeypatch.setattr(queue, "accept", lambda *args, **kwargs: (_ for _ in ()).throw(OperationalError("gone")))
    monkeypatch.setattr("api_app.errors.connection.close", lambda: None)  # the test's own
    answer = post(program(max), f"/sessions/{session.pk}/accept/")
    assert is_problem(answer, 503, "unavailable") and answer["Retry-After"]


def test_a_fault_of_ours_is_a_problem_too(carla, max, monkeypatch):
    session = cast.pending(carla)
    monkeypatch.setattr(queue, "accept", lambda *args, **kwargs: 1 / 0)
    assert is_problem(post(program(max), f"/sessions/{session.pk}/accept/"), 500, "fault")
