"""What all endpoints have in common. An endpoint itself says only what is loaded, done and answered (see api_app/__init__.py)."""

import zoneinfo
from contextlib import nullcontext
from typing import Any, ClassVar

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.common import no_append_slash
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api_app import conditional, idempotency, pagination
from api_app.authentication import BearerToken, BrowserSession
from api_app.bodies import Body, StrictJSON, as_typed, errors_of
from api_app.conditional import NotModified
from api_app.errors import Invalid
from api_app.permissions import SignedIn
from api_app.throttles import Fair
from dashboard.queries import Listing


class Endpoint(APIView):
    """One address. Its methods carry `@operation` (api_app/schema.py)."""

    authentication_classes = [BearerToken, BrowserSession]
    permission_classes = [SignedIn]
    throttle_classes = [Fair]
    parser_classes = [StrictJSON]
    renderer_classes = [JSONRenderer]
    metadata_class = None
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    format_kwarg = None
    in_one_transaction: ClassVar[bool] = True  # idempotency.once

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        return no_append_slash(super().as_view(**initkwargs))

    # --- for the methods

    def read(self, kind: type[Body], **for_form: Any) -> Any:
        """What was sent: a valid form of the body's kind, or its values when it has no form.

        Args:
            for_form: what the form needs besides.

        Raises:
            Invalid: with what is wrong, by field.
        """
        values = self.told(kind)
        return self.judged(kind.form, values, **for_form) if kind.form else values

    def told(self, kind: type[Body]) -> dict[str, Any]:
        """The values that were sent, each of its type, before a form has looked at them."""
        body = kind(data=self.request.data)
        body.is_valid(raise_exception=True)
        return body.validated_data

    def judged(self, form_class: type[forms.BaseForm], values: dict[str, Any], **for_form: Any) -> Any:
        """A form with these values, if they are valid."""
        form = form_class(as_typed(values), **for_form)
        not_asked = {name: [_("This is not possible here.")] for name in form.data if name not in form.fields}
        if not form.is_valid() or not_asked:
            raise Invalid(errors_of(form) | not_asked)
        return form

    def wanted(self, filters: type) -> dict[str, Any]:
        """The filters in the address (a django_filters.FilterSet) that are set.

        Raises:
            Invalid: one cannot be understood, or is not known.
        """
        known = {*filters.base_filters, pagination.AFTER, pagination.BEFORE}
        if unknown := self.request.query_params.keys() - known:
            raise Invalid({name[:100]: [_("There is no filter of this name.")] for name in unknown})
        form = filters(self.request.query_params, queryset=filters.Meta.model.objects.none()).form
        if not form.is_valid():
            raise Invalid(errors_of(form))
        return {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}

    def answer(self, kind: type[serializers.Serializer], row: Any, *, status: int = 200, **headers: str) -> Response:
        return Response(kind(row, context=self.get_serializer_context()).data, status=status, headers=headers)

    def page(self, kind: type[serializers.Serializer], listing: Listing, wanted: dict[str, Any]) -> Response:
        """A page of the list that matches the filters."""
        rows, links = pagination.page(self.request, listing, wanted)
        return Response({**links, "results": kind(rows, many=True, context=self.get_serializer_context()).data})

    def unless_known(self, *parts: object) -> None:
        """`parts` tell all that this answer depends on; when the client has that answer, it is not made.

        Raises:
            NotModified
        """
        self.known_by = conditional.tag_of(self.request.user.pk, self.request.get_full_path(), *parts)
        if conditional.is_known(self.request, self.known_by):
            raise NotModified

    def get_serializer_context(self) -> dict[str, Any]:
        return {"user": self.request.user, "request": self.request}

    # --- around them

    known_by = ""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and idempotency.HEADER in request.headers and hasattr(self, "post"):
            self.post = self.only_once(self.post)  # type: ignore[method-assign]
        return super().dispatch(request, *args, **kwargs)

    def only_once(self, act: Any) -> Any:
        def post(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
            def answered() -> Response:
                try:
                    with transaction.atomic() if self.in_one_transaction else nullcontext():
                        return act(request, *args, **kwargs)
                except Exception as error:
                    return self.handle_exception(error)

            return idempotency.once(request, answered, in_one_transaction=self.in_one_transaction)

        return post

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """As DRF does it, but counting first: whoever tries tokens is counted by address, also when each is refused."""
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        try:
            self.perform_authentication(request)
        finally:
            self.check_throttles(request)
        self.check_permissions(request)
        timezone.activate(zone_of(request.user))

    def handle_exception(self, error: Exception) -> HttpResponseBase:
        if isinstance(error, NotModified):
            return conditional.not_modified(self.known_by)
        return super().handle_exception(error)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["Accept", "Authorization", "Cookie"])
        if request.method in ("GET", "HEAD") and response.status_code == 200 and isinstance(response, Response):
            if self.known_by:
                response["ETag"] = self.known_by
            else:
                conditional.tag_when_rendered(request, response)
        return response


def zone_of(user: Any) -> zoneinfo.ZoneInfo:
    """Where the person is: sentences tell hours, and days begin there. Times by themselves are always UTC."""
    name = "" if isinstance(user, AnonymousUser) else user.timezone
    return zoneinfo.ZoneInfo(name) if name else timezone.get_default_timezone()
