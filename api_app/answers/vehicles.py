"""A customer's cars."""

from rest_framework import serializers

from api_app.answers.examples import CAR, shown
from api_app.answers.fields import Address, Moment


@shown(
    id=CAR,
    url=f"http://localhost:8000/api/v1/vehicles/{CAR}/",
    car="2016 Toyota Corolla",
    vin="",
    year=2016,
    make="Toyota",
    model="Corolla",
    odometer=84000,
    plate="7ABC123",
    notes="Timing belt changed in 2023.",
    created_at="2026-11-21T09:58:00Z",
)
class VehicleAnswer(serializers.Serializer):
    """A car that you keep with us."""

    id = serializers.UUIDField()
    url = Address("api:vehicle")
    car = serializers.CharField(help_text="In a few words.")
    vin = serializers.CharField()
    year = serializers.IntegerField(allow_null=True)
    make = serializers.CharField()
    model = serializers.CharField()
    odometer = serializers.IntegerField(allow_null=True)
    plate = serializers.CharField()
    notes = serializers.CharField()
    created_at = Moment()
