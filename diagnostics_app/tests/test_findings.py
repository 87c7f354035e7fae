"""The answers fill the report, and never what the mechanic wrote himself."""

from html import unescape

import pytest

from accounts_app.models import User
from diagnostics_app import answers
from diagnostics_app.checklists import steps
from diagnostics_app.findings import checks_of, draft_of
from files_app.tests.photos import photo_in
from sessions_app.models import Session
from sessions_app.tests.browsing import at, browser
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(carla: User, max: User) -> Session:
    return cast.live(carla, max, plan_code="diagnostic", category="brakes")


def write(session: Session, by: User, **results: str) -> None:
    for step, result in results.items():
        answers.answer(session.pk, by=by, step=step.replace("_", "-"), result=result)


def test_without_answers_nothing_is_suggested(session, max):
    assert draft_of(session) == {}
    write(session, max, brakes_pads="skipped")
    assert draft_of(session) == {}


def test_faults_come_first_with_note_codes_and_what_they_point_to(session, max):
    write(session, max, safe_place="ok", brakes_pedal="ok", brakes_fluid="ok", brakes_pads="unsure")
    answers.answer(session.pk, by=max, step="brakes-warning", result="fault", note="ABS light only", trouble_codes=["C0035"])
    draft = draft_of(session)
    assert draft["findings"] == (
        "Brake and ABS lights: ABS light only. Code C0035."
        " This points to low brake fluid, a pressure loss, or a fault in the ABS.\n\n"
        "Could not be judged:\n- Brake pads: Not sure.\n\n"
        "In order: brake pedal, brake fluid level."
    )
    assert draft["recommended_work"].startswith(f"- {steps()['brakes-warning'].work}\n\nTo be looked at in a workshop:\n- Brake pads")
    assert draft["severity"] == "urgent"
    assert "safe_to_drive" not in draft


def test_a_danger_says_do_not_drive_and_nothing_says_drive(session, max):
    write(session, max, brakes_pedal="ok")
    assert not {"severity", "safe_to_drive"} & draft_of(session).keys()
    write(session, max, brakes_pedal="fault", brakes_parking="fault")
    draft = draft_of(session)
    assert (draft["severity"], draft["safe_to_drive"]) == ("critical", "no")


def test_answers_come_in_the_order_of_the_list_and_those_of_another_list_last(session, max):
    write(session, max, noise_when="fault", brakes_hoses="ok", brakes_pedal="ok")
    assert [answer.step.key for answer in checks_of(session)] == ["brakes-pedal", "brakes-hoses", "noise-when"]


def test_answers_carry_what_the_report_shows(session, carla, max):
    photo, _unready = photo_in(session, carla), photo_in(session, carla, state="checking", file="", checked_at=None)
    answers.answer(
        session.pk, by=max, step="brakes-pads", result="fault", note="2 mm", trouble_codes=["C0035", "C0040"], files=[photo.pk, _unready.pk]
    )
    [answer] = checks_of(session)
    assert (answer.title, answer.result, str(answer.result_label), answer.note, answer.code) == (
        "Brake pads",
        "fault",
        "Fault",
        "2 mm",
        "C0035, C0040",
    )
    assert answer.question.startswith("Is there more than 3 mm")
    assert answer.evidence == [photo]
    assert not answer.is_danger


def test_a_step_that_is_not_on_any_list_any_more_breaks_nothing(session, max):
    write(session, max, brakes_pads="fault")
    session.checks.update(step="brakes-asbestos")
    assert checks_of(session) == [] and draft_of(session) == {}


# --- in the form ---------------------------------------------------------------------------------


def page(user: User, address: str) -> str:
    return unescape(browser(user).get(address).content.decode())


def test_the_report_begins_with_the_answers_in_the_room_and_on_its_own_page(session, max):
    write(session, max, brakes_pedal="fault")
    for address in (session.room_url, at("session-complete", session)):
        html = page(max, address)
        assert "Brake pedal: Fault. This points to air or a leak in the brake hydraulics" in html
        assert 'name="safe_to_drive" value="no" required id="id_safe_to_drive_1" checked' in html or 'value="no" required checked' in html


def test_what_the_mechanic_sent_is_shown_again_as_he_sent_it(session, max):
    write(session, max, brakes_pedal="fault")
    html = browser(max).post(at("session-complete", session), {"findings": "My own words."}).content.decode()
    assert "My own words." in html
    assert "This points to" not in html


def test_a_chat_about_something_else_is_as_empty_as_before(colin, nora):
    chat = cast.live(colin, nora)
    assert "data-from-checks hidden" in page(nora, at("session-complete", chat))
