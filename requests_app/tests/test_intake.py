"""The intake of a signed-in customer: what is asked, what is refused, what becomes of it."""

import re
import uuid
from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts_app.models import User
from billing_app.models import Plan
from requests_app.models import Intake
from requests_app.tests.filled import CONCERN, filled, send
from sessions_app.models import Session
from tests import cast

HONDA = "1HGCM82633A004352"
GOLF = "WVWZZZ1JZXW000001"


@pytest.fixture
def carlas(client: Client, carla: User) -> Client:
    client.force_login(carla)
    return client


def the_session() -> Session:
    return Session.objects.select_related("request__intake").get()


def text_of(response) -> str:
    return response.content.decode()


# --- from the form to the session ---


def test_a_filled_in_form_becomes_a_session_in_the_queue_and_leads_to_its_room(carlas: Client, carla: User) -> None:
    response = send(carlas)
    session = the_session()
    assert (response.status_code, response["Location"]) == (302, session.room_url)
    assert (session.customer, session.status, session.plan_id) == (carla, "pending", "free")
    intake = session.request.intake
    assert (intake.name, intake.city, intake.car, intake.concern) == ("Carla Example", "Oakland", "2016 Toyota Corolla", CONCERN)
    assert (str(intake.phone), session.request.country) == ("+14155550101", "US")
    assert intake.trouble_codes == ["P0302"]
    assert intake.consent
    assert intake.vehicle in carla.vehicles.all()


def test_what_is_asked_for_reaches_the_request(carlas: Client, max: User) -> None:
    workshop = max.mechanic.workshop
    send(
        carlas,
        safety=["brakes", "fuel"],
        category="brakes",
        is_urgent="on",
        preferred_mechanic=max.pk,
        requested_brand="toyota",
        preferred_workshop=workshop.pk,
        prefer_local="on",
        postal_code="94601",
    )
    request = the_session().request
    assert (request.intake.safety, request.intake.category) == (["brakes", "fuel"], "brakes")
    assert (request.preferred_mechanic_id, request.preferred_workshop_id) == (max.pk, workshop.pk)
    assert (request.request_type, request.requested_brand, request.routing) == ("brand_specialist", "toyota", "hybrid")
    assert request.is_urgent and request.prefer_local and request.postal_code == "94601"


def test_only_makes_with_an_approved_specialist_are_offered(carlas: Client, max: User, oscar: User) -> None:
    page = text_of(carlas.get("/help/free/"))
    assert '<option value="toyota">Toyota</option>' in page
    assert '<option value="bmw">' not in page
    assert send(carlas, requested_brand="bmw").status_code == 422


def test_an_unapproved_mechanic_cannot_be_preferred(carlas: Client, oscar: User, max: User) -> None:
    page = text_of(carlas.get("/help/free/"))
    assert str(max.pk) in page and str(oscar.pk) not in page
    assert send(carlas, preferred_mechanic=oscar.pk).status_code == 422


def test_a_mechanic_who_has_helped_before_comes_first(carlas: Client, carla: User, max: User, nora: User) -> None:
    page = text_of(carlas.get("/help/free/"))
    assert page.index(str(max.pk)) < page.index(str(nora.pk)), "by name, while neither has helped"
    cast.completed(carla, nora)
    page = text_of(carlas.get("/help/free/"))
    assert page.index(str(nora.pk)) < page.index(str(max.pk))


def test_the_page_knows_who_is_signed_in(carlas: Client, carla: User) -> None:
    page = text_of(carlas.get("/help/free/"))
    for known in ("Carla Example", "carla@example.org", "+14155550101"):
        assert f'value="{known}"' in page


def test_the_page_costs_few_queries_however_many_people_there_are(
    carlas: Client, carla: User, max: User, nora: User, django_assert_max_num_queries
) -> None:
    carla.vehicles.create(make="Honda", model="Civic", year=2012)
    with django_assert_max_num_queries(24):  # six of them are savepoints around what files ask, which there are in tests only
        carlas.get("/help/free/")


# --- what is required ---


@pytest.mark.parametrize("name", ["name", "email", "phone", "city", "concern", "consent", "plan"])
def test_each_required_field_is_asked_for_by_name_and_the_rest_stays(carlas: Client, name: str) -> None:
    response = carlas.post("/help/free/", filled(**{name: None}))
    page = text_of(response)
    assert response.status_code == 422
    assert f'<a href="#id_{name}">' in page
    if name != "concern":
        assert CONCERN in page
    assert not Session.objects.exists()


@pytest.mark.parametrize("phone", ["12", "abc", "+1 999", "9" * 60])
def test_a_phone_number_that_cannot_be_is_refused(carlas: Client, phone: str) -> None:
    assert send(carlas, phone=phone).status_code == 422


