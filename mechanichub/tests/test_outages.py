"""What a person sees while PostgreSQL is away."""

import logging

import pytest
from django.db import OperationalError, connection
from django.test import Client

from accounts_app.models import User

ADDRESSES = ["/my/", "/", "/help/free/", "/nowhere/"]  # asked for by middleware, view and template; and none of them


def away(*_statement):
    raise OperationalError("the database system is shutting down")


@pytest.fixture
def answer(carla: User):
    """Asks as Carla, who is signed in, while every statement fails."""
    client = Client(raise_request_exception=False)
    client.force_login(carla)

    def ask(path: str = "/my/", **headers: str):
        with connection.execute_wrapper(away):
            return client.get(path, headers=headers)

    return ask


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_page_with_a_way_to_try_again(answer, path):
    response = answer(path, accept="text/html")
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert "Nothing was lost" in response.content.decode() and "Try again" in response.content.decode()


def test_a_fragment_for_htmx(answer):
    response = answer(accept="text/html", HX_Request="true")
    assert response.status_code == 503
    assert "<html" not in response.content.decode() and "banner-danger" in response.content.decode()


@pytest.mark.parametrize("accept", ["application/json", "application/problem+json"])
def test_a_problem_for_programs(answer, accept):
    response = answer(accept=accept)
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert response["Content-Type"] == "application/problem+json"


def test_an_outage_is_a_line_in_the_log_and_no_traceback(answer, caplog):
    answer("/my/")
    assert "database not reachable" in caplog.text
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR or record.exc_info]


def test_what_is_really_broken_is_not_called_an_outage(carla):
    client = Client(raise_request_exception=False)
    client.force_login(carla)

    def broken(*_statement):
        raise ValueError("a mistake of ours")

    with connection.execute_wrapper(broken):
        response = client.get("/my/")
    assert response.status_code == 500 and "Something broke" in response.content.decode()
