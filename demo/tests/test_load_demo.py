"""When the demonstration is loaded and when not, and the clock under which it is played."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts_app.models import User
from demo.clock import turned_back
from demo.load import CARS
from demo.stage import play

pytestmark = pytest.mark.django_db


def test_without_demo_people_no_logins_are_printed(plans, capsys):
    call_command("demo_logins")
    assert capsys.readouterr().out == "There are no demo people here.\n"


def test_where_somebody_is_already_nothing_is_loaded(colin):
    with pytest.raises(CommandError, match="people here already"):
        call_command("load_demo")
    assert User.objects.get() == colin


def test_nothing_is_loaded_where_this_is_not_a_demonstration(plans, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO"):
        call_command("load_demo")
    assert not User.objects.exists()


def test_a_story_that_goes_on_into_the_future_is_refused(plans, sam):
    people = {"sam": sam, "carla": User.objects.create_user("carla@example.org", full_name="Carla", phone="+14155550101")}
    story = {"who": "carla", "car": "corolla", "plan": "quick", "minutes_ago": 1, "concern": "Squeal.", "acts": [[90, "carla", "pays"]]}
    with pytest.raises(ValueError, match="future"):
        play(story, people=people, car=CARS["corolla"], present=timezone.now())


def test_the_clock_is_turned_back_for_the_stage_alone():
    present = timezone.now()
    with turned_back(present - timedelta(days=3)) as watch:
        watch.forward(60)
        assert timezone.now() == present - timedelta(days=3) + timedelta(seconds=60)
        assert isinstance(present, timezone.datetime)
    assert timezone.now() >= present
