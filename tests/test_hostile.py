"""The hostile user against every address and every form: never a fault, never somebody else's data, never a script of theirs."""

import json
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from accounts_app.models import Mechanic, User, Workshop
from api_app.views.docs import description
from diagnostics_app import answers
from diagnostics_app.checklists import steps_for
from files_app.models import Annotation, Bundle, Upload
from files_app.tests.photos import photo_in
from lifecycle import queue
from requests_app.models import Vehicle
from sessions_app import chat
from sessions_app.models import Session
from tests import cast
from tests.hostile import (
    API_HEADERS,
    BODIES,
    HEADERS,
    HOSTS,
    HTML,
    JSON_BODIES,
    JSON_VALUES,
    MALFORMED_IDS,
    MARK,
    NOBODY,
    SHARP,
    STRANGE_EMAILS,
    TEXTS,
    UPLOADS,
    URLENCODED,
    WELL,
    Address,
    Form,
    Intruder,
    addresses,
    encoded,
    forms_on,
)
from tests.staff import staff_in
from webhooks_app import managing as webhooks

ROLES = ("visitor", "carla", "colin", "max", "nora", "oscar", "will", "sam")
VISITING = ("visitor", "carla", "max", "oscar", "sam")
AT_A_CODE = ("at the sign-in code", "at the reset code", "at the confirmation", "at the second factor")
ADMIN, API = "admin:", "api:"
FOR_INTAKE = ("name", "email", "phone", "city", "concern", "year", "make", "model", "plan", "consent")
PRODUCT, DJANGO = 2, 2  # times that a form is filled with nonsense: one of ours, and one that the admin made
JSON = {"Accept": "application/json"}
TYPED = {"name": HTML, "city": HTML[:80], "concern": f"{HTML} P0302", "postal_code": MARK}
CAR = {"year": 2016, "make": MARK, "model": HTML[:60], "vin": "", "plate": MARK, "odometer": 1}


