"""The old database comes over whole: every row is imported, merged, or set aside with a reason, and stands where our rules let it."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from django.core.management import call_command
from django.db import connection

from accounts_app.models import Mechanic, User
from legacy_app.importing import Import
from legacy_app.models import SetAside
from legacy_app.source import snapshot
from legacy_app.stage import stage
from legacy_app.sums import is_well
from requests_app.models import Intake, SessionRequest, Vehicle
from sessions_app.models import Message, Report, Review, Session, SessionEvent

EXPECTED = json.loads((Path(__file__).parent / "expected.json").read_text())
NOW = datetime(2025, 11, 12, 12, tzinfo=UTC)
LOST_VIDEO, LOST_CHAT = UUID("e8762f53-5137-44ee-b8ef-09c9a01b1c5f"), UUID("62e91166-c36b-4bd5-bc51-5b168f1bd176")


def bring(url: str, *, keep_open: bool = False) -> dict:
    with stage() as copy:
        with snapshot(url) as source:
            copy.fill(source)
        run = Import(copy, NOW, keep_open=keep_open)
        run.look()
        report = run.write()
        check_rules_of_the_database()
        assert is_well(report.sums), [found for found in report.sums.values() if found["lost"]]
        return report.as_data()


def check_rules_of_the_database() -> None:
    """What would be looked at when the transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def everything() -> dict[str, int]:
    models = (User, Mechanic, Vehicle, Intake, Session, SessionRequest, SessionEvent, Message, Review, Report, SetAside)
    return {model.__name__: model.objects.count() for model in models}


def test_the_sample_comes_over(db: None, legacy: str) -> None:
    report = bring(legacy)
    result = EXPECTED["result"]
    sessions = result["sessions"]["imported"] + result["sessions"]["created"]
    assert Session.objects.count() == SessionRequest.objects.count() == Intake.objects.count() == sessions == 47
    assert Mechanic.objects.count() == result["mechanics"] + 1, "and one whom nobody knows"
    assert Vehicle.objects.count() == result["vehicles"]
    assert Message.objects.count() == result["messages"]
    assert Review.objects.count() == result["reviews"]
    assert {(each.source_table, each.source_id, each.reason) for each in SetAside.objects.all()} == {
        (each["table"], each["id"], each["reason"]) for each in [*report["not_imported"], *report["also_set_aside"]]
    }


def test_nothing_is_written_by_looking(db: None, legacy: str) -> None:
    before = everything()
    call_command("import_legacy", source=legacy)
    assert everything() == before


def test_a_second_run_changes_nothing(db: None, legacy: str) -> None:
    bring(legacy)
    before = everything()
    bring(legacy)
    assert everything() == before


def test_names_arrive_unchanged(db: None, legacy: str, damage: Callable) -> None:
    long_name = "Ζωή " * 100 + "张伟"
    damage(f"UPDATE public.profiles SET full_name = '{long_name}' WHERE id = 'c0000000-0000-4000-8000-000000000001'")
    bring(legacy)
    for name in EXPECTED["names"]:
        assert User.objects.get(pk=name["profile"]).full_name == name["full_name"]
    assert User.objects.get(pk="c0000000-0000-4000-8000-000000000001").full_name == long_name


def test_the_session_that_its_mechanic_could_not_find_has_its_mechanic(db: None, legacy: str) -> None:
    bring(legacy)
    session = Session.objects.get(pk=LOST_VIDEO)
    assert session.mechanic.display_name == "Keiko Tanabe"
    assert session.cancel_reason == "legacy_stale", "nobody waits for weeks"
    assert session.metadata["legacy"]["request_status"] == "cancelled"


def test_open_sessions_stay_open_when_asked_to(db: None, legacy: str) -> None:
    bring(legacy, keep_open=True)
    assert Session.objects.get(pk=LOST_VIDEO).status == "waiting"
    assert Session.objects.get(pk=LOST_CHAT).status == "pending"
    assert Session.objects.get(pk=LOST_CHAT).request.intake.name == "Ines Alvarado"


def test_each_has_one_event_that_keeps_the_old_words(db: None, legacy: str) -> None:
    bring(legacy)
    events = SessionEvent.objects.filter(session__in=Session.objects.all())
    assert set(events.values_list("number", "kind")) == {(1, "imported")}
    assert events.get(session=LOST_VIDEO).data["session_status"] == "waiting"


def test_an_address_that_two_people_have_stays_with_the_first(db: None, legacy: str) -> None:
    bring(legacy)
    assert User.objects.get(pk="c0000000-0000-4000-8000-000000000001").email == "nora.whitfield@example.com"
    assert User.objects.get(pk="c0000000-0000-4000-8000-000000000015").email == ""


def test_whom_nobody_knows_writes_as_nobody(db: None, legacy: str) -> None:
    bring(legacy)
    assert Message.objects.get(client_id="d0000000-0000-4000-8000-000000000017").author is None


def test_messages_are_numbered_in_their_order(db: None, legacy: str) -> None:
    bring(legacy)
    for session in Session.objects.exclude(messages=None).distinct():
        numbers = list(session.messages.order_by("sent_at").values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))


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


def test_every_row_is_somewhere(db: None, legacy: str) -> None:
    """Imported and set aside together are all there were."""
    report = bring(legacy)
    rows, result = report["source"]["rows"], report["result"]
    aside = Counter(each["table"] for each in report["not_imported"] + report["also_set_aside"])
    assert rows["sessions"] == result["sessions"]["imported"] + aside["sessions"]
    assert rows["session_requests"] == result["requests"]["imported"] + aside["session_requests"]
    assert rows["chat_messages"] == result["messages"] + aside["chat_messages"]
    assert rows["session_files"] == result["files"] + aside["session_files"]
    assert rows["intakes"] == result["intakes"] + aside["intakes"]
    assert rows["vehicles"] == result["vehicles"] + aside["vehicles"]
