"""Questions about people that have a meaning in the product."""

from collections.abc import Collection

from django.db import models
from django.db.models import Count, Exists, F, Func, OuterRef, Q, Subquery


class BrandQuerySet(models.QuerySet):
    def offered(self, *, besides: Collection[str] = ()) -> "BrandQuerySet":
        """Those that can be chosen.

        Args:
            besides: slugs of others that somebody has already.
        """
        return self.filter(Q(is_offered=True) | Q(pk__in=besides))

    def with_specialists(self) -> "BrandQuerySet":
        """Those offered; `has_specialist` says whether an approved mechanic knows the brand best."""
        return self.offered().annotate(has_specialist=Exists(self._specialists()))

    def with_mechanic_count(self) -> "BrandQuerySet":
        """`mechanic_count` is how many approved mechanics know the brand best."""
        counted = self._specialists().order_by().annotate(all=Func(F("pk"), function="count")).values("all")
        return self.annotate(mechanic_count=Subquery(counted, output_field=models.IntegerField()))

    def _specialists(self) -> "MechanicQuerySet":
        mechanics = self.model._meta.apps.get_model("accounts_app", "Mechanic").objects.approved()
        return mechanics.filter(brands__contains=[OuterRef("slug")])

    def choices(self, *, besides: Collection[str] = ()) -> list[tuple[str, str]]:
        """(slug, name) for a form; a slug of `besides` that is no brand of ours, as in profiles of the old system, names itself."""
        known = dict(self.offered(besides=besides).values_list("slug", "name"))
        return sorted({**{slug: slug for slug in besides}, **known}.items())


class MechanicQuerySet(models.QuerySet):
    def approved(self) -> "MechanicQuerySet":
        """Those who may take a session."""
        return self.filter(standing="approved", leaves_because="")

    def on_duty(self) -> "MechanicQuerySet":
        """Approved mechanics who have switched themselves on."""
        return self.approved().filter(on_duty=True)

    def with_free_place(self, kind: str) -> "MechanicQuerySet":
        """Approved mechanics with a free place of this kind, those on duty first; `free_places` says how many."""
        free = self.approved().filter(places__kind=kind, places__session=None)
        return free.annotate(free_places=Count("places")).order_by("-on_duty", "display_name")
