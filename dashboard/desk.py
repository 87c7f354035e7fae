"""Whose work the dashboard shows, and whether the viewer may do something about it."""

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts_app.models import Mechanic
from mechanichub.errors import NotYours
from requests_app.reasons import traits_of


class NotYet(NotYours):
    """A mechanic who has applied or is suspended."""


@dataclass(frozen=True)
class Desk:
    """A mechanic's work; to staff, who look at somebody else's, it is read-only."""

    mechanic: Mechanic
    is_own: bool

    @cached_property
    def traits(self) -> set[str]:
        return traits_of(self.mechanic)


def desk_of(request: HttpRequest) -> Desk:
    """One's own desk, or for staff that of `?mechanic=<id>`.

    Raises:
        NotYours: neither a mechanic nor staff.
        NotYet: a mechanic who may not work.
        Http404: staff asked for somebody who does not exist.
    """
    user = request.user
    if user.is_staff and "mechanic" in request.GET:
        return Desk(_mechanic(request.GET["mechanic"]), is_own=False)
    if not user.is_mechanic:
        raise NotYours(_("This is where mechanics work."), link=reverse("home"), link_text=_("To your own page"))
    if not user.mechanic.may_hold:
        raise NotYet(user.mechanic.standing_reason or _("You cannot take requests before you are approved."))
    return Desk(user.mechanic, is_own=True)


def _mechanic(text: str) -> Mechanic:
    try:
        return Mechanic.objects.select_related("user").get(pk=UUID(text))
    except (ValueError, Mechanic.DoesNotExist):
        raise Http404
