"""The description holds: whatever schemathesis makes of it, everybody is answered as it says there, and never with a fault.

SCHEMATHESIS_EXAMPLES=200 tries that many of each kind for each operation; here they are few, and the same each time.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from jsonschema import Draft202012Validator, FormatChecker
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts_app.models import Mechanic, User, Workshop
from api_app import tokens
from api_app.models import Scope
from api_app.views.docs import description
from files_app.tests.photos import photo_in, picture
from lifecycle import people, queue, room
from requests_app.models import Vehicle
from sessions_app import chat, reviews
from sessions_app.models import Session
from sessions_app.tests.browsing import browser
from tests import cast
from tests.test_access import undone

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "2"))
FEW = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=EXAMPLES < 20,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
ROLES = ("customer", "its mechanic", "a mechanic", "owner", "staff", "suspended", "visitor", "another customer")
NEVER = {"createRequest"}  # is there to say that it is not possible
STAFF, CUSTOMER = "staff", "customer"


@dataclass
class World:
    """Sessions in every state, and everybody around them with a token."""

    tokens: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    photos: dict[str, str] = field(default_factory=dict)  # by session
    cars: list[str] = field(default_factory=list)
    another: User | None = None

    def let_in(self, name: str, user: User) -> None:
        scopes = [Scope.READ, Scope.WRITE, *([Scope.STAFF] if user.is_staff else [])]
        browser(user)  # gives staff their second factor
        self.tokens[name] = tokens.make(user, name=name, scopes=scopes)[1]

    def headers(self, role: str, session: str) -> dict[str, str]:
        """How this role signs in; `session` is a key of `sessions`, which has a customer of its own."""
        whose = self.tokens.get(f"customer of {session}" if role == CUSTOMER else role)
        return {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {whose}"} if whose else {})

    def places(self, operation: APIOperation, session: str) -> dict[str, str]:
        """What stands in the address."""
        names = {parameter.name for parameter in operation.path_parameters}
        if not names:
            return {}
        if "/vehicles/" in operation.path:
            return {"id": self.cars[0]}
        pk = str(self.sessions[session].pk)
        return {"id": pk} | ({"file": self.photos[pk]} if "file" in names else {})


def build() -> World:
    cast.price_list()
    world, sam = World(), cast.person("Sam", is_staff=True, is_superuser=True)
    will = cast.person("Will")
    garage = Workshop.objects.create(name="Will's Garage", slug="wills-garage", owner=will)
    max, mia, sven = (cast.mechanic(name, by=sam, brands=["toyota"]) for name in ("Max", "Mia", "Sven"))
    Mechanic.objects.filter(pk=max.pk).update(workshop=garage)
    people.suspend(sven.pk, by=sam, reason="Complaints.")
    for session, made in made_sessions(cast.fresh(max)).items():
        world.sessions[session] = made
        photo = photo_in(made, made.customer)
        world.photos[str(made.pk)] = str(photo.pk)
        world.let_in(f"customer of {session}", made.customer)
    for made in [*world.sessions.values()][::2]:
        room.look(made.pk, by=sam, reason="The customer called.")
    owner = world.sessions["live"].customer
    world.cars = [str(Vehicle.objects.create(owner=owner, make="Toyota", model="Yaris", year=2016).pk)]
    world.another = cast.mechanic("Nora", by=sam, brands=["toyota"])
    named = {"its mechanic": max, "a mechanic": mia, "owner": will, STAFF: sam, "suspended": sven}
    for name, user in (named | {"another customer": cast.person("Colin")}).items():
        world.let_in(name, cast.fresh(user) if user.is_mechanic else user)
    return world


def made_sessions(max: User) -> dict[str, Session]:
    """One of each state, each of another customer."""
    un, pia, una, wim, lea, cora, rita, abe = map(cast.person, ("Uno", "Pia", "Una", "Wim", "Lea", "Cora", "Rita", "Abe"))
    live = cast.live(lea, max)
    cast.an_hour_passes(live)
    for author in (lea, max):
        chat.post(live.pk, by=author, client_id=uuid4(), body="Hello")
    rated = cast.completed(rita, max)
    reviews.review(rated.pk, by=rita, stars=5, text="Patient, and right.")
    return {
        "pending": cast.pending(pia),
        "live": live,
        "waiting": cast.waiting(wim, max),
        "completed": cast.completed(cora, max),
        "rated": rated,
        "cancelled": cast.cancelled(abe),
        "unattended": queue.escalate(cast.pending(una).pk),
        "unpaid": queue.submit(cast.submission(plan_code="quick"), by=un),
    }


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), one_connection(), undone():
        yield build()


@contextmanager
def one_connection() -> Iterator[None]:
    """As in Django's own test client: the end of a request does not end our transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def operations(django_db_setup: None, django_db_blocker: Any) -> list[APIOperation]:
    with django_db_blocker.unblock():
        described = json.loads(description())
    schema = schemathesis.openapi.from_dict(described)
    site = get_wsgi_application()
    schema.app = lambda environ, start: site({**environ, "REMOTE_ADDR": "127.0.0.1"}, start)
    return [found.ok() for found in schema.get_all_operations()]


