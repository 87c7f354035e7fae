"""Pages of a list by place and not by number (dashboard/keyset.py), with the way on and the way back as addresses."""

from dataclasses import replace
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from api_app.answers.examples import example_of, shown
from api_app.errors import Invalid
from dashboard.keyset import Order, Place
from dashboard.queries import Listing

AFTER, BEFORE = "after", "before"  # places; they stand in the addresses of `next` and `previous`, and nobody needs to make one


def page(request: Request, listing: Listing, wanted: dict[str, Any]) -> tuple[list, dict[str, str | None]]:
    """Rows, and the links to what is around them.

    Raises:
        Invalid: a place that no list has.
    """
    after, before = place(request, AFTER), place(request, BEFORE)
    if before:
        found = backwards(listing).page(wanted, after=before, until=None)
        rows = found.rows[::-1]
        return rows, {"next": link(request, AFTER, place_at(listing, rows, -1)), "previous": link(request, BEFORE, found.end)}
    found = listing.page(wanted, after=after, until=None)
    return found.rows, {
        "next": link(request, AFTER, found.end),
        "previous": link(request, BEFORE, place_at(listing, found.rows, 0)) if after else None,
    }


def place(request: Request, name: str) -> Place | None:
    text = request.query_params.get(name)
    try:
        return Place.read(text) if text else None
    except ValueError:
        raise Invalid({name: [_("Use the links “next” and “previous” as they are.")]})


def backwards(listing: Listing) -> Listing:
    order = Order(listing.order.clock, latest_first=not listing.order.latest_first)
    return replace(listing, rows=listing.rows.reverse(), order=order)


def place_at(listing: Listing, rows: list, index: int) -> Place | None:
    return listing.order.place_of(rows[index]) if rows else None


def link(request: Request, name: str, at: Place | None) -> str | None:
    if at is None:
        return None
    query = request.query_params.copy()
    for other in (AFTER, BEFORE):
        query.pop(other, None)
    query[name] = str(at)
    return f"{settings.SITE_URL}{request.path}?{query.urlencode()}"


@cache
def page_of(row: type[serializers.Serializer]) -> type[serializers.Serializer]:
    """The shape of a page of these rows, with an example when the row has one."""
    name = row.__name__.removesuffix("Answer")
    fields = {
        "next": serializers.URLField(allow_null=True, help_text="The address of the next page, or null."),
        "previous": serializers.URLField(allow_null=True, help_text="The address of the page before, or null."),
        "results": row(many=True),
    }
    page = type(f"{name}Page", (serializers.Serializer,), fields)
    example = example_of(row)
    return shown(next=None, previous=None, results=[example])(page) if example else page