class World:
    """A house in which everybody has a name that is HTML, and sessions in every state. `owner` is whose session it is."""

    def __init__(self) -> None:
        cast.price_list()
        self.sam = cast.person("Sam", is_staff=True, is_superuser=True)
        self.will = cast.person("Will")
        garage = Workshop.objects.create(name=HTML[:80], slug="garage", owner=self.will, city=HTML[:80])
        about = {"bio": HTML, "keywords": [MARK], "certifications": [MARK]}
        self.max = cast.mechanic("Max", by=self.sam, brands=["toyota"], workshop=garage, **about)
        self.nora = cast.mechanic("Nora", by=self.sam, brands=["bmw"])
        self.oscar, self.carla, self.colin = map(cast.person, ("Oscar", "Carla", "Colin"))
        Mechanic.objects.create(user=self.oscar, display_name="Oscar")
        User.objects.exclude(pk=self.nora.pk).update(full_name=HTML)
        Mechanic.objects.update(display_name=HTML[:80])
        self.sessions, self.owner = {}, {}
        self.hook = webhooks.add(by=self.will, workshop=garage, name=HTML[:80], url=f"https://example.org/?{MARK}", events=[])
        self.fill()
        self.told = self.hook.deliveries.first()
        self.told.log.create(number=1, at=timezone.now(), milliseconds=5, status=500, answer=HTML)
        self.car = Vehicle.objects.create(owner=self.carla, notes=HTML, **CAR)
        self.show()

    def fill(self) -> None:
        told = {**TYPED, "car": CAR}
        self.has("carla", completed=cast.completed(self.carla, self.max, **told))
        self.has("carla", cancelled=cast.cancelled(self.carla, **told))
        self.has("carla", live=cast.live(self.carla, self.max, **told))
        for author in (self.carla, self.max):
            chat.post(self.sessions["live"].pk, by=author, client_id=uuid.uuid4(), body=f"javascript:alert(1) {HTML}")
        self.has("pia", pending=cast.pending(self.somebody("pia"), **told))
        self.has("una", unattended=queue.escalate(cast.pending(self.somebody("una"), **told).pk))
        self.has("wim", waiting=cast.waiting(self.somebody("wim"), self.max, **told))
        self.has("abe", awaiting_payment=queue.submit(cast.submission(**told, plan_code="video"), by=self.somebody("abe")))

    def show(self) -> None:
        """Files and answers in the live session and in the one that is over, all of them named with HTML."""
        live, done = self.sessions["live"], self.sessions["completed"]
        self.photos = {session.pk: photo_in(session, self.carla, name=HTML[:100]) for session in (live, done)}
        Annotation.objects.create(file=self.photos[live.pk], author=self.max, shape="arrow", points=[[0.1, 0.1], [0.5, 0.5]])
        self.step = steps_for("other")[0].key
        note = {"note": HTML, "trouble_codes": ["P0302"], "files": [self.photos[live.pk].pk]}
        answers.answer(live.pk, by=self.max, step=self.step, result="fault", **note)
        self.bundle = Bundle.objects.create(user=self.carla)
        self.unsent = photo_in(None, self.carla, bundle=self.bundle, name=HTML[:100])
        self.upload = Upload.objects.create(session=live, uploader=self.carla, name=HTML[:100], size=10)

    def of_files(self, name: str) -> Iterator[tuple[Address, str]]:
        """(address, path) of everything that somebody's files are at; `name` is the session's."""
        session = self.sessions[name]
        there = {"session_pk": session.pk, "bundle_pk": self.bundle.pk, "step": self.step}
        for address in addresses():
            if {"session_pk", "bundle_pk", "step"} & {*address.arguments} or address.name == "upload":
                pk = self.unsent.pk if "bundle_pk" in address.arguments else self.photos[session.pk].pk
                pk = {"upload": self.upload.pk}.get(address.name, session.pk if "step" in address.arguments else pk)
                yield address, address.at(pk=pk, **there)

    def somebody(self, name: str) -> User:
        setattr(self, name, cast.person(name.capitalize()))
        return getattr(self, name)

    def has(self, owner: str, **session: Session) -> None:
        self.sessions |= session
        self.owner |= dict.fromkeys(session, owner)

    def clients(self) -> dict[str, Client]:
        """Everybody signed in by password, and visitors who stand before each door that asks for a code."""
        people = {*ROLES, *self.owner.values()} - {"visitor", "sam"}
        clients = {name: signed_in(getattr(self, name)) for name in people}
        clients |= {"visitor": Client(), "sam": staff_in(Client(), self.sam)}
        return clients | {
            "at the sign-in code": asked(reverse("account_request_login_code"), email="nobody@example.org"),
            "at the reset code": asked(reverse("account_reset_password"), email="nobody@example.org"),
            "at the confirmation": asked(reverse("account_signup"), email="new@example.org", password1=WELL["password1"], full_name="New"),
            "at the second factor": asked(reverse("account_login"), login=self.sam.email, password=cast.PASSWORD),
        }


def signed_in(user: User) -> Client:
    return asked(reverse("account_login"), login=user.email, password=cast.PASSWORD)


def asked(address: str, **fields: str) -> Client:
    client = Client()
    assert client.post(address, fields).status_code == 302, address
    return client


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Built once, and gone after this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def everybody(world: World, django_db_blocker: Any) -> Iterator[Intruder]:
    with django_db_blocker.unblock():
        intruder = Intruder(world.clients())
    yield intruder
    intruder.close()


# --- where there is something to attack ----------------------------------------------------------


def pages(world: World) -> Iterator[tuple[str, str]]:
    """Every address that somebody could have a page at, and who."""
    plain = [address for address in addresses() if not address.arguments and not address.name.startswith((ADMIN, API))]
    for who in VISITING:
        yield from ((who, address.at()) for address in plain)
    for who in AT_A_CODE:
        yield from ((who, address.at()) for address in plain if address.route.startswith("accounts/"))
    elsewhere = ("help/", "my/", "api/", "webhooks/")
    of_session = [address for address in addresses() if address.arguments == ("pk",) and not address.route.startswith(elsewhere)]
    for status, session in world.sessions.items():
        readers = {"live": ("max", "sam"), "completed": ("max", "sam"), "waiting": ("max",), "pending": ("max",)}.get(status, ())
        readers = (world.owner[status], *readers)
        yield from ((who, address.at(session.pk)) for address in of_session for who in readers)
    yield from ((who, path) for name in ("live", "completed") for _address, path in world.of_files(name) for who in ("carla", "max"))
    yield "visitor", reverse("intake", args=["free"])
    yield "carla", reverse("intake", args=["video"])
    yield "carla", reverse("vehicle-edit", args=[world.car.pk])
    yield "carla", reverse("vehicle-delete", args=[world.car.pk])
    yield from (("will", reverse(name)) for name in ("webhooks", "webhook-add"))
    yield from (("will", reverse(name, args=[world.hook.pk])) for name in ("webhook", "webhook-edit", "webhook-secret"))
    yield "will", reverse("webhook-delivery", args=[world.hook.pk, world.told.pk])
    yield from (("sam", path) for path in admin_pages())


