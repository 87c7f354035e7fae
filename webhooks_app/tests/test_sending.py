"""What is sent, in which order, how often, and when it is given up. Time is an argument here; nobody waits."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.conf import settings
from django.core import mail
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts_app.models import User
from lifecycle import queue, room
from tests import cast
from webhooks_app import managing, sending, signing, tasks
from webhooks_app.models import Attempt, Delivery, Webhook
from webhooks_app.tests.receiver import Receiver, raw, status

DAY = timedelta(days=1)


def now() -> datetime:
    """A little ahead of what the fixtures wrote."""
    return timezone.now() + timedelta(seconds=1)


def states(webhook: Webhook) -> list[str]:
    return list(webhook.deliveries.order_by("event__number").values_list("state", flat=True))


def first(webhook: Webhook) -> Delivery:
    return webhook.deliveries.order_by("event__number").first()


def until_nothing_is_left(webhook: Webhook, at: datetime) -> datetime:
    """Sends whenever something is due, as the clock of the worker does; returns when the last attempt was."""
    while True:
        sending.send_due(webhook.pk, at=at)
        webhook.refresh_from_db()
        waiting = webhook.deliveries.filter(state="waiting")
        if not webhook.is_active or not waiting.exists():
            return at
        at = max(at, min(waiting.values_list("next_at", flat=True)), webhook.resting_until or at)


def test_a_session_arrives_in_order_and_signed(carla, max, wills, receiver: Receiver):
    cast.completed(carla, max)
    assert sending.send_due(wills.pk, at=now()) == 3
    assert receiver.told == [("session.accepted", 2), ("session.started", 3), ("session.completed", 4)]
    assert states(wills) == ["delivered"] * 3 and not Delivery.objects.sendable(now()).exists()
    message = receiver.got[0]
    assert message.path == "/hook?shop=1" and message.headers["content-type"] == "application/json"
    assert message.id == str(first(wills).pk) == message.body["id"]


def test_a_receiver_who_checks_as_the_documentation_says_knows_what_is_ours(carla, max, wills, receiver: Receiver):
    """With the very lines of docs/webhooks.md, and nothing of ours."""
    cast.waiting(carla, max)
    sending.send_due(wills.pk, at=timezone.now())
    documented: dict = {}
    exec(re.search(r"```python\n(.*?)```", (settings.BASE_DIR / "docs/webhooks.md").read_text(), re.DOTALL)[1], documented)
    is_genuine, message = documented["is_genuine"], receiver.got[0]
    assert is_genuine(wills.secret, message.headers, message.raw)
    assert not is_genuine(wills.secret, message.headers, message.raw.replace(b"Max", b"Moe"))
    assert not is_genuine(signing.new_secret(), message.headers, message.raw)
    assert not is_genuine(wills.secret, message.headers | {"webhook-id": "another"}, message.raw)
    assert not is_genuine(wills.secret, message.headers | {"webhook-timestamp": "1700000000"}, message.raw)


def test_a_signature_is_that_of_the_specification():
    """The example that its authors publish, and test their libraries with."""
    told = {"message_id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "timestamp": 1614265330, "body": b'{"test": 2432232314}'}
    assert signing.signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", **told) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_after_a_rotation_both_secrets_sign_for_a_day(carla, max, will, wills, receiver: Receiver):
    old = wills.secret
    new = managing.rotate(wills.pk, by=will)
    cast.waiting(carla, max)
    assert new.secret != old and new.secrets(now()) == [new.secret, old]
    assert new.secrets(now() + DAY) == [new.secret]
    sending.send_due(wills.pk, at=now())
    assert len(receiver.got[0].headers["webhook-signature"].split()) == 2


def test_what_fails_once_arrives_with_the_next_attempt_and_the_rest_waits_for_it(carla, max, wills, receiver: Receiver):
    cast.completed(carla, max)
    receiver.answers = [status(500, "Out of order")]
    assert sending.send_due(wills.pk, at=now()) == 1
    delivery = first(wills)
    assert (delivery.state, delivery.attempts) == ("waiting", 1) and states(wills) == ["waiting"] * 3
    assert timedelta(seconds=4) < delivery.next_at - now() < timedelta(seconds=6)
    assert sending.send_due(wills.pk, at=delivery.next_at - timedelta(seconds=1)) == 0
    assert sending.send_due(wills.pk, at=delivery.next_at) == 3
    assert receiver.told == [("session.accepted", 2), ("session.accepted", 2), ("session.started", 3), ("session.completed", 4)]
    assert receiver.got[0].id == receiver.got[1].id, "a receiver knows a repetition by its id"
    log = list(delivery.log.values_list("number", "status", "answer", "trouble"))
    assert log == [(1, 500, "Out of order", ""), (2, 204, "", "")]


def test_one_session_that_fails_keeps_no_other_waiting(carla, colin, max, wills, receiver: Receiver):
    cast.waiting(carla, max)
    cast.waiting(colin, max)
    receiver.answers = [status(500)]
    assert sending.send_due(wills.pk, at=now()) == 2
    assert sorted(states(wills)) == ["delivered", "waiting"]


def test_attempts_follow_ever_more_slowly_for_three_days_and_then_it_is_given_up(carla, max, wills, receiver: Receiver):
    cast.waiting(carla, max)
    began = now()
    receiver.answers = [status(500)] * 50
    ended = until_nothing_is_left(wills, began)
    delivery = first(wills)
    assert delivery.state == "given_up" and delivery.attempts == len(receiver.got) == 10
    waits = [later - earlier for earlier, later in pairwise(delivery.log.values_list("at", flat=True))]
    assert waits == sorted(waits) and waits[0] < timedelta(seconds=6) and waits[-1] > timedelta(hours=21)
    assert timedelta(days=2.7) < ended - began < timedelta(days=3.5)
    assert list(Delivery.objects.given_up()) == [delivery]


def test_after_one_is_given_up_the_next_is_sent_and_an_old_one_is_tried_once(carla, max, wills, receiver: Receiver):
    cast.completed(carla, max)
    long_ago = first(wills)
    Delivery.objects.update(asked_at=now() - 5 * DAY)
    receiver.answers = [status(500), status(500)]
    assert sending.send_due(wills.pk, at=now()) == 3
    assert states(wills) == ["given_up", "given_up", "delivered"]
    assert first(wills) == long_ago


def test_two_are_not_asked_at_the_same_moment():
    waits = {sending.wait(3) for _once in range(20)}
    assert len(waits) > 10 and all(timedelta(minutes=27) <= wait <= timedelta(minutes=33) for wait in waits)


def test_a_server_that_is_busy_is_left_alone_as_long_as_it_asks_for(carla, colin, max, wills, receiver: Receiver):
    cast.waiting(carla, max)
    cast.waiting(colin, max)
    receiver.answers = [status(429, Retry_After="600")]
    at = now()
    assert sending.send_due(wills.pk, at=at) == 1
    assert sending.send_due(wills.pk, at=at + timedelta(seconds=590)) == 0, "the other session's event leaves it alone as well"
    assert sending.send_due(wills.pk, at=at + timedelta(seconds=601)) == 2
    assert states(wills) == ["delivered", "delivered"]


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        ("Sat, 21 Nov 2026 10:02:00 GMT", 120),
        ("Sat, 21 Nov 2026 09:00:00 GMT", 0),
        ("soon", 0),
        ("", 0),
        ("-5", 0),
        ("9" * 99, 0),
        ("٣", 0),
    ],
)
def test_what_retry_after_means(said: str, seconds: int):
    assert sending.posting.seconds_to_wait(said, datetime(2026, 11, 21, 10, tzinfo=UTC)) == seconds


def test_nobody_can_ask_for_more_than_a_day(carla, max, wills, receiver: Receiver):
    cast.waiting(carla, max)
    receiver.answers = [status(503, Retry_After="99999999")]
    at = now()
    sending.send_due(wills.pk, at=at)
    wills.refresh_from_db()
    assert wills.resting_until - at <= DAY


def test_gone_switches_off_and_its_owner_is_told(carla, max, will, wills, receiver: Receiver):
    cast.completed(carla, max)
    receiver.answers = [status(410)]
    assert sending.send_due(wills.pk, at=now()) == 1
    wills.refresh_from_db()
    assert not wills.is_active and "410" in wills.disabled_reason and states(wills) == ["given_up", "waiting", "waiting"]
    letter = ProcrastinateJob.objects.get(task_name="mail_webhook_off")
    tasks.mail_webhook_off(**letter.args)
    assert mail.outbox[-1].to == [will.email] and f"/webhooks/{wills.pk}/" in mail.outbox[-1].body
    managing.switch_on(wills.pk, by=will)
    assert sending.send_due(wills.pk, at=now()) == 2 and states(wills) == ["given_up", "delivered", "delivered"]


def test_five_days_of_nothing_but_failures_switch_off(carla, max, sam, integrators, receiver: Receiver):
    began = now()
    cast.pending(carla)
    receiver.answers = [status(500), status(500)]
    sending.send_due(integrators.pk, at=began)
    integrators.refresh_from_db()
    assert integrators.failing_since == began and list(Webhook.objects.failing(began + DAY)) == [integrators]
    Delivery.objects.update(next_at=began, asked_at=began + 5 * DAY)
    sending.send_due(integrators.pk, at=began + 5 * DAY)
    integrators.refresh_from_db()
    assert integrators.disabled_at == began + 5 * DAY and "five days" in integrators.disabled_reason
    tasks.mail_webhook_off(str(integrators.pk))
    assert mail.outbox[-1].to == [sam.email] and "/admin/webhooks_app/webhook/" in mail.outbox[-1].body


def test_a_success_makes_the_failures_forgotten(carla, max, wills, receiver: Receiver):
    cast.waiting(carla, max)
    receiver.answers = [status(500)]
    sending.send_due(wills.pk, at=now())
    sending.send_due(wills.pk, at=now() + DAY)
    wills.refresh_from_db()
    assert wills.failing_since is None and states(wills) == ["delivered"]


def test_a_server_that_is_away_is_asked_once_and_then_left_alone(carla, colin, max, will, wills, receiver: Receiver):
    cast.waiting(carla, max)
    cast.waiting(colin, max)
    receiver.server.shutdown()
    receiver.server.server_close()
    at = now()
    assert sending.send_due(wills.pk, at=at) == 1
    assert Attempt.objects.get().trouble == "The server refuses the connection."
    assert sending.due(at + timedelta(seconds=30)) == [] and sending.due(at + timedelta(seconds=90)) == [wills.pk]
    managing.send_again(first(wills).pk, by=will)
    assert sending.due(now()) == [wills.pk], "somebody wants to know now"


def test_a_worker_that_dies_between_sending_and_noting_lets_it_be_sent_again_with_the_same_id(carla, max, wills, receiver: Receiver):
    cast.completed(carla, max)
    at = now()
    taken = sending.take(first(wills).pk, 0, at)
    sending.ask(taken, at)  # and here it was killed
    assert sending.send_due(wills.pk, at=at) == 0, "somebody else may still be at it, and the next ones have to wait"
    assert sending.due(at + sending.LEASE) == [wills.pk]
    assert sending.send_due(wills.pk, at=at + sending.LEASE) == 3
    assert [message.id for message in receiver.got[:2]] == [str(taken.pk)] * 2
    assert [number for _type, number in receiver.told] == [2, 2, 3, 4]
    assert list(taken.log.values_list("number", flat=True)) == [2], "nobody lived to tell of the first"


def test_who_was_taken_for_dead_and_was_not_changes_nothing(carla, max, wills, receiver: Receiver):
    cast.waiting(carla, max)
    at = now()
    slow = sending.take(first(wills).pk, 0, at)
    assert sending.send_due(wills.pk, at=at + sending.LEASE) == 1
    assert sending.note(slow, sending.Outcome(None, "too late", 1), at + DAY) is False
    assert states(wills) == ["delivered"] and first(wills).log.count() == 1


def test_only_one_can_take_a_row(carla, max, wills):
    cast.waiting(carla, max)
    assert sending.take(first(wills).pk, 0, now()) and sending.take(first(wills).pk, 0, now()) is None


def test_what_was_delivered_can_be_sent_again_and_keeps_its_id_and_its_place(carla, max, will, wills, receiver: Receiver):
    cast.waiting(carla, max)
    sending.send_due(wills.pk, at=now())
    delivery = managing.send_again(first(wills).pk, by=will)
    assert (delivery.state, delivery.delivered_at, delivery.attempts) == ("waiting", None, 1)
    assert sending.send_due(wills.pk, at=now()) == 1
    assert receiver.got[0].raw == receiver.got[1].raw and first(wills).attempts == 2


def test_a_test_is_sent_once_and_waits_for_nobody(carla, max, will, wills, receiver: Receiver):
    test = managing.send_test(wills.pk, by=will)
    receiver.answers = [status(500, "Not today")]
    sending.send_due(wills.pk, at=now())
    test.refresh_from_db()
    assert test.state == "given_up" and receiver.told == [("webhook.test", 0)]
    assert not Delivery.objects.given_up().exists(), "a test that fails is no loss"


def test_a_redirect_is_a_failure_and_leads_nowhere(carla, max, wills, receiver: Receiver):
    cast.waiting(carla, max)
    receiver.answers = [status(302, Location=receiver.url)]
    sending.send_due(wills.pk, at=now())
    assert len(receiver.got) == 1 and Attempt.objects.get().status == 302 and states(wills) == ["waiting"]


def test_an_answer_that_cannot_be_stored_is_stored_all_the_same(carla, max, wills, receiver: Receiver):
    cast.waiting(carla, max)
    receiver.answers = [raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", b"a\x00b\xff\x1b[31m" + b"x" * 8993)]
    sending.send_due(wills.pk, at=now())
    answer = Attempt.objects.get().answer
    assert states(wills) == ["delivered"] and len(answer) == 2000 and answer.startswith("a�b��[31m")


def test_a_job_sends_and_the_clock_finds_what_is_due(carla, max, wills, receiver: Receiver):
    cast.waiting(carla, max)
    job = ProcrastinateJob.objects.get(task_name="tell_webhooks")
    assert job.queue_name == "webhooks"
    tasks.tell_webhooks(**job.args)
    send = ProcrastinateJob.objects.get(task_name="send_webhook")
    assert (send.queue_name, send.lock, send.args) == ("webhooks", f"webhook {wills.pk}", {"webhook": str(wills.pk)})
    assert tasks.look_for_webhooks(0) == 1
    assert ProcrastinateJob.objects.filter(task_name="send_webhook").count() == 1, "one that waits is enough"
    assert tasks.send_webhook(**send.args) == 1 and tasks.look_for_webhooks(0) == 0


def test_a_month_later_it_is_forgotten_unless_it_waits(carla, colin, max, wills, receiver: Receiver):
    cast.waiting(carla, max)
    sending.send_due(wills.pk, at=now())
    cast.waiting(colin, max)
    assert sending.forget(now()) == 0
    assert sending.forget(now() + timedelta(days=31)) == 1
    assert states(wills) == ["waiting"] and not Attempt.objects.exists()


def test_what_is_late_and_what_is_not(carla, max, will, wills):
    cast.waiting(carla, max)
    assert not Delivery.objects.late(now()).exists()
    assert Delivery.objects.late(now() + timedelta(hours=2)).count() == 1
    managing.switch_off(wills.pk, by=will)
    assert not Delivery.objects.late(now() + timedelta(hours=2)).exists()


def test_a_session_that_is_queued_again_after_a_release_goes_on_in_order(carla, max, nora, integrators, receiver: Receiver):
    session = cast.waiting(carla, max)
    queue.release(session.pk, by=max, reason="My phone rings.")
    queue.accept(session.pk, by=nora)
    room.enter(session.pk, by=carla)
    sending.send_due(integrators.pk, at=now())
    assert [number for _type, number in receiver.told] == [1, 2, 3, 4]


def test_a_webhook_that_does_not_exist_has_nothing_to_send(db):
    assert sending.send_due(uuid.uuid4(), at=now()) == 0 and User.objects.count() == 0
