"""Which webhook is told of which event: written with the event, or not at all."""

import json

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts_app.models import Mechanic, User
from lifecycle import queue, room
from sessions_app import reviews
from sessions_app.models import SessionEvent
from sessions_app.moves import IMPORTED, MOVES, NOTES
from tests import cast
from webhooks_app import kinds, managing
from webhooks_app.models import Delivery, Webhook
from webhooks_app.payload import body, payload

CONTACT = {"phone": "+14155550199", "email": "carla.secret@example.org", "name": "Carla Unlisted"}


def told(webhook: Webhook) -> list[str]:
    return [delivery.type.removeprefix("session.") for delivery in webhook.deliveries.order_by("event__number").select_related("event")]


def last(webhook: Webhook) -> dict:
    return payload(webhook.deliveries.order_by("event__number").last())["data"]


def test_every_kind_of_event_has_a_name_or_is_kept():
    every = {*MOVES, *NOTES, IMPORTED}
    assert every == {*kinds.TYPES} | {*kinds.UNTOLD}
    assert {*kinds.TYPES.values()} == {*kinds.LABELS} and {*kinds.OF_A_WORKSHOP} < {*kinds.LABELS}


def test_a_workshop_hears_from_the_acceptance_on_and_an_integrator_from_the_beginning(carla, max, wills, integrators):
    session = cast.completed(carla, max)
    reviews.review(session.pk, by=carla, stars=5, text="Quick.")
    assert told(wills) == ["accepted", "started", "completed", "reviewed"]
    assert told(integrators) == ["submitted", "accepted", "started", "completed", "reviewed"]


def test_a_workshop_hears_nothing_of_other_peoples_sessions(carla, nora, max, wills, integrators):
    cast.completed(carla, nora, requested_brand="bmw")
    assert told(wills) == []
    assert "completed" in told(integrators), "somebody has to hear of it for this to mean anything"


def test_a_workshop_hears_that_a_session_leaves_it_and_then_no_more(carla, max, nora, wills):
    session = cast.waiting(carla, max)
    queue.release(session.pk, by=max, reason="My phone rings.")
    assert told(wills) == ["accepted", "released"]
    assert last(wills)["mechanic"] is None and last(wills)["former_mechanic"]["name"] == "Max"
    queue.accept(session.pk, by=nora)
    queue.cancel(session.pk, by=carla, reason="It started again.")
    assert told(wills) == ["accepted", "released"]


def test_a_workshop_does_not_learn_who_else_has_the_session_now(carla, max, nora, sam, wills, integrators):
    session = cast.waiting(carla, max)
    queue.assign(session.pk, by=sam, mechanic_id=nora.pk, reason="Max is ill.")
    assert (last(wills)["mechanic"], last(wills)["former_mechanic"]["name"]) == (None, "Max")
    assert (last(integrators)["mechanic"]["name"], last(integrators)["former_mechanic"]["name"]) == ("Nora", "Max")
    assert "Nora" not in body(wills.deliveries.order_by("event__number").last()).decode()


def test_whose_mechanic_it_is_counts_at_the_time_of_the_event(carla, max, wills):
    session = cast.waiting(carla, max)
    Mechanic.objects.filter(pk=max.pk).update(workshop=None)
    queue.release(session.pk, by=max, reason="I have left the workshop.")
    assert told(wills) == ["accepted"]


def test_what_it_is_told_says_what_happened_then_and_not_what_is_now(carla, max, wills):
    session = cast.completed(carla, max)
    first = wills.deliveries.order_by("event__number").first()
    message = payload(first)
    assert message["type"] == "session.accepted" and message["number"] == 2 and message["id"] == str(first.pk)
    assert message["data"]["session"] | {"url": ""} == {
        "id": str(session.pk),
        "type": "chat",
        "status": "waiting",
        "from_status": "pending",
        "url": "",
    }
    assert message["data"]["session"]["url"].endswith(f"/api/v1/sessions/{session.pk}/")
    assert message["data"]["mechanic"] == {"id": str(max.pk), "name": "Max"}
    assert message["data"]["request"]["car"] == {"year": 2016, "make": "Toyota", "model": "Corolla"}
    assert message["data"]["request"]["trouble_codes"] == ["P0302"]


