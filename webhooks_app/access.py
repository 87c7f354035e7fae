"""Whose webhooks somebody sees: those of the own workshops. Staff see all of them in the admin."""

from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from accounts_app.models import User, Workshop
from mechanichub.errors import NotYours
from webhooks_app.models import Delivery, Webhook


def workshops_of(user: User) -> list[Workshop]:
    """The workshops of this person.

    Raises:
        NotYours: there is none.
    """
    workshops = list(user.workshops.all())
    if not workshops:
        raise NotYours(_("Webhooks are for owners of workshops."))
    return workshops


def webhook_for(user: User, pk: UUID) -> Webhook:
    """The webhook, when it is of a workshop of this person.

    Raises:
        Http404: there is none, or it is not theirs to see.
    """
    webhook = Webhook.objects.of(user).select_related("workshop__owner", "created_by").filter(pk=pk).first()
    if webhook is None:
        raise Http404
    return webhook


def delivery_for(user: User, webhook_pk: UUID, pk: UUID) -> Delivery:
    """A delivery of such a webhook.

    Raises:
        Http404
    """
    delivery = webhook_for(user, webhook_pk).deliveries.for_show().filter(pk=pk).first()
    if delivery is None:
        raise Http404
    return delivery