def test_a_short_concern_is_enough_only_when_urgent(carlas: Client) -> None:
    refused = send(carlas, concern="No brake")
    assert "at least 10 characters" in text_of(refused)
    assert "at least 5 characters" in text_of(send(carlas, concern="Help", is_urgent="on"))
    assert send(carlas, concern="Help!", is_urgent="on").status_code == 302


def test_the_car_may_be_missing_only_when_urgent(carlas: Client) -> None:
    no_car = {"year": "", "make": "", "model": ""}
    refused = send(carlas, **no_car)
    for name in no_car:
        assert f'<a href="#id_{name}">' in text_of(refused)
    assert send(carlas, **no_car, is_urgent="on").status_code == 302
    assert the_session().request.intake.vehicle is None


@pytest.mark.parametrize("missing", ["year", "make", "model"])
def test_without_vin_year_and_make_and_model_are_needed(carlas: Client, missing: str) -> None:
    response = send(carlas, **{missing: ""})
    assert response.status_code == 422
    assert re.findall(r'<li><a href="#id_(\w+)"', text_of(response)) == [missing]


def test_a_vin_is_enough_and_fills_in_make_and_year(carlas: Client) -> None:
    assert send(carlas, vin="1hgcm 82633 a004352", year="", make="", model="").status_code == 302
    intake = the_session().request.intake
    assert (intake.vin, intake.make, intake.year) == (HONDA, "Honda", 2003)


def test_a_vin_never_overwrites_what_was_typed(carlas: Client) -> None:
    send(carlas, vin=HONDA, year="2004", make="Acura", model="TL")
    assert the_session().request.intake.car == "2004 Acura TL"


@pytest.mark.parametrize("vin", ["1HGCM82633A004353", "1HGCM82633A00435", "1HGCM82633AO04352"])
def test_a_vin_that_cannot_be_is_refused_and_stays_in_its_field(carlas: Client, vin: str) -> None:
    response = send(carlas, vin=vin)
    assert response.status_code == 422
    assert f'value="{vin}"' in text_of(response)


def test_a_vin_that_cannot_be_verified_is_taken_with_a_warning(carlas: Client) -> None:
    response = carlas.post("/help/free/", filled(vin=GOLF))
    assert response.status_code == 302
    assert "cannot be verified" in text_of(carlas.get("/help/"))


@pytest.mark.parametrize("year", ["1885", "2999", "two", "-1", "20.5", "9" * 5000])
def test_a_year_that_cannot_be_is_refused(carlas: Client, year: str) -> None:
    assert send(carlas, year=year).status_code == 422


# --- safety first ---


def test_the_safety_questions_come_first_and_have_their_advice_ready(carlas: Client) -> None:
    page = text_of(carlas.get("/help/free/"))
    assert page.index('name="safety"') < page.index('name="name"')
    assert "Do not drive this car." in page
    for code in ("brakes", "fuel", "fire", "steering"):
        assert f'data-danger="{code}"' in page


# --- once ---


def test_the_same_form_sent_twice_is_one_session(carlas: Client) -> None:
    told = filled()
    first, second = (carlas.post("/help/free/", told) for _ in range(2))
    assert first["Location"] == second["Location"] == the_session().room_url


def test_the_same_name_of_a_form_from_another_customer_is_another_session(carlas: Client, colin: User) -> None:
    told = filled()
    carlas.post("/help/free/", told)
    carlas.force_login(colin)
    carlas.post("/help/free/", told)
    assert Session.objects.count() == 2


@pytest.mark.parametrize("client_id", ["", "nonsense", "0" * 33, None])
def test_a_form_without_a_usable_name_gets_one(carlas: Client, client_id: str | None) -> None:
    assert carlas.post("/help/free/", filled(client_id=client_id)).status_code == 302
    assert Intake.objects.get().client_id.version == 4


# --- plans ---


@pytest.mark.parametrize(("code", "says"), [("free", "Free chat: 5 minutes, Free"), ("video", "Video call: 45 minutes, $29.99")])
def test_plan_price_and_minutes_stand_on_the_page_before_sending(carlas: Client, code: str, says: str) -> None:
    assert says in text_of(carlas.get(f"/help/{code}/"))


def test_the_plan_can_be_changed_on_the_page(carlas: Client) -> None:
    response = carlas.post("/help/free/", filled(plan="quick"))
    session = the_session()
    assert (session.plan_id, session.status) == ("quick", "awaiting_payment")
    assert response["Location"] == f"/pay/{session.pk}/"


def test_a_plan_that_is_not_offered_is_not_there(carlas: Client) -> None:
    Plan.objects.filter(code="quick").update(is_active=False)
    assert carlas.get("/help/quick/").status_code == 404
    assert carlas.get("/help/nothing/").status_code == 404
    withdrawn_meanwhile = carlas.post("/help/quick/", filled(plan="quick"))
    assert withdrawn_meanwhile.status_code == 422 and CONCERN in text_of(withdrawn_meanwhile)


