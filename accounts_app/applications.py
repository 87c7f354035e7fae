"""How a person becomes a mechanic here: they apply, then wait for the support team's word (lifecycle/people.py)."""

from typing import Any

from django.db import transaction

from accounts_app.models import AlertSettings, Mechanic, User


@transaction.atomic
def apply(user: User, profile: dict[str, Any]) -> Mechanic:
    """Makes the mechanic, applied and waiting. Sent twice it changes nothing: the first application stands.

    Args:
        profile: the fields of accounts_app.forms.MechanicForm, cleaned.
    """
    mechanic, _made = Mechanic.objects.get_or_create(user=user, defaults=profile)
    AlertSettings.objects.get_or_create(mechanic=mechanic)
    return mechanic
