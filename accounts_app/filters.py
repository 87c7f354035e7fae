"""What staff filter people by."""

from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from accounts_app.models import Brand, Mechanic, User, Workshop
from console.base import ChoiceFilter
from console.filters import DatesFilter, Entry, TypedFilter

CUSTOMER, MECHANIC, OWNER, STAFF = "customer", "mechanic", "owner", "staff"


class RoleFilter(ChoiceFilter):
    title, parameter_name = _("role"), "role"
    choices_known = [(CUSTOMER, _("customer")), (MECHANIC, _("mechanic")), (OWNER, _("owner of a workshop")), (STAFF, _("staff"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return {
            CUSTOMER: queryset.filter(mechanic=None, is_staff=False),
            MECHANIC: queryset.filter(mechanic__isnull=False),
            OWNER: queryset.filter(Exists(Workshop.objects.filter(owner=OuterRef("pk")))),
            STAFF: queryset.filter(is_staff=True),
        }.get(self.value(), queryset)


class ConfirmedFilter(ChoiceFilter):
    """Whether somebody has shown that the address they sign in with is theirs."""

    title, parameter_name = _("e-mail address"), "confirmed"
    choices_known = [("yes", _("confirmed")), ("no", _("not confirmed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        confirmed = Exists(EmailAddress.objects.filter(user=OuterRef("pk"), verified=True))
        return {"yes": queryset.filter(confirmed), "no": queryset.filter(~confirmed)}.get(self.value(), queryset)


class JoinedFilter(DatesFilter):
    title, field = _("joined"), "date_joined"


class BrandFilter(TypedFilter):
    title = _("brand")

    def __init__(self, *args: Any) -> None:
        self.entries = (Entry("brand", _("Brand"), "select", tuple(Brand.objects.values_list("slug", "name"))),)
        super().__init__(*args)

    def narrow(self, rows: QuerySet[Mechanic], *, brand: str) -> QuerySet[Mechanic]:
        return rows.filter(brands__contains=[brand])


class WorkshopFilter(TypedFilter):
    title, entries = _("workshop"), (Entry("workshop", _("Workshop's name")),)

    def narrow(self, rows: QuerySet[Mechanic], *, workshop: str) -> QuerySet[Mechanic]:
        return rows.filter(workshop__name__icontains=workshop)


class CountryFilter(TypedFilter):
    title, entries = _("country"), (Entry("country", _("Country"), "select", tuple(countries)),)

    def narrow(self, rows: QuerySet, *, country: str) -> QuerySet:
        return rows.filter(country=country)


class LeavingFilter(ChoiceFilter):
    title, parameter_name = _("suspended after the session at hand"), "leaving"
    choices_known = [("yes", _("Yes"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Mechanic]) -> QuerySet[Mechanic]:
        return queryset.exclude(leaves_because="") if self.value() else queryset
