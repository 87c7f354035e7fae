"""The old database comes over whole: every row is imported, merged, or set aside with a reason, and stands where our rules let it."""

from collections import Counter
from collections.abc import Callable
from uuid import UUID

from django.core.management import call_command

from accounts_app.models import Mechanic, User
from legacy_app.models import SetAside
from legacy_app.tests.conftest import bring
from requests_app.models import Intake, SessionRequest, Vehicle
from sessions_app.models import Message, Report, Review, Session, SessionEvent

LOST_VIDEO, LOST_CHAT = UUID("e8762f53-5137-44ee-b8ef-09c9a01b1c5f"), UUID("62e91166-c36b-4bd5-bc51-5b168f1bd176")


def everything() -> dict[str, int]:
    models = (User, Mechanic, Vehicle, Intake, Session, SessionRequest, SessionEvent, Message, Review, Report, SetAside)
    return {model.__name__: model.objects.count() for model in models}


def test_nothing_is_written_by_looking(db: None, sample: str) -> None:
    before = everything()
    call_command("import_legacy", source=sample)
    assert everything() == before


def test_a_second_run_changes_nothing(db: None, sample: str) -> None:
    bring(sample)
    before = everything()
    bring(sample)
    assert everything() == before


def test_a_long_name_arrives_unchanged(db: None, legacy: str, damage: Callable) -> None:
    long_name = "Ζωή " * 100 + "张伟"
    damage(f"UPDATE public.profiles SET full_name = '{long_name}' WHERE id = 'c0000000-0000-4000-8000-000000000001'")
    bring(legacy)
    assert User.objects.get(pk="c0000000-0000-4000-8000-000000000001").full_name == long_name


def test_open_sessions_stay_open_when_asked_to(db: None, sample: str) -> None:
    bring(sample, keep_open=True)
    assert Session.objects.get(pk=LOST_VIDEO).status == "waiting"
    assert Session.objects.get(pk=LOST_CHAT).status == "pending"
    assert Session.objects.get(pk=LOST_CHAT).request.intake.name == "Ines Alvarado"


def test_a_mechanic_keeps_as_many_as_he_has_places_for(db: None, legacy: str, damage: Callable) -> None:
    """Five live calls of one mechanic: he has one place for calls."""
    damage(
        """UPDATE public.sessions SET status = 'live', type = 'video', mechanic_id = '3e000000-0000-4000-8000-000000000001',
             started_at = created_at, ended_at = NULL
           WHERE id IN (SELECT DISTINCT ON (customer_user_id) id FROM public.sessions WHERE customer_user_id IS NOT NULL
                        ORDER BY customer_user_id, id LIMIT 5)"""
    )
    report = bring(legacy, keep_open=True)
    assert Session.objects.filter(status="live").count() == 1
    assert Counter(each["what"] for each in report["fitted"])["no_place_with_mechanic"] >= 4


def test_a_session_that_nobody_completed_is_held_by_nobody(db: None, legacy: str, damage: Callable) -> None:
    damage(f"UPDATE public.sessions SET status = 'Completed ', mechanic_id = NULL WHERE id = '{LOST_CHAT}'")
    bring(legacy)
    session = Session.objects.get(pk=LOST_CHAT)
    assert (session.status, session.mechanic.display_name) == ("completed", "Unknown (old system)")
    assert not session.mechanic.user.has_usable_password() and not session.mechanic.user.is_active
