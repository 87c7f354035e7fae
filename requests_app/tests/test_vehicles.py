"""The cars that a customer keeps with us."""

import uuid

import pytest
from django.test import Client

from accounts_app.models import User
from requests_app.models import Vehicle
from tests import cast

HONDA = "1HGCM82633A004352"
CAR = {"vin": "", "year": "2016", "make": "Toyota", "model": "Corolla", "odometer": "84000", "plate": "7ABC123", "notes": "Left dent"}


@pytest.fixture
def carlas(client: Client, carla: User) -> Client:
    client.force_login(carla)
    return client


def text_of(response) -> str:
    return response.content.decode()


def test_a_car_is_added_changed_and_deleted(carlas: Client, carla: User) -> None:
    assert carlas.post("/my/vehicles/add/", CAR).status_code == 302
    car = carla.vehicles.get()
    assert (str(car), car.plate, car.odometer, car.notes) == ("2016 Toyota Corolla", "7ABC123", 84000, "Left dent")

    assert 'value="Corolla"' in text_of(carlas.get(f"/my/vehicles/{car.pk}/"))
    carlas.post(f"/my/vehicles/{car.pk}/", {**CAR, "model": "Yaris"})
    assert "2016 Toyota Yaris" in text_of(carlas.get("/my/vehicles/"))

    carlas.post(f"/my/vehicles/{car.pk}/delete/")
    assert not carla.vehicles.exists()
    assert "No cars yet" in text_of(carlas.get("/my/vehicles/"))


def test_a_vin_alone_makes_a_car(carlas: Client, carla: User) -> None:
    carlas.post("/my/vehicles/add/", {"vin": HONDA.lower()})
    assert str(carla.vehicles.get()) == "2003 Honda"


WRONG = {"vin": HONDA[:-1] + "3", "year": "", "make": "\0", "odometer": "-5", "plate": "x" * 17, "notes": "x" * 1001}


@pytest.mark.parametrize("wrong", [*({name: value} for name, value in WRONG.items()), {"odometer": "1e9"}])
def test_a_car_that_cannot_be_is_refused_and_what_was_typed_stays(carlas: Client, wrong: dict) -> None:
    response = carlas.post("/my/vehicles/add/", CAR | wrong)
    assert response.status_code == 422 and "Corolla" in text_of(response)
    assert not Vehicle.objects.exists()


def test_the_same_vin_twice_is_refused_for_one_owner_and_fine_for_two(carlas: Client, carla: User, colin: User) -> None:
    carlas.post("/my/vehicles/add/", {"vin": HONDA})
    again = carlas.post("/my/vehicles/add/", {"vin": HONDA})
    assert again.status_code == 422 and "You already have a car with this VIN" in text_of(again)
    carlas.force_login(colin)
    assert carlas.post("/my/vehicles/add/", {"vin": HONDA}).status_code == 302
    assert Vehicle.objects.filter(vin=HONDA).count() == 2


def test_the_cars_of_others_are_not_there(carlas: Client, colin: User) -> None:
    theirs = colin.vehicles.create(make="BMW", model="320i", year=2015)
    assert "320i" not in text_of(carlas.get("/my/vehicles/"))
    for address in (f"/my/vehicles/{theirs.pk}/", f"/my/vehicles/{uuid.uuid4()}/"):
        assert carlas.get(address).status_code == 404
        assert carlas.post(address, CAR).status_code == 404
        assert carlas.post(f"{address}delete/").status_code == 404
    theirs.refresh_from_db()
    assert theirs.make == "BMW"


def test_a_car_shows_its_sessions_and_they_outlive_it(carlas: Client, carla: User, max: User) -> None:
    session = cast.completed(carla, max)
    car = carla.vehicles.get()
    page = text_of(carlas.get("/my/vehicles/"))
    assert "The engine light is on, code P0302." in page and "completed" in page and "Max" in page
    assert carlas.post(f"/my/vehicles/{car.pk}/delete/").status_code == 302
    session.refresh_from_db()
    assert session.request.intake.vehicle is None and session.request.intake.car == "2016 Toyota Corolla"


def test_many_cars_cost_no_more_queries(carlas: Client, carla: User, django_assert_max_num_queries) -> None:
    for _ in range(3):
        cast.cancelled(carla, car={"make": "Kia", "model": str(uuid.uuid4())[:8], "year": 2020, "vin": ""})
    with django_assert_max_num_queries(8):
        carlas.get("/my/vehicles/")


@pytest.mark.parametrize("address", ["/my/vehicles/", "/my/vehicles/add/", f"/my/vehicles/{uuid.uuid4()}/"])
def test_who_is_not_signed_in_is_asked_to(client: Client, db, address: str) -> None:
    assert client.get(address)["Location"].startswith("/accounts/login/")