def test_nobody_is_told_how_to_reach_the_customer_or_what_was_said(carla, max, wills, integrators):
    told_us = {"car": {"year": 2016, "make": "Toyota", "model": "Corolla", "vin": "JTDBU4EE9B9123456", "plate": "7SECRET", "odometer": 1}}
    cast.completed(carla, max, **CONTACT, **told_us)
    messages = [json.dumps(payload(delivery)) for delivery in Delivery.objects.all()]
    assert len(messages) == 7
    for secret in (*CONTACT.values(), "4155550199", "Carla", "carla@example.org", "JTDBU4EE9B9123456", "7SECRET", cast.REPORT["findings"]):
        assert not [message for message in messages if secret in message], secret


def test_a_webhook_hears_of_what_it_asked_for(carla, max, will, receiver):
    told_us = {"name": "Ends", "url": receiver.url, "events": ["session.completed", "session.cancelled"]}
    ends = managing.add(by=will, workshop=will.workshops.get(), **told_us)
    cast.completed(carla, max)
    assert told(ends) == ["completed"]


def test_a_webhook_that_is_off_misses_what_happens_meanwhile(carla, max, will, wills):
    managing.switch_off(wills.pk, by=will)
    session = cast.waiting(carla, max)
    managing.switch_on(wills.pk, by=will)
    room.enter(session.pk, by=carla)
    room.enter(session.pk, by=max)
    assert told(wills) == ["started"]


def test_the_workshop_of_an_owner_whose_account_is_closed_hears_nothing(carla, max, will, wills):
    User.objects.filter(pk=will.pk).update(is_active=False)
    cast.waiting(carla, max)
    assert told(wills) == []


def test_what_is_not_committed_is_not_told(carla, max, wills):
    session = cast.pending(carla)
    before = ProcrastinateJob.objects.filter(task_name="tell_webhooks").count()
    with transaction.atomic():
        queue.accept(session.pk, by=max)
        assert Delivery.objects.count() == 1
        transaction.set_rollback(True)
    assert Delivery.objects.count() == 0
    assert ProcrastinateJob.objects.filter(task_name="tell_webhooks").count() == before


def statements(verb) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        verb()
    return [each["sql"] for each in seen.captured_queries if not each["sql"].startswith(("SAVEPOINT", "RELEASE"))]


def test_it_costs_one_statement_for_an_event_and_one_more_when_somebody_listens(carla, colin, max, will, receiver):
    first, second = cast.pending(carla), cast.pending(colin)
    silent = statements(lambda: queue.accept(first.pk, by=max))
    ours = [sql for sql in silent if "webhooks_app" in sql]
    assert len(ours) == 1 and "tell_webhooks" not in "".join(silent)
    managing.add(by=will, workshop=will.workshops.get(), name="One", url=receiver.url, events=[])
    managing.add(by=will, workshop=will.workshops.get(), name="Two", url=receiver.url, events=[])
    heard = statements(lambda: queue.accept(second.pk, by=max))
    assert len(heard) == len(silent) + 1 and Delivery.objects.count() == 2


def test_that_staff_look_into_a_session_is_nobodys_news(carla, max, sam, wills, integrators):
    session = cast.waiting(carla, max)
    before = Delivery.objects.count()
    room.look(session.pk, by=sam, reason="The customer called.")
    assert SessionEvent.objects.filter(kind="looked_at").exists() and Delivery.objects.count() == before


def test_both_kinds_of_webhooks_have_secrets_of_their_own(wills, integrators):
    assert wills.secret != integrators.secret
    assert all(each.secret.startswith("whsec_") and each.secret not in each.sealed_secret for each in (wills, integrators))
