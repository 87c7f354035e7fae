"""The description of the API (OpenAPI 3.1): one decorator says of an endpoint's method what it alone knows, and adds what holds for all."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from api_app.bodies import Body, typed
from api_app.errors import PROBLEM
from api_app.pagination import AFTER, BEFORE, page_of

READS, WRITES = "get", "post"


class Problem(serializers.Serializer):
    """What went wrong, in one shape for everything (RFC 9457)."""

    type = serializers.CharField(help_text="Always about:blank: `code` says which problem it is.")
    title = serializers.CharField(help_text="The kind of problem, in a few words.")
    status = serializers.IntegerField(help_text="The HTTP status.")
    detail = serializers.CharField(help_text="This very problem, in a sentence for people.")
    code = serializers.SlugField(help_text="The kind of problem, for programs.")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), help_text="What is wrong with what was sent, by name of the field."
    )
    link = serializers.CharField(required=False, help_text="An address on the site where a person can go on.")


def problem(words: Any, code: str, status: int, title: str, detail: str, fields: dict | None = None) -> OpenApiResponse:
    value = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code, "fields": fields or {}}
    return OpenApiResponse(Problem, description=words, examples=[OpenApiExample(code, value=value, media_type=PROBLEM)])


REFUSALS = {
    400: problem("It could not be read.", "unreadable", 400, "That could not be read", "This is no JSON that can be read."),
    401: problem("Nobody is signed in.", "not_signed_in", 401, "Please sign in", "Send a token, or come with a browser that is signed in."),
    403: problem("Not yours to do, or not with this token.", "not_yours", 403, "Not yours to do", "You may not do this."),
    404: problem("Not there, or not yours to see.", "not_found", 404, "Not found", "There is nothing here, or it is not yours to see."),
    406: problem("You take no JSON.", "not_acceptable", 406, "Not in this form", "Answers are JSON. Please accept application/json."),
    409: problem(
        "Too late, or in the wrong state.", "not_possible", 409, "Not possible any more", "This session was taken by Max at 10:02."
    ),
    413: problem("More than a call can hold.", "too_large", 413, "That was too much at once", "Nothing was saved. Please send less."),
    415: problem("The body is no JSON.", "unknown_type", 415, "Not in this form", "Please send JSON, with Content-Type: application/json."),
    422: problem(
        "Understood, but not right; `fields` says what.",
        "invalid",
        422,
        "Please check what you sent",
        "Nothing was changed. See “fields” for what to correct.",
        {"reason": ["This field is required."]},
    ),
    429: problem("Too many calls; wait as long as Retry-After says.", "too_often", 429, "That was too often", "Please slow down."),
    503: problem("A part is down; nothing was lost.", "unavailable", 503, "Not available just now", "Please try again in a moment."),
}
ALWAYS = {READS: (401, 403, 406, 429, 503), WRITES: (400, 401, 403, 406, 409, 413, 415, 422, 429, 503)}


def said(name: str, words: str, codes: list[int], kind: Any = OpenApiTypes.STR) -> OpenApiParameter:
    """A header of answers."""
    return OpenApiParameter(name, kind, OpenApiParameter.HEADER, description=words, response=codes)


def asked(name: str, words: str) -> OpenApiParameter:
    """A header of calls."""
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.HEADER, description=words)


def headers(method: str) -> list[OpenApiParameter]:
    always = [
        said("Retry-After", "Seconds.", [429, 503], OpenApiTypes.INT),
        said("WWW-Authenticate", "How to sign in (RFC 6750).", [401]),
    ]
    if method == READS:
        known = asked("If-None-Match", "The ETag of what you have; if it still holds, the answer is 304 and empty.")
        return [known, said("ETag", "Of this answer, for If-None-Match.", [200, 304]), *always]
    if method != "post":
        return always
    key = asked("Idempotency-Key", "Yours, 1 to 255 visible characters. The same call with it is done once, for a day.")
    return [key, said("Idempotent-Replayed", "“true” when this answer was given before.", [200, 201, 409]), *always]


def operation(
    name: str,
    summary: str,
    *,
    answer: type[serializers.Serializer] | None = None,
    page: type[serializers.Serializer] | None = None,
    body: type[Body] | None = None,
    filters: type[FilterSet] | None = None,
    status: int = 200,
    refusals: tuple[int, ...] = (),
    is_open: bool = False,
    examples: list[OpenApiExample] | None = None,
    answers: dict[Any, OpenApiResponse] | None = None,
    parameters: list[OpenApiParameter] | None = None,
) -> Callable:
    """Describes a method of an endpoint; its docstring is the description.

    Args:
        name: the operation id.
        answer, page: of which shape the answer is, or each row of a page; neither when it is empty.
        body, filters: what may be sent.
        refusals: the statuses that may come besides those that are possible everywhere.
        is_open: nobody needs to sign in.
        answers: the good ones, by status and media type, where they are no JSON.
        parameters: headers that it takes besides those that all take.
    """

    def described(method: Callable) -> Callable:
        kind = READS if method.__name__ == READS else WRITES
        good = answer or (page_of(page) if page else None)
        codes = [*ALWAYS[kind], *refusals, *([422] if filters else [])]
        if is_open:
            codes = [code for code in codes if code not in (401, 403)]
        told: dict[Any, Any] = dict(answers or {status: OpenApiResponse(good, description=summary if good else "Done.")})
        if kind == READS:
            told[304] = OpenApiResponse(description="Nothing new since the ETag that you sent.")
        for code in sorted(set(codes)):
            told[(code, PROBLEM)] = REFUSALS[code]
        asked_for: list[Any] = [*headers(method.__name__), *(parameters or [])]
        if filters:
            asked_for.append(query_of(filters, paged=page is not None))
        return extend_schema(
            operation_id=name,
            summary=summary,
            request=body,
            responses=told,
            parameters=asked_for,
            examples=examples,
            auth=[] if is_open else None,
        )(method)

    return described


def query_of(filters: type[FilterSet], *, paged: bool) -> type[serializers.Serializer]:
    """The filters as parameters."""
    fields = {name: typed(each.field) for name, each in filters.base_filters.items()}
    for field in fields.values():
        field._kwargs["allow_null"] = field.allow_null = False
    if paged:
        for name in (AFTER, BEFORE):
            words = _("A place in the list. Use the links “next” and “previous”, which have it.")
            fields[name] = serializers.CharField(required=False, help_text=words)
    return type(f"{filters.__name__}Query", (serializers.Serializer,), fields)
