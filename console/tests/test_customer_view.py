"""Staff see the site as a customer does: what they see, that nothing can be done, and how it ends. Each test but the first ones attacks."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import DatabaseError, transaction
from django.middleware.csrf import get_token
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts_app.models import Mechanic, User
from accounts_app.sessions import CUSTOMER_VIEW
from console import customer_view
from files_app.tests.photos import photo_in
from lifecycle import queue
from live.consumers import signed_in
from requests_app.models import Vehicle
from requests_app.tests.filled import filled
from sessions_app import chat
from sessions_app.models import Message, Session
from tests import cast
from tests.hostile import addresses
from tests.staff import staff_in

pytestmark = pytest.mark.django_db
WHY = "Carla cannot find her report."


@pytest.fixture
def staff(client, sam):
    return staff_in(client, sam)


def enter(client: Client, customer: User, reason: str = WHY):
    return client.post(reverse("admin:accounts_app_user_see_as", args=[customer.pk]), {"reason": reason})


@pytest.fixture
def looking(staff, carla):
    assert enter(staff, carla)["Location"] == reverse("my")
    return staff


def words(answer) -> str:
    return answer.content.decode()


# --- what is seen --------------------------------------------------------------------------------


def test_the_customers_page_begins_where_staff_said_why(staff, carla):
    html = words(staff.get(reverse("admin:accounts_app_user_change", args=[carla.pk])))
    assert reverse("admin:accounts_app_user_see_as", args=[carla.pk]) in html
    enter(staff, carla)
    html = words(staff.get(reverse("my")))
    assert "You see this as Carla Example." in html and "Nothing can be changed." in html
    assert reverse("intake-choose") in html and "Admin" not in html, "it is not the customer's own navigation"
    assert "htmx-2" not in html and "live-socket.js" not in html, "nothing may listen or send by itself on such a page"


def test_every_page_that_is_shown_is_made_without_writing_a_row(looking, carla, max):
    done = cast.completed(carla, max)
    session, car = cast.live(carla, max), Vehicle.objects.create(owner=carla, make="Toyota", model="Corolla", year=2016)
    chat.post(session.pk, by=max, client_id=done.pk, body="Does it rattle when it is cold?")
    photo = photo_in(session, carla)
    given = {"session-file", "session-thumbnail", "file-drawing", "session-file-drawn"}
    for name in customer_view.SHOWN:
        for row in (session, done):
            arguments = [row.pk] if name in customer_view.OF_A_SESSION else []
            arguments = {"vehicle-edit": [car.pk], "intake": ["free"]}.get(name, [session.pk, photo.pk] if name in given else arguments)
            assert looking.get(reverse(name, args=arguments)).status_code in (200, 302, 304), name
    assert "Does it rattle" in words(looking.get(session.room_url))
    assert Message.objects.get(body__startswith="Does it").read_at is None
    seat = session.participants.get(user=carla)
    assert seat.last_seen_at == Session.objects.get(pk=session.pk).participants.get(user=carla).last_seen_at
    assert not session.participants.filter(role="staff").exists()


def test_the_database_itself_refuses_what_such_a_page_would_write(carla):
    with pytest.raises(DatabaseError, match="read-only"), transaction.atomic(), customer_view.reading_only():
        User.objects.filter(pk=carla.pk).update(full_name="Somebody")
    assert User.objects.filter(pk=carla.pk).update(full_name="Carla Jensen") == 1, "it has to be over with the page"


def test_it_is_logged_and_stands_on_the_timeline_of_what_was_opened(looking, sam, carla, max, colin):
    session, other = cast.waiting(carla, max), cast.pending(colin)
    assert LogEntry.objects.get(object_id=carla.pk).change_message == f"Sees the site as this person: {WHY}"
    looking.get(reverse("my"))
    assert not session.events.filter(kind="looked_at").exists()
    for _time in range(2):
        looking.get(session.room_url)
    event = session.events.get(kind="looked_at")
    assert (event.actor, event.reason) == (sam, WHY)
    assert looking.get(other.room_url).status_code == 404
    assert not other.events.filter(kind="looked_at").exists()


def test_nothing_of_the_customers_stays_in_the_browser(looking):
    answer = looking.get(reverse("intake", args=["free"]))
    assert "unsent-files" not in answer.cookies and "unsent-files" not in looking.cookies


# --- what is refused -----------------------------------------------------------------------------


def test_nothing_can_be_done_at_any_address(looking, carla, max):
    session = cast.waiting(carla, max)
    looked_at, before = 0, everything_about(session)
    elsewhere = {*customer_view.STILL_ONESELF, "healthz", "readyz"}
    sent = [("post", place.at(session.pk, pk=session.pk)) for place in addresses() if place.name not in elsewhere]
    for method, address in [*sent, *((method, session.room_url) for method in ("put", "patch", "delete"))]:
        answer = getattr(looking, method)(address)
        assert answer.status_code == 403 and "Nothing can be changed" in words(answer), f"{method} {address}: {answer.status_code}"
        looked_at += 1
    assert looked_at > 150, "hardly any address was tried, so this shows nothing"
    assert everything_about(session) == before


def everything_about(session: Session) -> tuple:
    row = Session.objects.get(pk=session.pk)
    return row.status, row.version, row.messages.count(), list(User.objects.order_by("pk").values_list("email", "full_name", "password"))


PRIVATE = [
    "profile",
    "account_email",
    "account_change_password",
    "account_set_password",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_reauthenticate",
]


@pytest.mark.parametrize("name", [*PRIVATE, "admin:index", "admin:accounts_app_user_changelist", "mechanic-apply", "vehicle-add"])
def test_the_account_the_admin_and_whatever_is_not_shown_stay_closed(looking, carla, name):
    answer = looking.get(reverse(name))
    assert answer.status_code == 403 and "Leave first" in words(answer)
    assert carla.email not in words(answer)


def test_pages_that_do_something_when_they_are_asked_for_stay_closed(looking, carla, max):
    session = cast.live(carla, max)
    for name in ("session-relay", "session-cancel", "session-look"):
        assert looking.get(reverse(name, args=[session.pk])).status_code == 403


def test_the_api_answers_neither_as_the_customer_nor_as_staff(looking):
    answer = looking.get("/api/v1/sessions/", headers={"Accept": "application/json"})
    assert answer.status_code == 403 and answer.json()["code"] == "not_yours"


def test_no_socket_opens_with_such_a_cookie(staff, sam, carla):
    key = staff.session.session_key
    assert signed_in(key) == sam
    enter(staff, carla)
    assert signed_in(key) is None
    staff.post(reverse(customer_view.LEAVE))
    assert signed_in(key) == sam


@pytest.mark.parametrize("name", ["max", "will_in_the_team", "closed", "nobody"])
def test_only_a_customers_pages_can_be_seen(staff, max, carla, sam, name):
    sara = cast.person("Sara", is_staff=True)
    closed = cast.person("Cleo", is_active=False)
    target = {"max": max.pk, "will_in_the_team": sara.pk, "closed": closed.pk, "nobody": Session().pk}[name]
    answer = staff.post(reverse("admin:accounts_app_user_see_as", args=[target]), {"reason": WHY})
    assert answer.status_code == 404 and CUSTOMER_VIEW not in staff.session


def test_it_takes_a_reason(staff, carla):
    assert enter(staff, carla, reason=" ").status_code == 302
    assert CUSTOMER_VIEW not in staff.session and not LogEntry.objects.exists()


def test_it_takes_the_permission_and_the_second_factor(client, carla, max, sam):
    tessa = cast.person("Tessa", is_staff=True)
    tessa.user_permissions.add(Permission.objects.get(codename="view_user"))
    assert enter(staff_in(client, tessa), carla).status_code == 404
    tessa.user_permissions.add(Permission.objects.get(codename="see_as_customer"))
    assert enter(client, carla)["Location"] == reverse("my")
    for user in (None, carla, max):
        browser = Client()
        if user:
            browser.force_login(user)
        assert enter(browser, carla).status_code == 404
    without = Client()
    without.force_login(sam)
    assert enter(without, carla)["Location"].startswith("/accounts/")
    assert CUSTOMER_VIEW not in without.session


# --- how it ends ---------------------------------------------------------------------------------


def test_leaving_brings_staff_back_to_where_they_came_from(looking, carla):
    answer = looking.post(reverse(customer_view.LEAVE))
    assert answer["Location"] == reverse("admin:accounts_app_user_change", args=[carla.pk])
    assert looking.get(reverse("admin:index")).status_code == 200
    assert [entry.change_message for entry in LogEntry.objects.filter(object_id=carla.pk)][0] == "Saw the site as this person for 0 min"


def test_it_ends_after_half_an_hour_and_what_was_sent_then_is_done_in_nobodys_name(looking, carla, max):
    session = cast.waiting(carla, max)
    age(looking, timedelta(minutes=29))
    assert looking.get(reverse("my")).status_code == 200
    age(looking, timedelta(minutes=2))
    answer = looking.post(reverse("session-cancel", args=[session.pk]), {"usual": "solved"})
    assert answer.status_code == 403 and "has ended by itself" in words(answer)
    assert Session.objects.get(pk=session.pk).status == "waiting"
    assert looking.get(reverse("my")).status_code == 200 and CUSTOMER_VIEW not in looking.session


def age(client: Client, by: timedelta) -> None:
    session = client.session
    since = timezone.datetime.fromisoformat(session[CUSTOMER_VIEW]["since"])
    session[CUSTOMER_VIEW] = {**session[CUSTOMER_VIEW], "since": (since - by).isoformat()}
    session.save()


def test_a_form_that_was_opened_as_the_customer_is_worth_nothing_afterwards(sam, carla, max):
    session = cast.waiting(carla, max)
    browser = staff_in(Client(), sam)
    enter(browser, carla)
    token = browser.get(session.room_url).context["csrf_token"]
    browser.post(reverse(customer_view.LEAVE))
    browser.handler.enforce_csrf_checks = True
    sent = {"usual": "solved", "csrfmiddlewaretoken": str(token)}
    assert browser.post(reverse("session-cancel", args=[session.pk]), sent).status_code == 403
    assert Session.objects.get(pk=session.pk).status == "waiting"
    fresh = get_token(browser.get(reverse("admin:index")).wsgi_request)
    assert fresh != token


def test_signing_out_ends_it(looking):
    looking.post(reverse("account_logout"))
    assert looking.get(reverse("my"))["Location"].startswith("/accounts/login/")


def test_it_ends_when_either_of_the_two_is_not_what_they_were(looking, sam, carla):
    Mechanic.objects.create(user=carla, display_name="Carla")
    assert "has ended by itself" in words(looking.get(reverse("my")))
    Mechanic.objects.all().delete()
    enter(looking, carla)
    User.objects.filter(pk=sam.pk).update(is_staff=False)
    assert "has ended by itself" in words(looking.get(reverse("my")))


# --- in a customer's name ------------------------------------------------------------------------


def ask_for(client: Client, customer: User, **changes):
    return client.post(reverse("admin:accounts_app_user_ask_for", args=[customer.pk]), {**filled(), **changes})


def test_staff_ask_for_help_in_a_customers_name_and_the_timeline_says_who_did(staff, sam, carla):
    car = Vehicle.objects.create(owner=carla, make="Toyota", model="Corolla", year=2016)
    html = words(staff.get(reverse("admin:accounts_app_user_ask_for", args=[carla.pk])))
    assert "You ask in the name of Carla Example" in html and str(car) in html and "keep-typed" not in html
    answer = ask_for(staff, carla)
    session = Session.objects.get()
    assert answer["Location"] == reverse("admin:sessions_app_session_change", args=[session.pk])
    first = session.events.get(number=1)
    assert (session.customer, session.status, first.kind, first.actor) == (carla, "pending", "submit", sam)
    assert LogEntry.objects.get(object_id=carla.pk).change_message == "Asked for help in this person's name"


def test_a_wrong_form_and_a_refusal_keep_what_was_typed(staff, carla, max):
    answer = ask_for(staff, carla, concern="")
    assert answer.status_code == 422 and "Oakland" in words(answer)
    session = cast.waiting(carla, max)
    answer = ask_for(staff, carla)
    assert answer.status_code == 409 and "P0302" in words(answer)
    assert reverse("admin:sessions_app_session_change", args=[session.pk]) in words(answer)
    assert Session.objects.count() == 1


def test_only_those_who_may_ask_for_others_and_only_for_customers(client, staff, carla, max, sam):
    assert ask_for(staff, max).status_code == 404
    assert ask_for(staff, sam).status_code == 404
    tessa = cast.person("Tessa", is_staff=True)
    tessa.user_permissions.add(Permission.objects.get(codename="view_user"))
    assert ask_for(staff_in(Client(), tessa), carla).status_code == 404
    for user in (carla, max):
        browser = Client()
        browser.force_login(user)
        assert ask_for(browser, carla).status_code == 404
    assert not Session.objects.exists()
    assert queue.submit(cast.submission(), by=carla).status == "pending", "needs a form that would do for this to mean anything"
