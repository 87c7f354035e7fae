"""What a driver fills in: the intake, and a car to keep.

The intake asks for as little as a mechanic needs: the concern in at least 10 characters (5 when urgent), and the car by its VIN or by year,
make and model (when urgent the car may be missing).
"""

import uuid
from collections.abc import Iterable
from itertools import islice
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField
from phonenumbers import region_code_for_number

from accounts_app.models import Brand, Mechanic, User, Workshop
from billing_app.demo_gateway import on_sale
from billing_app.models import Plan
from lifecycle.queue import CAR_FIELDS, Submission
from mechanichub.forms import Form, ModelForm
from requests_app import safety, trouble_codes, vin
from requests_app.concerns import Category
from requests_app.models import Vehicle
from requests_app.trouble_codes import TroubleCode
from requests_app.vin import Reading
from sessions_app.models import Session

SHORTEST_CONCERN = 10  # characters
SHORTEST_URGENT_CONCERN = 5
LONGEST_SELECT = 100
OLDEST_CAR = 1886  # the first one
FARTHEST_ODOMETER = 5_000_000
VIN_INPUT = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "data-vin": "vin"}


def latest_model_year(year: int) -> None:
    """A validator: next year's models are on sale this year, later ones are not.

    Raises:
        ValidationError: the year has not come.
    """
    if year > timezone.now().year + 1:
        raise forms.ValidationError(_("This year has not come yet."))


class CarFields(forms.Form):
    """The fields that identify a car, and the reading of its VIN, shared by both forms. `reading` is None without a VIN."""

    vin = forms.CharField(
        label=_("VIN"),
        required=False,
        max_length=40,  # as typed, with spaces; 17 count
        widget=forms.TextInput(attrs=VIN_INPUT),
        help_text=_("17 characters, behind the windscreen or in the vehicle papers. It fills in make and year."),
    )
    year = forms.IntegerField(
        label=_("Year"),
        required=False,
        validators=[MinValueValidator(OLDEST_CAR), latest_model_year],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "data-vin": "year"}),
    )
    make = forms.CharField(
        label=_("Make"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"list": "makes", "autocomplete": "off", "data-vin": "make"}),
    )
    model = forms.CharField(
        label=_("Model"), required=False, max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off", "data-vin": "model"})
    )
    odometer = forms.IntegerField(
        label=_("Odometer"),
        required=False,
        validators=[MinValueValidator(0), MaxValueValidator(FARTHEST_ODOMETER)],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    plate = forms.CharField(
        label=_("Plate"),
        required=False,
        max_length=16,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )

    reading: Reading | None = None

    def clean_vin(self) -> str:
        typed = self.cleaned_data["vin"]
        if not typed:
            return ""
        self.reading = vin.read(typed)
        if self.reading.error:
            raise forms.ValidationError(self.reading.error)
        return self.reading.vin

    def fill_from_vin(self, cleaned: dict[str, Any]) -> None:
        """What the VIN says goes where nothing was typed."""
        if self.reading:
            cleaned["make"] = cleaned.get("make") or self.reading.make
            cleaned["model"] = cleaned.get("model") or self.reading.model
            cleaned["year"] = cleaned.get("year") or self.reading.year

    def require_car(self, cleaned: dict[str, Any]) -> None:
        """A VIN, or year and make and model. A field with an error of its own counts as filled in."""
        if cleaned.get("vin") or "vin" in self.errors:
            return
        for name in ("year", "make", "model"):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("Give the VIN, or year, make and model."))


class VehicleForm(CarFields, ModelForm):
    """A car to keep with us."""

    class Meta:
        model = Vehicle
        fields = ["vin", "year", "make", "model", "odometer", "plate", "notes"]
        widgets = {"notes": forms.Textarea(attrs={"rows": 3})}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.fill_from_vin(cleaned)
        self.require_car(cleaned)
        return cleaned

    def keep(self) -> bool:
        """Saves the car; False, with an error on the field, when the same VIN came in by another way meanwhile."""
        try:
            with transaction.atomic():
                self.save()
        except IntegrityError:
            self.add_error("vin", _("You already have a car with this VIN."))
        return not self.errors

    def _get_validation_exclusions(self) -> set[str]:
        # The owner is set on the instance before validation, so that "one VIN once per owner" is checked here and not by a crash.
        return super()._get_validation_exclusions() - {"owner"}


