"""The intake behind a card: who sees how much of it."""

from uuid import uuid4

from django.urls import reverse

from accounts_app.models import User
from dashboard.tests.board import HTMX, signed_in, text_of, words
from lifecycle import people, queue, room
from requests_app.models import Offer
from sessions_app.models import Session
from tests import cast

CAR = {"vin": "1HGCM82633A004352", "year": 2003, "make": "Honda", "model": "Accord", "plate": "7ABC123", "odometer": 84000}


def intake(user: User, session: Session, **headers: str):
    return signed_in(user).get(reverse("session-intake", args=[session.pk]), **headers)


def sees_contact(user: User, session: Session) -> bool:
    page = text_of(intake(user, session))
    found = "carla@example.org" in page
    assert found == ("+1 415-555-0101" in page)
    return found


def test_it_tells_the_car_the_concern_the_codes_and_the_danger(max: User, carla: User) -> None:
    session = cast.pending(
        carla, car=CAR, concern="Smells of fuel, code P0302 and P1234.", trouble_codes=["P0302", "P1234"], safety=["fuel"], category="smell"
    )
    page = words(text_of(intake(max, session)))
    for part in (
        "2003 Honda Accord",
        "1HGCM82633A004352",
        "7ABC123",
        "84000",
        "Smells of fuel",
        "P0302 Cylinder 2 misfires",
        "ignition and misfires",
        "P1234 A code of the maker's own",
        "Not safe to drive: Fuel smell",
        "A smell or smoke",
    ):
        assert part in page


def test_a_page_and_a_fragment_for_a_dialog(max: User, carla: User) -> None:
    session = cast.pending(carla)
    assert "<html" in text_of(intake(max, session))
    fragment = text_of(intake(max, session, **HTMX))
    assert "<html" not in fragment
    assert 'class="dialog-title"' in fragment


def test_contact_data_only_when_it_is_mine(max: User, nora: User, carla: User) -> None:
    session = cast.pending(carla)
    assert not sees_contact(max, session)
    assert "Carla Example" in text_of(intake(max, session))
    queue.accept(session.pk, by=max)
    assert sees_contact(max, session)
    assert sees_contact(carla, session)
    queue.release(session.pk, by=max, reason="later")
    assert not sees_contact(max, session)


def test_the_owner_of_the_workshop_sees_no_contact_data(max: User, will: User, carla: User) -> None:
    assert not sees_contact(will, cast.waiting(carla, max))


def test_staff_see_contact_data_after_saying_why(sam: User, max: User, carla: User) -> None:
    session = cast.waiting(carla, max)
    assert not sees_contact(sam, session)
    assert reverse("session-look", args=[session.pk]) in text_of(intake(sam, session))
    room.look(session.pk, by=sam, reason="She called us.")
    assert sees_contact(sam, session)


def test_opening_it_is_noted_once_for_whom_it_is_offered(max: User, carla: User) -> None:
    session = cast.pending(carla)
    intake(max, session)
    first = Offer.objects.get(request=session.pk, mechanic=max.mechanic)
    assert first.seen_at is not None
    intake(max, session)
    assert Offer.objects.get().seen_at == first.seen_at


def test_nobody_else_leaves_a_note(max: User, will: User, sam: User, carla: User) -> None:
    session = cast.waiting(carla, max)
    for user in (max, will, sam, carla):
        intake(user, session)
    assert not Offer.objects.exists()


def test_what_one_can_do_from_there(max: User, carla: User) -> None:
    session = cast.pending(carla)
    page = words(text_of(intake(max, session)))
    assert "Accept" in page
    assert "Decline" in page
    queue.accept(session.pk, by=max)
    page = words(text_of(intake(max, session)))
    assert "Accept" not in page
    assert "Join" in page
    assert "Release" in page


def test_why_it_is_shown(max: User, nora: User, carla: User) -> None:
    session = cast.pending(carla)
    assert "Your brand" in words(text_of(intake(max, session)))
    assert "Your brand" not in words(text_of(intake(nora, session)))


# --- earlier sessions of the car


def test_earlier_sessions_of_the_same_vin_are_told(max: User, nora: User, carla: User) -> None:
    earlier = cast.completed(carla, nora, car=CAR, concern="The clutch slips uphill.", trouble_codes=["P0811"])
    session = cast.pending(carla, car=CAR)
    page = text_of(intake(max, session))
    for part in ("The clutch slips uphill.", "P0811", "Nora"):
        assert part in page
    assert reverse("session-summary", args=[earlier.pk]) not in page
    assert reverse("session-summary", args=[earlier.pk]) in text_of(intake(nora, session))


def test_of_an_earlier_owner_only_what_is_about_the_car(max: User, nora: User, carla: User, colin: User) -> None:
    cast.completed(
        colin, nora, car=CAR, name="Colin Example", concern="My neighbour Fred saw it smoke.", trouble_codes=["P0811"], category="smell"
    )
    page = text_of(intake(max, cast.pending(carla, car=CAR)))
    assert "P0811" in page
    assert "A smell or smoke" in page
    assert not [secret for secret in ("Fred", "Colin") if secret in page]


def test_a_saved_car_without_a_vin_is_known_again(max: User, carla: User) -> None:
    cast.completed(carla, max, concern="The clutch slips uphill.")
    page = text_of(intake(max, cast.pending(carla)))
    assert "The clutch slips uphill." in page


def test_other_cars_are_not_its_past(max: User, carla: User, colin: User) -> None:
    cast.completed(carla, max, concern="The clutch slips uphill.", car={**CAR, "vin": "WVWZZZ1JZXW000001"})
    assert "clutch" not in text_of(intake(max, cast.pending(carla, car=CAR)))
    assert "no VIN and no saved car" in text_of(intake(max, cast.pending(colin, car={}, is_urgent=True)))


# --- who may


def test_who_sees_it_at_all(max: User, nora: User, oscar: User, will: User, sam: User, carla: User, colin: User) -> None:
    session = cast.pending(carla, requested_brand="toyota")
    assert [intake(user, session).status_code for user in (max, carla, sam)] == [200, 200, 200]
    assert [intake(user, session).status_code for user in (nora, oscar, will, colin)] == [404, 404, 404, 404]
    queue.accept(session.pk, by=max)
    assert [intake(user, session).status_code for user in (max, carla, sam, will)] == [200, 200, 200, 200]
    assert [intake(user, session).status_code for user in (nora, oscar, colin)] == [404, 404, 404]


def test_what_another_took_is_not_to_be_seen_any_more(max: User, nora: User, carla: User) -> None:
    session = cast.pending(carla)
    assert intake(max, session).status_code == 200
    queue.accept(session.pk, by=nora)
    assert intake(max, session).status_code == 404


def test_a_suspended_mechanic_sees_nothing(max: User, sam: User, carla: User) -> None:
    session = cast.pending(carla)
    people.suspend(max.pk, by=sam, reason="x")
    assert intake(max, session).status_code == 404


def test_there_is_nothing_at_a_strange_address(max: User, client) -> None:
    assert signed_in(max).get(reverse("session-intake", args=[uuid4()])).status_code == 404
    assert client.get(reverse("session-intake", args=[uuid4()])).status_code == 302
