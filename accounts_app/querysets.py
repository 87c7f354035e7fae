"""Questions about people that have a meaning in the product."""

from django.db import models
from django.db.models import Count


class MechanicQuerySet(models.QuerySet):
    def approved(self) -> "MechanicQuerySet":
        return self.filter(standing="approved")

    def on_duty(self) -> "MechanicQuerySet":
        """Approved mechanics who have switched themselves on."""
        return self.approved().filter(on_duty=True)

    def with_free_place(self, kind: str) -> "MechanicQuerySet":
        """Approved mechanics with a free place of this kind, those on duty first; `free_places` says how many."""
        free = self.approved().filter(places__kind=kind, places__session=None)
        return free.annotate(free_places=Count("places")).order_by("-on_duty", "display_name")
