"""What needs attention: each question counts exactly the rows that its list shows, and says since when. One that fails harms no other."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts_app.models import Mechanic, User
from console.attention import Concern, attention
from console.questions import QUESTIONS
from files_app.models import SessionFile
from legacy_app.models import SetAside
from lifecycle import queue, room
from requests_app.models import SessionRequest
from sessions_app.models import Participant, Session
from tests import cast
from tests.staff import staff_in
from webhooks_app.models import Delivery, Webhook

pytestmark = pytest.mark.django_db

MOST_QUERIES = 15
Cast = dict[str, User]
Story = Callable[[Cast], object]  # tells it, and returns the key of the one row that needs attention


@pytest.fixture
def people(carla: User, colin: User, max: User, nora: User, sam: User) -> Cast:
    return {"carla": carla, "colin": colin, "max": max, "nora": nora, "sam": sam}


# --- a story for each question: one row that needs attention, and another one like it that does not --------------


def nobody_took_it(people: Cast) -> object:
    cast.pending(people["colin"])
    return queue.escalate(cast.pending(people["carla"]).pk).pk


def paid_and_nobody_was_called(people: Cast) -> object:
    cast.pending(people["colin"], plan_code="quick")
    session = cast.pending(people["carla"], plan_code="quick")
    SessionRequest.objects.filter(pk=session.pk).update(expires_at=None)
    return session.pk


def the_sweep_forgot_the_queue(people: Cast) -> object:
    cast.pending(people["colin"])
    session = cast.pending(people["carla"])
    SessionRequest.objects.filter(pk=session.pk).update(expires_at=timezone.now() - timedelta(minutes=3))
    return session.pk


def the_mechanic_did_not_come(people: Cast) -> object:
    cast.waiting(people["colin"], people["max"])
    session = cast.waiting(people["carla"], people["nora"])
    cast.an_hour_passes(session)
    return session.pk


def both_came_and_went(people: Cast) -> object:
    session = the_mechanic_did_not_come(people)
    gone = timezone.now() - timedelta(minutes=20)
    Participant.objects.filter(session=session).update(joined_at=gone, last_seen_at=gone)
    return session


def it_takes_hours(people: Cast) -> object:
    cast.live(people["colin"], people["max"])
    session = cast.live(people["carla"], people["nora"])
    cast.an_hour_passes(session)
    return session.pk


def both_left(people: Cast) -> object:
    cast.live(people["colin"], people["max"])
    session = cast.live(people["carla"], people["nora"])
    clocks = ("created_at", "queued_at", "accepted_at", "started_at")
    Session.objects.filter(pk=session.pk).update(**{name: F(name) - timedelta(minutes=7) for name in clocks})
    Participant.objects.filter(session=session).update(last_seen_at=timezone.now() - timedelta(minutes=6))
    return session.pk


def he_went_home(people: Cast) -> object:
    cast.waiting(people["colin"], people["max"])
    cast.waiting(people["carla"], people["nora"])
    Mechanic.objects.filter(pk=people["nora"].pk).update(on_duty=False)
    return people["nora"].pk


def somebody_applied(people: Cast) -> object:
    oscar = cast.person("Oscar")
    Mechanic.objects.create(user=oscar, display_name="Oscar")
    return oscar.pk


def a_letter_was_not_sent(people: Cast) -> object:
    job("sweep", "failed")
    job("mail_report", "todo")
    return job("mail_report", "failed")


def a_job_failed(people: Cast) -> object:
    job("alert_staff", "failed")
    return job("sweep", "failed")


def no_worker_came(people: Cast) -> object:
    job("sweep", "todo", "now()")
    job("mail_report", "todo", "now() + interval '1 hour'")
    return job("sweep", "todo", "now() - interval '10 minutes'", queueing_lock="late")


def job(task: str, status: str, due: str = "NULL", queueing_lock: str | None = None) -> int:
    """A job as the worker leaves it; PostgreSQL writes its events."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, scheduled_at) "
            f"VALUES ('default', %s, 0, %s, {due}) RETURNING id",
            [task, queueing_lock],
        )
        pk = cursor.fetchone()[0]
        for step in ("doing", status) if status != "todo" else ():
            cursor.execute("UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status WHERE id = %s", [step, pk])
    return pk


def file(people: Cast, **state: object) -> SessionFile:
    session = people["carla"].sessions.first() or cast.pending(people["carla"])
    return SessionFile.objects.create(session=session, uploader=people["carla"], size=10, checked_at=timezone.now(), **state)


def a_file_was_refused(people: Cast) -> object:
    long_ago = timezone.now() - timedelta(days=30)
    file(people, name="old.pdf", state="refused", refusal="active", created_at=long_ago)
    return file(people, name="new.pdf", state="refused", refusal="active").pk


def a_file_is_gone(people: Cast) -> object:
    file(people, name="refused.pdf", state="refused", refusal="active")
    return file(people, name="gone.pdf", state="refused", refusal="active", missing_since=timezone.now()).pk


def a_row_was_set_aside(people: Cast) -> object:
    told = {"source_table": "sessions", "reason": "no customer", "row": {}}
    SetAside.objects.create(source_id="1", created_at=timezone.now() - timedelta(days=30), **told)
    return SetAside.objects.create(source_id="2", **told).pk


def a_webhook_fails(people: Cast) -> object:
    webhook(people, failing_since=timezone.now())
    return webhook(people, failing_since=timezone.now() - timedelta(hours=2)).pk


