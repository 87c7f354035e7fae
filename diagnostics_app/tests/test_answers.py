"""What is written in a check, by whom, and when."""

from uuid import uuid4

import pytest
from django.http import Http404
from django.utils import timezone

from accounts_app.models import User
from diagnostics_app import answers
from diagnostics_app.models import LONGEST_NOTE, Check, Evidence
from files_app.models import SessionFile
from files_app.tests.photos import photo_in
from lifecycle import queue
from mechanichub.errors import NotPossible, NotYours
from sessions_app.models import Session
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(carla: User, max: User) -> Session:
    return cast.live(carla, max, plan_code="diagnostic", category="brakes")


def answered(session: Session, by: User, step: str = "brakes-pedal", result: str = "fault", **more: object) -> Check:
    return answers.answer(session.pk, by=by, step=step, result=result, **more)


def test_its_mechanic_answers_and_may_change_his_mind(session, max):
    first = answered(session, max, note="Sinks slowly.", trouble_codes=["C0020"])
    second = answered(session, max, result="ok")
    assert first.pk == second.pk
    check = session.checks.get()
    assert (check.result, check.note, check.trouble_codes, check.author_id) == ("ok", "", [], max.pk)


def test_a_note_may_stand_before_the_answer(session, max):
    check = answered(session, max, result="open", note="Wait for the photo.")
    assert not check.is_answered and check.answered_at is None


def test_the_check_begins_when_the_mechanic_has_taken_it_and_ends_with_the_session(colin, carla, max):
    waiting = cast.waiting(colin, max, plan_code="diagnostic")
    assert answered(waiting, max).result == "fault"
    queue.release(waiting.pk, by=max, reason="No time.")
    with pytest.raises(NotYours):
        answered(waiting, max)
    over = cast.completed(carla, max)
    with pytest.raises(NotPossible):
        answered(over, max)


def test_nobody_else_answers(session, carla, nora, sam):
    for other in (carla, nora, sam):
        with pytest.raises(NotYours):
            answered(session, other)
    with pytest.raises(Http404):
        answers.answer(uuid4(), by=carla, step="brakes-pedal", result="ok")
    assert not session.checks.exists()


@pytest.mark.parametrize(
    "wrong", [{"step": "brakes-none"}, {"result": "perfect"}, {"note": "x" * (LONGEST_NOTE + 1)}, {"files": [uuid4()]}]
)
def test_what_is_no_answer_is_refused_in_words(session, max, wrong):
    with pytest.raises(answers.BadAnswer) as refusal:
        answered(session, max, **wrong)
    assert refusal.value.detail.endswith((".", "page."))
    assert not session.checks.exists()


# --- evidence ------------------------------------------------------------------------------------


def test_photos_of_the_session_are_attached_and_taken_away(session, carla, max):
    first, second = photo_in(session, carla), photo_in(session, carla)
    check = answered(session, max, files=[first.pk, second.pk])
    answered(session, max, note="Look at the second one.")  # says nothing about files
    assert set(check.evidence.values_list("file", flat=True)) == {first.pk, second.pk}
    answered(session, max, without=[first.pk])
    assert [each.file_id for each in check.evidence.all()] == [second.pk]


def test_a_photo_of_another_session_is_not_attached(session, colin, max, nora):
    elsewhere = photo_in(cast.live(colin, nora), colin)
    with pytest.raises(answers.BadAnswer):
        answered(session, max, files=[elsewhere.pk])


def test_a_refused_file_shows_nothing(session, carla, max):
    bad = SessionFile.objects.create(
        session=session, uploader=carla, name="a.exe", size=1, state="refused", refusal="unknown", checked_at=timezone.now()
    )
    with pytest.raises(answers.BadAnswer):
        answered(session, max, files=[bad.pk])


def test_a_file_that_is_deleted_leaves_the_answer(session, carla, max):
    photo = photo_in(session, carla)
    check = answered(session, max, files=[photo.pk])
    photo.delete()
    assert not Evidence.objects.exists()
    assert Check.objects.get(pk=check.pk).result == "fault"


# --- asking the customer -------------------------------------------------------------------------


def test_the_customer_is_asked_in_the_talk_once_for_one_click(session, max):
    name = uuid4()
    for _click in range(2):
        answers.ask_for(session.pk, by=max, step="brakes-fluid", wish="photo", client_id=name)
    message = session.messages.get()
    assert message.author_id == max.pk
    assert message.body.startswith("Please send me a photo: Brake fluid level.")
    assert session.checks.get().asked_for == "photo"


def test_the_customer_shows_what_he_was_asked_for_and_nothing_else(session, carla, colin, max):
    photo = photo_in(session, carla)
    with pytest.raises(NotYours):
        answers.attach(session.pk, by=carla, step="brakes-fluid", files=[photo.pk])
    answers.ask_for(session.pk, by=max, step="brakes-fluid", wish="photo", client_id=uuid4())
    check = answers.attach(session.pk, by=carla, step="brakes-fluid", files=[photo.pk])
    answers.attach(session.pk, by=carla, step="brakes-fluid", files=[photo.pk])  # twice is once
    assert check.evidence.count() == 1
    with pytest.raises(NotYours):
        answers.attach(session.pk, by=colin, step="brakes-fluid", files=[photo.pk])


def test_only_a_photo_or_a_clip_can_be_asked_for(session, max):
    with pytest.raises(answers.BadAnswer):
        answers.ask_for(session.pk, by=max, step="brakes-fluid", wish="money", client_id=uuid4())


# --- the list ------------------------------------------------------------------------------------


def test_another_checklist_keeps_what_was_answered(session, max, carla):
    answered(session, max)
    assert answers.choose(session.pk, by=max, category="noise").category == "noise"
    assert session.checks.count() == 1
    with pytest.raises(NotYours):
        answers.choose(session.pk, by=carla, category="noise")
    with pytest.raises(answers.BadAnswer):
        answers.choose(session.pk, by=max, category="rust")
