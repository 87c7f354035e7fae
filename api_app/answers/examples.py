"""An example for each shape, for people who read the description. tests/test_schema_holds.py holds that each is of its shape."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.drainage import get_override
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer

SESSION = "5f0c2a53-2f0e-4c51-9f5c-0d8f6a0f9d11"
MECHANIC = "0b4a31de-6f1c-4a55-8a07-2b4d3c5f6e7a"
FILE = "9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d"
CAR = "1c9d8e7f-6a5b-4c3d-9e2f-0a1b2c3d4e5f"


def shown(**value: Any) -> Callable:
    """Decorates a shape with an example of it."""
    return extend_schema_serializer(examples=[OpenApiExample("Example", value=value)])


def example_of(shape: type) -> dict[str, Any] | None:
    return next((example.value for example in get_override(shape, "examples", [])), None)
