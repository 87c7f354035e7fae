"""The cars that a customer keeps with us: one's own, and nobody else's."""

from uuid import UUID

from django.forms import model_to_dict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django_filters import FilterSet
from rest_framework.request import Request
from rest_framework.response import Response

from api_app.answers.examples import shown
from api_app.answers.fields import site
from api_app.answers.vehicles import VehicleAnswer
from api_app.bodies import Body, errors_of
from api_app.endpoint import Endpoint
from api_app.errors import Invalid
from api_app.schema import operation
from dashboard.keyset import Order
from dashboard.queries import Listing
from mechanichub.forms import Form
from requests_app.forms import VehicleForm
from requests_app.models import Vehicle
from requests_app.views import cars_of


class VehicleFilter(FilterSet):
    """Nothing to filter by."""

    class Meta:
        model = Vehicle
        fields: list[str] = []
        form = Form


@shown(year=2016, make="Toyota", model="Corolla", odometer=84000, plate="7ABC123", notes="Timing belt changed in 2023.")
class VehicleBody(Body):
    """A car: by its VIN, which fills in make and year, or by year, make and model."""

    form = VehicleForm


@shown(odometer=91250)
class VehicleChange(Body):
    """What is new about a car. What is not named stays as it is; null empties it."""

    form = VehicleForm


class Vehicles(Endpoint):
    """/vehicles/"""

    @operation("listVehicles", "My cars", page=VehicleAnswer, filters=VehicleFilter)
    def get(self, request: Request) -> Response:
        """The latest first."""
        listing = Listing(cars_of(request.user).order_by("-created_at", "-id"), Order("created_at", latest_first=True))
        return self.page(VehicleAnswer, listing, self.wanted(VehicleFilter))

    @operation("addVehicle", "Keep a car", body=VehicleBody, answer=VehicleAnswer, status=201)
    def post(self, request: Request) -> Response:
        """A VIN can be kept once."""
        car = kept(self.read(VehicleBody, instance=Vehicle(owner=request.user)))
        return self.answer(VehicleAnswer, car, status=201, Location=site(reverse("api:vehicle", args=[car.pk])))


class OneVehicle(Endpoint):
    """/vehicles/{id}/"""

    @operation("getVehicle", "A car of mine", answer=VehicleAnswer, refusals=(404,))
    def get(self, request: Request, pk: UUID) -> Response:
        return self.answer(VehicleAnswer, get_object_or_404(cars_of(request.user), pk=pk))

    @operation("changeVehicle", "Something is new about a car", body=VehicleChange, answer=VehicleAnswer, refusals=(404,))
    def patch(self, request: Request, pk: UUID) -> Response:
        """Sessions keep their own copy of what was told then."""
        car = get_object_or_404(cars_of(request.user), pk=pk)
        as_it_is = model_to_dict(car, VehicleForm.Meta.fields)
        return self.answer(VehicleAnswer, kept(self.judged(VehicleForm, as_it_is | self.told(VehicleChange), instance=car)))

    @operation("deleteVehicle", "Forget a car", status=204, refusals=(404,))
    def delete(self, request: Request, pk: UUID) -> Response:
        """Sessions keep their own copy of it."""
        get_object_or_404(cars_of(request.user), pk=pk).delete()
        return Response(status=204)


def kept(form: VehicleForm) -> Vehicle:
    """The car of a valid form, saved.

    Raises:
        Invalid: the same VIN came in by another way meanwhile.
    """
    if not form.keep():
        raise Invalid(errors_of(form))
    return form.instance
