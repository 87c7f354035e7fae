"""The demo gateway: a till without a card reader. No card is asked for and no money is taken.

It stands where a payment provider will stand, so that a priced plan can be tried from end to end. It is open only where settings say that
this is a demonstration (DEMO) or a developer's machine (DEBUG); elsewhere nothing that costs money is on sale.
"""

import uuid

from django.conf import settings
from django.db.models import QuerySet

from accounts_app.models import User
from billing_app.models import Plan
from lifecycle import queue
from sessions_app.models import Session


def is_open() -> bool:
    """True when a priced plan can be paid for here."""
    return settings.DEMO or settings.DEBUG


def on_sale() -> QuerySet[Plan]:
    """The plans that a customer can choose now, in the order of the price list."""
    plans = Plan.objects.filter(is_active=True)
    return plans if is_open() else plans.filter(price=0)


def sells(plan: Plan) -> bool:
    return plan.is_active and (plan.is_free or is_open())


def pay(session: Session, *, by: User) -> Session:
    """Says "paid" for the customer who pressed the button. Pressed again, it changes nothing.

    Raises:
        NotPossible: the session was cancelled or superseded meanwhile.
    """
    return queue.paid(session.pk, reference=f"demo-{by.pk}-{uuid.uuid4()}")
