"""Who asks, and what there is for them."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts_app.models import Mechanic, User
from api_app.answers.examples import MECHANIC, shown
from api_app.answers.fields import site
from dashboard import queries
from dashboard.queries import MANY

COUNTS = {"incoming": 3, "active": 1, "completed": 48, "history": 51}
MAX = {
    "display_name": "Max",
    "standing": "approved",
    "standing_reason": "",
    "on_duty": True,
    "may_take": True,
    "brands": ["toyota"],
    "counts": COUNTS,
}


@shown(**COUNTS)
class CountsAnswer(serializers.Serializer):
    """What the tabs count."""

    incoming = serializers.IntegerField()
    active = serializers.IntegerField()
    completed = serializers.IntegerField(help_text=f"{MANY} means so many or more.")
    history = serializers.IntegerField(help_text=f"{MANY} means so many or more.")


@shown(**MAX)
class MechanicAnswer(serializers.Serializer):
    """Your working side."""

    display_name = serializers.CharField()
    standing = serializers.ChoiceField(Mechanic.Standing.choices)
    standing_reason = serializers.CharField()
    on_duty = serializers.BooleanField()
    may_take = serializers.BooleanField(help_text="Whether you may take sessions now.")
    brands = serializers.ListField(child=serializers.CharField())
    counts = serializers.SerializerMethodField(help_text="Null as long as you may not work.")

    @extend_schema_field(CountsAnswer(allow_null=True))
    def get_counts(self, mechanic: Mechanic) -> dict[str, Any] | None:
        return CountsAnswer(queries.counts(mechanic)).data if mechanic.may_hold else None


@shown(
    id=MECHANIC,
    name="Max Example",
    email="max@example.org",
    phone="+14155550101",
    timezone="America/Los_Angeles",
    language="en",
    is_staff=False,
    owns_workshop=False,
    mechanic=MAX,
    open_session_url=None,
)
class MeAnswer(serializers.Serializer):
    """You."""

    id = serializers.UUIDField()
    name = serializers.CharField(source="full_name")
    email = serializers.CharField()
    phone = serializers.SerializerMethodField(help_text="E.164, or empty.")
    timezone = serializers.CharField(help_text="IANA, or empty.")
    language = serializers.CharField()
    is_staff = serializers.BooleanField()
    owns_workshop = serializers.SerializerMethodField()
    mechanic = serializers.SerializerMethodField(help_text="Null for those who are none.")
    open_session_url = serializers.SerializerMethodField(help_text="The session that you asked for and that has not ended, or null.")

    def get_phone(self, user: User) -> str:
        return user.phone.as_e164 if user.phone else ""

    def get_owns_workshop(self, user: User) -> bool:
        return user.workshops.exists()

    @extend_schema_field(MechanicAnswer(allow_null=True))
    def get_mechanic(self, user: User) -> dict[str, Any] | None:
        return MechanicAnswer(user.mechanic).data if user.is_mechanic else None

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_open_session_url(self, user: User) -> str | None:
        pk = user.sessions.open().values_list("pk", flat=True).first()
        return site(reverse("api:session", args=[pk])) if pk else None