def test_where_nothing_can_be_paid_a_priced_plan_says_so_before_anything_is_typed(carlas: Client, settings) -> None:
    settings.DEMO = settings.DEBUG = False
    page = carlas.get("/help/quick/")
    assert "Payment is not available here" in text_of(page)
    assert "<textarea" not in text_of(page)
    assert carlas.post("/help/quick/", filled(plan="quick")).status_code == 422
    assert carlas.post("/help/free/", filled(plan="quick")).status_code == 422
    assert 'href="/help/quick/"' not in text_of(carlas.get("/help/"))
    assert 'href="/help/free/"' in text_of(carlas.get("/help/"))
    assert not Session.objects.exists()


# --- an open session already ---


def test_a_request_in_the_queue_is_announced_and_then_superseded(carlas: Client, carla: User) -> None:
    earlier = cast.pending(carla)
    assert "takes the place of the earlier one" in text_of(carlas.get("/help/free/"))
    assert send(carlas).status_code == 302
    earlier.refresh_from_db()
    assert earlier.status == "cancelled" and "superseded" in earlier.cancel_reason


def test_a_session_with_a_mechanic_refuses_a_new_one_and_nothing_typed_is_lost(carlas: Client, carla: User, max: User) -> None:
    held = cast.waiting(carla, max)
    assert "You have a session with Max" in text_of(carlas.get("/help/free/"))
    response = send(carlas, concern="Another noise from the back <b>")
    page = text_of(response)
    assert response.status_code == 409
    assert f'href="{held.room_url}"' in page
    assert "Another noise from the back &lt;b&gt;" in page and "What you typed is still here" in page
    assert Session.objects.count() == 1


# --- saved cars, asking again ---


def test_a_saved_car_needs_no_description(carlas: Client, carla: User) -> None:
    car = carla.vehicles.create(make="Honda", model="Civic", year=2012, vin="")
    assert send(carlas, vehicle=car.pk, year="", make="", model="", odometer="90000").status_code == 302
    intake = the_session().request.intake
    assert (intake.vehicle, intake.car, intake.odometer) == (car, "2012 Honda Civic", 90000)


def test_a_saved_car_is_the_car_whatever_was_left_in_the_fields(carlas: Client, carla: User) -> None:
    car = carla.vehicles.create(make="Honda", model="Civic", year=2012, vin="", odometer=1, plate="OLD")
    send(carlas, vehicle=car.pk, plate="NEW")
    intake = the_session().request.intake
    assert (intake.car, intake.odometer, intake.plate) == ("2012 Honda Civic", 1, "NEW")


def test_a_saved_car_and_the_vin_of_another_is_a_mistake(carlas: Client, carla: User) -> None:
    car = carla.vehicles.create(make="Honda", model="Accord", year=2003, vin=HONDA)
    assert "not the VIN of the saved car" in text_of(send(carlas, vehicle=car.pk, vin=GOLF))


def test_the_car_of_somebody_else_cannot_be_chosen(carlas: Client, carla: User, colin: User) -> None:
    carla.vehicles.create(make="Honda", model="Civic", year=2012)
    theirs = colin.vehicles.create(make="BMW", model="320i", year=2015)
    assert str(theirs.pk) not in text_of(carlas.get("/help/free/"))
    assert send(carlas, vehicle=theirs.pk).status_code == 422


def test_a_car_is_kept_only_when_wanted(carlas: Client, carla: User) -> None:
    send(carlas, keep_vehicle=None)
    assert not carla.vehicles.exists()
    send(carlas, keep_vehicle="on")
    assert [str(car) for car in carla.vehicles.all()] == ["2016 Toyota Corolla"]


def test_asking_again_starts_with_the_earlier_words_and_is_linked(carlas: Client, carla: User) -> None:
    earlier = cast.cancelled(carla, concern="It squeaks when I turn left")
    page = text_of(carlas.get(f"/help/free/?again={earlier.pk}"))
    assert "It squeaks when I turn left" in page and 'value="Corolla"' in page
    assert f'name="follows" value="{earlier.pk}"' in page
    send(carlas, follows=earlier.pk)
    assert Session.objects.exclude(pk=earlier.pk).get().request.follows == earlier


@pytest.mark.parametrize("pk", ["nonsense", "", str(uuid.uuid4())])
def test_asking_again_about_nothing_is_not_found(carlas: Client, pk: str) -> None:
    assert carlas.get(f"/help/free/?again={pk}").status_code == 404


