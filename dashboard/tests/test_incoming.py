"""What stands on the Incoming tab."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts_app.models import User
from dashboard.keyset import PAGE
from dashboard.tests.board import cards, counts, ids, link, signed_in, text_of, words
from lifecycle import people, queue
from requests_app.models import SessionRequest
from sessions_app.models import Session
from tests import cast

INCOMING = reverse("mechanic-incoming")


def waiting_since(session: Session, minutes: int) -> Session:
    past = timezone.now() - timedelta(minutes=minutes)
    Session.objects.filter(pk=session.pk).update(created_at=past, queued_at=past)
    return session


def crowd(number: int) -> list[Session]:
    """That many requests, the longest waiting first."""
    return [waiting_since(cast.pending(cast.person(f"Cora{n:02}")), 60 - n) for n in range(number)]


# --- what is shown


def test_a_card_says_who_what_which_car_and_since_when(max: User, carla: User) -> None:
    session = waiting_since(cast.pending(carla, plan_code="video", is_urgent=True), 3)
    card = words(cards(signed_in(max).get(INCOMING))[str(session.pk)])
    for part in (
        "Carla Example",
        "Video",
        "45 min",
        "Urgent",
        "waiting 3 min",
        "2016 Toyota Corolla",
        "Oakland",
        "engine light is on",
        "P0302 Cylinder 2 misfires",
        "Accept",
        "Decline",
        "View intake",
    ):
        assert part in card


def test_a_card_never_holds_contact_data(max: User, carla: User) -> None:
    cast.pending(carla)
    page = text_of(signed_in(max).get(INCOMING))
    assert "Carla Example" in page
    assert not [secret for secret in ("carla@example.org", "4155550101", "415-555-0101", "7ABC123") if secret in page]


def test_the_longest_waiting_stands_first(max: User, carla: User, colin: User) -> None:
    later, earlier = waiting_since(cast.pending(carla), 1), waiting_since(cast.pending(colin), 9)
    assert list(cards(signed_in(max).get(INCOMING))) == ids(earlier, later)


def test_a_request_for_another_brand_is_not_shown(max: User, nora: User, carla: User) -> None:
    session = cast.pending(carla, requested_brand="toyota")
    assert list(cards(signed_in(max).get(INCOMING))) == ids(session)
    assert not cards(signed_in(nora).get(INCOMING))


def test_a_request_in_anothers_window_is_not_shown(max: User, nora: User, carla: User) -> None:
    session = cast.pending(carla, preferred_mechanic_id=nora.pk)
    assert list(cards(signed_in(nora).get(INCOMING))) == ids(session)
    assert not cards(signed_in(max).get(INCOMING))


def test_a_declined_request_is_not_shown_to_who_declined_it(max: User, nora: User, carla: User) -> None:
    session = cast.pending(carla)
    queue.decline(session.pk, by=max, reason="no time")
    assert not cards(signed_in(max).get(INCOMING))
    assert list(cards(signed_in(nora).get(INCOMING))) == ids(session)


def test_off_duty_only_the_unattended_are_shown_and_the_page_says_so(max: User, carla: User, colin: User) -> None:
    cast.pending(carla)
    unattended = queue.escalate(cast.pending(colin).pk)
    people.set_duty(max.pk, by=max, on=False)
    response = signed_in(max).get(INCOMING)
    assert list(cards(response)) == ids(unattended)
    assert "You are off duty: only unattended requests are shown" in text_of(response)
    assert "Unattended" in words(cards(response)[str(unattended.pk)])


def test_an_empty_list_says_what_will_happen(max: User) -> None:
    page = text_of(signed_in(max).get(INCOMING))
    assert "Nobody is waiting" in page
    assert "within a second" in page


# --- why it is offered to me


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({}, "Your brand"),
        ({}, "Near you"),
        ({"prefer_local": True}, "Wants a mechanic nearby, and you are"),
        ({"prefer_local": True, "city": "Reno"}, "Wants a mechanic near Reno"),
        ({"requested_brand": "toyota"}, "Wants a specialist for Toyota"),
        ({"preferred_mechanic": "max"}, "Asked for you"),
        ({"preferred_mechanic": "max"}, "yours alone for 9 min"),
        ({"preferred_workshop": True}, "Asked for your workshop"),
        ({"follows": True}, "Follows a session with you"),
    ],
)
def test_a_card_says_why_i_see_it(max: User, carla: User, asked: dict, why: str) -> None:
    session = cast.pending(carla, **in_rows(asked, max, carla))
    assert why in words(cards(signed_in(max).get(INCOMING))[str(session.pk)])


@pytest.mark.parametrize(
    ("asked", "why", "instead"),
    [
        ({}, "Your brand", ""),
        ({"city": "Reno"}, "Near you", "Reno"),
        ({"preferred_workshop": True}, "Asked for your workshop", "Asked for Will's Garage"),
        ({"follows": True}, "Follows a session with you", "Follows an earlier session"),
    ],
)
def test_to_somebody_else_it_says_something_else(max: User, nora: User, carla: User, asked: dict, why: str, instead: str) -> None:
    session = cast.pending(carla, **in_rows(asked, max, carla))
    card = words(cards(signed_in(nora).get(INCOMING))[str(session.pk)])
    assert why not in card
    assert instead in card


def in_rows(asked: dict, mechanic: User, customer: User) -> dict:
    """What the submission says for `asked`."""
    asked = dict(asked)
    if asked.pop("preferred_mechanic", None):
        asked["preferred_mechanic_id"] = mechanic.pk
    if asked.pop("preferred_workshop", None):
        asked["preferred_workshop_id"] = mechanic.mechanic.workshop_id
    if asked.pop("follows", None):
        asked["follows_id"] = cast.completed(customer, mechanic).pk
    return asked


def test_after_the_window_the_others_read_who_was_asked_for(max: User, nora: User, carla: User) -> None:
    session = cast.pending(carla, preferred_mechanic_id=nora.pk)
    SessionRequest.objects.filter(pk=session.pk).update(window_ends_at=timezone.now() - timedelta(seconds=1))
    card = words(cards(signed_in(max).get(INCOMING))[str(session.pk)])
    assert "Asked for Nora" in card
    assert "yours alone" not in card


# --- counts, pages, cost


def test_the_tabs_count_what_is_mine(max: User, nora: User, carla: User, colin: User) -> None:
    cast.completed(carla, max)
    queue.cancel(cast.waiting(carla, max).pk, by=carla, reason="It works again.")
    cast.live(carla, max)
    cast.pending(colin)
    response = signed_in(max).get(INCOMING)
    assert counts(response) == ["1", "1", "1", "2"]
    assert "<title>(1) Incoming" in text_of(response)
    assert counts(signed_in(nora).get(INCOMING)) == ["1", "0", "0", "0"]


def test_the_tabs_can_be_read_alone(max: User, carla: User) -> None:
    cast.pending(carla)
    response = signed_in(max).get(reverse("mechanic-tabs"), {"tab": "history"})
    assert counts(response) == ["1", "0", "0", "0"]
    assert 'id="tab-history" href="/mechanic/history/" aria-current="page"' in text_of(response)
    assert "<html" not in text_of(response)


def test_every_page_begins_where_the_last_one_ended(max: User) -> None:
    everybody = ids(*crowd(PAGE + 5))
    client = signed_in(max)
    first = client.get(INCOMING)
    assert list(cards(first)) == everybody[:PAGE]
    rest = client.get(link(first, "Show more"))
    assert list(cards(rest)) == everybody[PAGE:]
    assert link(rest, "Show more") is None
    assert link(rest, "To the start of the list") == INCOMING


def test_a_list_that_was_grown_is_read_again_as_a_whole(max: User) -> None:
    everybody = crowd(2 * PAGE + 5)
    client = signed_in(max)
    grown = client.get(f"{link(client.get(INCOMING), 'Show more')}&part=more")
    assert list(cards(grown)) == ids(*everybody[PAGE : 2 * PAGE])
    assert "<html" not in text_of(grown)
    until = text_of(grown).split('until="')[1].split('"')[0]
    queue.accept(everybody[3].pk, by=max)
    again = client.get(INCOMING, {"part": "list", "until": until})
    assert list(cards(again)) == ids(*everybody[:3], *everybody[4 : 2 * PAGE])
    assert list(cards(client.get(link(again, "Show more")))) == ids(*everybody[2 * PAGE :])


@pytest.mark.parametrize(
    "place", ["x", "1-", "-", "1-2", "1.5-00000000-0000-0000-0000-000000000000", "9" * 40, "\0", "9" * 30 + f"-{0:032}"]
)
def test_a_place_that_no_list_has_is_not_found(max: User, place: str) -> None:
    assert signed_in(max).get(INCOMING, {"after": place}).status_code == 404


def test_a_full_page_takes_few_queries_and_few_bytes(max: User) -> None:
    crowd(PAGE + 1)
    client = signed_in(max)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(INCOMING, headers={"Accept-Encoding": "gzip"})
    assert len(queries) <= 8
    assert response["Content-Encoding"] == "gzip"
    assert len(response.content) < 30_000
