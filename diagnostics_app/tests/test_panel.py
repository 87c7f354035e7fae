"""What the panel shows to whom, and its forms, with and without a script."""

from html import unescape
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.urls import reverse

from accounts_app.models import User
from diagnostics_app import answers
from diagnostics_app.models import Check
from files_app.tests.photos import photo_in
from lifecycle import queue
from sessions_app.models import Session
from sessions_app.tests.browsing import FRAGMENT, at, browser, looked
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(carla: User, max: User) -> Session:
    return cast.live(carla, max, plan_code="diagnostic", category="brakes")


def panel(user: User, session: Session, step: str = "") -> str:
    answer = browser(user).get(at("session-checks", session, f"?step={step}"), headers=FRAGMENT)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def sends(
    user: User, session: Session, what: str = "session-check", step: str = "brakes-pedal", *, page: bool = False, **data
) -> HttpResponse:
    address = reverse(what, args=[session.pk, step] if step else [session.pk])
    return browser(user).post(address, data, headers={} if page else FRAGMENT)


# --- reading -------------------------------------------------------------------------------------


def test_only_the_diagnostic_room_has_it(session, carla, max, colin, nora):
    video = cast.live(colin, nora, plan_code="video")
    for user, room, there in [(carla, session, True), (max, session, True), (colin, video, False), (nora, video, False)]:
        html = browser(user).get(room.room_url).content.decode()
        assert [mark in html for mark in ("<guided-check", 'data-view="checks"')] == [there, there]


def test_the_list_is_that_of_the_trouble_that_the_customer_named(session, carla):
    html = panel(carla, session)
    assert "0 of 10" in html and "Step 1 of 10" in html
    assert "9. Straight braking" in html


def test_the_mechanic_writes_and_the_customer_reads(session, carla, max):
    assert 'name="result" value="fault"' in panel(max, session)
    html = panel(carla, session, "brakes-pedal")
    assert "Is the pedal firm" in html and "Soft like a sponge" in html
    assert "<form" not in html and " writes kept=" not in html


def test_the_customer_sees_results_notes_codes_in_words_and_photos(session, carla, max):
    photo = photo_in(session, carla)
    answers.answer(
        session.pk, by=max, step="brakes-warning", result="fault", note="Only <ABS> is on.", trouble_codes=["C0035"], files=[photo.pk]
    )
    html = browser(carla).get(at("session-checks", session, "?step=brakes-warning"), headers=FRAGMENT).content.decode()
    assert "1 of 10, 1 fault" in html
    assert "Only &lt;ABS&gt; is on." in html and "<ABS>" not in html
    assert '<b class="code">C0035</b>' in html and "code-card-meaning" in html
    assert reverse("session-thumbnail", args=[session.pk, photo.pk]) in html


def test_a_danger_is_said_to_both_and_stays(session, carla, max):
    answers.answer(session.pk, by=max, step="brakes-pedal", result="fault")
    for user in (carla, max):
        assert "Do not drive this car." in panel(user, session)
    answers.answer(session.pk, by=max, step="brakes-pedal", result="ok")
    assert "Do not drive this car." not in panel(carla, session)


def test_in_the_queue_it_waits_and_afterwards_it_is_there_to_read(colin, carla, max, session):
    queued = cast.pending(colin, plan_code="diagnostic")
    assert "as soon as you are both here" in browser(colin).get(queued.room_url).content.decode()
    answers.answer(session.pk, by=max, step="brakes-pads", result="fault", note="2 mm")
    cast.an_hour_passes(session)
    sends(max, session, "session-complete", "", page=True, findings="Worn.", severity="urgent", safe_to_drive="no")
    for user in (carla, max):
        html = panel(user, session, "brakes-pads")
        assert "2 mm" in html and "<form" not in html


def test_a_former_mechanic_reads_what_stood_there_when_his_part_ended(colin, max, nora):
    session = cast.waiting(colin, max, plan_code="diagnostic", category="brakes")
    answers.answer(session.pk, by=max, step="brakes-pads", result="fault", note="2 mm on the left")
    queue.release(session.pk, by=max, reason="No time.")
    queue.accept(session.pk, by=nora)
    answers.answer(session.pk, by=nora, step="brakes-fluid", result="fault", note="Below the mark")
    former, present = panel(max, session), panel(nora, session)
    assert "2 mm on the left" in former and "Below the mark" not in former
    assert "2 mm on the left" in present and "Below the mark" in present


def test_staff_read_it_with_a_reason(session, sam):
    address = at("session-checks", session)
    assert browser(sam).get(address).status_code == 403
    sams = looked(sam, session)
    html = sams.get(address, headers=FRAGMENT).content.decode()
    assert "Guided check" in html and "<form" not in html


# --- writing -------------------------------------------------------------------------------------


def test_ok_goes_on_to_the_next_open_step(session, max):
    html = unescape(sends(max, session, result="ok").content.decode())
    assert 'step="brakes-fluid"' in html and "1 of 10" in html


