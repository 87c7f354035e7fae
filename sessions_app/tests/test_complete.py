"""The mechanic ends the session with a report."""

import pytest
from django.utils import timezone

from lifecycle import queue, room
from sessions_app.models import Report, Session
from sessions_app.tests.browsing import at, browser
from tests import cast

pytestmark = pytest.mark.django_db

FILLED = {
    "findings": "The coil of cylinder 2 is worn.",
    "recommended_work": "Replace it.",
    "severity": "soon",
    "safe_to_drive": "no",
    "cost_from": "80",
    "cost_to": "120.50",
}


@pytest.fixture
def talking(carla, max) -> Session:
    session = cast.live(carla, max)
    cast.an_hour_passes(session)
    return session


def test_a_report_ends_the_session_and_leads_to_the_summary(talking, max):
    answer = browser(max).post(at("session-complete", talking), FILLED)
    assert answer.url == at("session-summary", talking)
    talking.refresh_from_db()
    assert talking.status == "completed"
    report = Report.objects.get(session=talking)
    assert (report.findings, report.safe_to_drive, str(report.cost_to), report.currency) == (FILLED["findings"], False, "120.50", "USD")


def test_the_form_is_a_page_of_its_own_too(talking, max):
    html = browser(max).get(at("session-complete", talking)).content.decode()
    assert 'name="findings"' in html
    assert "checked" not in html.split("<main")[1]  # nothing that matters is chosen beforehand


@pytest.mark.parametrize("missing", ["findings", "severity", "safe_to_drive"])
def test_what_matters_must_be_said(missing, talking, max):
    answer = browser(max).post(at("session-complete", talking), {**FILLED, missing: ""})
    assert answer.status_code == 422
    assert FILLED["recommended_work"] in answer.content.decode()
    talking.refresh_from_db()
    assert talking.status == "live"


@pytest.mark.parametrize(
    "wrong",
    [
        {"cost_from": "80", "cost_to": ""},
        {"cost_from": "", "cost_to": "80"},
        {"cost_from": "90", "cost_to": "80"},
        {"cost_from": "-1", "cost_to": "80"},
        {"cost_from": "NaN", "cost_to": "Infinity"},
        {"cost_from": "1e400", "cost_to": "1e400"},
        {"cost_from": "9" * 100_000, "cost_to": "80"},
        {"severity": "apocalyptic"},
        {"safe_to_drive": "maybe"},
        {"findings": "a\x00b"},
        {"findings": "x" * 1_000_000},
        {"recommended_work": "x" * 8001},
    ],
    ids="-".join,
)
def test_nonsense_is_a_field_error(wrong, talking, max):
    answer = browser(max).post(at("session-complete", talking), {**FILLED, **wrong})
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert not Report.objects.exists()


def test_a_report_without_costs_is_complete(talking, max):
    browser(max).post(at("session-complete", talking), {**FILLED, "cost_from": "", "cost_to": ""})
    assert Report.objects.get().cost_from is None


def test_within_the_first_minute_it_counts_as_cancelled_and_both_is_said(carla, max):
    session = cast.live(carla, max)
    client = browser(max)
    assert "counts as cancelled" in client.get(session.room_url).content.decode()
    answer = client.post(at("session-complete", session), FILLED, follow=True)
    html = answer.content.decode()
    assert "so it counts as cancelled" in html
    assert FILLED["findings"] in html  # what was written is kept
    session.refresh_from_db()
    assert session.status == "cancelled"


def test_after_the_first_minute_nobody_is_warned(talking, max):
    assert "early-end" not in browser(max).get(at("session-complete", talking)).content.decode().split("<main")[1]


def test_only_its_mechanic_and_staff_end_it(talking, carla, colin, max, nora, will, sam):
    for user, status in ((carla, 403), (will, 403), (colin, 404), (nora, 404)):
        assert browser(user).get(at("session-complete", talking)).status_code == status
        assert browser(user).post(at("session-complete", talking), FILLED).status_code == status
    assert not Report.objects.exists()
    assert browser(max).get(at("session-complete", talking)).status_code == 200


def test_staff_end_it_with_a_reason_and_without_a_report(talking, sam):
    assert browser(sam).post(at("session-complete", talking), {"reason": ""}).status_code == 422
    assert browser(sam).post(at("session-complete", talking), {"reason": "The mechanic's phone is broken."}).status_code == 302
    talking.refresh_from_db()
    assert talking.status == "completed"
    assert not Report.objects.exists()


@pytest.mark.parametrize("state", ["waiting", "completed"])
def test_what_is_not_live_cannot_be_ended(state, carla, max):
    session = {"waiting": cast.waiting, "completed": cast.completed}[state](carla, max)
    answer = browser(max).post(at("session-complete", session), FILLED)
    assert answer.status_code == 409
    assert ("Max" if state == "waiting" else "completed") in answer.content.decode()


def test_a_second_click_says_that_it_is_done(talking, max):
    client = browser(max)
    assert client.post(at("session-complete", talking), FILLED).status_code == 302
    assert client.post(at("session-complete", talking), FILLED).status_code == 409
    assert Report.objects.get().submitted_at <= timezone.now()


def test_a_report_that_comes_too_late_stays_on_the_page(talking, max, sam):
    room.complete(talking.pk, by=sam, report=None, reason="The customer called us.")
    answer = browser(max).post(at("session-complete", talking), FILLED)
    assert answer.status_code == 409
    assert FILLED["findings"] in answer.content.decode()
    assert not Report.objects.filter(session=talking).exists()


def test_a_report_of_a_mechanic_whom_the_session_was_taken_from_stays_too(talking, max, nora, sam):
    queue.assign(talking.pk, by=sam, mechanic_id=nora.pk, reason="Max is ill.")
    answer = browser(max).post(at("session-complete", talking), FILLED)
    assert answer.status_code == 403
    assert FILLED["findings"] in answer.content.decode()
