"""The price list."""

from rest_framework import serializers

from api_app.answers.examples import shown
from billing_app.models import Plan, SessionType

FREE = {
    "code": "free",
    "name": "Free chat",
    "type": "chat",
    "minutes": 5,
    "price": "0.00",
    "currency": "USD",
    "features": ["A first opinion"],
    "is_free": True,
}


@shown(**FREE)
class PlanAnswer(serializers.Serializer):
    """What a session can be."""

    code = serializers.SlugField(help_text="Its name in `submitSession`.")
    name = serializers.CharField()
    type = serializers.ChoiceField(SessionType.choices, source="session_type")
    minutes = serializers.IntegerField()
    price = serializers.DecimalField(8, 2)
    currency = serializers.CharField()
    features = serializers.ListField(child=serializers.CharField())
    is_free = serializers.BooleanField()


@shown(results=[FREE])
class PlansAnswer(serializers.Serializer):
    """The plans in the order of the price list."""

    results = PlanAnswer(many=True)

    @classmethod
    def of(cls, plans: list[Plan]) -> dict[str, list[Plan]]:
        return {"results": plans}
