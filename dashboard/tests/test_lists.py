"""What stands on the tabs Active, Completed and History."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts_app.models import User
from dashboard.keyset import PAGE, STRETCH
from dashboard.queries import MANY, TABS
from dashboard.tests.board import cards, counts, ids, link, signed_in, text_of, words
from lifecycle import people, queue, room
from sessions_app import chat, reviews
from sessions_app.models import Review, Session
from tests import cast

ACTIVE, COMPLETED, HISTORY = (reverse(f"mechanic-{name}") for name in ("active", "completed", "history"))


def card_of(session: Session, response) -> str:
    return cards(response)[str(session.pk)]


# --- active


def test_what_is_mine_is_active_until_it_ends(max: User, nora: User, carla: User, colin: User) -> None:
    session = cast.live(carla, max)
    cast.waiting(colin, nora)
    client = signed_in(max)
    card = card_of(session, client.get(ACTIVE))
    assert list(cards(client.get(ACTIVE))) == ids(session)
    assert "Live" in words(card)
    assert f'href="{session.room_url}"' in card
    assert "Release" not in words(card)
    cast.an_hour_passes(session)
    room.complete(session.pk, by=max, report=room.ReportData(**cast.REPORT))
    assert not cards(client.get(ACTIVE))


def test_a_session_that_has_not_started_can_be_given_back_and_says_until_when_to_join(max: User, carla: User) -> None:
    session = cast.waiting(carla, max)
    card = card_of(session, signed_in(max).get(ACTIVE))
    assert "Not started" in words(card)
    assert "join within 4 min, or it goes back to the queue" in words(card)
    assert f'href="{reverse("session-release", args=[session.pk])}"' in card


def test_who_is_in_the_room_stands_on_the_card(max: User, carla: User) -> None:
    session = cast.waiting(carla, max)
    client = signed_in(max)
    assert "Nobody is in the room" in words(card_of(session, client.get(ACTIVE)))
    room.enter(session.pk, by=carla)
    assert "In the room: Carla" in words(card_of(session, client.get(ACTIVE)))
    room.enter(session.pk, by=max)
    card = words(card_of(session, client.get(ACTIVE)))
    assert "In the room: Carla, Max" in card
    assert "join within" not in card


def test_unread_messages_are_counted_until_they_are_read(max: User, carla: User) -> None:
    session = cast.live(carla, max)
    for body in ("Hello?", "Are you there?"):
        message = chat.post(session.pk, by=carla, client_id=uuid4(), body=body)
    chat.post(session.pk, by=max, client_id=uuid4(), body="One moment.")
    client = signed_in(max)
    assert "2 unread messages" in words(card_of(session, client.get(ACTIVE)))
    chat.mark_read(session.pk, by=max, up_to=message.number)
    assert "unread" not in words(card_of(session, client.get(ACTIVE)))


# --- completed


def test_a_completed_session_shows_its_stars_and_the_ways_to_its_papers(max: User, carla: User) -> None:
    session = cast.completed(carla, max)
    client = signed_in(max)
    assert "No stars yet" in words(card_of(session, client.get(COMPLETED)))
    reviews.review(session.pk, by=carla, stars=4, text="Quick.")
    card = card_of(session, client.get(COMPLETED))
    assert "4 of 5 stars" in card
    for name in ("session-intake", "session-summary"):
        assert f'href="{reverse(name, args=[session.pk])}"' in card
    for label in ("View intake", "View summary", "Print report"):
        assert label in words(card)


def test_hidden_stars_are_not_shown(max: User, carla: User) -> None:
    session = cast.completed(carla, max)
    reviews.review(session.pk, by=carla, stars=1, text="")
    Review.objects.update(is_hidden=True)
    assert "1 of 5" not in card_of(session, signed_in(max).get(COMPLETED))


def test_the_latest_stands_first_page_after_page(max: User, carla: User) -> None:
    sessions = []
    for _n in range(PAGE + 2):
        sessions.insert(0, cast.completed(carla, max))
    client = signed_in(max)
    first = client.get(COMPLETED)
    assert list(cards(first)) == ids(*sessions[:PAGE])
    assert list(cards(client.get(link(first, "Show more")))) == ids(*sessions[PAGE:])


def test_many_are_not_counted_to_the_end(max: User, carla: User) -> None:
    session = cast.completed(carla, max)
    copies = many_copies_of(session, MANY)
    assert copies == MANY
    assert counts(signed_in(max).get(COMPLETED)) == ["0", "0", "99+", "99+"]


def many_copies_of(session: Session, number: int) -> int:
    """Puts as many more sessions like this one into the tables, with all that the rules want around them."""
    sql = """
        WITH copies AS (SELECT gen_random_uuid() AS id, gen_random_uuid() AS intake FROM generate_series(1, %(number)s)),
        intakes AS (
            INSERT INTO requests_app_intake (id, client_id, customer_id, name, email, phone, city, vin, make, model, plate, concern, category, trouble_codes, safety, consent, created_at)
            SELECT c.intake, c.id, i.customer_id, i.name, i.email, i.phone, i.city, '', i.make, i.model, '', i.concern, '', '{}', '{}', true, i.created_at
            FROM copies c, requests_app_intake i JOIN requests_app_sessionrequest r ON r.intake_id = i.id WHERE r.session_id = %(like)s
        ), sessions AS (
            INSERT INTO sessions_app_session (id, customer_id, mechanic_id, type, plan_id, price, currency, minutes, status, version, created_at, queued_at, accepted_at, started_at, ended_at, cancel_reason, metadata)
            SELECT c.id, customer_id, mechanic_id, type, plan_id, price, currency, minutes, status, version, created_at, queued_at, accepted_at, started_at, ended_at, '', '{}'
            FROM copies c, sessions_app_session s WHERE s.id = %(like)s
        ), participants AS (
            INSERT INTO sessions_app_participant (session_id, user_id, role, since)
            SELECT c.id, user_id, role, since FROM copies c, sessions_app_participant p WHERE p.session_id = %(like)s
        ), events AS (
            INSERT INTO sessions_app_sessionevent (session_id, number, kind, from_status, to_status, reason, data, created_at)
            SELECT c.id, number, kind, from_status, to_status, reason, data, created_at FROM copies c, sessions_app_sessionevent e WHERE e.session_id = %(like)s
        )
        INSERT INTO requests_app_sessionrequest (session_id, intake_id, customer_name, customer_email, request_type, requested_brand, keywords, routing, is_urgent, country, city, postal_code, prefer_local, metadata)
        SELECT c.id, c.intake, customer_name, customer_email, 'general', '', '{}', 'broadcast', false, '', '', '', false, '{}'
        FROM copies c, sessions_app_session s JOIN requests_app_sessionrequest r ON r.session_id = s.id WHERE s.id = %(like)s
    """  # noqa: E501
    with connection.cursor() as cursor:
        cursor.execute(sql, {"number": number, "like": session.pk})
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        return cursor.rowcount if cursor.rowcount > 0 else number


def test_a_search_looks_through_a_long_list_stretch_by_stretch(max: User, carla: User) -> None:
    rare = cast.completed(carla, max, concern="A zebra sat on the hood.")
    many_copies_of(cast.completed(carla, max), STRETCH)
    client = signed_in(max)
    first = client.get(COMPLETED, {"q": "zebra"})
    assert not cards(first)
    assert "Nothing matches" in text_of(first)
    assert list(cards(client.get(link(first, "Search on")))) == ids(rare)


def test_what_is_found_on_the_way_fills_the_pages(max: User, carla: User) -> None:
    many_copies_of(cast.completed(carla, max), STRETCH + PAGE)
    client, found = signed_in(max), set()
    address: str | None = f"{COMPLETED}?q=toyota"
    while address:
        response = client.get(address)
        assert not found & set(cards(response))
        found |= set(cards(response))
        address = link(response, "Show more") or link(response, "Search on")
    assert len(found) == STRETCH + PAGE + 1


# --- history


def test_history_has_all_that_was_mine_and_ended_with_its_reason(max: User, nora: User, carla: User, colin: User) -> None:
    done = cast.completed(carla, max)
    off = queue.cancel(cast.waiting(carla, max).pk, by=carla, reason="It started again.")
    cast.cancelled(colin)
    queue.cancel(cast.waiting(colin, nora).pk, by=colin, reason="Nora is not Max.")
    response = signed_in(max).get(HISTORY)
    assert set(cards(response)) == {*ids(done, off)}
    assert "Cancelled: It started again." in words(card_of(off, response))
    assert "Completed" in words(card_of(done, response))


@pytest.mark.parametrize("outcome", ["completed", "cancelled", "given_back"])
def test_history_can_be_narrowed_to_an_outcome(max: User, carla: User, colin: User, outcome: str) -> None:
    sessions = {
        "completed": cast.completed(carla, max),
        "cancelled": queue.cancel(cast.waiting(carla, max).pk, by=carla, reason="no"),
        "given_back": queue.release(cast.waiting(colin, max).pk, by=max, reason="I cannot be there now"),
    }
    assert list(cards(signed_in(max).get(HISTORY, {"outcome": outcome}))) == ids(sessions[outcome])


def test_what_i_gave_back_says_why_and_never_what_became_of_it(max: User, nora: User, carla: User) -> None:
    session = queue.release(cast.waiting(carla, max).pk, by=max, reason="Needs another specialist")
    queue.accept(session.pk, by=nora)
    card = card_of(session, signed_in(max).get(HISTORY, {"outcome": "given_back"}))
    assert "Needs another specialist" in words(card)
    assert "Given back" in words(card)
    assert not [word for word in ("Nora", "Join", "7ABC123", "Release") if word in card]


def test_what_was_taken_from_me_counts_as_given_back(max: User, nora: User, sam: User, carla: User) -> None:
    session = queue.assign(cast.waiting(carla, max).pk, by=sam, mechanic_id=nora.pk, reason="Nora knows hybrids.")
    assert "Nora knows hybrids." in words(card_of(session, signed_in(max).get(HISTORY, {"outcome": "given_back"})))
    assert not cards(signed_in(nora).get(HISTORY, {"outcome": "given_back"}))


def test_what_i_took_again_is_not_given_back(max: User, carla: User) -> None:
    session = queue.release(cast.waiting(carla, max).pk, by=max, reason="later")
    queue.accept(session.pk, by=max)
    assert not cards(signed_in(max).get(HISTORY, {"outcome": "given_back"}))


# --- all of them


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.name)
def test_no_tab_asks_the_database_more_than_eight_times(max: User, carla: User, colin: User, tab) -> None:
    for name in ("Cora", "Chris"):
        customer = cast.person(name)
        asked = {"preferred_workshop_id": max.mechanic.workshop_id, "preferred_mechanic_id": max.pk, "requested_brand": "toyota"}
        cast.pending(customer, follows_id=cast.completed(customer, max).pk, **asked)
    for customer in (carla, colin):
        reviews.review(cast.completed(customer, max).pk, by=customer, stars=5, text="")
        queue.cancel(cast.waiting(customer, max).pk, by=customer, reason="no")
        cast.live(customer, max)
    client = signed_in(max)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(reverse(f"mechanic-{tab.name}"), {"q": "example"})
    assert len(cards(response)) >= 2
    asked = [query for query in queries if "SAVEPOINT" not in query["sql"]]  # files are asked for in a transaction of their own
    assert len(asked) <= 8


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.name)
def test_an_empty_tab_says_what_belongs_there(max: User, tab) -> None:
    page = text_of(signed_in(max).get(reverse(f"mechanic-{tab.name}")))
    assert 'class="empty-title"' in page
    assert page.count('class="empty"') == 1


# --- whose


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.name)
def test_a_visitor_signs_in_first(client, db: None, tab) -> None:
    address = reverse(f"mechanic-{tab.name}")
    assert client.get(address)["Location"].endswith(f"?next={address}")


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.name)
def test_customers_and_owners_have_no_dashboard_of_this_kind(carla: User, will: User, tab) -> None:
    for user in (carla, will):
        assert signed_in(user).get(reverse(f"mechanic-{tab.name}")).status_code == 403


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.name)
def test_an_applicant_reads_that_he_waits(oscar: User, tab) -> None:
    response = signed_in(oscar).get(reverse(f"mechanic-{tab.name}"))
    assert response.status_code == 403
    assert "We are reading your application" in text_of(response)


def test_a_suspended_mechanic_reads_why(max: User, sam: User) -> None:
    people.suspend(max.pk, by=sam, reason="The licence has expired.")
    response = signed_in(max).get(ACTIVE)
    assert response.status_code == 403
    assert "The licence has expired." in text_of(response)


def test_an_applicant_can_not_read_the_tabs_alone_either(oscar: User) -> None:
    assert signed_in(oscar).get(reverse("mechanic-tabs")).status_code == 403


def test_staff_look_at_a_mechanics_dashboard_and_change_nothing(sam: User, max: User, carla: User, colin: User) -> None:
    asked, held = cast.pending(carla, requested_brand="toyota"), cast.waiting(colin, max)
    client = signed_in(sam)
    choice = client.get(reverse("mechanic-incoming"))
    assert link(choice, "Max") == f"{reverse('mechanic-incoming')}?mechanic={max.pk}"
    page = client.get(link(choice, "Max"))
    assert list(cards(page)) == ids(asked)
    assert not [word for word in ("Accept", "Decline ", "live-socket url", 'id="duty"') if word in text_of(page)]
    of_max = client.get(ACTIVE, {"mechanic": max.pk})
    assert list(cards(of_max)) == ids(held)
    assert not [word for word in ("Join", "Release") if word in words(card_of(held, of_max))]
    assert f"{COMPLETED}?mechanic={max.pk}" in text_of(of_max)


@pytest.mark.parametrize("mechanic", ["", "max", "\0", uuid4(), "../"], ids=["none", "name", "nul", "stranger", "path"])
def test_staff_who_ask_for_nobody_find_nobody(sam: User, mechanic) -> None:
    assert signed_in(sam).get(ACTIVE, {"mechanic": mechanic}).status_code == 404


def test_a_mechanic_can_not_look_at_anothers_dashboard(max: User, nora: User, carla: User) -> None:
    session = cast.waiting(carla, nora)
    assert str(session.pk) not in cards(signed_in(max).get(ACTIVE, {"mechanic": nora.pk}))
