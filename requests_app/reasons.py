"""Why a request is on a mechanic's board.

A card is rendered once for everybody, so a reason that depends on who looks says on which trait of the viewer it depends.
The page (and, on a card that was pushed, the browser) compares that with the traits of the one who looks.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts_app.models import Mechanic
from requests_app.models import SessionRequest


@dataclass(frozen=True)
class Reason:
    """One reason, in words.

    Args:
        icon: a symbol of static/img/icons.svg.
        only: shown to viewers with this trait alone.
        unless: not shown to viewers with this trait.
    """

    icon: str
    text: str
    only: str = ""
    unless: str = ""

    def applies_to(self, traits: set[str]) -> bool:
        return (not self.only or self.only in traits) and self.unless not in traits


def traits_of(mechanic: Mechanic) -> set[str]:
    """What reasons may depend on."""
    traits = {f"mechanic:{mechanic.pk}", *(f"brand:{brand}" for brand in mechanic.brands)}
    if mechanic.workshop_id:
        traits.add(f"workshop:{mechanic.workshop_id}")
    if mechanic.city:
        traits.add(f"city:{slugify(mechanic.city)}")
    return traits


def reasons_for(request: SessionRequest) -> list[Reason]:
    """Every reason that this request may have for anybody, the strongest first."""
    return [*_wanted_person(request), *_earlier_session(request), *_wanted_workshop(request), *_car(request), *_place(request)]


def _wanted_person(request: SessionRequest) -> Iterator[Reason]:
    if mechanic := request.preferred_mechanic:
        me = f"mechanic:{mechanic.pk}"
        yield Reason("user", _("Asked for you"), only=me)
        yield Reason("user", _("Asked for %(mechanic)s") % {"mechanic": mechanic.display_name}, unless=me)


def _earlier_session(request: SessionRequest) -> Iterator[Reason]:
    if earlier := request.follows:
        me = f"mechanic:{earlier.mechanic_id}"
        yield Reason("history", _("Follows a session with you"), only=me)
        yield Reason("history", _("Follows an earlier session"), unless=me)


def _wanted_workshop(request: SessionRequest) -> Iterator[Reason]:
    if workshop := request.preferred_workshop:
        ours = f"workshop:{workshop.pk}"
        yield Reason("users", _("Asked for your workshop"), only=ours)
        yield Reason("users", _("Asked for %(workshop)s") % {"workshop": workshop.name}, unless=ours)


def _car(request: SessionRequest) -> Iterator[Reason]:
    make = slugify(request.intake.make)
    if request.requested_brand:
        yield Reason("star", _("Wants a specialist for %(brand)s") % {"brand": request.brand_name})
    elif make:
        yield Reason("car", _("Your brand"), only=f"brand:{make}")


def _place(request: SessionRequest) -> Iterator[Reason]:
    city = request.city or request.intake.city
    here = f"city:{slugify(city)}"
    if request.prefer_local:
        yield Reason("location", _("Wants a mechanic nearby, and you are"), only=here)
        yield Reason("location", _("Wants a mechanic near %(city)s") % {"city": city}, unless=here)
    elif city:
        yield Reason("location", _("Near you"), only=here)
