"""What is pushed arrives: at everybody whom it is for, once, in order, and not before the commit."""

import pytest
from django.db import transaction

from lifecycle.room import look
from live import push
from tests import cast


@pytest.fixture
def session(carla, max):
    return cast.waiting(carla, max)


@pytest.fixture
def room(listen, session):
    return lambda user: listen(f"/ws/session/{session.pk}/", user)


def test_a_new_request_reaches_every_mechanic_on_duty_at_once(listen, max, nora, colin):
    ears = [listen("/ws/mechanic/", user) for user in (max, nora, max)]
    session = cast.pending(colin)
    for ear in ears:
        assert str(session.pk) in ear.hear("html", within=1)["html"]


def test_a_hundred_texts_come_in_the_order_they_were_pushed(listen, carla):
    ear = listen("/ws/customer/", carla)
    for number in range(100):
        push.changed([f"customer.{carla.pk}"], "session", number=number)
    assert [ear.hear("changed")["number"] for _ in range(100)] == list(range(100))


def test_nothing_is_heard_before_the_commit(listen, carla):
    ear = listen("/ws/customer/", carla)
    with transaction.atomic():
        push.changed([f"customer.{carla.pk}"], "session")
        assert ear.hears_nothing("changed")
    assert ear.hear("changed")


def test_nothing_is_heard_of_a_rollback(listen, carla):
    ear, group = listen("/ws/customer/", carla), f"customer.{carla.pk}"
    with transaction.atomic():
        push.changed([group], "session")
        push.html([group], "messages", "<li id='message-1'></li>")
        push.gone([group], "request-1")
        push.relay(group, {"type": "read"})
        transaction.set_rollback(True)
    assert ear.hears_nothing("anything")


def test_others_hear_nothing(listen, carla, colin):
    ear = listen("/ws/customer/", colin)
    push.changed([f"customer.{carla.pk}"], "session")
    assert ear.hears_nothing("changed")


def test_each_kind_says_what_the_pages_need(listen, carla):
    ear, group = listen("/ws/customer/", carla), f"customer.{carla.pk}"
    push.changed([group], "session", session="1")
    push.html([group], "messages", "<li id='message-1'>ü</li>")
    push.gone([group], "request-1", "Taken by Max")
    push.relay(group, {"type": "read", "up_to": 3})
    assert ear.hear("changed") == {"kind": "changed", "name": "session", "session": "1"}
    assert ear.hear("html") == {"kind": "html", "name": "messages", "html": "<li id='message-1'>ü</li>"}
    assert ear.hear("gone") == {"kind": "gone", "id": "request-1", "text": "Taken by Max"}
    assert ear.hear("relay") == {"kind": "relay", "sender": None, "data": {"type": "read", "up_to": 3}}


def test_what_is_said_in_a_room_names_who_said_it(room, carla, max):
    customer, mechanic = room(carla), room(max)
    customer.say(type="typing", on=True)
    heard = mechanic.hear("relay")
    assert heard["sender"]["id"] == str(carla.pk) and heard["sender"]["name"] == "Carla"
    assert heard["data"] == {"type": "typing", "on": True}


def test_a_socket_knows_its_own_name(room, carla):
    ear = room(carla)
    ear.say(type="hello")
    ear.say(type="hello")
    first, second = ear.hear("relay"), ear.hear("relay")
    assert first["sender"]["socket"] == second["sender"]["socket"]
    other = room(carla)
    other.say(type="hello")
    assert ear.hear("relay")["sender"]["socket"] != first["sender"]["socket"]


def test_a_socket_hears_who_it_is_before_anything_else(listen, session, carla):
    heard = listen(f"/ws/session/{session.pk}/", carla, caught_up=False).hear_all("catch-up")
    assert heard[0] == {"kind": "you", "id": str(carla.pk), "name": "Carla", "socket": heard[0]["socket"]}


def test_who_leaves_the_room_says_goodbye(room, carla, max):
    customer, mechanic = room(carla), room(max)
    customer.say(type="hello")
    assert mechanic.hear("relay")["data"] == {"type": "hello"}
    customer.socket.close()
    heard = mechanic.hear("relay")
    assert (heard["sender"]["id"], heard["data"]) == (str(carla.pk), {"type": "bye"})


def test_who_said_nothing_leaves_without_a_word(room, carla, max):
    customer, mechanic = room(carla), room(max)
    customer.socket.close()
    assert mechanic.hears_nothing("relay")


def test_staff_hear_the_room_and_say_nothing(room, session, carla, sam):
    look(session.pk, by=sam, reason="the customer asked for help")
    customer, staff = room(carla), room(sam)
    customer.say(type="typing", on=True)
    assert staff.hear("relay")
    staff.say(type="hello")
    customer.hear("relay")
    assert customer.hears_nothing("relay")


def test_before_a_mechanic_is_there_nothing_is_passed_on(listen, carla):
    path = f"/ws/session/{cast.pending(carla).pk}/"
    one, other = listen(path, carla), listen(path, carla)
    one.say(type="hello")
    assert other.hears_nothing("relay")
    one.say(type="hello")
    assert one.hears_nothing("relay"), "and it is no reason to close the socket"


def test_a_quiet_socket_hears_a_beat(listen, carla):
    assert listen("/ws/customer/", carla).hear("beat", within=6)