def admin_pages() -> Iterator[str]:
    """The lists of the admin, and the page of one row of each."""
    for address in addresses():
        if address.name.endswith("_changelist"):
            yield address.at()
            model = resolve(address.at()).func.model_admin.model
            row = model._default_manager.order_by("pk").last()
            yield from (address.at() + f"{row.pk}/{what}/" for what in ("change", "history") if row)
        elif address.name.startswith(ADMIN) and not address.arguments:
            yield address.at()


@pytest.fixture(scope="module")
def visited(world: World, everybody: Intruder, django_db_blocker: Any) -> tuple[list[tuple[str, Form]], str]:
    """A look at every page: (who, form) of each kind of form once, with what scripts send without one; and what was wrong."""
    found: dict[tuple, tuple[str, Form]] = {}
    with django_db_blocker.unblock():
        for who, path in pages(world):
            answer = everybody.send(who, "GET", path)
            if answer and answer.status_code == 200 and "html" in answer["Content-Type"] and not answer.streaming:
                for form in forms_on(answer.content.decode()):
                    form.action = form.action.split("?")[0] or path
                    kind = (form.method, resolve(form.action).view_name, tuple(sorted(form.fields)))
                    found.setdefault(kind, (who, form))
    return [*found.values(), *without_form(world)], everybody.verdict()


@pytest.fixture
def forms(visited: tuple) -> list[tuple[str, Form]]:
    return visited[0]


@pytest.fixture
def fillable(forms: list[tuple[str, Form]]) -> list[tuple[str, Form, int]]:
    """(who, form, how often it is worth trying) of those with something to fill in."""
    return [(who, form, DJANGO if form.action.startswith("/admin/") else PRODUCT) for who, form in forms if form.to_fill]


@pytest.fixture
def intruder(visited: tuple, everybody: Intruder, db: None) -> Iterator[Intruder]:
    """Whatever a test sends is judged at its end."""
    before = everybody.sent
    yield everybody
    assert everybody.sent > before, "nothing was sent"
    assert not (verdict := everybody.verdict()), f"\n{verdict}"


def without_form(world: World) -> list[tuple[str, Form]]:
    live, done = world.sessions["live"].pk, world.sessions["completed"].pk
    of_list = dict.fromkeys(("after", "until", "part", "tab", "mechanic", "q", "type", "outcome", "from_day", "to_day", "urgent"), "")
    of_rows = dict.fromkeys(("q", "p", "o", "e", "all", "_popup", "_to_field", "status__exact", "id__in", "created_at__year"), "")
    return [
        ("carla", Form("post", reverse("session-read", args=[live]), {"up_to": "1"})),
        ("carla", Form("post", reverse("session-review", args=[done]), {"stars": "", "text": ""})),
        *((who, form) for who in ("carla", "max") for form in of_room(world)),
        ("visitor", Form("post", reverse("trouble-codes"), {"concern": ""})),
        ("visitor", Form("get", reverse("vin-facts"), {"vin": ""})),
        ("carla", Form("get", reverse("session-messages", args=[live]), {"after": "", "before": ""})),
        ("carla", Form("get", reverse("room-chat", args=[live]), {"after": "", "before": ""})),
        ("carla", Form("get", reverse("my"), {"after": ""})),
        ("carla", Form("get", reverse("intake", args=["free"]), {"again": ""})),
        *((who, Form("get", reverse(f"mechanic-{tab}"), of_list)) for tab in ("incoming", "history", "tabs") for who in ("max", "sam")),
        *(("sam", Form("get", address.at(), of_rows)) for address in addresses() if address.name.endswith("_changelist")),
        ("sam", Form("get", reverse("admin:autocomplete"), {"term": "", "app_label": "", "model_name": "", "field_name": ""})),
    ]


