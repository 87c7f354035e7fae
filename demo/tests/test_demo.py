"""The demonstration: every tab has something in it, its past is believable, and it leaves real installations alone."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import models
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts_app.models import Mechanic, User
from demo.load import CARS, stories
from demo.people import PASSWORD
from lifecycle.sweep import sweep
from requests_app import matching, vin
from requests_app.models import Intake, SessionRequest, Vehicle
from sessions_app.models import Message, Participant, Session, SessionEvent
from sessions_app.moves import MOVES, Status

pytestmark = pytest.mark.django_db


def user(name: str) -> User:
    return User.objects.select_related("mechanic").get(email=f"{name}@example.org")


def test_there_are_sessions_in_every_state(demo):
    states = Counter(Session.objects.values_list("status", flat=True))
    assert all(states[status] >= 2 for status in Status), states
    assert states["completed"] > 50


@pytest.mark.parametrize("name", ["max", "nora"])
def test_no_tab_of_these_mechanics_is_empty(demo, name):
    somebody = user(name)
    assert matching.open_to(somebody.mechanic).count() >= 5
    assert Session.objects.active_for(somebody).exists()
    assert Session.objects.completed_by(somebody).count() >= 10
    assert Session.objects.history_of(somebody).filter(status="cancelled").exists()


def test_what_comes_in_is_of_every_kind(demo):
    waiting = SessionRequest.objects.in_queue()
    assert waiting.filter(is_urgent=True).exists()
    assert waiting.filter(session__status="unattended").exists()
    assert waiting.filter(request_type="brand_specialist", requested_brand="bmw").exists()
    assert waiting.filter(window_ends_at__gt=timezone.now(), preferred_mechanic=user("max").mechanic, follows__isnull=False).exists()
    assert {"chat", "video", "diagnostic"} == set(waiting.values_list("session__type", flat=True))


def test_every_move_was_made_by_somebody(demo):
    assert set(MOVES) <= set(SessionEvent.objects.values_list("kind", flat=True))


def test_the_customers_who_are_shown_first_have_what_is_said_of_them(demo):
    assert user("carla").sessions.get(status="live").mechanic == user("max").mechanic
    assert not user("colin").sessions.open().exists()
    assert user("will").workshops.get().mechanics.count() == 2


def test_mechanics_stand_where_the_list_of_people_says(demo):
    standings = Counter(Mechanic.objects.values_list("standing", flat=True))
    assert standings == {"approved": 4, "applied": 1, "suspended": 1}
    assert set(Mechanic.objects.on_duty().values_list("display_name", flat=True)) == {"Max Brandt", "Nora Lindqvist", "Grace Okafor"}
    assert Mechanic.objects.get(standing="suspended").standing_reason


def test_nobody_in_the_demonstration_is_in_two_calls_at_once(demo):
    calls = Session.objects.exclude(type="chat").filter(started_at__isnull=False).order_by("mechanic", "started_at")
    for earlier, later in pairwise(calls):
        assert earlier.mechanic_id != later.mechanic_id or earlier.ended_at <= later.started_at


def clocks(demo: datetime) -> Iterator[tuple[str, datetime]]:
    """Every time that was stored, with the name of its column."""
    for model in (Session, SessionEvent, Participant, Message, Intake, SessionRequest, Vehicle, User, Mechanic, EmailAddress):
        names = [field.name for field in model._meta.fields if isinstance(field, models.DateTimeField)]
        for row in model.objects.values(*names) if names else ():
            yield from ((f"{model.__name__}.{name}", value) for name, value in row.items() if value)


def test_nothing_but_deadlines_lies_in_the_future(demo):
    deadlines = {"SessionRequest.expires_at", "SessionRequest.window_ends_at"}
    late = [(name, value) for name, value in clocks(demo) if value > timezone.now() and name not in deadlines]
    assert not late


def test_the_past_happened_in_the_past_and_in_order(demo):
    finished = Session.objects.filter(status="completed").select_related("request__intake", "report")
    for session in finished.prefetch_related("events", "messages", "participants"):
        moments = [(event.created_at, event.kind) for event in session.events.all()]
        assert [moment for moment, _kind in moments] == sorted(moment for moment, _kind in moments)
        assert moments[0] == (session.created_at, "submit") and (session.ended_at, "complete") in moments
        assert session.request.intake.created_at == session.created_at
        assert session.report.submitted_at == session.ended_at
        for message in session.messages.all():
            assert session.started_at <= message.sent_at <= message.read_at <= session.ended_at
        assert all(session.created_at <= participant.since <= session.ended_at for participant in session.participants.all())
    days = {session.ended_at.date() for session in finished}
    assert len(days) > 30 and demo.date() - min(days) > timedelta(days=40)


def test_a_sweep_right_after_the_start_leaves_the_held_ones_alone(demo):
    sweep(timezone.now() + timedelta(minutes=14))
    assert Session.objects.filter(status__in=["waiting", "live"]).count() == 4
    assert SessionRequest.objects.in_queue().count() == 8


def test_letters_of_the_past_are_not_sent_today(demo):
    written_about = ProcrastinateJob.objects.filter(args__has_key="session_id").values_list("args__session_id", flat=True)
    assert all(
        created > demo - timedelta(days=1)
        for created in Session.objects.filter(pk__in=list(written_about)).values_list("created_at", flat=True)
    )


def test_every_login_works(demo, client):
    for name in ("carla", "max", "sam"):
        assert user(name).check_password(PASSWORD)
        assert EmailAddress.objects.filter(user=user(name), verified=True, primary=True).exists()


def test_the_logins_are_printed(demo, capsys):
    call_command("demo_logins")
    printed = capsys.readouterr().out
    assert PASSWORD in printed and "second_factor sam@example.org" in printed
    assert all(f"{name}@example.org" in printed for name in ("carla", "max", "nora", "will", "sam"))


def test_the_cars_are_what_their_vins_say():
    readings = {name: vin.read(car["vin"]) for name, car in CARS.items() if "vin" in car}
    assert len(readings) > 20
    for name, reading in readings.items():
        assert (reading.error, reading.warning) == ("", ""), name
        assert (reading.make, reading.year) == (CARS[name]["make"], CARS[name]["year"]), name


def test_every_story_is_told_once():
    concerns = Counter(story["concern"] for story in stories(timezone.now()))
    assert concerns.most_common(1)[0][1] == 1
