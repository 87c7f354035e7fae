"""accept: of many mechanics exactly one gets the session. (That it is one under load too is shown by tests/races.)"""

import pytest
from django.http import Http404

from accounts_app.models import Place, User
from lifecycle import people, queue, room
from lifecycle.tests.told import NO_SUCH_SESSION, now, refused, seat, timeline, to
from mechanichub.errors import NotPossible, NotYours
from requests_app.models import Offer
from tests import cast


def test_the_mechanic_gets_the_session_a_place_and_a_seat_in_the_room(carla: User, max: User) -> None:
    session = queue.accept(cast.pending(carla).pk, by=max)
    assert (session.status, session.mechanic.pk) == ("waiting", max.pk)
    assert (session.place.mechanic_id, session.place.kind) == (max.pk, "chat")
    assert session.queued_at <= session.accepted_at
    assert (seat(session, max).role, seat(session, max).until, seat(session, max).joined_at) == ("mechanic", None, None)
    assert timeline(session)[-1] == ("accept", "pending", "waiting", "Max")


@pytest.mark.parametrize("plan", ["video", "diagnostic"])
def test_a_call_takes_the_place_for_calls(carla: User, max: User, plan: str) -> None:
    assert cast.waiting(carla, max, plan_code=plan).place.kind == "call"


def test_its_card_comes_down_everywhere_and_says_by_whom(carla: User, max: User, heard) -> None:
    session = cast.pending(carla)
    with heard() as said:
        queue.accept(session.pk, by=max)
    (gone,) = (each for each in said if each.kind == "gone")
    assert set(gone.groups) == {"queue.duty", "queue.all"}
    assert (gone.payload["id"], gone.payload["text"]) == (f"request-{session.pk}", "Taken by Max")


def test_customer_and_mechanic_hear_of_it(carla: User, max: User, heard) -> None:
    session = cast.pending(carla)
    with heard() as said:
        queue.accept(session.pk, by=max)
    assert {f"customer.{carla.pk}", f"mechanic.{max.pk}", f"session.{session.pk}"} <= to("changed", said)


def test_the_second_mechanic_is_told_who_was_faster_and_when(carla: User, max: User, nora: User) -> None:
    session = queue.accept(cast.pending(carla).pk, by=max)
    at = session.accepted_at.strftime("%H:%M")
    assert refused(NotPossible, queue.accept, session.pk, by=nora) == f"This session was taken by Max at {at}."


def test_ones_own_second_click_gives_the_same_session(carla: User, max: User) -> None:
    session = queue.accept(cast.pending(carla).pk, by=max)
    again = queue.accept(session.pk, by=max)
    assert (again.pk, again.version, again.place_id) == (session.pk, session.version, session.place_id)


def test_a_click_during_the_live_session_changes_nothing_either(carla: User, max: User) -> None:
    session = cast.live(carla, max)
    assert queue.accept(session.pk, by=max).status == "live"


@pytest.mark.parametrize(
    ("state", "sentence"),
    [(cast.live, "is live with Max since"), (cast.completed, "This session is completed.")],
    ids=["live", "completed"],
)
def test_what_another_one_has_cannot_be_taken(carla: User, max: User, nora: User, state, sentence: str) -> None:
    assert sentence in refused(NotPossible, queue.accept, state(carla, max).pk, by=nora)


def test_a_cancelled_request_cannot_be_taken_and_says_why(carla: User, max: User) -> None:
    session = cast.cancelled(carla)
    assert refused(NotPossible, queue.accept, session.pk, by=max) == "This session was cancelled: It started again."


def test_an_unpaid_request_does_not_exist_for_mechanics(carla: User, max: User) -> None:
    session = queue.submit(cast.submission(plan_code="quick"), by=carla)
    with pytest.raises(Http404):
        queue.accept(session.pk, by=max)
    queue.paid(session.pk)
    assert queue.accept(session.pk, by=max).status == "waiting"


def test_what_does_not_exist_is_not_found(max: User) -> None:
    with pytest.raises(Http404):
        queue.accept(NO_SUCH_SESSION, by=max)


def test_customers_staff_and_unapproved_mechanics_cannot_and_an_approved_one_can(
    carla: User, colin: User, sam: User, oscar: User, max: User
) -> None:
    session = cast.pending(carla)
    for who in (carla, colin, sam, oscar):
        assert refused(NotYours, queue.accept, session.pk, by=who) == "Only an approved mechanic can take a session."
    assert queue.accept(session.pk, by=max).status == "waiting"


def test_a_suspended_mechanic_cannot(carla: User, max: User, sam: User) -> None:
    session = cast.pending(carla)
    people.suspend(max.pk, by=sam, reason="Complaints.")
    refused(NotYours, queue.accept, session.pk, by=cast.fresh(max))
    people.approve(max.pk, by=sam)
    people.set_duty(max.pk, by=cast.fresh(max), on=True)
    assert queue.accept(session.pk, by=cast.fresh(max)).status == "waiting"