def of_room(world: World) -> list[Form]:
    """What the scripts of a room send besides messages: files, strokes, answers of the guided check, consent to a call."""
    live, photo = world.sessions["live"].pk, world.photos[world.sessions["live"].pk].pk
    stroke = {"client_id": str(uuid.uuid4()), "shape": "line", "points": "[[0.1, 0.1], [0.2, 0.3]]"}
    answer = {"result": "fault", "note": "", "codes": "", "has_files": "on", "files": str(photo)}
    return [
        Form("post", reverse("file-drawing", args=[live, photo]), stroke),
        Form("post", reverse("file-drawing-undo", args=[live, photo]), {"client_id": ""}),
        Form("post", reverse("session-files", args=[live]), {"client_id": "", "files": ""}),
        Form("post", reverse("session-check", args=[live, world.step]), answer),
        Form("post", reverse("session-check-ask", args=[live, world.step]), {"wish": "", "asked_for": "photo"}),
        Form("post", reverse("session-check-evidence", args=[live, world.step]), {"files": str(photo), "client_ids": ""}),
        Form("post", reverse("session-checklist", args=[live]), {"category": "brakes"}),
        Form("post", reverse("session-codes", args=[live]), {"codes": "P0302"}),
        Form("post", reverse("session-voice", args=[live]), {"agree": "on"}),
        Form("get", reverse("session-checks", args=[live]), {"step": world.step}),
    ]


def some(of: Collection[str], at: int, most: int) -> list[str]:
    """A few of many, others for each number: everything against everything would take an hour."""
    return [name for name, _again in zip(islice(cycle(of), at * most, None), range(most), strict=False)]


# --- pages ---------------------------------------------------------------------------------------


def test_there_is_much_to_attack(forms):
    assert len(addresses()) > 200
    assert len(forms) > 100, [form.action for _who, form in forms]
    assert sum(len(form.to_fill) for _who, form in forms) > 400
    kinds = {resolve(form.action).view_name for _who, form in forms}
    assert {"account_login", "mfa_authenticate", "account_confirm_login_code", "intake", "session-messages", "session-complete"} <= kinds
    assert {"session-review", "mechanic-apply", "mechanic-settings", "admin:sessions_app_session_move"} <= kinds


def test_no_page_shows_html_that_somebody_typed(visited):
    """Every name, concern, message and car in this world is HTML."""
    assert not visited[1], f"\n{visited[1]}"


# --- addresses -----------------------------------------------------------------------------------

WITH_ID = [address for address in addresses() if {"pk", "object_id"} & {*address.arguments}]
OF_PAGES = [address for address in WITH_ID if not address.name.startswith(ADMIN)]
# A form that waits for its writer: thrown away twice it is gone all the same, and a mechanic cannot send one whatever it says.
ANSWERS_ALWAYS = {"intake-discard": {302, 403}, "intake-continue": {403}}
# Who does not speak the protocol of uploads is told so before anything is looked for; who is not signed in gets no page, but 401.
ANSWERS_ALWAYS |= {name: {401, 412} for name in ("session-uploads", "intake-uploads", "upload")}
ANSWERS_ALWAYS["intake-file-remove"] = {302}  # gone already is gone all the same


def expected(who: str, address: Address) -> set[int]:
    """How somebody may be answered who asks for what is not there, or not theirs."""
    allowed = {404, 405} | ANSWERS_ALWAYS.get(address.name, set())
    is_api = address.route.startswith("api/")
    if is_api and who == "visitor":
        allowed |= {401}
    if is_api and "/staff/" in address.route:
        allowed |= {403}  # only the support team, with its code, gets as far as that it is not there
    if who == "visitor" and not address.name.startswith(ADMIN) and not is_api:
        allowed |= {302}  # to the sign-in
    if who == "oscar":
        allowed |= {403}  # who may not work is told so, whatever the request
    if who == "sam" and address.name.startswith(ADMIN):
        allowed |= {302, 400}  # the admin says on its first page that it is gone; too long an address cannot even be led on from
    return allowed


def ask(intruder: Intruder, who: str, method: str, address: Address, pk: object, note: str = "") -> None:
    answer = intruder.send(who, method, address.at(pk), note=note, Accept="application/json")
    if answer is not None and answer.status_code not in expected(who, address):
        intruder.complain([f"answered with {answer.status_code}"], f"{who} {method} {address.route} {note}")


