"""The questions with a product meaning that are asked of files."""

from django.db import models


class SessionFileQuerySet(models.QuerySet):
    def ready(self) -> "SessionFileQuerySet":
        return self.filter(state="ready")
