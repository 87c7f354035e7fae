"""How an attack is carried out and how its end is told. Used by test_attacks.py and test_mutations.py."""

from collections.abc import Iterator
from typing import Any

from django.db import DatabaseError, connection, transaction

from tests import attacks
from tests.attacks import Attack

GOT_THROUGH = "nothing"
# What PostgreSQL says when it was not a rule of ours (https://www.postgresql.org/docs/current/errcodes-appendix.html).
CODES = {"42501": attacks.NO_PRIVILEGE, "428C9": attacks.GENERATED, "0A000": attacks.REFERRED_TO, "23502": attacks.NEVER_EMPTY}
# Single-column foreign keys have made-up names; here they are called by what they are.
PLAIN_REFERENCES = """
    SELECT conname, conrelid::regclass || '.' || attname FROM pg_constraint
    JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
    WHERE contype = 'f' AND cardinality(conkey) = 1 AND conname LIKE '%\\_fk\\_%'
"""


def the_scene(django_db_blocker: Any) -> Iterator[dict]:
    """Builds the scene once for all tests of a module, in a transaction that is rolled back after the last of them."""
    with django_db_blocker.unblock(), transaction.atomic():
        scene = attacks.scene()
        connection.check_constraints()  # what is attacked must be sound
        yield scene
        transaction.set_rollback(True)


def assault(attack: Attack, scene: dict) -> str:
    """Tries it with every check made that a commit would make, and takes it back.

    Returns:
        The name of the rule that refused, or GOT_THROUGH.
    """
    place = transaction.savepoint()
    try:
        with connection.cursor() as cursor:
            cursor.execute(attack.sql, scene)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        return GOT_THROUGH
    except DatabaseError as error:
        stopped_by = error
    finally:
        transaction.savepoint_rollback(place)
    return rule_of(stopped_by)


def rule_of(error: DatabaseError) -> str:
    """The rule behind a refusal: its name, or the word that tests/attacks.py has for it.

    Raises:
        DatabaseError: it was no refusal but a mistake in the attack.
    """
    cause: Any = error.__cause__
    if cause.sqlstate in CODES:
        return CODES[cause.sqlstate]
    if cause.sqlstate[:2] != "23":
        raise error
    return plain_references().get(cause.diag.constraint_name, cause.diag.constraint_name)


def plain_references() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(PLAIN_REFERENCES, None)
        return dict(cursor.fetchall())
