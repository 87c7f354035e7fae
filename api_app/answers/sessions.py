"""A session in a list and by itself, what the customer told, and what happened."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts_app.models import User
from api_app.answers.examples import SESSION, shown
from api_app.answers.fields import Address, Moment, site
from lifecycle import record
from requests_app import matching
from requests_app.access import OFFERED, shows_contact
from requests_app.concerns import Category
from requests_app.reasons import reasons_for, traits_of
from requests_app.templatetags.intake import explained
from sessions_app.access import CUSTOMER, FORMER, MECHANIC, OWNER, SEES, STAFF
from sessions_app.models import Session
from sessions_app.moves import AWAITING_PAYMENT, MOVES
from sessions_app.timeline import Sentence

ROLES = [CUSTOMER, MECHANIC, FORMER, OWNER, STAFF, OFFERED]
BY_ITSELF = {"start"}  # happens when both are in the room
OPEN_MOVES = ["decline", *MOVES]


BRIEF = {
    "id": SESSION,
    "url": f"http://localhost:8000/api/v1/sessions/{SESSION}/",
    "type": "chat",
    "status": "waiting",
    "version": 2,
    "minutes": 30,
    "customer_name": "Carla Example",
    "mechanic_name": "Max",
    "car": "2016 Toyota Corolla",
    "concern": "The engine light is on since Monday, code P0302.",
    "trouble_codes": ["P0302"],
    "is_urgent": False,
    "created_at": "2026-11-21T09:58:00Z",
    "queued_at": "2026-11-21T09:58:00Z",
    "accepted_at": "2026-11-21T10:02:00Z",
    "started_at": None,
    "ended_at": None,
}
CARLA = {"name": "Carla Example", "email": "carla@example.org", "phone": "+14155550101", "city": "Oakland"}


@shown(**BRIEF)
class SessionBrief(serializers.Serializer):
    """A session in a list."""

    id = serializers.UUIDField()
    url = Address("api:session")
    type = serializers.ChoiceField(Session.Type.choices)
    status = serializers.ChoiceField(Session.Status.choices)
    version = serializers.IntegerField(help_text="Grows with every event.")
    minutes = serializers.IntegerField(help_text="That were booked.")
    customer_name = serializers.CharField(source="request.customer_name")
    mechanic_name = serializers.CharField(source="mechanic.display_name", allow_null=True, default=None)
    car = serializers.CharField(source="request.intake.car", help_text="In a few words; empty when it was not given.")
    concern = serializers.CharField(source="request.intake.concern")
    trouble_codes = serializers.ListField(child=serializers.CharField(), source="request.intake.trouble_codes")
    is_urgent = serializers.BooleanField(source="request.is_urgent")
    created_at = Moment()
    queued_at = Moment(allow_null=True)
    accepted_at = Moment(allow_null=True)
    started_at = Moment(allow_null=True)
    ended_at = Moment(allow_null=True)


class Contact(serializers.Serializer):
    """How to reach the customer."""

    name = serializers.CharField()
    email = serializers.EmailField()
    phone = serializers.CharField(source="phone.as_e164")
    city = serializers.CharField()


@shown(
    **BRIEF,
    role="mechanic",
    plan="quick",
    price=None,
    currency="USD",
    city="Oakland",
    cancel_reason="",
    contact=CARLA,
    moves=["release"],
    intake_url=f"http://localhost:8000/api/v1/sessions/{SESSION}/intake/",
    room_url=f"http://localhost:8000/chat/{SESSION}/",
    checkout_url=None,
)
class SessionAnswer(SessionBrief):
    """A session as one person sees it."""

    role = serializers.ChoiceField(ROLES, help_text="In which you see it; “offered”: you may take it.")
    plan = serializers.CharField(source="plan_id")
    price = serializers.SerializerMethodField(help_text="For the customer and the support team, otherwise null.")
    currency = serializers.CharField()
    city = serializers.CharField(source="request.city")
    cancel_reason = serializers.SerializerMethodField()
    contact = serializers.SerializerMethodField(help_text="Null for those who may not know.")
    moves = serializers.SerializerMethodField(help_text="What you could do now.")
    intake_url = Address("api:session-intake")
    room_url = serializers.SerializerMethodField(help_text="The room on the site; null for those who may not enter.")
    checkout_url = serializers.SerializerMethodField(help_text="Where its customer pays, while that is to be done.")

    @extend_schema_field(serializers.DecimalField(8, 2, allow_null=True))
    def get_price(self, session: Session) -> str | None:
        return str(session.price) if session.role in (CUSTOMER, STAFF) else None

    def get_cancel_reason(self, session: Session) -> str:
        return "" if session.role == FORMER else session.cancel_reason

    @extend_schema_field(Contact(allow_null=True))
    def get_contact(self, session: Session) -> dict[str, Any] | None:
        return contact_of(session, self.context["user"])

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(OPEN_MOVES)))
    def get_moves(self, session: Session) -> list[str]:
        return moves_of(session, self.context["user"])

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_room_url(self, session: Session) -> str | None:
        return site(session.room_url) if session.role in SEES["room"] else None

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_checkout_url(self, session: Session) -> str | None:
        pays = session.role == CUSTOMER and session.status == AWAITING_PAYMENT
        return site(reverse("checkout", args=[session.pk])) if pays else None


def contact_of(session: Session, user: User) -> dict[str, Any] | None:
    return Contact(session.request.intake).data if shows_contact(session.request, user) else None


def moves_of(session: Session, user: User) -> list[str]:
    """What this person could do now. To accept, it has to be open to them, which the table of moves does not know."""
    legal = [name for name in record.legal(session, user) if name not in BY_ITSELF | {"accept"}]
    may_take = session.role == OFFERED or (session.role == FORMER and matching.open_to(user.mechanic).filter(pk=session.pk).exists())
    return ["accept", "decline", *legal] if may_take else legal


class Car(serializers.Serializer):
    """What identifies a car."""

    vin = serializers.CharField()
    year = serializers.IntegerField(allow_null=True)
    make = serializers.CharField()
    model = serializers.CharField()
    odometer = serializers.IntegerField(allow_null=True)
    plate = serializers.CharField()


class Code(serializers.Serializer):
    """A trouble code, explained."""

    code = serializers.CharField()
    meaning = serializers.CharField()
    system = serializers.CharField()


@shown(
    session=SESSION,
    role="mechanic",
    customer_name="Carla Example",
    contact=CARLA,
    car={"vin": "", "year": 2016, "make": "Toyota", "model": "Corolla", "odometer": 84000, "plate": "7ABC123"},
    category="engine",
    concern="The engine light is on since Monday, code P0302.",
    codes=[{"code": "P0302", "meaning": "Cylinder 2 misfire detected", "system": "Powertrain"}],
    safety=[],
    is_urgent=False,
    requested_brand="toyota",
    reasons=["Asks for a Toyota specialist"],
    submitted_at="2026-11-21T09:58:00Z",
)
class IntakeAnswer(serializers.Serializer):
    """What the customer told us. It never changes."""

    session = serializers.UUIDField(source="pk")
    role = serializers.ChoiceField(ROLES)
    customer_name = serializers.CharField(source="request.customer_name")
    contact = serializers.SerializerMethodField(help_text="Null for those who may not know.")
    car = Car(source="request.intake")
    category = serializers.CharField(source="request.intake.category", help_text=f"One of {', '.join(Category.values)}, or empty.")
    concern = serializers.CharField(source="request.intake.concern")
    codes = serializers.SerializerMethodField()
    safety = serializers.ListField(child=serializers.CharField(), source="request.intake.safety", help_text="Dangers that were ticked.")
    is_urgent = serializers.BooleanField(source="request.is_urgent")
    requested_brand = serializers.CharField(source="request.requested_brand")
    reasons = serializers.SerializerMethodField(help_text="Why a mechanic sees it.")
    submitted_at = Moment(source="request.intake.created_at")

    @extend_schema_field(Contact(allow_null=True))
    def get_contact(self, session: Session) -> dict[str, Any] | None:
        return contact_of(session, self.context["user"])

    @extend_schema_field(Code(many=True))
    def get_codes(self, session: Session) -> list[dict[str, Any]]:
        return Code(explained(session.request.intake.trouble_codes), many=True).data

    def get_reasons(self, session: Session) -> list[str]:
        return reasons_in_words(session.request, self.context["user"])


def reasons_in_words(request: Any, user: User) -> list[str]:
    """Why this mechanic sees it; nothing to anybody else."""
    if not user.is_mechanic:
        return []
    traits = traits_of(user.mechanic)
    return [reason.text for reason in reasons_for(request) if reason.applies_to(traits)]


ACCEPTED = {"number": 2, "kind": "accept", "at": "2026-11-21T10:02:00Z", "text": "Max took the request.", "detail": ""}


@shown(**ACCEPTED)
class SentenceAnswer(serializers.Serializer):
    """One thing that happened, in words for whoever asks."""

    number = serializers.IntegerField(source="event.number")
    kind = serializers.CharField(source="event.kind", help_text="For programs: the move or note.")
    at = Moment()
    text = serializers.CharField()
    detail = serializers.CharField(help_text="The reason that was given, where you may know it.")


@shown(session=SESSION, version=2, results=[ACCEPTED])
class TimelineAnswer(serializers.Serializer):
    """The timeline of a session, the oldest first."""

    session = serializers.UUIDField()
    version = serializers.IntegerField()
    results = SentenceAnswer(many=True)

    @classmethod
    def of(cls, session: Session, sentences: list[Sentence]) -> dict[str, Any]:
        return {"session": session.pk, "version": session.version, "results": sentences}
