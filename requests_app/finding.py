"""Finding sessions by what somebody remembers of them: words of name, car, plate, VIN, city or concern, a mechanic's name, an e-mail
address, the id or its first characters.

Each of these has an index, but a condition that joins them with "or" over several tables would use none. So what is rare is looked up
first, and the condition is on the session's own row as far as it can be.
"""

import re
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Lower

from accounts_app.models import Mechanic, User
from requests_app.models import SessionRequest
from requests_app.querysets import words_query

SHORTEST_ID = 4  # characters
RARE = 1_000  # rows; of more it is quicker to look through the sessions, the latest first
MOST_PEOPLE = 20
ID_BEGINS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{0,4}){0,3}(-[0-9a-f]{0,12})?|[0-9a-f]{4,32}")


def found_by(text: str) -> Q | None:
    """The condition on sessions; None when there is nothing in `text` to look for."""
    text = text.strip()
    if not any(map(str.isalnum, text)):
        return None
    found = _by_words(text) | _by_mechanic(text)
    if "@" in text:
        found |= _by_email(text.lower())
    if span := id_span(text):
        found |= Q(pk__range=span)
    return found


def id_span(text: str) -> tuple[UUID, UUID] | None:
    """The first and the last id that begin with `text`; None when no id does, or too little was given."""
    text = text.strip().lower()
    digits = text.replace("-", "")
    if len(digits) < SHORTEST_ID or not ID_BEGINS.fullmatch(text):
        return None
    return UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))


def _by_words(text: str) -> Q:
    query = words_query(text)
    rare = list(SessionRequest.objects.filter(intake__words=query).values_list("pk", flat=True)[: RARE + 1])
    return Q(pk__in=rare) if len(rare) <= RARE else Q(request__intake__words=query)


def _by_mechanic(text: str) -> Q:
    named = Mechanic.objects.filter(display_name__icontains=text).values_list("pk", flat=True)[:MOST_PEOPLE]
    return Q(mechanic__in=list(named))


def _by_email(text: str) -> Q:
    """Of the account; when nobody has such an address, the one that was given with the request."""
    people = User.objects.annotate(address=Lower("email")).filter(address__startswith=text).order_by()
    if accounts := list(people.values_list("pk", flat=True)[:MOST_PEOPLE]):
        return Q(customer__in=accounts)
    given = SessionRequest.objects.annotate(address=Lower("customer_email")).filter(address__startswith=text)
    return Q(pk__in=list(given.values_list("pk", flat=True)[:RARE]))