@pytest.mark.parametrize("who", ROLES)
def test_what_does_not_exist_is_not_found(intruder, who):
    for address in WITH_ID if who in ("visitor", "carla", "sam") else OF_PAGES:
        for method in ("GET", "POST"):
            ask(intruder, who, method, address, NOBODY)


@pytest.mark.parametrize("who", ["visitor", "colin", "oscar"])
def test_what_belongs_to_somebody_else_is_not_found(intruder, world, who):
    for at, pk in enumerate((*(session.pk for session in world.sessions.values()), world.car.pk)):
        for number, address in enumerate(OF_PAGES):
            ask(intruder, who, "GET", address, pk)
            if pk == world.sessions["live"].pk or number % len(world.sessions) == at:
                ask(intruder, who, "POST", address, pk)


@pytest.mark.parametrize("who", ["visitor", "colin", "oscar", "nora"])
def test_files_and_answers_of_somebody_else_are_not_found(intruder, world, who):
    asked = [(address, path) for name in ("live", "completed") for address, path in world.of_files(name)]
    assert len(asked) > 20
    for address, path in asked:
        for method in ("GET", "POST", "HEAD", "PATCH", "DELETE"):
            answer = intruder.send(who, method, path, **JSON)
            if answer is not None and answer.status_code not in expected(who, address):
                intruder.complain([f"answered with {answer.status_code}"], f"{who} {method} {address.route}")


def test_a_file_is_not_found_in_another_session(intruder, world):
    """Both sessions are Carla's, and both files; but each file is of one of them."""
    live, done = world.sessions["live"].pk, world.sessions["completed"].pk
    for address in addresses():
        if {"session_pk", "pk"} <= {*address.arguments}:
            for who in ("carla", "max"):
                ask_for = address.at(session_pk=live, pk=world.photos[done].pk)
                for method in ("GET", "POST"):
                    answer = intruder.send(who, method, ask_for, **JSON)
                    if answer is not None and answer.status_code not in (404, 405):
                        intruder.complain([f"answered with {answer.status_code}"], f"{who} {method} {address.route}")


@pytest.mark.parametrize("note", UPLOADS)
def test_any_upload_gets_an_answer(intruder, world, note):
    """The protocol of resumable uploads is spoken by headers."""
    to = (reverse("session-uploads", args=[world.sessions["live"].pk]), reverse("intake-uploads", args=[world.bundle.pk]))
    of = reverse("upload", args=[world.upload.pk])
    for who in ("visitor", "carla", "max", "colin"):
        for method, path in (*(("POST", path) for path in to), ("PATCH", of), ("HEAD", of), ("DELETE", of), ("OPTIONS", to[0])):
            kind, headers, body = UPLOADS[note]
            intruder.send(who, method, path, body, kind=kind, note=note, **{"Tus-Resumable": "1.0.0"} | headers)


def test_an_id_that_is_none_is_not_found(intruder):
    for number, address in enumerate(WITH_ID):
        is_page = not address.name.startswith(ADMIN)
        for note in some(MALFORMED_IDS, number, 7 if is_page else 4):
            if is_page or note != "a number":  # the admin has rows that have nothing but a number
                ask(intruder, "carla" if is_page else "sam", "GET", address, MALFORMED_IDS[note], note)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "HEAD", "NONSENSE"])
def test_no_method_is_a_fault(intruder, world, method):
    for address in addresses():
        who = "sam" if address.name.startswith(ADMIN) else "carla"
        if who == "carla" or method == "POST":
            intruder.send(who, method, address.at(world.sessions["live"].pk), **JSON)


# --- forms ---------------------------------------------------------------------------------------


def test_every_form_takes_nonsense(intruder, fillable):
    for number, (who, form, times) in enumerate(fillable):
        for turn in range(times):
            notes = some(TEXTS, number * PRODUCT + turn, len(form.fields))
            intruder.submit(who, form, dict(zip(form.fields, map(TEXTS.get, notes), strict=True)), ", ".join(notes))


