"""Every attack of tests/attacks.py is refused, and by the rule that is there for it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests.attacks import ATTACKS, IMPLIED, Attack
from tests.storming import assault, the_scene

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict]:
    yield from the_scene(django_db_blocker)


def test_there_are_forty_attacks_and_no_two_try_the_same() -> None:
    assert len({attack.tries for attack in ATTACKS}) == len(ATTACKS) >= 40
    assert len({attack.sql for attack in ATTACKS}) == len(ATTACKS), "two attacks send the same statements"


def test_the_attacker_is_the_role_of_the_application_and_no_superuser(scene: dict) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        name, *powers = cursor.fetchone()
    assert name == connection.settings_dict["USER"]
    assert not any(powers), f"{name} has powers that no rule withstands, so the attacks would prove nothing"


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.tries)
def test_the_rules_refuse_to(attack: Attack, scene: dict) -> None:
    assert assault(attack, scene) in (attack.rule, IMPLIED.get(attack.rule)), (
        f"somebody who tries to {attack.tries} must be stopped by {attack.rule!r}"
    )