# Not whether all that fits is accepted: forms refuse more than a shape can say. What does not fit is sent in tests/test_hostile.py.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def problems(world: World, case: schemathesis.Case, role: str, session: str) -> tuple[int, str]:
    """(status, what is wrong with the answer)."""
    signed_in = world.headers(role, session)
    with undone():
        answer = case.call(headers=signed_in)
        try:
            case.validate_response(answer, checks=CHECKS, headers=signed_in)
        except FailureGroup as failure:
            return answer.status_code, f"{case.operation.label}, {role}, {session}: {failure}"
    return answer.status_code, ""


def test_every_operation_succeeds_for_somebody_with_its_own_example(world, operations, db):
    """Whatever is shown in the documentation works when it is pressed."""
    assert len(operations) > 35
    wrong = []
    for operation in operations:
        tried = list(well_called(world, operation))
        if operation.definition.raw["operationId"] not in NEVER and not any(200 <= status < 300 for status, _trouble in tried):
            wrong.append(f"{operation.label} needs a success to mean anything: {sorted({status for status, _trouble in tried})}")
        wrong += [trouble for _status, trouble in tried if trouble]
    assert not wrong, "\n\n".join(wrong)


def well_called(world: World, operation: APIOperation) -> Iterator[tuple[int, str]]:
    """Everybody calls it as its example says, until somebody succeeds."""
    for role in ROLES:
        for session in world.sessions:
            said = {"path_parameters": world.places(operation, session), **body_for(operation, world)}
            status, trouble = problems(world, operation.Case(**said), role, session)
            yield status, trouble
            if 200 <= status < 300:
                return


def body_for(operation: APIOperation, world: World) -> dict[str, Any]:
    content = operation.definition.raw.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in content:
        return {"body": {"file": picture((40, 30))}, "media_type": "multipart/form-data"}
    if not content:
        return {}
    body = example_in(content["application/json"]) or {}
    known = {"mechanic": str(world.another.pk)} if "mechanic" in body else {}
    return {"body": body | known, "media_type": "application/json"}


def example_in(content: dict[str, Any]) -> Any:
    return next((example["value"] for example in content.get("examples", {}).values()), None)


def test_whatever_is_sent_is_answered_as_described(world, operations, db):
    wrong = [trouble for operation in operations for trouble in attacked(world, operation)]
    assert not wrong, "\n\n".join(wrong)


def attacked(world: World, operation: APIOperation) -> list[str]:
    """What is wrong with the answers to whatever fits the description, and to what does not."""
    modes = {mode: operation.as_strategy(generation_mode=mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)}
    found: dict[str, str] = {}

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def ask(data: st.DataObject, mode: GenerationMode) -> None:
        case = data.draw(modes[mode])
        role, session = data.draw(st.sampled_from(ROLES)), data.draw(st.sampled_from([*world.sessions]))
        if case.path_parameters and data.draw(st.integers(0, 9)):
            case.path_parameters = world.places(operation, session)
        _status, trouble = problems(world, case, role, session)
        if trouble:
            found.setdefault(trouble[:120], trouble)

    for mode in modes:
        with suppress(Unsatisfiable):  # where nothing is sent, nothing can be wrong with it
            ask(mode=mode)
    return [*found.values()]


def test_every_shape_has_an_example_that_is_of_it(operations):
    """In what is answered, and in what is sent."""
    looked_at, wrong = 0, []
    for operation in operations:
        raw = operation.definition.raw
        good = {status: answer for status, answer in raw["responses"].items() if status.startswith("2")}
        for where, told in [*good.items(), ("sent", raw.get("requestBody", {}))]:
            content = told.get("content", {}).get("application/json")
            if content is None:
                continue
            looked_at += 1
            example = example_in(content)
            if example is None:
                wrong.append(f"{operation.label}, {where}: there is no example.")
                continue
            shape = {**content["schema"], "components": operation.schema.raw_schema["components"]}
            wrong += [
                f"{operation.label}, {where}: {error.json_path} {error.message}"
                for error in Draft202012Validator(shape, format_checker=FormatChecker()).iter_errors(example)
            ]
    assert looked_at > 40
    assert not wrong, "\n".join(wrong)
