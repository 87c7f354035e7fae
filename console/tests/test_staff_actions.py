"""What the team did: each action once, with who, what, on which row, why and when; for those who may see it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts_app.models import User
from accounts_app.roles import SUPERVISOR, SUPPORT
from billing_app.models import Plan
from console.actions import PAGE
from console.tests.test_roles import member
from lifecycle import queue, room
from sessions_app.models import SessionEvent
from tests import cast
from tests.staff import staff_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(client: Client, sam: User) -> Client:
    return staff_in(client, sam)


def told(client: Client, asked: str = "") -> list[str]:
    """The actions on the page, the newest first, each as "who: what | row | why"."""
    answer = client.get(reverse("admin:actions") + asked)
    assert answer.status_code == 200, asked
    found = []
    for item in answer.content.decode().split('<li class="deed">')[1:]:
        parts = re.findall(r'<p class="deed-(?:what|row|why)">(.*?)</p>', item, re.DOTALL)
        found.append(" | ".join(" ".join(unescape(re.sub("<[^>]+>", " ", part)).split()).replace(" :", ":") for part in parts))
    return found


def logged(by: User, what: str, **changes: object) -> LogEntry:
    plan = Plan.objects.first()
    row = {"content_type": ContentType.objects.get_for_model(Plan), "object_id": plan.pk, "object_repr": plan.name}
    return LogEntry.objects.create(**{"user": by, "action_flag": CHANGE, "change_message": what, **row, **changes})


def test_a_move_in_the_console_is_told_once_with_its_reason_and_the_way_to_it(team: Client, carla: User):
    session = cast.pending(carla)
    team.post(reverse("admin:sessions_app_session_move", args=[session.pk, "cancel"]), {"reason": "She called: it starts again."})
    assert told(team) == ["Sam Example: cancelled it | Carla Example session | She called: it starts again."]
    html = team.get(reverse("admin:actions")).content.decode()
    assert reverse("admin:sessions_app_session_change", args=[session.pk]) in html


def test_approvals_exports_and_edits_are_told(team: Client, carla: User, oscar: User):
    cast.pending(carla)
    team.post(reverse("admin:accounts_app_mechanic_move", args=[oscar.pk, "approve"]))
    team.post(reverse("admin:sessions_app_session_export", args=["csv"]) + "?status__exact=pending")
    assert told(team) == [
        "Sam Example: Exported 1 row as CSV | sessions | status__exact=pending",
        "Sam Example: Approve | Oscar mechanic",
    ]


def test_who_looks_into_a_conversation_is_told_with_the_reason(team: Client, carla: User, max: User, sam: User):
    room.look(cast.live(carla, max).pk, by=sam, reason="Max asked for help.")
    assert told(team) == ["Sam Example: looked at conversation and contact data | Carla Example session | Max asked for help."]


def test_what_customers_and_mechanics_do_is_not_the_teams(team: Client, carla: User, colin: User, max: User):
    cast.cancelled(carla)
    queue.release(cast.waiting(colin, max).pk, by=max)
    assert SessionEvent.objects.exists() and told(team) == []
    assert "Nobody of the team has done anything yet." in team.get(reverse("admin:actions")).content.decode()


def test_somebody_of_the_team_who_asks_for_help_himself_is_a_customer(team: Client, sam: User, plans: dict):
    session = queue.submit(cast.submission(), by=sam)
    queue.cancel(session.pk, by=sam, reason="It started again.")
    assert told(team) == []


def test_somebody_of_the_team_who_is_a_mechanic_as_well_gives_back_as_a_mechanic(team: Client, carla: User, max: User):
    User.objects.filter(pk=max.pk).update(is_staff=True, is_superuser=True)
    queue.release(cast.waiting(carla, max).pk, by=cast.fresh(max))
    assert told(team) == []


def test_whoever_left_the_team_stays_on_the_list(client: Client, carla: User, sam: User):
    gone = member(SUPPORT)
    queue.cancel(cast.pending(carla).pk, by=gone, reason="She called.")
    User.objects.filter(pk=gone.pk).update(is_staff=False)
    assert told(staff_in(client, sam)) == ["Support Example: cancelled it | Carla Example session | She called."]


def test_actions_are_found_by_person_kind_and_day(team: Client, carla: User, colin: User, sam: User, oscar: User):
    other = member(SUPERVISOR)
    queue.cancel(cast.pending(carla).pk, by=sam, reason="Sam did.")
    queue.cancel(cast.pending(colin).pk, by=other, reason="Another did.")
    logged(other, "Changed long ago", action_time=timezone.now() - timedelta(days=3))
    day = (timezone.localdate() - timedelta(days=3)).isoformat()
    assert len(told(team)) == 3
    assert [line.rpartition("| ")[2] for line in told(team, "?who=supervisor&kind=cancel")] == ["Another did."]
    assert [line.rpartition("| ")[2] for line in told(team, "?who=SAM@example.org")] == ["Sam did."]
    assert ["Changed long ago" in line for line in told(team, "?kind=billing_app.plan")] == [True]
    assert ["Changed long ago" in line for line in told(team, f"?since={day}&until={day}")] == [True]
    assert told(team, "?kind=export") == told(team, "?who=nobody") == []
    assert "Nothing that fits was done." in team.get(reverse("admin:actions") + "?who=nobody").content.decode()


@pytest.mark.parametrize("asked", ["?kind=money", "?since=yesterday", "?until=0000-00-00", "?who=" + "x" * 101])
def test_a_filter_that_makes_no_sense_says_so(team: Client, sam: User, asked: str):
    logged(sam, "Changed")
    assert told(team, asked) == []
    assert "asked-error" in team.get(reverse("admin:actions") + asked).content.decode()


@pytest.mark.parametrize(
    "place", ["x", "2026-01-01~log~1", "2026-01-01T00:00:00+00:00~money~1", "2026-99-01T00:00:00Z~log~1", "~~", "\x00"]
)
def test_a_place_that_is_none_is_not_there(team: Client, place: str):
    assert team.get(reverse("admin:actions"), {"after": place}).status_code == 404


def test_every_action_stands_on_exactly_one_page(team: Client, carla: User, sam: User, django_assert_max_num_queries):
    session, now = cast.pending(carla), timezone.now()
    for number in range(PAGE):
        logged(sam, f"Change {number}", action_time=now - timedelta(seconds=number // 7))  # several at the same time
    for number in range(PAGE // 2):
        room.look(session.pk, by=sam, reason=f"Look {number}")
    first = told(team)
    html = team.get(reverse("admin:actions")).content.decode()
    older = unescape(re.search(r'<a href="([^"]*)" rel="next">', html)[1])
    with django_assert_max_num_queries(15):
        second = told(team, older)
    assert len(first) == PAGE and len(second) == PAGE // 2
    assert len({*first, *second}) == PAGE + PAGE // 2, "none is missing and none stands twice"
    assert 'rel="next"' not in team.get(reverse("admin:actions") + older).content.decode()


def test_one_may_see_that_something_was_done_and_not_go_there(client: Client, sam: User, carla: User):
    reader = member(SUPERVISOR)
    logged(sam, "Set aside", content_type=ContentType.objects.get(app_label="legacy_app", model="setaside"), object_id="1")
    staff_in(client, reader)
    assert len(told(client)) == 1
    assert "/admin/legacy_app/" not in client.get(reverse("admin:actions")).content.decode()


def test_the_list_is_not_there_for_who_may_not_see_it(client: Client):
    staff_in(client, member(SUPPORT))
    assert client.get(reverse("admin:actions")).status_code == 404
    assert reverse("admin:actions") not in client.get(reverse("admin:index")).content.decode()


def test_the_first_page_tells_what_one_did_oneself(client: Client, carla: User, sam: User):
    helper = member(SUPPORT)
    queue.cancel(cast.pending(carla).pk, by=helper, reason="She called.")
    logged(sam, "Changed by Sam")
    html = staff_in(client, helper).get(reverse("admin:index")).content.decode()
    assert "Cancelled it" in html and "Changed by Sam" not in html
