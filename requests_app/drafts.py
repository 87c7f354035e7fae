"""Filled-in forms that wait for their writer to sign in.

A draft belongs to the browser in which it was written (`known`: the ids which that browser's session remembers) and, once its writer
has signed in there, to that person. An address typed into a form proves nothing, so it opens nothing.
"""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404, QueryDict
from django.utils import timezone

from accounts_app.models import User
from requests_app.models import IntakeDraft

KNOWN = "drafts"  # the key under which a browser's session remembers its drafts
KEPT_FOR = timedelta(days=30)


def keep(fields: dict[str, list[str]], *, client_id: UUID, email: str, plan_code: str, known: Collection[str]) -> IntakeDraft:
    """Keeps a form; the same form sent again from the same browser replaces what was kept.

    Args:
        fields: what was sent, by name of the field, already found valid.
    """
    IntakeDraft.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    written = {"email": email, "plan": plan_code, "data": fields, "created_at": timezone.now()}
    draft, _made = IntakeDraft.objects.filter(pk__in=known, user=None).update_or_create(client_id=client_id, defaults=written)
    return draft


def of(user: User, *, known: Collection[str]) -> QuerySet[IntakeDraft]:
    """The drafts that this person may see in this browser, the latest first."""
    in_this_browser = Q(pk__in=known, user=None)
    return IntakeDraft.objects.filter(in_this_browser | Q(user=user) if user.is_authenticated else in_this_browser)


def claim(pk: UUID, *, by: User, known: Collection[str]) -> IntakeDraft:
    """The draft, from now on this person's own.

    Raises:
        Http404: there is none, it was sent or thrown away, or it is somebody else's.
    """
    draft = of(by, known=known).filter(pk=pk).first()
    if draft is None:
        raise Http404
    draft.user = by
    draft.save(update_fields=["user"])
    return draft


def sent(client_id: UUID, *, by: User, known: Collection[str]) -> None:
    """Forgets the draft of a form that has become a session."""
    of(by, known=known).filter(client_id=client_id).delete()


def fields_of(draft: IntakeDraft) -> QueryDict:
    """What was typed, in the form in which it was sent."""
    fields = QueryDict(mutable=True)
    for name, values in draft.data.items():
        fields.setlist(name, values)
    return fields
