"""The sample of the old database as it stands here after one import: looked at, never changed."""

import json
from collections import Counter
from pathlib import Path
from uuid import UUID

from accounts_app.models import Mechanic, User
from legacy_app.models import SetAside
from requests_app.models import Intake, SessionRequest, Vehicle
from sessions_app.models import Message, Review, Session, SessionEvent

EXPECTED = json.loads((Path(__file__).parent / "expected.json").read_text())
LOST_VIDEO, LOST_CHAT = UUID("e8762f53-5137-44ee-b8ef-09c9a01b1c5f"), UUID("62e91166-c36b-4bd5-bc51-5b168f1bd176")


def test_the_sample_comes_over(arrived: dict, db: None) -> None:
    result = EXPECTED["result"]
    sessions = result["sessions"]["imported"] + result["sessions"]["created"]
    assert Session.objects.count() == SessionRequest.objects.count() == Intake.objects.count() == sessions == 47
    assert Mechanic.objects.count() == result["mechanics"] + 1, "and one whom nobody knows"
    assert Vehicle.objects.count() == result["vehicles"]
    assert Message.objects.count() == result["messages"]
    assert Review.objects.count() == result["reviews"]
    assert {(each.source_table, each.source_id, each.reason) for each in SetAside.objects.all()} == {
        (each["table"], each["id"], each["reason"]) for each in [*arrived["not_imported"], *arrived["also_set_aside"]]
    }


def test_names_arrive_unchanged(arrived: dict, db: None) -> None:
    for name in EXPECTED["names"]:
        assert User.objects.get(pk=name["profile"]).full_name == name["full_name"]


def test_the_session_that_its_mechanic_could_not_find_has_its_mechanic(arrived: dict, db: None) -> None:
    session = Session.objects.get(pk=LOST_VIDEO)
    assert session.mechanic.display_name == "Keiko Tanabe"
    assert session.cancel_reason == "legacy_stale", "nobody waits for weeks"
    assert session.metadata["legacy"]["request_status"] == "cancelled"


def test_each_has_one_event_that_keeps_the_old_words(arrived: dict, db: None) -> None:
    events = SessionEvent.objects.filter(session__in=Session.objects.all())
    assert set(events.values_list("number", "kind")) == {(1, "imported")}
    assert events.get(session=LOST_VIDEO).data["session_status"] == "waiting"


def test_an_address_that_two_people_have_stays_with_the_first(arrived: dict, db: None) -> None:
    assert User.objects.get(pk="c0000000-0000-4000-8000-000000000001").email == "nora.whitfield@example.com"
    assert User.objects.get(pk="c0000000-0000-4000-8000-000000000015").email == ""


def test_whom_nobody_knows_writes_as_nobody(arrived: dict, db: None) -> None:
    assert Message.objects.get(client_id="d0000000-0000-4000-8000-000000000017").author is None


def test_messages_are_numbered_in_their_order(arrived: dict, db: None) -> None:
    for session in Session.objects.exclude(messages=None).distinct():
        numbers = list(session.messages.order_by("sent_at").values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))


def test_every_row_is_somewhere(arrived: dict, db: None) -> None:
    """Imported and set aside together are all there were."""
    rows, result = arrived["source"]["rows"], arrived["result"]
    aside = Counter(each["table"] for each in arrived["not_imported"] + arrived["also_set_aside"])
    assert rows["sessions"] == result["sessions"]["imported"] + aside["sessions"]
    assert rows["session_requests"] == result["requests"]["imported"] + aside["session_requests"]
    assert rows["chat_messages"] == result["messages"] + aside["chat_messages"]
    assert rows["session_files"] == result["files"] + aside["session_files"]
    assert rows["intakes"] == result["intakes"] + aside["intakes"]
    assert rows["vehicles"] == result["vehicles"] + aside["vehicles"]
