"""The attacks of tests/attacks.py once more, each in a transaction that really tries to commit.

A file of its own: the other one keeps its scene in an open transaction, and this connection must have none.
"""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.models import Count

from sessions_app.models import Session
from tests import attacks
from tests.attacks import ATTACKS, Attack
from tests.storming import rule_of

OURS = ("accounts_app", "billing_app", "sessions_app", "requests_app")


@pytest.mark.django_db(transaction=True)
def test_what_is_refused_is_refused_at_a_real_commit_too() -> None:
    scene = attacks.scene()
    before = everything()
    got_through = [attack.tries for attack in ATTACKS if commits(attack, scene)]
    assert not got_through, f"somebody really managed to {', to '.join(got_through)}"
    assert everything() == before


def commits(attack: Attack, scene: dict) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack.sql, scene)
    except DatabaseError as error:
        rule_of(error)
        return False
    return True


def everything() -> dict[str, int]:
    """How many rows each of our tables has, and the statuses of all sessions."""
    rows = {model._meta.db_table: model._default_manager.count() for app in OURS for model in apps.get_app_config(app).get_models()}
    return rows | dict(Session.objects.values_list("status").annotate(Count("pk")))
