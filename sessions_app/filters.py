"""What staff filter sessions by. Each of them has an index behind it, or lets so much through that the latest are soon found."""

from datetime import timedelta

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from accounts_app.models import Mechanic
from console.base import ChoiceFilter
from console.filters import Entry, TypedFilter
from sessions_app.models import Session
from sessions_app.moves import AWAITING_PAYMENT, MOVES, NOTES

MOST_MECHANICS = 500  # of one name, or in the workshops of one name

AGES = {
    "hour": (_("in the last hour"), timedelta(hours=1)),
    "day": (_("in the last 24 hours"), timedelta(days=1)),
    "week": (_("in the last 7 days"), timedelta(days=7)),
    "month": (_("in the last 30 days"), timedelta(days=30)),
}
OLDER = "older"


class AgeFilter(ChoiceFilter):
    title, parameter_name = _("age"), "age"
    choices_known = [*((name, words) for name, (words, _lasts) in AGES.items()), (OLDER, _("before that"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> QuerySet[Session]:
        now, chosen = timezone.now(), self.value()
        if chosen in AGES:
            return queryset.filter(created_at__gte=now - AGES[chosen][1])
        return queryset.filter(created_at__lt=now - AGES["month"][1]) if chosen == OLDER else queryset


class UrgentFilter(ChoiceFilter):
    title, parameter_name = _("urgency"), "urgent"
    choices_known = [("yes", _("urgent")), ("no", _("not urgent"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> QuerySet[Session]:
        return queryset.filter(request__is_urgent=self.value() == "yes") if self.value() else queryset


class PaymentFilter(ChoiceFilter):
    """Whatever has been in the queue and costs something was paid: no other way leads there but a hand's."""

    title, parameter_name = _("payment"), "payment"
    choices_known = [("paid", _("paid")), ("due", _("not paid yet")), ("never", _("ended unpaid")), ("free", _("free"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> QuerySet[Session]:
        match self.value():
            case "paid":
                return queryset.filter(price__gt=0, queued_at__isnull=False)
            case "due":
                return queryset.filter(status=AWAITING_PAYMENT)
            case "never":
                return queryset.filter(price__gt=0, queued_at=None, ended_at__isnull=False)
            case "free":
                return queryset.filter(price=0)
        return queryset


class MechanicFilter(TypedFilter):
    title, entries = _("mechanic"), (Entry("mechanic", _("Mechanic's name")),)

    def narrow(self, rows: QuerySet[Session], *, mechanic: str) -> QuerySet[Session]:
        return _held_by(rows, display_name__icontains=mechanic)


class WorkshopFilter(TypedFilter):
    title, entries = _("workshop"), (Entry("workshop", _("Workshop's name")),)

    def narrow(self, rows: QuerySet[Session], *, workshop: str) -> QuerySet[Session]:
        return _held_by(rows, workshop__name__icontains=workshop)


def _held_by(rows: QuerySet[Session], **named: str) -> QuerySet[Session]:
    """Looked up first: with their keys PostgreSQL finds the sessions in the order of the list."""
    return rows.filter(mechanic__in=list(Mechanic.objects.filter(**named).values_list("pk", flat=True)[:MOST_MECHANICS]))


class CountryFilter(TypedFilter):
    """Where the customer is."""

    title, entries = _("country"), (Entry("country", _("Country"), "select", tuple(countries)),)

    def narrow(self, rows: QuerySet[Session], *, country: str) -> QuerySet[Session]:
        return rows.filter(request__country=country)


class KindFilter(ChoiceFilter):
    """The kind of an event."""

    title, parameter_name = _("what"), "kind"
    choices_known = [(name, name) for name in (*MOVES, *NOTES)]
