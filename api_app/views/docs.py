"""The description of the API, for programs (OpenAPI) and for people."""

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api_app.endpoint import Endpoint
from api_app.permissions import Anybody

OPENAPI = "application/vnd.oai.openapi+json"


class OpenApi(OpenApiJsonRenderer):
    """The text is made once; it is the same for everybody."""

    media_type = OPENAPI

    def render(self, data: object, *args: object, **kwargs: object) -> bytes:
        return data if isinstance(data, bytes) else super().render(data, *args, **kwargs)


class PlainJSON(OpenApi):
    media_type = "application/json"


class Schema(Endpoint):
    """/schema/"""

    permission_classes = [Anybody]
    schema = None
    renderer_classes = [OpenApi, PlainJSON]

    def get(self, request: Request) -> Response:
        return Response(description())


@cache
def description() -> bytes:
    return OpenApiJsonRenderer().render(SchemaGenerator().get_schema(request=None, public=True))


@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    """The description to read and to try, drawn by Swagger UI from our own host."""
    return render(request, "api_app/docs.html")