def test_somebody_suspended_a_moment_ago_cannot_even_when_his_page_does_not_know(carla: User, max: User, sam: User) -> None:
    session, as_loaded = cast.pending(carla), cast.fresh(max)
    people.suspend(max.pk, by=sam, reason="Complaints.")
    assert as_loaded.mechanic.may_hold, "needs a stale copy for this to mean anything"
    refused(NotYours, queue.accept, session.pk, by=as_loaded)


def test_off_duty_one_sees_and_takes_only_what_is_unattended(carla: User, max: User) -> None:
    session = cast.pending(carla)
    off = cast.fresh(people.set_duty(max.pk, by=max, on=False).user)
    with pytest.raises(Http404):
        queue.accept(session.pk, by=off)
    queue.escalate(session.pk)
    assert queue.accept(session.pk, by=off).status == "waiting"


def test_only_who_knows_the_wanted_brand_takes_a_specialists_request(carla: User, max: User, nora: User) -> None:
    session = cast.pending(carla, requested_brand="bmw")
    with pytest.raises(Http404):
        queue.accept(session.pk, by=max)
    assert queue.accept(session.pk, by=nora).status == "waiting"


def test_who_does_not_know_the_brand_is_not_told_who_took_it_either(carla: User, max: User, nora: User) -> None:
    session = cast.waiting(carla, nora, requested_brand="bmw")
    with pytest.raises(Http404):
        queue.accept(session.pk, by=max)


def test_in_the_preferred_mechanics_window_only_he_can(carla: User, max: User, nora: User) -> None:
    session = cast.pending(carla, preferred_mechanic_id=max.pk)
    with pytest.raises(Http404):
        queue.accept(session.pk, by=nora)
    assert queue.accept(session.pk, by=max).status == "waiting"


def test_what_one_declined_one_cannot_take(carla: User, max: User, nora: User) -> None:
    session = cast.pending(carla)
    queue.decline(session.pk, by=max, reason="Not my make.")
    assert refused(NotPossible, queue.accept, session.pk, by=max) == "You declined this request."
    assert queue.accept(session.pk, by=nora).status == "waiting"


def test_what_one_looked_at_and_is_not_open_any_more_is_not_said_to_be_declined(carla: User, max: User) -> None:
    session = cast.pending(carla)
    Offer.objects.create(request=session.request, mechanic=max.mechanic, seen_at=session.queued_at)
    off = cast.fresh(people.set_duty(max.pk, by=max, on=False).user)
    assert "declined" not in refused(NotPossible, queue.accept, session.pk, by=off)


def test_with_all_chat_places_taken_no_chat_but_still_a_call(carla: User, max: User) -> None:
    for name in ("Ann", "Ben", "Cem"):
        cast.waiting(cast.person(name), max)
    chat = cast.pending(carla)
    assert refused(NotPossible, queue.accept, chat.pk, by=max) == "All your chat places are taken. Finish a session first."
    assert cast.waiting(cast.person("Dana"), max, plan_code="video").place.kind == "call"


def test_with_a_call_no_second_call_but_still_a_chat(carla: User, colin: User, max: User) -> None:
    cast.waiting(carla, max, plan_code="video")
    call = cast.pending(colin, plan_code="diagnostic")
    assert refused(NotPossible, queue.accept, call.pk, by=max) == "You already have a call. Finish it first."
    assert cast.waiting(cast.person("Dana"), max).place.kind == "chat"


def test_a_place_is_free_again_when_its_session_is_over(carla: User, colin: User, max: User) -> None:
    first = cast.completed(carla, max, plan_code="video")
    assert now(first).place is None
    assert cast.waiting(colin, max, plan_code="video").place.kind == "call"


def test_a_mechanic_without_places_is_full(carla: User, max: User) -> None:
    Place.objects.filter(mechanic=max.mechanic).delete()
    refused(NotPossible, queue.accept, cast.pending(carla).pk, by=max)


def test_nobody_takes_his_own_request(carla: User, max: User, sam: User) -> None:
    """Carla asks for help, and becomes a mechanic before anybody helped her."""
    session = cast.pending(carla)
    type(max.mechanic).objects.create(user=carla, display_name="Carla", brands=[])
    people.approve(carla.pk, by=sam)
    people.set_duty(carla.pk, by=cast.fresh(carla), on=True)
    assert "own" in refused(NotYours, queue.accept, session.pk, by=cast.fresh(carla))
    assert queue.accept(session.pk, by=max).status == "waiting"


def test_a_mechanic_who_gave_it_back_may_take_it_again(carla: User, max: User) -> None:
    session = cast.waiting(carla, max)
    room.enter(session.pk, by=max)
    queue.release(session.pk, by=max, reason="Wrong button.")
    queue.accept(session.pk, by=max)
    assert (seat(session, max).until, seat(session, max).joined_at) == (None, None), "he has to join again"
