"""Requests, cars and intakes in the admin. Phone and e-mail are shown on the session's page alone, to those who say why."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from console.base import ChoiceFilter, Kept, Observed, badge, session_link
from mechanichub.forms import ModelForm
from requests_app.concerns import Category
from requests_app.models import Intake, IntakeDraft, Offer, SessionRequest, Vehicle
from requests_app.querysets import words_query


@admin.register(Vehicle)
class VehicleAdmin(Kept):
    """A customer's car. What an intake says of it stays as it was told."""

    form = ModelForm
    list_display = ("__str__", "owner", "vin", "plate", "odometer", "created_at")
    list_select_related = ("owner",)
    search_fields = ("vin", "plate", "make", "model", "owner__full_name")
    fields = ("owner", "vin", ("year", "make", "model"), ("plate", "odometer"), "notes", "created_at")
    readonly_fields = ("owner", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


class CategoryFilter(ChoiceFilter):
    title, parameter_name = _("kind of trouble"), "category"
    choices_known = Category.choices


@admin.register(Intake)
class IntakeAdmin(Observed):
    list_display = ("name", "car", "category", "city", "is_dangerous", "created_at")
    list_filter = (CategoryFilter,)
    search_fields = ("words",)
    search_in = _("Words of name, car, plate, VIN, city or concern")
    fields = (
        "session_page",
        "name",
        "city",
        "car",
        ("vin", "plate", "odometer"),
        "category",
        "concern",
        "trouble_codes",
        "safety",
        "consent",
        "created_at",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Intake | None = None) -> tuple[str, ...]:
        return ("session_page", "car")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Intake]:
        return super().get_queryset(request).select_related("request").defer("words")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Intake], search_term: str) -> tuple[QuerySet[Intake], bool]:
        query = words_query(search_term)
        return (queryset.filter(words=query) if query else queryset), False

    @admin.display(description=_("car"))
    def car(self, intake: Intake) -> str:
        return intake.car or "-"

    @admin.display(description=_("safety"))
    def is_dangerous(self, intake: Intake) -> str:
        return badge(", ".join(intake.safety), "danger") if intake.safety else ""

    @admin.display(description=_("session"))
    def session_page(self, intake: Intake) -> SafeString:
        return session_link(intake.request.pk, _("The session's page"))


@admin.register(SessionRequest)
class SessionRequestAdmin(Observed):
    list_display = (
        "customer_name",
        "status_now",
        "request_type",
        "requested_brand",
        "is_urgent",
        "routing",
        "preferred_mechanic",
        "expires_at",
    )
    list_filter = ("is_urgent", "request_type", "routing", "prefer_local")
    list_select_related = ("preferred_mechanic",)
    search_fields = ("customer_name", "requested_brand", "city")
    ordering = ("-session__created_at",)
    fields = (
        "session_page",
        "customer_name",
        "intake",
        ("request_type", "requested_brand", "keywords"),
        ("routing", "preferred_mechanic", "preferred_workshop"),
        ("is_urgent", "prefer_local"),
        ("city", "postal_code", "country"),
        ("window_ends_at", "expires_at", "notification_sent_at"),
        "follows",
        "metadata",
    )
    readonly_fields = ("session_page",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[SessionRequest]:
        return super().get_queryset(request).with_status().select_related("intake", "preferred_mechanic", "preferred_workshop", "follows")

    @admin.display(description=_("status"))
    def status_now(self, request: SessionRequest) -> str:
        return request.status

    @admin.display(description=_("session"))
    def session_page(self, request: SessionRequest) -> SafeString:
        return session_link(request.pk, _("The session's page"))


@admin.register(Offer)
class OfferAdmin(Observed):
    list_display = ("customer", "mechanic", "wave", "score", "offered_at", "seen_at", "declined_at", "decline_reason")
    list_filter = (("declined_at", admin.EmptyFieldListFilter),)
    list_select_related = ("request", "mechanic")
    search_fields = ("request__customer_name", "mechanic__display_name")
    ordering = ("-pk",)
    fields = ("session_page", "mechanic", ("wave", "score"), "reasons", ("offered_at", "seen_at"), ("declined_at", "decline_reason"))
    readonly_fields = ("session_page",)

    @admin.display(description=_("customer"))
    def customer(self, offer: Offer) -> str:
        return offer.request.customer_name

    @admin.display(description=_("session"))
    def session_page(self, offer: Offer) -> SafeString:
        return session_link(offer.request_id, offer.request.customer_name)


@admin.register(IntakeDraft)
class IntakeDraftAdmin(Observed):
    """That somebody began to ask; what they typed is theirs until they send it."""

    list_display = ("pk", "plan", "user", "created_at")
    list_select_related = ("user",)
    list_filter = ("plan",)
    fields = ("plan", "user", "created_at")
