"""The questions with a product meaning that are asked of files."""

from django.db import models


class SessionFileQuerySet(models.QuerySet):
    def ready(self) -> "SessionFileQuerySet":
        return self.filter(state="ready")

    def elsewhere(self) -> "SessionFileQuerySet":
        """Those of the old system whose objects have not been copied yet: nobody can check them before."""
        return self.filter(state="checking", pieces__0__startswith="legacy/")

    def with_strokes(self) -> "SessionFileQuerySet":
        """Each with `.strokes`: how many are drawn on it. In order, which is said again because counting forgets it."""
        return self.annotate(strokes=models.Count("annotations")).order_by("created_at", "id")
