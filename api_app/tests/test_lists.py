"""Lists: pages by place, filters, and "nothing new"."""

import pytest

from api_app.tests.calls import get, program
from dashboard import keyset
from lifecycle import queue
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def five(carla, monkeypatch) -> list[str]:
    """Five calls for help that Carla made and called off, the latest first; two fit on a page."""
    monkeypatch.setattr(keyset, "PAGE", 2)
    return [str(cast.cancelled(carla).pk) for _each in range(5)][::-1]


def ids(page: dict) -> list[str]:
    return [row["id"] for row in page["results"]]


def test_one_walks_there_and_back_again(carla, five):
    client, address, there = program(carla), "/sessions/?view=past", []
    while address:
        page = get(client, address.partition("/api/v1")[2] or address).json()
        there.append(page)
        address = page["next"]
    assert [each for page in there for each in ids(page)] == five
    assert [len(ids(page)) for page in there] == [2, 2, 1]
    back, page = [], there[-1]
    while page["previous"]:
        page = get(client, page["previous"].partition("/api/v1")[2]).json()
        back.append(ids(page))
    assert back == [five[2:4], five[:2]]
    assert there[0]["previous"] is None and get(client, back and page["next"].partition("/api/v1")[2]).json()["results"][0]["id"] == five[2]


def test_a_row_that_comes_meanwhile_shifts_nothing(carla, five):
    client = program(carla)
    first = get(client, "/sessions/").json()
    cast.cancelled(carla)
    assert ids(get(client, first["next"].partition("/api/v1")[2]).json()) == five[2:4]


def test_filters_are_those_of_the_tabs(carla, colin, max):
    done, off = cast.completed(carla, max), cast.waiting(colin, max, name="Colin Example")
    queue.cancel(off.pk, by=colin, reason="It works again.")
    client = program(max)
    assert ids(get(client, "/sessions/?view=completed").json()) == [str(done.pk)]
    assert {*ids(get(client, "/sessions/?view=history").json())} == {str(done.pk), str(off.pk)}
    assert ids(get(client, "/sessions/?view=history&outcome=cancelled").json()) == [str(off.pk)]
    assert ids(get(client, "/sessions/?view=history&q=coli").json()) == [str(off.pk)]
    assert ids(get(client, "/sessions/?view=history&type=video").json()) == []
    assert ids(get(client, "/sessions/").json()) == [], "he has nothing in hand"


def test_polling_costs_nothing_as_long_as_nothing_happens(carla, max):
    client, session = program(max), cast.pending(carla)
    for path in ("/requests/?status=pending", f"/sessions/{session.pk}/", f"/sessions/{session.pk}/intake/"):
        first = get(client, path)
        again = get(client, path, **{"If-None-Match": first["ETag"]})
        assert again.status_code == 304 and not again.content and again["ETag"] == first["ETag"], path
        assert again["Cache-Control"] == "no-store" and "Authorization" in again["Vary"]
    board = get(client, "/requests/")
    cast.pending(cast.person("Cleo"))
    assert get(client, "/requests/", **{"If-None-Match": board["ETag"]}).status_code == 200


def test_a_timeline_that_has_not_grown_is_not_told_again(carla, max):
    session = cast.waiting(carla, max)
    client, path = program(max), f"/sessions/{session.pk}/timeline/"
    first = get(client, path)
    assert first.status_code == 200 and get(client, path, **{"If-None-Match": first["ETag"]}).status_code == 304
    queue.release(session.pk, by=max, reason="No time.")
    grown = get(client, path, **{"If-None-Match": first["ETag"]})
    assert grown.status_code == 200 and grown.json()["results"][-1]["kind"] == "release"


def test_a_tag_of_one_is_no_tag_of_another(carla, max):
    session = cast.waiting(carla, max)
    for path in (f"/sessions/{session.pk}/", f"/sessions/{session.pk}/timeline/"):
        of_carla = get(program(carla), path)["ETag"]
        assert get(program(max), path, **{"If-None-Match": of_carla}).status_code == 200
