"""The price list."""

from rest_framework.request import Request
from rest_framework.response import Response

from api_app.answers.plans import PlansAnswer
from api_app.endpoint import Endpoint
from api_app.permissions import Anybody
from api_app.schema import operation
from billing_app.demo_gateway import on_sale


class Plans(Endpoint):
    """/plans/"""

    permission_classes = [Anybody]

    @operation("listPlans", "What there is to choose", answer=PlansAnswer, is_open=True)
    def get(self, request: Request) -> Response:
        """The plans that are on sale now. Nobody needs to sign in to read them."""
        return self.answer(PlansAnswer, PlansAnswer.of(list(on_sale())))
