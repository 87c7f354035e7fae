"""escalate: nobody took it in time, so everybody is asked and staff are told."""

import pytest

from accounts_app.models import User
from lifecycle import people, queue
from lifecycle.tests.told import jobs, now, refused, timeline, to
from mechanichub.errors import NotPossible, NotYours
from requests_app import matching
from tests import cast


def test_it_is_open_to_mechanics_off_duty_too(carla: User, max: User, heard) -> None:
    session = cast.pending(carla)
    off = cast.fresh(people.set_duty(max.pk, by=max, on=False).user).mechanic
    assert not matching.open_to(off).exists()
    with heard() as said:
        queue.escalate(session.pk)
    assert timeline(session)[-1] == ("escalate", "pending", "unattended", "system")
    assert matching.open_to(off).exists()
    assert to("html", said) == {"queue.all"}


def test_staff_and_absent_mechanics_are_written_to_by_jobs_of_the_same_transaction(carla: User) -> None:
    session = queue.escalate(cast.pending(carla).pk)
    assert jobs() == [("alert_staff", {"session_id": str(session.pk)}), ("alert_mechanics", {"session_id": str(session.pk)})]


def test_the_preferred_mechanics_window_does_not_hold_it_back(carla: User, max: User, nora: User) -> None:
    session = queue.escalate(cast.pending(carla, preferred_mechanic_id=max.pk).pk)
    assert queue.accept(session.pk, by=nora).status == "waiting"


def test_a_wanted_brand_still_counts(carla: User, max: User, nora: User) -> None:
    session = queue.escalate(cast.pending(carla, requested_brand="bmw").pk)
    assert list(matching.eligible_for(now(session).request)) == [nora.mechanic]


@pytest.mark.parametrize("who", ["carla", "max", "sam"])
def test_nobody_but_the_system_can(who: str, carla: User, max: User, sam: User, request: pytest.FixtureRequest) -> None:
    session = cast.pending(carla)
    refused(NotYours, queue.escalate, session.pk, by=request.getfixturevalue(who))
    assert queue.escalate(session.pk).status == "unattended"


def test_what_is_taken_or_escalated_already_is_not_escalated(carla: User, colin: User, max: User) -> None:
    assert "taken by Max" in refused(NotPossible, queue.escalate, cast.waiting(carla, max).pk)
    assert "still without a mechanic" in refused(NotPossible, queue.escalate, queue.escalate(cast.pending(colin).pk).pk)
