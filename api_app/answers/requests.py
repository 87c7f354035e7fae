"""A request as it stands on a mechanic's board."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api_app.answers.examples import SESSION, shown
from api_app.answers.fields import Address, Moment
from api_app.answers.sessions import reasons_in_words
from requests_app import matching
from requests_app.models import SessionRequest
from sessions_app.models import Session


@shown(
    id=SESSION,
    session_url=f"http://localhost:8000/api/v1/sessions/{SESSION}/",
    accept_url=f"http://localhost:8000/api/v1/sessions/{SESSION}/accept/",
    status="pending",
    type="chat",
    minutes=30,
    customer_name="Carla Example",
    city="Oakland",
    car="2016 Toyota Corolla",
    category="engine",
    concern="The engine light is on since Monday, code P0302.",
    trouble_codes=["P0302"],
    safety=[],
    is_urgent=False,
    requested_brand="toyota",
    reasons=["Asks for a Toyota specialist"],
    waiting_since="2026-11-21T09:58:00Z",
    escalates_at="2026-11-21T10:13:00Z",
    window_ends_at=None,
)
class RequestAnswer(serializers.Serializer):
    """A request that you can take: the short card, without address and phone."""

    id = serializers.UUIDField(source="pk", help_text="The same as that of its session.")
    session_url = Address("api:session")
    accept_url = Address("api:session-accept")
    status = serializers.CharField(help_text="pending, or unattended when nobody took it in time.")
    type = serializers.ChoiceField(Session.Type.choices, source="session.type")
    minutes = serializers.IntegerField(source="session.minutes")
    customer_name = serializers.CharField()
    city = serializers.CharField()
    car = serializers.CharField(source="intake.car", help_text="In a few words; empty when it was not given.")
    category = serializers.CharField(source="intake.category")
    concern = serializers.CharField(source="intake.concern")
    trouble_codes = serializers.ListField(child=serializers.CharField(), source="intake.trouble_codes")
    safety = serializers.ListField(child=serializers.CharField(), source="intake.safety", help_text="Dangers that were ticked.")
    is_urgent = serializers.BooleanField()
    requested_brand = serializers.CharField()
    reasons = serializers.SerializerMethodField(help_text="Why it is offered to you.")
    waiting_since = Moment(source="session.queued_at")
    escalates_at = Moment(source="expires_at", allow_null=True)
    window_ends_at = serializers.SerializerMethodField(help_text="Until then it is yours alone; null when it is not.")

    def get_reasons(self, request: SessionRequest) -> list[str]:
        return reasons_in_words(request, self.context["user"])

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_window_ends_at(self, request: SessionRequest) -> Any:
        return Moment().to_representation(request.window_ends_at) if matching.in_window(request) else None


@shown(request=SESSION, declined_at="2026-11-21T10:01:12Z", reason="No time just now")
class OfferAnswer(serializers.Serializer):
    """What became of a request on your board."""

    request = serializers.UUIDField(source="request_id")
    declined_at = Moment()
    reason = serializers.CharField(source="decline_reason")
