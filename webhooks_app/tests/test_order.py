"""Two workers at once, with real commits: each event arrives once, those of a session in their order, and nobody waits for a server."""

import threading
from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts_app.models import User
from sessions_app.models import Session
from tests import cast
from webhooks_app import sending
from webhooks_app.models import Delivery, Webhook
from webhooks_app.tests.receiver import Receiver, status

pytestmark = pytest.mark.django_db(transaction=True)


def together(*jobs) -> None:
    """All at the same moment, each with a connection of its own."""
    start, failures = threading.Barrier(len(jobs)), []

    def run(job) -> None:
        start.wait()
        try:
            job()
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_two_workers_send_everything_once_and_in_order(carla: User, colin: User, max: User, nora: User, integrators, receiver: Receiver):
    sessions = [cast.completed(carla, max), cast.completed(colin, nora), cast.cancelled(carla), cast.waiting(carla, max)]
    slow = threading.Event()

    def answer(handler) -> None:
        slow.wait(0.01)  # so that they meet
        status(200)(handler)

    receiver.answers = [answer] * 100
    together(*[lambda: sending.send_due(integrators.pk)] * 3)
    assert Delivery.objects.filter(state="delivered").count() == Delivery.objects.count() == 12
    arrived = defaultdict(list)
    for message in receiver.got:
        arrived[message.body["data"]["session"]["id"]].append(message.body["number"])
    assert arrived == {str(session.pk): list(range(1, Session.objects.get(pk=session.pk).version + 1)) for session in sessions}
    assert set(Counter(message.id for message in receiver.got).values()) == {1}


def test_while_a_server_thinks_no_row_is_held(carla: User, max: User, wills: Webhook, receiver: Receiver):
    cast.waiting(carla, max)
    held = []

    def look(handler) -> None:
        try:
            for rows in (Webhook.objects.all(), Delivery.objects.all(), Session.objects.all()):
                with connection.cursor() as cursor:
                    cursor.execute(f"SELECT 1 FROM {rows.model._meta.db_table} FOR UPDATE NOWAIT")
            open_ones = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND datname = current_database()"
            with connection.cursor() as cursor:
                cursor.execute(open_ones)
                held.append(cursor.fetchone()[0])
        finally:
            connection.close()
        status(200)(handler)

    receiver.answers = [look]
    assert sending.send_due(wills.pk, at=timezone.now() + timedelta(seconds=1)) == 1
    assert held == [0], "a transaction was open"
