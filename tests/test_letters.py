"""The letters that the worker sends: who gets which, and that they are committed with what they tell of."""

from datetime import UTC, datetime, time

import pytest
from django.core import mail
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts_app.models import AlertSettings, User
from accounts_app.tasks import mail_standing
from lifecycle import people, queue
from requests_app.tasks import alert_mechanics, alert_staff, is_quiet
from sessions_app.tasks import mail_report
from tests.cast import completed, fresh, pending


def waiting_jobs() -> list[str]:
    return sorted(ProcrastinateJob.objects.filter(status="todo").values_list("task_name", flat=True))


def test_an_escalation_calls_staff_and_mechanics_in_the_same_transaction(carla: User) -> None:
    session = pending(carla)
    queue.escalate(session.pk)
    assert waiting_jobs() == ["alert_mechanics", "alert_staff"]


def test_an_escalation_that_is_rolled_back_calls_nobody(carla: User) -> None:
    session = pending(carla)
    with transaction.atomic():
        queue.escalate(session.pk)
        assert waiting_jobs()
        transaction.set_rollback(True)
    assert waiting_jobs() == []


def test_staff_are_told_where_to_assign_it(carla: User, sam: User) -> None:
    session = queue.escalate(pending(carla).pk)
    alert_staff(session_id=str(session.pk))
    [letter] = mail.outbox
    assert letter.bcc == [sam.email] and f"/admin/sessions_app/session/{session.pk}/" in letter.body


def test_mechanics_off_duty_hear_of_it_and_those_on_duty_see_it_anyway(carla: User, max: User, nora: User) -> None:
    people.set_duty(max.pk, by=max, on=False)
    session = queue.escalate(pending(carla).pk)
    alert_mechanics(session_id=str(session.pk))
    assert [letter.bcc for letter in mail.outbox] == [[max.email]]


def test_who_wants_no_letters_gets_none(carla: User, max: User) -> None:
    people.set_duty(max.pk, by=max, on=False)
    AlertSettings.objects.create(mechanic=max.mechanic, email=False)
    session = queue.escalate(pending(carla).pk)
    alert_mechanics(session_id=str(session.pk))
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("hours", "quiet"),
    [((22, 7), (23, 3)), ((12, 14), (12, 13)), ((0, 0), ())],
)
def test_quiet_hours_may_go_over_midnight(hours: tuple[int, int], quiet: tuple[int, ...]) -> None:
    start, end = (time(hour) for hour in hours)
    loud = {11, 15, 21}
    assert all(is_quiet(start, end, time(hour)) for hour in quiet)
    assert not any(is_quiet(start, end, time(hour)) for hour in loud)
    assert not is_quiet(None, None, datetime.now(UTC).time())


def test_the_customer_is_told_where_the_report_is(carla: User, max: User) -> None:
    session = completed(carla, max)
    assert "mail_report" in waiting_jobs()
    mail_report(session_id=str(session.pk))
    [letter] = mail.outbox
    assert letter.to == [carla.email] and f"/sessions/{session.pk}/summary/" in letter.body
    assert "coil" not in letter.body  # the report stays behind the sign-in


def test_a_mechanic_is_told_that_he_may_start_and_that_he_may_not(oscar: User, sam: User) -> None:
    for move in (lambda: people.approve(oscar.pk, by=sam), lambda: people.suspend(oscar.pk, by=sam, reason="No papers.")):
        move()
        mail_standing(mechanic_id=str(oscar.pk))
    assert waiting_jobs().count("mail_standing") == 2
    assert [letter.subject for letter in mail.outbox] == ["You can start", "Your account is suspended"]
    assert "No papers." in mail.outbox[1].body
    assert not fresh(oscar).mechanic.may_hold