def test_every_field_takes_nonsense_among_good_answers(intruder, fillable):
    fields = [(who, form, name, times // 2) for who, form, times in fillable for name in form.to_fill]
    for number, (who, form, name, times) in enumerate(fields):
        for note in some(SHARP, number, PRODUCT // 2)[:times]:
            intruder.submit(who, form, form.well_filled | {name: TEXTS[note]}, f"{name}: {note}")


def test_every_form_takes_less_than_itself(intruder, fillable):
    for who, form, _times in fillable:
        for part in ({}, dict([*form.well_filled.items()][::2])):
            intruder.submit(who, form, part, f"with {[*part]} only")


def test_every_form_takes_each_answer_twice(intruder, fillable):
    for who, form, _times in fillable:
        twice = [(name, value) for name, good in form.well_filled.items() for value in ("a\x00b", good)]
        intruder.submit(who, form, twice, "NUL before what counts")


def test_every_form_takes_a_megabyte(intruder, fillable):
    for number, (who, form, _times) in enumerate(fillable):
        if form.method == "post":
            for name in some(form.to_fill, number, 1):
                intruder.submit(who, form, form.well_filled | {name: "9" * 1_000_000}, f"a megabyte of {name}")
            intruder.submit(who, form, dict.fromkeys(form.fields, "x" * (1_400_000 // len(form.fields))), "a megabyte in all")


@pytest.mark.parametrize("email", STRANGE_EMAILS)
def test_an_address_to_write_to_may_be_strange(intruder, forms, email):
    for who, form in forms:
        for name in {"email", "login"} & {*form.fields}:
            intruder.submit(who, form, form.well_filled | {name: email}, email)


def test_somebody_elses_things_cannot_be_put_into_a_form(intruder, world):
    """Hidden fields and choices are not what the page said, but what was sent."""
    path, well = reverse("intake", args=["free"]), {name: WELL[name] for name in FOR_INTAKE}
    forged = {
        "vehicle": world.car.pk,
        "follows": world.sessions["completed"].pk,
        "preferred_mechanic": world.oscar.pk,
        "preferred_workshop": world.carla.pk,
    }
    for name, pk in forged.items():
        for who in ("colin", "visitor"):
            answer = intruder.send(who, "POST", path, encoded(well | {name: str(pk)}), note=name)
            shown = {"vehicle": who != "visitor" and world.colin.vehicles.exists(), "follows": who != "visitor"}.get(name, True)
            assert answer.status_code == (422 if shown else 302), (who, name)
    assert intruder.send("colin", "POST", path, encoded(well), note="without").status_code == 302


# --- the API -------------------------------------------------------------------------------------

KINDS_OF_BODY = ("text/plain", URLENCODED, "multipart/form-data; boundary=XX", "application/json; charset=utf-16", "application/xml", "")


@dataclass(frozen=True)
class Call:
    """An operation as its example in the description says it, by somebody who may."""

    who: str
    method: str
    path: str
    body: dict[str, Any] | None
    filters: tuple[str, ...]


@pytest.fixture(scope="module")
def calls(world: World, django_db_blocker: Any) -> list[Call]:
    with django_db_blocker.unblock():
        described = json.loads(description())
    return [call_of(world, path, method, said) for path, methods in described["paths"].items() for method, said in methods.items()]


# Whose call it is, by the end of the address; Carla's when it is not named.
CALLED_BY = {"cancel": "pia"} | dict.fromkeys(("requests", "accept", "decline", "release", "complete", "me"), "max")
CALLED_ON = dict.fromkeys(("accept", "decline", "cancel"), "pending") | {"release": "waiting"}
CALLED_ON |= dict.fromkeys(("report", "report.pdf"), "completed")


def call_of(world: World, path: str, method: str, said: dict[str, Any]) -> Call:
    verb = path.strip("/").split("/")[-1]
    who = "sam" if "/staff/" in path else CALLED_BY.get(verb, "carla")
    session = world.sessions[CALLED_ON.get(verb, "live")]
    pk = world.car.pk if "/vehicles/" in path else session.pk
    content = said.get("requestBody", {}).get("content", {}).get("application/json", {})
    example = next((each["value"] for each in content.get("examples", {}).values()), None)
    filters = tuple(each["name"] for each in said.get("parameters", []) if each["in"] == "query")
    photo = world.photos[world.sessions["live"].pk].pk
    return Call(who, method.upper(), path.format(id=pk, file=photo), example, filters)


def test_the_api_can_be_attacked(intruder, calls):
    """Each call is one that somebody may make, so that nonsense in it gets as far as it can."""
    assert len(calls) > 35 and sum(call.body is not None for call in calls) > 12
    for call in calls:
        body = json.dumps(call.body) if call.body is not None else ""
        answer = intruder.send(call.who, call.method, call.path, body, kind="application/json")
        assert (answer is not None and answer.status_code not in (400, 401, 403, 404, 405)) or call.path.endswith("/review/"), call


def test_every_field_of_the_api_takes_nonsense(intruder, calls):
    for number, call in enumerate(each for each in calls if each.body is not None):
        texts = {note: json.dumps(text) for note, text in TEXTS.items() if note in SHARP}
        for name in call.body:
            for note, value in ({note: JSON_VALUES[note] for note in some(JSON_VALUES, number, 6)} | texts).items():
                others = {other: json.dumps(said) for other, said in call.body.items() if other != name} | {name: value}
                body = "{" + ", ".join(f"{json.dumps(each)}: {said}" for each, said in others.items()) + "}"
                intruder.send(call.who, call.method, call.path, body.encode(), kind="application/json", note=f"{name}: {note}")


def test_every_address_of_the_api_takes_any_body(intruder, calls):
    for number, call in enumerate(each for each in calls if each.method != "GET"):
        for note in JSON_BODIES:
            intruder.send(call.who, call.method, call.path, JSON_BODIES[note], kind="application/json", note=note)
        for kind in KINDS_OF_BODY:
            intruder.send(call.who, call.method, call.path, b'{"reason": "a"}', kind=kind, note=kind)
        for note in some(BODIES, number, 4):
            intruder.send(call.who, call.method, call.path, BODIES[note][1], kind=BODIES[note][0], note=note)


def test_every_filter_of_the_api_takes_nonsense(intruder, calls):
    asked = [(call, name) for call in calls for name in call.filters]
    assert len(asked) > 15
    for number, (call, name) in enumerate(asked):
        for note in (*SHARP, *some(TEXTS, number, 4)):
            intruder.send(call.who, "GET", f"{call.path}?{encoded({name: TEXTS[note]})}", note=f"{name}: {note}")
        intruder.send(call.who, "GET", f"{call.path}?{name}=a&{name}=b&nonsense[]=1&{name}[]=%ff", note="again and again")


@pytest.mark.parametrize("note", API_HEADERS)
def test_any_header_to_the_api_gets_an_answer(intruder, calls, note):
    for call in calls[:: 1 if "key" in note else 3]:
        body = json.dumps(call.body) if call.body is not None else ""
        intruder.send(call.who, call.method, call.path, body, kind="application/json", note=note, **API_HEADERS[note])


# --- bodies and headers --------------------------------------------------------------------------


def test_any_body_gets_an_answer(intruder, forms):
    for number, (who, form) in enumerate(forms):
        for note in some(BODIES, number, 3) if form.method == "post" else ():
            intruder.send(who, "POST", form.action, BODIES[note][1], kind=BODIES[note][0], note=note, **JSON)


@pytest.mark.parametrize("note", BODIES)
def test_any_body_gets_an_answer_wherever_it_is_sent(intruder, note):
    kind, body = BODIES[note]
    for headers in ({}, {"HX-Request": "true"}):
        for who, method, path in (
            ("visitor", "POST", "/help/free/"),
            ("visitor", "POST", "/nowhere/"),
            ("sam", "GET", "/mechanic/?q=%ff&q=a"),
        ):
            intruder.send(who, method, path, body, kind=kind, note=note, **headers)


@pytest.mark.parametrize("note", HEADERS)
def test_any_header_gets_an_answer(intruder, world, note):
    room = reverse("room-chat", args=[world.sessions["live"].pk])
    files = reverse("session-files", args=[world.sessions["live"].pk])
    for path in (room, files, "/", "/mechanic/", f"/chat/{NOBODY}/", "/admin/", "/nowhere"):
        for who, method in (("carla", "GET"), ("max", "POST"), ("sam", "GET")):
            intruder.send(who, method, path, note=note, **HEADERS[note])


@pytest.mark.parametrize("host", HOSTS)
def test_a_forged_host_is_refused_in_words(intruder, host):
    for who, path in (
        ("visitor", "/"),
        ("carla", "/my/"),
        ("sam", "/admin/"),
        ("visitor", "/accounts/password/reset/"),
        ("carla", "/nowhere"),
    ):
        for headers in ({}, JSON, {"HX-Request": "true"}):
            answer = intruder.send(who, "GET", path, Host=host, **headers)
            assert answer.status_code == 400 and "evil" not in answer.content.decode()
