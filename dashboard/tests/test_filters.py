"""Search and filters: addressable, combinable, and never a fault."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts_app.models import User
from dashboard.keyset import PAGE
from dashboard.queries import TABS
from dashboard.tests.board import cards, ids, link, signed_in, text_of
from sessions_app.models import Session
from tests import cast

INCOMING, COMPLETED = reverse("mechanic-incoming"), reverse("mechanic-completed")


def ended(session: Session, days_ago: int) -> Session:
    """Moves all clocks of the session back by days."""
    past = Session.objects.get(pk=session.pk)
    clocks = {
        name: getattr(past, name) - timedelta(days=days_ago)
        for name in ("created_at", "queued_at", "accepted_at", "started_at", "ended_at")
    }
    Session.objects.filter(pk=session.pk).update(**clocks)
    return session


@pytest.mark.parametrize(
    "words", ["carla", "CARL", "toyota", "corol", "2016 corolla"[5:], "engine ligh", "carla toyota engine", "p0302", "7abc123"]
)
def test_words_of_the_name_the_car_or_the_concern_find_it(max: User, carla: User, colin: User, words: str) -> None:
    session = cast.pending(carla)
    cast.pending(colin, name="Colin", concern="It squeaks in bends.", car={"year": 2019, "make": "Kia", "model": "Rio"})
    assert list(cards(signed_in(max).get(INCOMING, {"q": words}))) == ids(session)


@pytest.mark.parametrize("words", ["zebra", "carla zebra", "arla"])
def test_other_words_do_not(max: User, carla: User, words: str) -> None:
    cast.pending(carla)
    response = signed_in(max).get(INCOMING, {"q": words})
    assert not cards(response)
    assert "Nothing matches" in text_of(response)
    assert link(response, "Show all") == INCOMING


@pytest.mark.parametrize(
    "words", ["o'brien", "O’Brien", "f-150", "F150", "müller", "b&b", "10:30", "a | b", "!", "':*", "carla & !carla", "(", "\\"]
)
def test_any_signs_may_be_typed(max: User, carla: User, words: str) -> None:
    cast.pending(carla, name="Sinéad O'Brien-Müller", concern="My F-150 stalls at 10:30, says the B&B owner. F150!")
    assert signed_in(max).get(INCOMING, {"q": words}).status_code == 200


@pytest.mark.parametrize("words", ["o'brien", "brien", "müller", "sinéad", "f-150", "stalls", "b&b"])
def test_names_with_signs_in_them_are_found(max: User, carla: User, words: str) -> None:
    session = cast.pending(carla, name="Sinéad O'Brien-Müller", concern="My F-150 stalls, says the B&B owner.")
    assert list(cards(signed_in(max).get(INCOMING, {"q": words}))) == ids(session)


def test_the_type_narrows_the_list(max: User, carla: User, colin: User) -> None:
    video = cast.pending(carla, plan_code="video")
    cast.pending(colin)
    assert list(cards(signed_in(max).get(INCOMING, {"type": "video"}))) == ids(video)


def test_urgent_narrows_the_list(max: User, carla: User, colin: User) -> None:
    urgent = cast.pending(carla, is_urgent=True)
    cast.pending(colin)
    assert list(cards(signed_in(max).get(INCOMING, {"urgent": "on"}))) == ids(urgent)


def test_days_narrow_the_list_at_both_ends(max: User, carla: User) -> None:
    sessions = {days: ended(cast.completed(carla, max), days) for days in (1, 5, 9)}
    today = timezone.localdate()
    days = {"from_day": today - timedelta(days=6), "to_day": today - timedelta(days=4)}
    assert list(cards(signed_in(max).get(COMPLETED, days))) == ids(sessions[5])
    assert list(cards(signed_in(max).get(COMPLETED, {"from_day": days["from_day"]}))) == ids(sessions[1], sessions[5])
    assert list(cards(signed_in(max).get(COMPLETED, {"to_day": days["to_day"]}))) == ids(sessions[5], sessions[9])


def test_a_day_is_a_day_where_the_mechanic_is(max: User, carla: User) -> None:
    session = cast.completed(carla, max)
    instant = timezone.now().replace(hour=3, minute=0) - timedelta(days=2)  # 3:00 in London is the evening before in Los Angeles
    started = {"created_at": instant, "queued_at": instant, "accepted_at": instant, "started_at": instant, "ended_at": instant}
    Session.objects.filter(pk=session.pk).update(**started)
    User.objects.filter(pk=max.pk).update(timezone="America/Los_Angeles")
    evening = (instant - timedelta(days=1)).date()
    assert list(cards(signed_in(max).get(COMPLETED, {"from_day": evening, "to_day": evening}))) == ids(session)
    assert not cards(signed_in(max).get(COMPLETED, {"from_day": instant.date()}))


def test_filters_go_with_the_list_to_its_next_page(max: User) -> None:
    for n in range(PAGE + 1):
        cast.pending(cast.person(f"Cora{n:02}"), is_urgent=True)
    client = signed_in(max)
    more = link(client.get(INCOMING, {"urgent": "on", "q": "toyota", "type": ""}), "Show more")
    assert "urgent=on" in more
    assert "q=toyota" in more
    assert len(cards(client.get(more))) == 1


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.name)
@pytest.mark.parametrize(
    "query",
    [
        {"q": "\0"},
        {"q": "x" * 5000},
        {"q": "\u202ealracx"},
        {"type": "boat"},
        {"type": "\0"},
        {"from_day": "yesterday"},
        {"from_day": "0001-01-01", "to_day": "9999-12-31"},
        {"from_day": "2026-02-30"},
        {"from_day": "2026-11-20\0"},
        {"outcome": "boat"},
        {"urgent": "<script>"},
        {"q": "<script>alert(1)</script>"},
    ],
    ids=str,
)
def test_nonsense_is_not_a_fault(max: User, carla: User, tab, query: dict) -> None:
    User.objects.filter(pk=max.pk).update(timezone="America/Los_Angeles")
    cast.completed(carla, max)
    response = signed_in(max).get(reverse(f"mechanic-{tab.name}"), query)
    assert response.status_code == 200
    assert b"<script>alert" not in response.content


def test_a_filter_that_makes_no_sense_says_so_and_is_left_out(max: User, carla: User) -> None:
    session = cast.pending(carla)
    response = signed_in(max).get(INCOMING, {"type": "boat"})
    assert list(cards(response)) == ids(session)
    assert "Choose one of the options." in text_of(response)
