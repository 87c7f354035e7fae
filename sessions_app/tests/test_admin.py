"""A session in the admin: what staff see of it, and what they can do about it."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts_app.models import Mechanic
from console import paging
from lifecycle import queue
from requests_app import finding
from sessions_app import chat, reviews
from sessions_app.admin import SessionAdmin
from sessions_app.models import Review, Session
from tests import cast
from tests.staff import staff_in

pytestmark = pytest.mark.django_db

LIST = "admin:sessions_app_session_changelist"
WORDS = "Shall I send you a photo of the coil?"


@pytest.fixture
def staff(client, sam):
    return staff_in(client, sam)


def page_of(session: Session) -> str:
    return reverse("admin:sessions_app_session_change", args=[session.pk])


def press(client, session: Session, name: str, **told):
    """Presses a button; the page that follows."""
    return client.post(reverse("admin:sessions_app_session_move", args=[session.pk, name]), told, follow=True)


def said(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def status(session: Session) -> str:
    return Session.objects.values_list("status", flat=True).get(pk=session.pk)


def buttons(html: str) -> set[str]:
    names = ("assign", "release", "requeue", "complete", "cancel", "abort")
    return {name for name in names if f"/move/{name}/" in html}


# --- what is offered -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("pending", {"assign", "cancel"}),
        ("unattended", {"assign", "cancel", "requeue"}),
        ("waiting", {"assign", "release", "cancel"}),
        ("live", {"assign", "complete", "abort"}),
        ("completed", set()),
        ("cancelled", {"requeue"}),
    ],
)
def test_the_page_offers_what_is_legal_now(staff, carla, max, nora, state, offered):
    session = {
        "pending": lambda: cast.pending(carla),
        "unattended": lambda: queue.escalate(cast.pending(carla).pk),
        "waiting": lambda: cast.waiting(carla, max),
        "live": lambda: cast.live(carla, max),
        "completed": lambda: cast.completed(carla, max),
        "cancelled": lambda: cast.cancelled(carla),
    }[state]()
    assert session.status == state
    assert buttons(staff.get(page_of(session)).content.decode()) == offered


def test_an_unpaid_session_can_only_be_cancelled(staff, carla):
    session = queue.submit(cast.submission(plan_code="quick"), by=carla)
    assert buttons(staff.get(page_of(session)).content.decode()) == {"cancel"}


def test_a_session_goes_to_a_mechanic_who_has_a_free_place(staff, carla, colin, max, nora, oscar):
    cast.live(colin, max, plan_code="video")  # the only place that Max has for a call
    session = cast.pending(carla, plan_code="video")
    form = staff.get(page_of(session)).context["moves"][0]["form"]
    assert [mechanic.pk for mechanic in form.fields["mechanic"].queryset] == [nora.pk]


def test_the_page_says_where_it_stands_and_who_could_take_it(staff, carla, max, nora):
    html = staff.get(page_of(cast.pending(carla))).content.decode()
    assert "In the queue for 0 min. 2 mechanics can take it now." in html and "Nothing has to be done." in html
    Mechanic.objects.update(on_duty=False)
    html = staff.get(page_of(Session.objects.get())).content.decode()
    assert "No mechanic can take it now." in html
    assert '<a href="#do-assign">Suggested: assign it to somebody, since nobody on duty can take it.</a>' in html
    assert 'id="do-assign"' in html and "move-suggested" in html


# --- buttons -------------------------------------------------------------------------------------


def test_assign(staff, sam, carla, max):
    session = cast.pending(carla)
    answer = press(staff, session, "assign", mechanic=max.pk, reason="Max knows this car.")
    assert said(answer) == ["Carla Example · 2016 Toyota Corolla: assigned."]
    session.refresh_from_db()
    assert (session.status, session.mechanic_id) == ("waiting", max.pk)
    event = session.events.get(kind="assign")
    assert (event.actor, event.reason) == (sam, "Max knows this car.")
    assert "Sam Example gave the session to Max." in answer.content.decode()
    done = LogEntry.objects.get()
    assert (str(done.object_repr), done.change_message) == ("Carla Example · 2016 Toyota Corolla", "Assign: Max knows this car.")


def test_release(staff, carla, max):
    session = cast.waiting(carla, max)
    press(staff, session, "release", reason="Max is ill.")
    assert status(session) == "pending"


def test_cancel(staff, carla):
    session = cast.pending(carla)
    press(staff, session, "cancel", reason="The customer phoned.")
    session.refresh_from_db()
    assert (session.status, session.cancel_reason) == ("cancelled", "The customer phoned.")


def test_abort(staff, carla, max):
    session = cast.live(carla, max)
    press(staff, session, "abort", reason="They cannot hear each other.")
    assert status(session) == "cancelled"


def test_requeue(staff, carla):
    session = cast.cancelled(carla)
    press(staff, session, "requeue", reason="Pressed by mistake.")
    assert status(session) == "pending"


def test_complete_without_a_report(staff, carla, max):
    session = cast.live(carla, max)
    cast.an_hour_passes(session)
    press(staff, session, "complete", reason="The mechanic's computer broke.")
    assert status(session) == "completed"
    assert not hasattr(Session.objects.get(pk=session.pk), "report")


@pytest.mark.parametrize("name", ["release", "cancel", "assign"])
@pytest.mark.parametrize("reason", ["", "   "])
def test_nothing_happens_without_a_reason(staff, carla, max, nora, name, reason):
    session = cast.waiting(carla, max)
    answer = press(staff, session, name, reason=reason, mechanic=nora.pk)
    assert said(answer) == ["Please give a reason."]
    assert status(session) == "waiting" and session.mechanic_id == max.pk


def test_a_mechanic_has_to_be_chosen(staff, carla, max):
    session = cast.pending(carla)
    assert said(press(staff, session, "assign", reason="Somebody should.")) == ["Please choose a mechanic."]
    assert status(session) == "pending"


@pytest.mark.parametrize("mechanic", ["oscar", "carla", "nobody"])
def test_nobody_but_a_mechanic_with_a_place_can_be_chosen(staff, carla, max, oscar, mechanic):
    session = cast.pending(carla)
    chosen = {"oscar": oscar.pk, "carla": carla.pk, "nobody": uuid.uuid4()}[mechanic]
    assert "no free place" in said(press(staff, session, "assign", mechanic=chosen, reason="Try."))[0]
    assert status(session) == "pending"


def test_an_illegal_move_is_explained(staff, carla, max):
    session = cast.waiting(carla, max)
    answer = press(staff, session, "abort", reason="I was too slow.")
    assert said(answer)[0].startswith("Carla Example · 2016 Toyota Corolla: This session was taken by Max")
    assert status(session) == "waiting"
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("name", ["accept", "start", "submit", "explode"])
def test_other_moves_have_no_button(staff, carla, max, name):
    assert press(staff, cast.pending(carla), name, reason="Try.").status_code == 404


def test_a_move_is_not_made_by_looking(staff, carla):
    session = cast.pending(carla)
    assert staff.get(reverse("admin:sessions_app_session_move", args=[session.pk, "cancel"]), {"reason": "No."}).status_code == 405
    assert status(session) == "pending"


@pytest.mark.parametrize("pk", [uuid.uuid4(), "nonsense", "1"])
def test_what_does_not_exist_is_not_found(staff, pk):
    assert staff.get(f"/admin/sessions_app/session/{pk}/change/").status_code == 404
    assert staff.post(f"/admin/sessions_app/session/{pk}/move/cancel/", {"reason": "No."}).status_code == 404


@pytest.mark.parametrize("name", ["carla", "max", "will", "oscar"])
def test_nobody_else_presses_a_button(client, carla, max, will, oscar, name):
    session = cast.waiting(carla, max)
    client.force_login({"carla": carla, "max": max, "will": will, "oscar": oscar}[name])
    assert client.get(page_of(session)).status_code == 404
    assert press(client, session, "cancel", reason="Mine.").status_code == 404
    assert status(session) == "waiting"


@pytest.mark.parametrize("reason", ["nul\x00", "<script>alert(1)</script>", "x" * 301, "\u202egnorw"])
def test_hostile_reasons_are_refused_or_harmless(staff, carla, reason):
    session = cast.pending(carla)
    answer = press(staff, session, "cancel", reason=reason)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode() and "\u202e" not in answer.content.decode()


# --- several at once -----------------------------------------------------------------------------


def choose(client, sessions, name: str, **told):
    return client.post(reverse(LIST), {"action": name, "_selected_action": [session.pk for session in sessions], **told}, follow=True)


def test_several_are_cancelled_one_by_one_and_each_is_reported(staff, carla, colin, max):
    waiting, done = cast.pending(carla), cast.completed(colin, max)
    asked = choose(staff, [waiting, done], "cancel")
    assert "Carla Example" in asked.content.decode() and status(waiting) == "pending"
    assert "This session is completed." in asked.content.decode(), "what cannot be is said before it is tried"
    answer = choose(staff, [waiting, done], "cancel", go="1", reason="A test of the fire alarm.")
    assert [(outcome.moved, outcome.words) for outcome in answer.context["outcomes"]] == [
        (False, "This session is completed."),
        (True, "cancelled"),
    ]
    html = answer.content.decode()
    assert "1 was moved." in html and "1 was not." in html and page_of(done) in html
    assert (status(waiting), status(done)) == ("cancelled", "completed")


def test_several_need_a_reason_too(staff, carla):
    session = cast.pending(carla)
    answer = choose(staff, [session], "cancel", go="1", reason="")
    assert "Please give a reason." in answer.content.decode()
    assert status(session) == "pending"


# --- who reads along -----------------------------------------------------------------------------


@pytest.fixture
def talked(carla, max) -> Session:
    session = cast.live(carla, max)
    chat.post(session.pk, by=carla, client_id=uuid.uuid4(), body=WORDS)
    return session


def test_conversation_and_contact_data_are_not_shown_without_a_reason(staff, talked):
    html = staff.get(page_of(talked)).content.decode()
    assert WORDS not in html
    assert "carla@example.org" not in html and "415-555-0101" not in html
    assert said(press(staff, talked, "look", reason=" ")) == ["Please give a reason."]
    assert not talked.events.filter(kind="looked_at").exists()


def test_with_a_reason_they_are_shown_and_it_stands_on_the_timeline(staff, sam, talked):
    html = press(staff, talked, "look", reason="The customer complained.").content.decode()
    assert WORDS in html and "carla@example.org" in html and "415-555-0101" in html
    event = talked.events.get(kind="looked_at")
    assert (event.actor, event.reason) == (sam, "The customer complained.")


def test_one_persons_reason_opens_nothing_for_another(client, staff, talked, db):
    press(staff, talked, "look", reason="The customer complained.")
    client.logout()
    tessa = cast.person("Tessa", is_staff=True, is_superuser=True)
    assert WORDS not in staff_in(client, tessa).get(page_of(talked)).content.decode()


@pytest.mark.parametrize("name", ["message", "sessionrequest", "intake", "participant", "sessionevent"])
def test_no_other_page_gives_them_away(staff, talked, name):
    app = "requests_app" if name in ("sessionrequest", "intake") else "sessions_app"
    rows = {
        "message": talked.messages.get(),
        "sessionrequest": talked.request,
        "intake": talked.request.intake,
        "participant": talked.participants.first(),
        "sessionevent": talked.events.first(),
    }
    for url in (reverse(f"admin:{app}_{name}_changelist"), reverse(f"admin:{app}_{name}_change", args=[rows[name].pk])):
        html = staff.get(url).content.decode()
        assert WORDS not in html and "carla@example.org" not in html and "415-555-0101" not in html, url


# --- the list and the rest -------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["corol", "Carla", "oakland P0302", "carla@example.org", "max"])
def test_search_finds_it(staff, carla, colin, max, words):
    session = cast.live(carla, max)
    cast.pending(
        colin, name="Colin Example", city="Reno", concern="A squeak in the rear.", car={"make": "Ford", "model": "Ka", "year": 2011}
    )
    assert [row.pk for row in staff.get(reverse(LIST), {"q": words}).context["cl"].result_list] == [session.pk]


def test_search_finds_a_session_by_its_id(staff, carla, colin):
    session, _other = cast.pending(carla), cast.pending(colin)
    assert [row.pk for row in staff.get(reverse(LIST), {"q": str(session.pk)}).context["cl"].result_list] == [session.pk]


@pytest.mark.parametrize("words", ["zzz", "' OR 1=1 --", "&|!()", "\x00", "x" * 5000])
def test_search_for_anything_opens(staff, carla, words):
    cast.pending(carla)
    assert staff.get(reverse(LIST), {"q": words}).status_code == 200


def test_a_review_can_be_hidden_and_not_rewritten(staff, carla, max):
    session = cast.completed(carla, max)
    reviews.review(session.pk, by=carla, stars=1, text="His phone number is 555 0199.")
    url = reverse("admin:sessions_app_review_change", args=[session.pk])
    staff.post(url, {"is_hidden": "on", "stars": "5", "text": "Wonderful"})
    review = Review.objects.get()
    assert (review.is_hidden, review.stars, review.text) == (True, 1, "His phone number is 555 0199.")


# --- finding one among many ------------------------------------------------------------------------


def found(client, **asked) -> set:
    answer = client.get(reverse(LIST), asked)
    assert answer.status_code == 200, answer
    return {row.pk for row in answer.context["cl"].result_list}


@pytest.mark.parametrize("length", [4, 8, 9, 13, 36])
def test_the_first_characters_of_an_id_find_it(staff, carla, colin, length):
    session, _other = cast.pending(carla), cast.pending(colin)
    assert session.pk in found(staff, q=str(session.pk)[:length].upper())


def test_an_id_is_found_without_its_dashes_and_not_by_too_little(carla):
    assert finding.id_span("ABCDEF01") == (uuid.UUID("abcdef01" + "0" * 24), uuid.UUID("abcdef01" + "f" * 24))
    assert finding.id_span("abcdef0123") == finding.id_span("abcdef01-23")
    assert [finding.id_span(text) for text in ("abc", "abcg", "a" * 33, "ab-cd", "-abcd", "P0302")] == [None] * 6


@pytest.mark.parametrize("words", ["1HGCM82633A004352", "7abc123", "carla@exam", "CARLA@EXAMPLE.ORG"])
def test_vin_plate_and_the_beginning_of_an_address_find_it(staff, carla, colin, words):
    session = cast.pending(carla, car={"make": "Honda", "model": "Accord", "year": 2003, "vin": "1HGCM82633A004352", "plate": "7ABC123"})
    cast.pending(colin, name="Colin Example", car={"make": "Ford", "model": "Ka", "year": 2011})
    assert found(staff, q=words) == {session.pk}


def test_a_word_that_is_everywhere_finds_the_latest(staff, carla, colin, monkeypatch):
    sessions = {cast.pending(carla).pk, cast.pending(colin).pk}
    monkeypatch.setattr(finding, "RARE", 1)
    assert found(staff, q="corolla") == sessions


def test_filters_let_through_what_they_say(staff, carla, colin, max, nora):
    urgent = cast.waiting(carla, max, is_urgent=True, country="DE")
    paid = cast.pending(colin, plan_code="video", country="US")
    Session.objects.filter(pk=paid.pk).update(created_at=timezone.now() - timedelta(days=40))
    today, long_ago = timezone.localdate(), timezone.localdate() - timedelta(days=40)
    for asked, expected in [
        ({"urgent": "yes"}, {urgent}),
        ({"urgent": "no"}, {paid}),
        ({"payment": "paid"}, {paid}),
        ({"payment": "free"}, {urgent}),
        ({"payment": "due"}, set()),
        ({"payment": "never"}, set()),
        ({"age": "day"}, {urgent}),
        ({"age": "older"}, {paid}),
        ({"mechanic": "ma"}, {urgent}),
        ({"mechanic": "nora"}, set()),
        ({"workshop": "garage"}, {urgent}),
        ({"workshop": "nowhere"}, set()),
        ({"country": "DE"}, {urgent}),
        ({"country": "FR"}, set()),
        ({"from": today}, {urgent}),
        ({"until": today - timedelta(days=1)}, {paid}),
        ({"from": long_ago, "until": long_ago}, {paid}),
        ({"status__exact": "pending", "plan__code__exact": "video", "type__exact": "video"}, {paid}),
        ({"q": "corolla", "urgent": "yes", "mechanic": "max", "from": today}, {urgent}),
    ]:
        assert found(staff, **asked) == {session.pk for session in expected}, asked


def test_a_day_that_is_none_leads_to_the_whole_list(staff, carla):
    session = cast.pending(carla)
    answer = staff.get(reverse(LIST), {"from": "31.12."}, follow=True)
    assert answer.redirect_chain and [row.pk for row in answer.context["cl"].result_list] == [session.pk]


# --- long lists ------------------------------------------------------------------------------------


def test_what_is_dear_to_count_is_about_right_and_what_is_not_is_exact(staff, carla, colin, monkeypatch):
    cast.pending(carla), cast.pending(colin)
    assert "2 sessions" in staff.get(reverse(LIST)).content.decode()
    monkeypatch.setattr(paging, "MOST_COUNTED", 1)
    monkeypatch.setattr(SessionAdmin, "list_per_page", 1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sessions_app_session")
    html = staff.get(reverse(LIST)).content.decode()
    assert "about 2 sessions" in html
    assert "about" not in staff.get(reverse(LIST), {"p": "2"}).context["cl"].counted.__str__(), "the end was seen"


@pytest.mark.parametrize(("rows", "words"), [(10_001, "about 10,000"), (987_654, "about 990,000"), (1_004_000, "about 1,000,000")])
def test_estimates_are_round(rows, words):
    assert str(paging.Counted(rows, is_exact=False)) == words
    assert str(paging.Counted(rows)) == f"{rows:,}"


def test_a_long_list_ends_with_words(staff, carla, colin, monkeypatch):
    sessions = [cast.pending(colin), cast.pending(carla)]
    monkeypatch.setattr(SessionAdmin, "list_per_page", 1)
    assert [found(staff, p=number) for number in (1, 2)] == [{sessions[1].pk}, {sessions[0].pk}]
    monkeypatch.setattr(paging, "MOST_PAGES", 1)
    for page in ("1", "999999999", "-3", "x"):
        answer = staff.get(reverse(LIST), {"p": page})
        assert [row.pk for row in answer.context["cl"].result_list] == [sessions[1].pk]
        assert "The list ends at page 1." in answer.content.decode()


@pytest.mark.parametrize("state", ["pending", "unattended", "waiting", "live", "completed", "cancelled"])
def test_the_page_needs_few_queries(staff, carla, colin, max, nora, state):
    session = {
        "pending": lambda: cast.pending(carla),
        "unattended": lambda: queue.escalate(cast.pending(carla).pk),
        "waiting": lambda: cast.waiting(carla, max),
        "live": lambda: cast.live(carla, max),
        "completed": lambda: cast.completed(carla, max),
        "cancelled": lambda: cast.cancelled(carla),
    }[state]()
    press(staff, session, "look", reason="To read along.")
    with CaptureQueriesContext(connection) as asked:
        staff.get(page_of(session))
    assert len(asked) <= 15, "\n".join(query["sql"][:150] for query in asked)


def test_the_list_needs_few_queries_whatever_is_asked(staff, carla, max):
    cast.waiting(carla, max)
    with CaptureQueriesContext(connection) as asked:
        staff.get(reverse(LIST), {"q": "carla@example.org", "mechanic": "max", "workshop": "garage", "needs": "overdue", "country": "US"})
    assert len(asked) <= 15, "\n".join(query["sql"][:150] for query in asked)