def test_a_fault_without_a_word_stays_for_one_and_then_goes_on(session, max):
    html = sends(max, session, result="fault").content.decode()
    assert 'step="brakes-pedal"' in html and 'value="fault" aria-pressed="true"' in html
    html = sends(max, session, go="on", note="Sinks.", codes="c0035, P0302").content.decode()
    assert 'step="brakes-fluid"' in html
    check = session.checks.get()
    assert (check.result, check.note, check.trouble_codes) == ("fault", "Sinks.", ["C0035", "P0302"])


def test_a_note_is_saved_by_itself(session, max):
    html = sends(max, session, note="Wait.").content.decode()
    assert 'step="brakes-pedal"' in html
    assert session.checks.get().result == Check.Result.OPEN


def test_the_last_answer_says_that_the_report_is_ready(session, max):
    for step in [
        "safe-place", "brakes-pedal", "brakes-fluid", "brakes-warning", "brakes-pads", "brakes-discs", "brakes-hoses", "brakes-heat",
        "brakes-pull",
    ]:  # fmt: skip
        sends(max, session, step=step, result="ok")
    html = sends(max, session, step="brakes-parking", result="skipped").content.decode()
    assert "Every step is answered" in html and "10 of 10" in html


def test_what_is_no_code_is_said_and_nothing_typed_is_lost(session, max):
    refused = sends(max, session, result="fault", note="Loud.", codes="abc")
    html = refused.content.decode()
    assert refused.status_code == 422
    assert "This is no trouble code." in html and "Loud." in html and 'value="abc"' in html
    assert not session.checks.exists()


def test_without_a_script_every_form_leads_back_into_the_room(session, max):
    went = sends(max, session, page=True, result="ok")
    assert went.url == f"{session.room_url}?step=brakes-fluid#checks"
    assert "Is the brake fluid between" in browser(max).get(went.url.partition("#")[0]).content.decode()
    asked = sends(max, session, "session-check-ask", page=True, wish="photo", client_id=uuid4())
    assert asked.url.endswith("?step=brakes-pedal#checks")
    chosen = sends(max, session, "session-checklist", "", page=True, category="noise")
    assert chosen.status_code == 302
    refused = sends(max, session, page=True, codes="abc", note="Kept here.")
    assert refused.status_code == 422 and "<title>Guided check" in refused.content.decode() and "Kept here." in refused.content.decode()


def test_another_list_is_taken_and_the_answers_to_the_old_one_stay_in_sight(session, max):
    sends(max, session, result="fault", note="Sinks.")
    html = sends(max, session, "session-checklist", "", category="noise").content.decode()
    assert "From another list" in html and "Sinks." in html
    assert '<option value="noise" selected>' in html
    assert sends(max, session, "session-checklist", "", category="rust").status_code == 422


def test_codes_are_explained_while_they_are_typed(session, max):
    html = sends(max, session, "session-codes", "", codes="p0302 and more").content.decode()
    assert "P0302" in html and "Cylinder 2" in html


# --- photos --------------------------------------------------------------------------------------


def test_the_mechanic_ticks_the_photos_that_show_it(session, carla, max):
    photo = photo_in(session, carla)
    assert f'name="files" value="{photo.pk}"' in panel(max, session, "brakes-pads")
    sends(max, session, step="brakes-pads", result="fault", files=str(photo.pk))
    assert f'value="{photo.pk}" checked' in panel(max, session, "brakes-pads")
    sends(max, session, step="brakes-pads", note="No, that was another one.", had_files=str(photo.pk))
    assert f'value="{photo.pk}" checked' not in panel(max, session, "brakes-pads")


def test_the_customer_is_asked_and_shows_it(session, carla, max):
    photo, of_max = photo_in(session, carla), photo_in(session, max)
    sends(max, session, "session-check-ask", "brakes-pads", wish="photo", client_id=uuid4())
    html = panel(carla, session)
    assert "Your mechanic asks for a photo: Brake pads" in html
    html = panel(carla, session, "brakes-pads")
    assert str(photo.pk) in html and str(of_max.pk) not in html
    by_its_name = sends(carla, session, "session-check-evidence", "brakes-pads", client_ids=str(photo.client_id))
    assert by_its_name.status_code == 200
    assert "Your mechanic asks for a photo: Brake pads" not in panel(carla, session)
    assert f'value="{photo.pk}" checked' in panel(max, session, "brakes-pads")


def test_what_the_customer_attached_meanwhile_stays(session, carla, max):
    photo = photo_in(session, carla)
    sends(max, session, "session-check-ask", "brakes-pads", wish="photo", client_id=uuid4())
    sends(carla, session, "session-check-evidence", "brakes-pads", files=str(photo.pk))
    sends(max, session, step="brakes-pads", result="unsure")  # from a page on which the box was empty
    assert session.checks.get().evidence.count() == 1


def test_when_files_fail_the_check_goes_on(session, carla, max):
    photo = photo_in(session, carla)
    sends(max, session, step="brakes-pads", result="fault", files=str(photo.pk))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE files_app_sessionfile RENAME TO files_app_gone")
    assert "Files are not available just now." in panel(max, session, "brakes-pads")
    assert sends(max, session, step="brakes-pads", note="Both sides.").status_code == 200
    assert session.checks.get().evidence.count() == 1
    assert browser(max).get(at("session-complete", session)).status_code == 200
