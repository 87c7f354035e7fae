"""No rule of the database is there in vain: each is dropped in turn, and then some attack of tests/attacks.py gets through.

Rules are the named constraints of our models, the keys that say "only one", and every single foreign key. Not looked at: keys
of rows that have nothing but a number, and the checks by which Django keeps a positive number positive.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Field

from tests.attacks import ATTACKS, IMPLIED, REFERENCES, Attack
from tests.storming import GOT_THROUGH, assault, plain_references, the_scene

pytestmark = pytest.mark.django_db

MODELS = [model for app in apps.get_app_configs() if app.name.endswith("_app") for model in app.get_models()]
NAMED = [rule.name for model in MODELS for rule in model._meta.constraints]


def says_only_one(field: Field) -> bool:
    """True for a column that holds a value once, where that means something: not for a row's own number."""
    return field.unique and (not field.primary_key or field.is_relation)


KEYS = [
    f"{model._meta.db_table}_{'pkey' if field.primary_key else f'{field.column}_key'}"
    for model in MODELS
    for field in model._meta.local_fields
    if says_only_one(field)
]
POINTERS = sorted(
    f"{model._meta.db_table}.{field.column}"
    for model in MODELS
    for field in model._meta.local_fields
    if isinstance(field, models.ForeignKey)
)


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict]:
    yield from the_scene(django_db_blocker)


def drop(name: str) -> None:
    """Drops a constraint with whatever stands on it, a trigger, or a unique index, on whichever table it is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass FROM pg_trigger WHERE tgname = %s", [name])
        if trigger := cursor.fetchone():
            cursor.execute(f"DROP TRIGGER {name} ON {trigger[0]}")
            return
        cursor.execute("SELECT conrelid::regclass FROM pg_constraint WHERE conname = %s", [name])
        constraint = cursor.fetchone()
        cursor.execute(f"ALTER TABLE {constraint[0]} DROP CONSTRAINT {name} CASCADE" if constraint else f"DROP INDEX {name}")


def who_gets_through(rule: str, scene: dict) -> Attack | None:
    """The first attack that nothing stops now; those that the rule is there for go first."""
    order = sorted(ATTACKS, key=lambda attack: attack.rule != rule)
    return next((attack for attack in order if assault(attack, scene) == GOT_THROUGH), None)


def test_there_are_rules_to_drop() -> None:
    assert len(NAMED) >= 40 and len(KEYS) >= 5 and len(POINTERS) >= 25


@pytest.mark.parametrize("rule", NAMED)
def test_somebody_notices_the_loss_of(rule: str, scene: dict) -> None:
    place = transaction.savepoint()
    drop(rule)
    noticed_by = who_gets_through(rule, scene)
    transaction.savepoint_rollback(place)
    assert noticed_by, f"Without {rule!r} every attack is still refused: it is not needed, or an attack is missing."


@pytest.mark.parametrize("key", KEYS)
def test_somebody_notices_the_loss_of_the_key(key: str, scene: dict) -> None:
    place = transaction.savepoint()
    drop(key)
    noticed_by = who_gets_through(key, scene)
    transaction.savepoint_rollback(place)
    assert noticed_by, f"Without {key!r} every attack is still refused: it is not needed, or an attack is missing."


@pytest.mark.parametrize("pointer", POINTERS)
def test_somebody_notices_the_loss_of_the_pointer(pointer: str, scene: dict) -> None:
    attack = next((attack for attack in REFERENCES if attack.rule == pointer), None)
    assert attack, f"No attack points {pointer!r} at nobody."
    place = transaction.savepoint()
    drop(next(name for name, called in plain_references().items() if called == pointer))
    if pointer in IMPLIED:
        assert assault(attack, scene) != GOT_THROUGH, f"{pointer!r} is not implied by {IMPLIED[pointer]!r}: take it off the list."
        drop(IMPLIED[pointer])
    stopped_by = assault(attack, scene)
    transaction.savepoint_rollback(place)
    assert stopped_by == GOT_THROUGH, f"Without {pointer!r} the attack is still refused, by {stopped_by!r}: the attack proves nothing."