class PeopleChoices(forms.models.ModelChoiceIterator):
    """The first hundred only: a longer select helps nobody. Any other valid choice is still accepted."""

    def __iter__(self) -> Iterable:
        return islice(super().__iter__(), 1 + LONGEST_SELECT)  # and the empty one


class PeopleField(forms.ModelChoiceField):
    iterator = PeopleChoices


class IntakeForm(CarFields, Form):
    """The intake. `user` is the signed-in customer, or None for a visitor, who cannot refer to cars or sessions of anybody."""

    client_id = forms.CharField(required=False, widget=forms.HiddenInput)
    bundle = forms.CharField(required=False, widget=forms.HiddenInput)
    follows = forms.ModelChoiceField(Session.objects.none(), required=False, widget=forms.HiddenInput)

    safety = forms.MultipleChoiceField(
        label=_("Does any of this apply right now?"), required=False, choices=safety.choices, widget=forms.CheckboxSelectMultiple
    )

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    phone = PhoneNumberField(label=_("Phone"), widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}))
    city = forms.CharField(label=_("City"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "address-level2"}))

    vehicle = forms.ModelChoiceField(
        Vehicle.objects.none(),
        label=_("A car you saved"),
        required=False,
        empty_label=_("Another car"),
        help_text=_("Or describe another one below."),
    )

    keep_vehicle = forms.BooleanField(label=_("Keep this car for next time"), required=False, initial=True)

    category = forms.ChoiceField(label=_("What is it about?"), required=False, choices=[("", _("Choose if one fits")), *Category.choices])
    concern = forms.CharField(
        label=_("What happens?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5, "data-files-paste": ""}),
        help_text=_(
            "What you see, hear or smell, since when, and what was done already. Trouble codes like P0420 are explained as you type."
        ),
    )
    is_urgent = forms.BooleanField(
        label=_("It is urgent: I am stranded or in traffic"),
        required=False,
        help_text=_("Then a few words are enough, and the car may be left out."),
    )

    preferred_mechanic = PeopleField(
        Mechanic.objects.approved(),
        label=_("A mechanic you know"),
        required=False,
        empty_label=_("Whoever is free first"),
        help_text=_("Gets ten minutes to answer before others are asked."),
    )
    requested_brand = forms.ChoiceField(label=_("A specialist for"), required=False)
    preferred_workshop = PeopleField(Workshop.objects.all(), label=_("A workshop you know"), required=False, empty_label=_("Any"))
    prefer_local = forms.BooleanField(label=_("Somebody near me, if possible"), required=False)
    postal_code = forms.CharField(
        label=_("Postal code"), required=False, max_length=16, widget=forms.TextInput(attrs={"autocomplete": "postal-code"})
    )

    plan = forms.ModelChoiceField(Plan.objects.none(), label=_("Your plan"), widget=forms.RadioSelect, empty_label=None)
    consent = forms.BooleanField(
        label=_("I agree that my mechanic sees what I wrote, and that advice from a distance does not replace an inspection of the car"),
        error_messages={"required": _("Please tick this; otherwise nobody may read it.")},
    )

    # As on the page: the list of what is wrong follows it.
    field_order = [
        "safety", "name", "city", "email", "phone", "vehicle", "vin", "year", "make", "model", "plate", "odometer", "keep_vehicle",
        "is_urgent", "category", "concern",
    ]  # fmt: skip
    AS_TOLD = (
        "client_id", "name", "email", "city", "concern", "consent", "category", "safety", "is_urgent", "keep_vehicle",
        "requested_brand", "prefer_local", "postal_code",
    )  # fmt: skip
    OPTIONS = ("preferred_mechanic", "requested_brand", "preferred_workshop", "prefer_local", "postal_code")

    def __init__(self, *args: Any, user: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].queryset = on_sale()
        self.brands = Brand.objects.with_specialists()
        known = [(brand.slug, brand.name) for brand in self.brands if brand.has_specialist]
        self.fields["requested_brand"].choices = [("", _("Any make")), *known]
        if user is None:
            del self.fields["vehicle"], self.fields["follows"]
            return
        self.fields["follows"].queryset = user.sessions.all()
        self.fields["preferred_mechanic"].queryset = mechanics_for(user)
        self.offer_cars(user.vehicles.all())

    def offer_cars(self, cars: QuerySet[Vehicle]) -> None:
        if cars:
            self.fields["vehicle"].queryset = cars
        else:
            del self.fields["vehicle"]

    def clean_client_id(self) -> uuid.UUID:
        """The name that the browser gave to this form; a new one when it has none, since nobody could correct a hidden field."""
        try:
            return uuid.UUID(self.cleaned_data["client_id"])
        except ValueError:
            return uuid.uuid4()

    def clean_bundle(self) -> uuid.UUID | None:
        """The name of the files that came with this form; None for what cannot be one, since nobody could correct a hidden field."""
        try:
            return uuid.UUID(self.cleaned_data["bundle"])
        except ValueError:
            return None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.take_from_saved_car(cleaned)
        self.fill_from_vin(cleaned)
        if not cleaned.get("is_urgent"):
            self.require_car(cleaned)
        self.require_words(cleaned)
        return cleaned

    def take_from_saved_car(self, cleaned: dict[str, Any]) -> None:
        """The chosen car is the car; what it does not know may be typed. Another VIN than its own means that the wrong one was chosen."""
        car = cleaned.get("vehicle")
        if car is None:
            return
        if car.vin and cleaned.get("vin") and cleaned["vin"] != car.vin:
            self.add_error("vin", _("This is not the VIN of the saved car. Choose “Another car”, or empty this field."))
        for name in ("vin", "year", "make", "model"):
            cleaned[name] = getattr(car, name) or cleaned.get(name)
        for name in ("odometer", "plate"):  # these change
            cleaned[name] = cleaned.get(name) or getattr(car, name)

    def require_words(self, cleaned: dict[str, Any]) -> None:
        shortest = SHORTEST_URGENT_CONCERN if cleaned.get("is_urgent") else SHORTEST_CONCERN
        if len(cleaned.get("concern", " " * shortest)) < shortest:
            self.add_error("concern", format_lazy(_("Please tell us a little more: at least {count} characters."), count=shortest))

    def submission(self, bundle_id: uuid.UUID | None = None) -> Submission:
        """What was filled in, for lifecycle.submit. Only after `is_valid`.

        Args:
            bundle_id: the files that go with it, after a look whose they are (files_app.bundles.named).
        """
        told = self.cleaned_data
        vehicle, mechanic, workshop, follows = (
            told.get(name) for name in ("vehicle", "preferred_mechanic", "preferred_workshop", "follows")
        )
        return Submission(
            **{name: told[name] for name in self.AS_TOLD},
            plan_code=told["plan"].pk,
            phone=told["phone"].as_e164,
            country=region_code_for_number(told["phone"]) or "",
            car={name: told[name] for name in CAR_FIELDS} if any(told[name] for name in CAR_FIELDS) else {},
            vehicle_id=vehicle and vehicle.pk,
            trouble_codes=trouble_codes.find(told["concern"]),
            preferred_mechanic_id=mechanic and mechanic.pk,
            preferred_workshop_id=workshop and workshop.pk,
            follows_id=follows and follows.pk,
            bundle_id=bundle_id,
        )

    @property
    def trouble_codes(self) -> list[TroubleCode]:
        """The codes in what was typed so far, valid or not."""
        return trouble_codes.explain_all(str(self["concern"].value() or ""))

    @property
    def chosen_plan(self) -> Plan | None:
        """The plan that is chosen so far, when it is on sale."""
        return next((plan for plan in self.fields["plan"].queryset if plan.pk == self["plan"].value()), None)

    @property
    def uses_options(self) -> bool:
        """True when one of the optional wishes is filled in or wrong, so that their fold stays open."""
        return any(self[name].value() or self[name].errors for name in self.OPTIONS)


def mechanics_for(user: User) -> QuerySet[Mechanic]:
    """Every approved mechanic, those who have helped this customer before first."""
    has_helped = Exists(user.sessions.filter(mechanic=OuterRef("pk")))
    return Mechanic.objects.approved().order_by(has_helped.desc(), "display_name")