def test_nobody_can_follow_the_session_of_somebody_else(carlas: Client, colin: User, sam: User) -> None:
    theirs = cast.cancelled(colin)
    assert carlas.get(f"/help/free/?again={theirs.pk}").status_code == 404
    assert send(carlas, follows=theirs.pk).status_code == 422
    Authenticator.objects.create(user=sam, type=Authenticator.Type.TOTP, data={})
    carlas.force_login(sam)  # staff may see it, yet it is not their own
    assert carlas.get(f"/help/free/?again={theirs.pk}").status_code == 404


# --- who may ---


def test_a_mechanic_cannot_ask_for_help(client: Client, max: User, plans) -> None:
    client.force_login(max)
    assert client.get("/help/free/").status_code == 403
    assert send(client).status_code == 403
    assert not Session.objects.exists()


# --- hostile input ---

HOSTILE = {
    "NUL": "\0 and more of it",
    "a megabyte": "x" * 1_000_000,
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "right to left": "abc \u202egnp.exe\u202c def ghi",
    "half a pair": "\ud800 half a surrogate",
    "control": "bell \a and escape \x1b[31m",
    "template": "{{ settings.SECRET_KEY }} {% load x %}",
    "sql": "'; DROP TABLE requests_app_intake; --",
    "emoji": "🚗💥" * 20,
    "line breaks": "a\r\nb\u2028c\x0bd and more",
    "empty": "   ",
}
FIELDS = [name for name in filled() if name != "consent"] + [
    "vin", "odometer", "plate", "vehicle", "follows", "category", "safety", "is_urgent", "keep_vehicle", "preferred_mechanic",
    "requested_brand", "preferred_workshop", "prefer_local", "postal_code",
]  # fmt: skip


def raw_post(client: Client, url: str, body: dict[str, str]):
    """Posts texts that are no texts, byte by byte."""
    body = urlencode({name: value.encode("utf-8", "surrogatepass") for name, value in body.items()})
    return client.post(url, body, content_type="application/x-www-form-urlencoded")


@pytest.mark.parametrize("name", FIELDS)
def test_whatever_is_sent_is_stored_safely_or_refused_in_words(carlas: Client, carla: User, name: str) -> None:
    carla.vehicles.create(make="Honda", model="Civic", year=2012)
    for what, hostile in HOSTILE.items():
        response = raw_post(carlas, "/help/free/", {**filled(), name: hostile})
        assert response.status_code in (302, 422), what
        page = text_of(response) if response.status_code == 422 else text_of(carlas.get("/help/free/"))
        assert "<script>alert" not in page and "<img src=x" not in page, what


def test_many_values_where_one_is_expected_are_no_fault(carlas: Client) -> None:
    body = {name: [value, value, "other"] for name, value in filled().items()}
    assert carlas.post("/help/free/", body).status_code in (302, 422)


def test_a_body_that_is_no_form_is_no_fault(carlas: Client) -> None:
    for content_type in ("application/json", "text/plain", "multipart/form-data; boundary=x"):
        assert carlas.post("/help/free/", b"{\0\xff", content_type=content_type).status_code in (400, 422)


# --- small answers for the page ---


def test_the_page_can_ask_what_a_vin_says(client: Client, db) -> None:
    assert client.get("/help/vin/", {"vin": HONDA.lower()}).json() == {
        "vin": HONDA, "error": "", "warning": "", "make": "Honda", "model": "", "year": 2003, "hint": "",
    }  # fmt: skip
    assert "compare it with the car" in client.get("/help/vin/", {"vin": HONDA[:-1] + "3"}).json()["error"]
    assert "1984" in client.get("/help/vin/", {"vin": "JTHBK1GG4E2000000"}).json()["hint"]


def test_a_vin_question_may_be_anything(client: Client, db) -> None:
    for what, hostile in HOSTILE.items():
        response = client.get("/help/vin/", {"vin": hostile.encode("utf-8", "surrogatepass")[:5000]})
        assert response.status_code == 200 and response.json()["error"], what


def test_codes_in_a_text_come_back_as_chips_with_their_meaning(client: Client, db) -> None:
    page = text_of(client.post("/help/codes/", {"concern": "p 0420 and <b>P1234</b>"}))
    assert page.count("chip-code") == 2 and "P0420" in page and "catalytic converter" in page
    assert text_of(client.post("/help/codes/", {"concern": "nothing"})).strip() == ""
    assert text_of(client.post("/help/codes/")).strip() == ""


def test_a_text_with_codes_may_be_anything(client: Client, db) -> None:
    for what, hostile in HOSTILE.items():
        response = raw_post(client, "/help/codes/", {"concern": hostile})
        assert response.status_code == 200 and "<script>" not in text_of(response), what


def test_known_codes_stand_on_the_page_without_a_script(carlas: Client) -> None:
    assert "Cylinder 2 misfires" in text_of(send(carlas, name=""))
