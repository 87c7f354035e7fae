"""submit: a call for help enters the queue, whole or not at all."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError

from accounts_app.models import User
from lifecycle import queue
from lifecycle.tests.told import ESCALATES, WINDOW, last, now, refused, seat, timeline, to
from mechanichub.errors import NotPossible, NotYours
from requests_app.models import Intake, SessionRequest, Vehicle
from sessions_app.models import Session
from tests import cast


def test_a_free_plan_goes_straight_into_the_queue(carla: User) -> None:
    session = queue.submit(cast.submission(), by=carla)
    assert (session.status, session.mechanic, session.place) == ("pending", None, None)
    assert session.queued_at is not None and session.accepted_at is None
    assert timeline(session) == [("submit", "", "pending", "Carla")]


def test_a_priced_plan_waits_before_the_till(carla: User) -> None:
    session = queue.submit(cast.submission(plan_code="quick"), by=carla)
    assert (session.status, session.queued_at) == ("awaiting_payment", None)
    assert session.request.expires_at is None, "the clock must not run before the payment"
    assert timeline(session) == [("submit", "", "awaiting_payment", "Carla")]


def test_the_session_keeps_the_price_it_was_sold_at(carla: User, plans: dict) -> None:
    session = queue.submit(cast.submission(plan_code="quick"), by=carla)
    plans["quick"].price, plans["quick"].minutes = 99, 1
    plans["quick"].save()
    assert (str(now(session).price), now(session).currency, now(session).minutes) == ("9.99", "USD", 30)


def test_what_was_told_is_kept_with_the_request(carla: User) -> None:
    session = queue.submit(cast.submission(is_urgent=True, requested_brand="toyota", country="US", postal_code="94601"), by=carla)
    request = now(session).request
    assert (request.customer_name, request.customer_email) == ("Carla Example", "carla@example.org")
    assert (request.request_type, request.requested_brand, request.is_urgent) == ("brand_specialist", "toyota", True)
    assert (request.intake.concern, request.intake.trouble_codes, request.intake.make) == (
        "The engine light is on, code P0302.",
        ["P0302"],
        "Toyota",
    )


def test_the_customer_takes_part_from_the_start(carla: User) -> None:
    session = queue.submit(cast.submission(), by=carla)
    assert seat(session, carla).role == "customer" and seat(session, carla).until is None
    assert session.participants.count() == 1


def test_it_escalates_a_quarter_of_an_hour_after_it_was_queued(carla: User) -> None:
    session = queue.submit(cast.submission(), by=carla)
    assert session.request.expires_at == session.queued_at + ESCALATES


def test_mechanics_on_duty_see_the_card_and_nobody_else(carla: User, heard) -> None:
    with heard() as said:
        session = queue.submit(cast.submission(), by=carla)
    assert to("html", said) == {"queue.duty"}
    (card,) = (each for each in said if each.kind == "html")
    assert card.payload["name"] == "incoming" and f'id="request-{session.pk}"' in card.payload["html"]


def test_an_unpaid_request_is_shown_to_nobody(carla: User, heard) -> None:
    with heard() as said:
        queue.submit(cast.submission(plan_code="quick"), by=carla)
    assert to("html", said) == set()


def test_a_preferred_mechanic_on_duty_is_asked_first(carla: User, max: User, heard) -> None:
    with heard() as said:
        session = queue.submit(cast.submission(preferred_mechanic_id=max.pk), by=carla)
    assert session.request.window_ends_at == session.queued_at + WINDOW
    assert to("html", said) == {f"queue.mechanic.{max.pk}"}


def test_a_preferred_mechanic_off_duty_makes_nobody_wait(carla: User, max: User, heard) -> None:
    max.mechanic.on_duty = False
    max.mechanic.save()
    with heard() as said:
        session = queue.submit(cast.submission(preferred_mechanic_id=max.pk), by=carla)
    assert session.request.window_ends_at is None
    assert to("html", said) == {"queue.duty"}


def test_a_preferred_mechanic_who_does_not_know_the_wanted_brand_makes_nobody_wait(carla: User, max: User, nora: User) -> None:
    session = queue.submit(cast.submission(preferred_mechanic_id=max.pk, requested_brand="bmw"), by=carla)
    assert session.request.window_ends_at is None, "Max does not see it, so for ten minutes nobody would"
    assert queue.accept(session.pk, by=nora).status == "waiting"


def test_the_same_client_id_again_is_the_same_session(carla: User) -> None:
    form = cast.submission()
    first, second = queue.submit(form, by=carla), queue.submit(form, by=carla)
    assert first.pk == second.pk
    assert (Session.objects.count(), Intake.objects.count(), SessionRequest.objects.count()) == (1, 1, 1)


def test_the_same_client_id_again_is_the_same_session_even_when_that_is_over(carla: User) -> None:
    form = cast.submission()
    first = queue.submit(form, by=carla)
    queue.cancel(first.pk, by=carla, reason="No longer needed.")
    assert queue.submit(form, by=carla).pk == first.pk


def test_somebody_elses_client_id_is_nothing_to_me(carla: User, colin: User) -> None:
    client_id = uuid.uuid4()
    first = queue.submit(cast.submission(client_id=client_id), by=carla)
    second = queue.submit(cast.submission(client_id=client_id), by=colin)
    assert first.pk != second.pk and second.customer == colin


@pytest.mark.parametrize("plan", ["free", "quick"])
def test_an_earlier_session_that_nobody_took_is_superseded(carla: User, plan: str, heard) -> None:
    earlier = queue.submit(cast.submission(plan_code=plan), by=carla)
    with heard() as said:
        later = queue.submit(cast.submission(), by=carla)
    assert now(earlier).status == "cancelled" and "superseded" in now(earlier).cancel_reason
    assert later.status == "pending"
    assert last(earlier).actor is None
    gone = {each.payload["id"] for each in said if each.kind == "gone"}
    assert gone == ({f"request-{earlier.pk}"} if plan == "free" else set()), "a card that was shown comes down, one that never was does not"


def test_an_unattended_session_is_superseded_too(carla: User) -> None:
    earlier = queue.escalate(cast.pending(carla).pk)
    queue.submit(cast.submission(), by=carla)
    assert now(earlier).status == "cancelled"


@pytest.mark.parametrize("state", [cast.waiting, cast.live])
def test_a_session_that_a_mechanic_has_stands_in_the_way(carla: User, max: User, state) -> None:
    earlier = state(carla, max)
    with pytest.raises(NotPossible) as refusal:
        queue.submit(cast.submission(), by=carla)
    assert "already have a session with a mechanic" in refusal.value.detail
    assert (refusal.value.link, bool(refusal.value.link_text)) == (earlier.room_url, True)
    assert (now(earlier).status, Session.objects.count(), Intake.objects.count()) == (earlier.status, 1, 1)


def test_an_ended_session_is_not_in_the_way(carla: User, max: User) -> None:
    earlier = cast.completed(carla, max)
    later = queue.submit(cast.submission(follows_id=earlier.pk), by=carla)
    assert later.request.follows_id == earlier.pk


def test_a_session_follows_only_ones_own(carla: User, colin: User, max: User) -> None:
    other = cast.completed(colin, max)
    assert queue.submit(cast.submission(follows_id=other.pk), by=carla).request.follows_id is None


def test_a_plan_that_is_not_offered_cannot_be_had(carla: User, plans: dict) -> None:
    plans["free"].is_active = False
    plans["free"].save()
    assert "not offered any more" in refused(NotPossible, queue.submit, cast.submission(), by=carla)
    assert "not offered any more" in refused(NotPossible, queue.submit, cast.submission(plan_code="gold"), by=carla)


def test_mechanics_cannot_submit_and_customers_can(carla: User, max: User, oscar: User) -> None:
    assert queue.submit(cast.submission(), by=carla).customer == carla
    for mechanic in (max, oscar):
        assert "customer's account" in refused(NotYours, queue.submit, cast.submission(), by=mechanic)


def test_staff_submit_in_a_customers_name_and_it_says_so(carla: User, sam: User) -> None:
    session = queue.submit(cast.submission(), by=sam, customer=carla)
    assert session.customer == carla
    assert timeline(session) == [("submit", "", "pending", "Sam")]


def test_a_customer_cannot_submit_in_anothers_name(carla: User, colin: User) -> None:
    refused(NotYours, queue.submit, cast.submission(), by=carla, customer=colin)
    assert queue.submit(cast.submission(), by=carla, customer=carla).customer == carla


def test_staff_cannot_make_a_mechanic_a_customer(sam: User, max: User) -> None:
    refused(NotYours, queue.submit, cast.submission(), by=sam, customer=max)


def test_a_car_is_kept_once_among_the_customers_cars(carla: User) -> None:
    first = queue.submit(cast.submission(), by=carla)
    second = queue.submit(cast.submission(car={"year": 2016, "make": "TOYOTA", "model": "corolla", "vin": ""}), by=carla)
    assert Vehicle.objects.count() == 1
    assert now(first).request.intake.vehicle == now(second).request.intake.vehicle == carla.vehicles.get()


def test_a_car_is_known_again_by_its_vin(carla: User) -> None:
    car = {"vin": "1HGCM82633A004352", "make": "Honda", "model": "Accord", "year": 2003}
    queue.submit(cast.submission(car=car), by=carla)
    queue.submit(cast.submission(car=car | {"model": "", "year": None}), by=carla)
    assert carla.vehicles.get().model == "Accord"


def test_two_cars_that_differ_are_two(carla: User) -> None:
    queue.submit(cast.submission(), by=carla)
    queue.submit(cast.submission(car={"year": 2017, "make": "Toyota", "model": "Corolla", "vin": ""}), by=carla)
    assert carla.vehicles.count() == 2


def test_a_car_that_shall_not_be_kept_is_not(carla: User) -> None:
    session = queue.submit(cast.submission(keep_vehicle=False), by=carla)
    assert (carla.vehicles.count(), session.request.intake.vehicle, session.request.intake.make) == (0, None, "Toyota")


def test_a_saved_car_of_ones_own_is_used_and_another_persons_is_not(carla: User, colin: User) -> None:
    own, others = Vehicle.objects.create(owner=carla, make="Seat"), Vehicle.objects.create(owner=colin, make="Fiat")
    assert queue.submit(cast.submission(vehicle_id=own.pk), by=carla).request.intake.vehicle == own
    assert queue.submit(cast.submission(vehicle_id=others.pk), by=carla).request.intake.vehicle is None


def test_removing_a_car_leaves_what_was_told_about_it(carla: User) -> None:
    session = queue.submit(cast.submission(), by=carla)
    carla.vehicles.get().delete()
    intake = now(session).request.intake
    assert (intake.vehicle, intake.car) == (None, "2016 Toyota Corolla")


def test_a_failed_request_leaves_no_session(carla: User) -> None:
    with pytest.raises(IntegrityError):
        queue.submit(cast.submission(consent=False), by=carla)
    assert (Session.objects.count(), Intake.objects.count(), Vehicle.objects.count()) == (0, 0, 0)


def test_superseding_is_undone_when_the_new_one_fails(carla: User) -> None:
    earlier = queue.submit(cast.submission(), by=carla)
    with pytest.raises(IntegrityError):
        queue.submit(cast.submission(consent=False), by=carla)
    assert now(earlier).status == "pending"


def test_the_clocks_of_one_submission_are_one_time(carla: User) -> None:
    session = queue.submit(cast.submission(), by=carla)
    assert session.created_at == session.queued_at == last(session).created_at
    assert session.request.notification_sent_at == session.queued_at
    assert session.request.expires_at - session.queued_at == timedelta(minutes=15)
