"""complete and abort: how a live session ends."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts_app.models import User
from lifecycle import room
from lifecycle.room import ReportData
from lifecycle.tests.told import jobs, last, now, refused, seat, timeline, to
from mechanichub.errors import NotPossible, NotYours
from sessions_app.models import Report, Session
from tests import cast

REPORT = ReportData(**cast.REPORT)


def an_hour_live(customer: User, mechanic: User, **changes) -> Session:
    session = cast.live(customer, mechanic, **changes)
    cast.an_hour_passes(session)
    return now(session)


def live_since(session: Session, seconds: float) -> None:
    Session.objects.filter(pk=session.pk).update(
        **dict.fromkeys(("queued_at", "accepted_at", "started_at"), timezone.now() - timedelta(seconds=seconds))
    )


def test_the_mechanic_ends_it_with_his_report(carla: User, max: User, heard) -> None:
    session = an_hour_live(carla, max)
    with heard() as said:
        room.complete(session.pk, by=max, report=REPORT)
    ended = now(session)
    assert (ended.status, ended.place, ended.mechanic_id, ended.cancel_reason) == ("completed", None, max.pk, "")
    assert ended.started_at < ended.ended_at
    assert (ended.report.findings, ended.report.safe_to_drive) == (REPORT.findings, True)
    assert timeline(session)[-1] == ("complete", "live", "completed", "Max")
    assert {f"customer.{carla.pk}", f"mechanic.{max.pk}", f"session.{session.pk}"} <= to("changed", said)


def test_the_report_is_mailed_by_a_job_of_the_same_transaction(carla: User, max: User) -> None:
    session = an_hour_live(carla, max)
    assert jobs() == []
    room.complete(session.pk, by=max, report=REPORT)
    assert jobs() == [("mail_report", {"session_id": str(session.pk)})]


def test_both_stay_participants_so_that_they_can_read_it_again(carla: User, max: User) -> None:
    session = an_hour_live(carla, max)
    room.complete(session.pk, by=max, report=REPORT)
    assert seat(session, carla).until is None and seat(session, max).until is None


def test_the_mechanic_cannot_without_a_report(carla: User, max: User) -> None:
    assert refused(NotPossible, room.complete, an_hour_live(carla, max).pk, by=max, report=None) == "Please write the report first."


def test_staff_can_without_a_report_but_not_without_a_reason(carla: User, max: User, sam: User) -> None:
    session = an_hour_live(carla, max)
    assert refused(NotPossible, room.complete, session.pk, by=sam, report=None) == "Please give a reason."
    room.complete(session.pk, by=sam, report=None, reason="Max had to leave.")
    assert (now(session).status, last(session).reason) == ("completed", "Max had to leave.")
    assert not Report.objects.exists()


@pytest.mark.parametrize("who", ["carla", "colin", "nora", "will", "oscar"])
def test_nobody_else_can(
    who: str, carla: User, colin: User, max: User, nora: User, will: User, oscar: User, request: pytest.FixtureRequest
) -> None:
    refused(NotYours, room.complete, an_hour_live(carla, max).pk, by=request.getfixturevalue(who), report=REPORT)


def test_what_has_not_begun_cannot_be_completed(carla: User, max: User) -> None:
    assert "was taken by Max" in refused(NotPossible, room.complete, cast.waiting(carla, max).pk, by=max, report=REPORT)
    assert not Report.objects.exists()


def test_a_second_report_is_refused(carla: User, max: User) -> None:
    session = cast.completed(carla, max)
    changed = ReportData(**cast.REPORT | {"findings": "Something else."})
    assert refused(NotPossible, room.complete, session.pk, by=max, report=changed) == "This session is completed."
    assert Report.objects.get().findings == REPORT.findings


@pytest.mark.parametrize("costs", [(None, "100"), ("100", None), ("200", "100"), ("-5", "100")])
def test_costs_without_sense_are_refused_whole(carla: User, max: User, costs: tuple) -> None:
    session = an_hour_live(carla, max)
    report = ReportData(**cast.REPORT, cost_from=costs[0], cost_to=costs[1])
    with pytest.raises(IntegrityError, match="a_cost_range_has_two_ends_in_order"), transaction.atomic():
        room.complete(session.pk, by=max, report=report)
    assert now(session).status == "live" and not Report.objects.exists()


@pytest.mark.parametrize(
    ("seconds", "status"), [(settings.SHORTEST_SESSION - 5, "cancelled"), (settings.SHORTEST_SESSION + 1, "completed")]
)
def test_less_than_a_minute_counts_as_cancelled(carla: User, max: User, seconds: float, status: str) -> None:
    session = cast.live(carla, max)
    live_since(session, seconds)
    room.complete(session.pk, by=max, report=REPORT)
    assert now(session).status == status


def test_a_session_that_was_too_short_keeps_its_report_and_says_why(carla: User, max: User) -> None:
    session = cast.live(carla, max)
    room.complete(session.pk, by=max, report=REPORT)
    ended = now(session)
    assert (ended.status, ended.cancel_reason, ended.place) == ("cancelled", "ended within the first minute", None)
    assert ended.report.findings == REPORT.findings
    assert timeline(session)[-1] == ("abort", "live", "cancelled", "Max")
    assert ended.mechanic_id == max.pk, "a cancelled session remembers whom it had"
    assert jobs() == []


@pytest.mark.parametrize("by_system", [False, True])
def test_staff_and_the_system_break_it_off(carla: User, max: User, sam: User, by_system: bool, heard) -> None:
    session = cast.live(carla, max)
    with heard() as said:
        room.abort(session.pk, by=None if by_system else sam, reason=" Abuse. ")
    ended = now(session)
    assert (ended.status, ended.cancel_reason, ended.place, ended.mechanic_id) == ("cancelled", "Abuse.", None, max.pk)
    assert seat(session, max).until == ended.ended_at
    assert f"mechanic.{max.pk}" in to("changed", said)


def test_the_mechanics_way_out_is_the_report(carla: User, max: User) -> None:
    session = cast.live(carla, max)
    refused(NotYours, room.abort, session.pk, by=max, reason="No.")


@pytest.mark.parametrize("who", ["carla", "nora", "will", "colin"])
def test_nobody_else_breaks_it_off(
    who: str, carla: User, colin: User, max: User, nora: User, will: User, request: pytest.FixtureRequest
) -> None:
    refused(NotYours, room.abort, cast.live(carla, max).pk, by=request.getfixturevalue(who), reason="No.")


def test_breaking_off_needs_a_reason_and_a_live_session(carla: User, colin: User, max: User, sam: User) -> None:
    assert refused(NotPossible, room.abort, cast.live(carla, max).pk, by=sam, reason="  ") == "Please give a reason."
    assert "was taken by Max" in refused(NotPossible, room.abort, cast.waiting(colin, max).pk, by=sam, reason="Abuse.")


def test_a_very_long_reason_is_cut_where_it_is_stored(carla: User, max: User, sam: User) -> None:
    session = room.abort(cast.live(carla, max).pk, by=sam, reason="x" * 1000)
    assert (len(now(session).cancel_reason), len(last(session).reason)) == (300, 300)
