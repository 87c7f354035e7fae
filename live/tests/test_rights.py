"""Who may listen where, and that it ends when the right ends. The rows of ACCESS, as far as sockets go."""

import uuid

import pytest

from lifecycle import people, queue
from lifecycle.room import look
from live import push
from live.limits import Close
from live.tests.conftest import signed_in
from tests import cast


@pytest.fixture
def session(carla, max):
    return cast.waiting(carla, max)


def room(session) -> str:
    return f"/ws/session/{session.pk}/"


def refused(listen, path, user=None) -> int:
    return listen(path, user).closed()


@pytest.mark.parametrize("path", ["/ws/mechanic/", "/ws/customer/", f"/ws/session/{uuid.uuid4()}/"])
def test_who_is_not_signed_in_is_told_to(listen, plans, path):
    assert refused(listen, path) == Close.SIGN_IN


def test_a_made_up_cookie_is_nobody(listen, plans):
    assert listen("/ws/customer/", additional_headers={"Cookie": "sessionid=0123456789abcdef0123456789abcdef"}).closed() == Close.SIGN_IN


def test_an_approved_mechanic_hears_the_dashboard(listen, max):
    assert listen("/ws/mechanic/", max, caught_up=False).hear("catch-up")


@pytest.mark.parametrize("who", ["carla", "oscar", "sam", "will"])
def test_nobody_else_does(listen, request, who):
    assert refused(listen, "/ws/mechanic/", request.getfixturevalue(who)) == Close.NOT_YOURS


@pytest.mark.parametrize("who", ["carla", "max"])
def test_customer_and_mechanic_hear_the_room(listen, request, session, who):
    assert listen(room(session), request.getfixturevalue(who), caught_up=False).hear("catch-up")


def test_staff_hear_the_room_once_they_have_said_why(listen, session, sam):
    assert refused(listen, room(session), sam) == Close.NOT_YOURS
    look(session.pk, by=sam, reason="the customer asked for help")
    assert listen(room(session), sam, caught_up=False).hear("catch-up")


@pytest.mark.parametrize("who", ["colin", "nora", "will", "oscar"])
def test_nobody_else_hears_the_room(listen, request, session, who):
    assert refused(listen, room(session), request.getfixturevalue(who)) == Close.NOT_YOURS


def test_a_room_that_does_not_exist_looks_like_one_of_others(listen, carla):
    assert refused(listen, f"/ws/session/{uuid.uuid4()}/", carla) == Close.NOT_YOURS


def test_signing_out_closes_every_socket_of_that_browser_and_no_other(listen, carla, session, colin):
    from_here, from_there = (signed_in(carla) for _ in range(2))
    mine = [listen("/ws/customer/", cookies=from_here), listen(room(session), cookies=from_here)]
    at_home, others = listen("/ws/customer/", cookies=from_there), listen("/ws/customer/", colin)
    from_here.logout()
    assert [ear.closed(within=2) for ear in mine] == [Close.NOT_YOURS] * 2
    assert at_home.hears_nothing("anything") and others.hears_nothing("anything"), "they are still open"


def test_a_new_password_closes_them(listen, carla, site):
    ear = listen("/ws/customer/", carla)
    carla.set_password("another battery staple")
    carla.save()
    push.check(push.person(carla.pk))
    assert ear.closed() == Close.NOT_YOURS


def test_a_closed_account_closes_them(listen, carla):
    ear = listen("/ws/customer/", carla)
    carla.is_active = False
    carla.save()
    push.check(push.person(carla.pk))
    assert ear.closed() == Close.NOT_YOURS


def test_a_suspended_mechanic_is_out_of_dashboard_and_room(listen, max, sam, session):
    ears = [listen("/ws/mechanic/", max), listen(room(session), max)]
    people.suspend(max.pk, by=sam, reason="papers expired")
    assert [ear.closed(within=2) for ear in ears] == [Close.NOT_YOURS] * 2


def test_who_releases_a_session_leaves_the_room(listen, carla, max, session):
    customer, mechanic = listen(room(session), carla), listen(room(session), max)
    queue.release(session.pk, by=max, reason="wrong brand")
    assert mechanic.closed(within=2) == Close.NOT_YOURS
    assert customer.hear("changed")["name"] == "session"


def test_who_loses_a_session_to_another_mechanic_leaves_the_room(listen, max, nora, sam, session):
    mechanic = listen(room(session), max)
    queue.assign(session.pk, by=sam, mechanic_id=nora.pk, reason="is nearer")
    assert mechanic.closed(within=2) == Close.NOT_YOURS
    assert listen(room(session), nora, caught_up=False).hear("catch-up")


def test_who_goes_off_duty_hears_the_queue_no_more_and_is_back_with_the_next_duty(listen, max, colin, plans):
    ear = listen("/ws/mechanic/", max)
    people.set_duty(max.pk, by=max, on=False)
    assert ear.hears_nothing("catch-up"), "needs time to leave the queue"
    first = cast.pending(colin)
    assert ear.hears_nothing("html")
    people.set_duty(max.pk, by=max, on=True)
    ear.hear("catch-up")
    queue.cancel(first.pk, by=colin, reason="starts again")
    cast.pending(colin)
    assert ear.hear("html")["name"] == "incoming"
