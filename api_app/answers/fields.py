"""Fields that answers share."""

from datetime import UTC
from typing import Any

from django.conf import settings
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


class Moment(serializers.DateTimeField):
    """A time, always in UTC (RFC 3339)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **{"read_only": True, **kwargs})


@extend_schema_field(OpenApiTypes.URI)
class Address(serializers.Field):
    """The whole address of what belongs to a row, by the name of its URL and the row's id; `None` for rows of which `when` is false."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        self.name = name
        super().__init__(source="pk", read_only=True, **kwargs)

    def to_representation(self, pk: Any) -> str:
        return site(reverse(self.name, args=[pk]))


def site(path: str) -> str:
    return f"{settings.SITE_URL}{path}"