def an_event_was_given_up(people: Cast) -> object:
    event, hook = cast.pending(people["carla"]).events.get(), webhook(people)
    Delivery.objects.create(webhook=hook, state="given_up", next_at=None)  # a failed test is no loss
    return Delivery.objects.create(webhook=hook, event=event, state="given_up", next_at=None).pk


def webhook(people: Cast, **changes: object) -> Webhook:
    return Webhook.objects.create(name="Hook", url="https://example.org/", sealed_secret="-", created_by=people["sam"], **changes)


STORIES: list[tuple[str, Story]] = [
    ("unattended", nobody_took_it),
    ("paid_not_queued", paid_and_nobody_was_called),
    ("overdue", the_sweep_forgot_the_queue),
    ("waiting_too_long", the_mechanic_did_not_come),
    ("waiting_too_long", both_came_and_went),
    ("live_too_long", it_takes_hours),
    ("live_too_long", both_left),
    ("off_duty_with_work", he_went_home),
    ("applied", somebody_applied),
    ("failed_letters", a_letter_was_not_sent),
    ("failed_jobs", a_job_failed),
    ("overdue_jobs", no_worker_came),
    ("failing_webhooks", a_webhook_fails),
    ("undelivered", an_event_was_given_up),
    ("refused_files", a_file_was_refused),
    ("missing_files", a_file_is_gone),
    ("set_aside", a_row_was_set_aside),
]


def concern(user: User, key: str) -> Concern:
    return next(each for each in attention(user) if each.key == key)


def rows_of(client: Client, address: str) -> set[str]:
    """The keys of the rows that a list of the console shows."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return {str(row.pk) for row in answer.context["cl"].result_list}


def test_every_question_has_its_story():
    assert {key for key, _story in STORIES} == {question.key for question in QUESTIONS}


@pytest.mark.parametrize(("key", "story"), STORIES, ids=[story.__name__ for _key, story in STORIES])
def test_the_number_and_the_list_are_the_same_rows(client: Client, people: Cast, key: str, story: Story):
    assert concern(people["sam"], key).count == 0, "it begins with nothing to do"
    row = story(people)
    found = concern(people["sam"], key)
    assert found.count == 1
    assert found.oldest is not None and found.age
    assert rows_of(staff_in(client, people["sam"]), found.address) == {str(row)}


def test_the_oldest_of_several_says_its_age(people: Cast):
    for customer in ("carla", "colin"):
        session = queue.escalate(cast.pending(people[customer]).pk)
        cast.an_hour_passes(session)
    Session.objects.filter(customer=people["colin"]).update(queued_at=timezone.now() - timedelta(minutes=10))
    found = concern(people["sam"], "unattended")
    assert (found.count, found.age) == (2, "1 h 0 min")


def test_who_waits_and_is_there_needs_nobody(people: Cast):
    session = cast.waiting(people["carla"], people["max"])
    room.enter(session.pk, by=people["max"])
    assert concern(people["sam"], "waiting_too_long").count == 0


def test_a_question_that_nobody_knows_lists_nothing(client: Client, people: Cast):
    cast.pending(people["carla"])
    assert rows_of(staff_in(client, people["sam"]), reverse("admin:sessions_app_session_changelist") + "?needs=money") == set()


# --- the first page ------------------------------------------------------------------------------------


def a_worker_is_at_work() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")


def test_when_all_is_well_the_first_page_says_so(client: Client, sam: User):
    a_worker_is_at_work()
    html = staff_in(client, sam).get(reverse("admin:index")).content.decode()
    assert "Nothing needs attention." in html and "concern-open" not in html
    assert html.count('<li class="concern">') == len(attention(sam)) > 10
    assert "The worker is at work" in html and "Live updates work" in html


def test_without_a_worker_the_first_page_says_so(client: Client, sam: User):
    html = staff_in(client, sam).get(reverse("admin:index")).content.decode()
    assert "No worker is at work" in html and "no worker runs" in html and "Nothing needs attention." not in html


def test_without_live_updates_the_first_page_says_so_and_all_the_rest(client: Client, people: Cast, settings):
    nobody_took_it(people)
    layer = settings.CHANNEL_LAYERS["default"]
    staff_in(client, people["sam"])
    settings.CHANNEL_LAYERS = {"default": layer | {"CONFIG": {"hosts": ["redis://127.0.0.1:1"]}}}
    html = client.get(reverse("admin:index")).content.decode()
    assert "Live updates do not work" in html and "does not work (" in html
    assert re.search(r"<strong>1</strong> <span>Sessions that no mechanic has taken in time", html)


def test_what_could_not_be_asked_is_not_none(client: Client, people: Cast):
    nobody_took_it(people)
    staff_in(client, people["sam"])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE files_app_sessionfile RENAME TO gone")
    unknown = {each.key for each in attention(people["sam"]) if each.could_not_ask}
    assert unknown == {"refused_files", "missing_files"}
    html = client.get(reverse("admin:index")).content.decode()
    assert re.search(r"<strong>\?</strong> <span>Files that were refused in the last week <small>This could not be asked", html)
    assert re.search(r"<strong>1</strong> <span>Sessions that no mechanic has taken in time", html)


def test_the_first_page_opens_with_few_queries_whatever_there_is(
    client: Client, people: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
):
    for story in (nobody_took_it, he_went_home, somebody_applied, a_job_failed, a_file_was_refused, a_row_was_set_aside):
        for session in Session.objects.open():
            queue.cancel(session.pk, by=people["sam"], reason="The next story begins.")
        story(people)
    staff_in(client, people["sam"])
    with django_assert_max_num_queries(MOST_QUERIES):
        assert client.get(reverse("admin:index")).status_code == 200
