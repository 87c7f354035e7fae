"""The people that every test speaks of, and how to bring a session to where a test begins: by the real verbs.

Carla and Colin are customers, Max and Nora approved mechanics on duty (Max knows Toyota, Nora BMW), Will owns the workshop that
Max works for, Sam is staff, Oscar is an outsider: a mechanic who has applied and may not work yet.
"""

import uuid
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress

from accounts_app.models import Mechanic, User, Workshop
from billing_app.models import Plan
from lifecycle import people, queue, room
from sessions_app.models import Session

PASSWORD = "correct horse battery"
REPORT = {
    "findings": "The ignition coil of cylinder 2 is worn.",
    "recommended_work": "Replace the coil.",
    "severity": "soon",
    "safe_to_drive": True,
}


def person(first_name: str, **fields) -> User:
    """A person who has verified the address <first name>@example.org."""
    user = User.objects.create_user(
        f"{first_name.lower()}@example.org", PASSWORD, full_name=f"{first_name} Example", phone="+14155550101", **fields
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def mechanic(first_name: str, *, by: User, brands: list[str], **fields) -> User:
    """An approved mechanic on duty."""
    user = person(first_name)
    Mechanic.objects.create(user=user, display_name=first_name, brands=brands, years=12, city="Oakland", **fields)
    people.approve(user.pk, by=by)
    people.set_duty(user.pk, by=fresh(user), on=True)
    return fresh(user)


def fresh(user: User) -> User:
    """The person as the database has it now."""
    return User.objects.select_related("mechanic").get(pk=user.pk)


def submission(**changes) -> queue.Submission:
    """What Carla's form would hand over."""
    told = {
        "name": "Carla Example",
        "email": "carla@example.org",
        "phone": "+14155550101",
        "city": "Oakland",
        "concern": "The engine light is on, code P0302.",
        "consent": True,
    }
    car = {"year": 2016, "make": "Toyota", "model": "Corolla", "vin": "", "plate": "7ABC123", "odometer": 84000}
    return queue.Submission(**{"client_id": uuid.uuid4(), "plan_code": "free", "car": car, "trouble_codes": ["P0302"], **told, **changes})


def pending(customer: User, **changes) -> Session:
    session = queue.submit(submission(**changes), by=customer)
    return session if session.status == "pending" else queue.paid(session.pk)


def waiting(customer: User, mechanic: User, **changes) -> Session:
    return queue.accept(pending(customer, **changes).pk, by=mechanic)


def live(customer: User, mechanic: User, **changes) -> Session:
    session = waiting(customer, mechanic, **changes)
    room.enter(session.pk, by=customer)
    return room.enter(session.pk, by=mechanic)


def completed(customer: User, mechanic: User, **changes) -> Session:
    session = live(customer, mechanic, **changes)
    an_hour_passes(session)
    return room.complete(session.pk, by=mechanic, report=room.ReportData(**REPORT))


def cancelled(customer: User, **changes) -> Session:
    return queue.cancel(pending(customer, **changes).pk, by=customer, reason="It started again.")


def an_hour_passes(session: Session) -> None:
    """Moves every clock of the session one hour back."""
    past = Session.objects.get(pk=session.pk)
    clocks = ("created_at", "queued_at", "accepted_at", "started_at", "ended_at")
    moved = {name: getattr(past, name) - timedelta(hours=1) for name in clocks if getattr(past, name)}
    Session.objects.filter(pk=session.pk).update(**moved)


def price_list() -> dict[str, Plan]:
    """The plans that the migrations wrote, by their codes."""
    return {plan.code: plan for plan in Plan.objects.all()}


@pytest.fixture
def plans(db) -> dict[str, Plan]:
    return price_list()


@pytest.fixture
def sam(db) -> User:
    return person("Sam", is_staff=True, is_superuser=True)


@pytest.fixture
def carla(plans) -> User:
    return person("Carla")


@pytest.fixture
def colin(plans) -> User:
    return person("Colin")


@pytest.fixture
def will(db) -> User:
    will = person("Will")
    Workshop.objects.create(name="Will's Garage", slug="wills-garage", owner=will, city="Oakland")
    return will


@pytest.fixture
def max(sam, will) -> User:
    return mechanic("Max", by=sam, brands=["toyota"], workshop=will.workshops.get())


@pytest.fixture
def nora(sam) -> User:
    return mechanic("Nora", by=sam, brands=["bmw"])


@pytest.fixture
def oscar(db) -> User:
    oscar = person("Oscar")
    Mechanic.objects.create(user=oscar, display_name="Oscar", brands=["toyota"])
    return fresh(oscar)
