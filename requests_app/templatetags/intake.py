"""An intake in words, wherever it is shown: cards, rooms, summaries, the admin."""

from collections.abc import Iterable

from django import template
from django.template.context import RequestContext

from requests_app import drafts, safety, trouble_codes
from requests_app.concerns import Category
from requests_app.models import IntakeDraft

register = template.Library()


@register.filter
def explained(codes: Iterable[str]) -> list[trouble_codes.TroubleCode]:
    """The stored codes of an intake with their meaning; what is no code (in imported rows) is left out."""
    return [code for text in codes for code in trouble_codes.explain_all(text)]


@register.filter
def danger_labels(codes: Iterable[str]) -> list[str]:
    """The answers to the safety questions as short labels."""
    return [safety.label(code) for code in codes]


@register.filter
def category_label(code: str) -> str:
    """What kind of trouble it is, in words; "" when nobody said, the code itself when it is not one of ours."""
    return str(Category(code).label) if code in Category else code


@register.simple_tag(takes_context=True)
def unsent_request(context: RequestContext) -> IntakeDraft | None:
    """The latest form that this person filled in but has not sent."""
    request = context["request"]
    return drafts.of(request.user, known=request.session.get(drafts.KNOWN, [])).first()
