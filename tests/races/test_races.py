"""What happens at the same moment. Each race is run many times with real threads and commits, and must always end well; and it is
run once more without row locks, where it has to end badly now and then, or it would prove nothing.

A race returns what went wrong, in words, or nothing. "Badly" is a damage, or that only a rule of the database prevented one.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from itertools import count

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts_app.models import Mechanic, User
from files_app import bundles, storage, uploads
from files_app.models import Bundle, SessionFile
from lifecycle import people, queue, room
from lifecycle.sweep import sweep
from requests_app.models import Intake, SessionRequest
from sessions_app import chat
from sessions_app.models import Participant, Session
from sessions_app.moves import HELD, OPEN
from tests import cast
from tests.races.crowd import DONE, at_once, differs, do, without_locks

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "Because."
PIECE = b"what was seen"
_numbers = count()


@dataclass
class Town:
    """Who is there for all rounds of a race."""

    sam: User
    mechanics: list[User]

    @property
    def max(self) -> User:
        return self.mechanics[0]


def somebody() -> User:
    """A customer of whom nothing is known yet."""
    return cast.person(f"Customer{next(_numbers)}")


def status_of(session: Session) -> str:
    return Session.objects.values_list("status", flat=True).get(pk=session.pk)


def events_of(session: Session) -> list[str]:
    return list(session.events.order_by("number").values_list("kind", flat=True))


# --- the races ----------------------------------------------------------------------------------------


def forty_mechanics_want_one_request(town: Town) -> str:
    session = cast.pending(somebody())
    outcomes = at_once(*(do(queue.accept, session.pk, by=mechanic) for mechanic in town.mechanics))
    seats = Participant.objects.filter(session=session, role="mechanic")
    if events_of(session) != ["submit", "accept"] or seats.count() != 1:
        return f"{events_of(session)}, {seats.count()} mechanics in the room"
    winner = town.mechanics[outcomes.index(DONE)].pk if DONE in outcomes else None
    if Session.objects.get(pk=session.pk).mechanic_id != winner:
        return "another one has it than who was told so"
    room.abort(room_started(session, winner), by=town.sam, reason=WHY)
    return differs(outcomes, {DONE: 1, "409": len(town.mechanics) - 1})


def room_started(session: Session, mechanic_id: uuid.UUID) -> uuid.UUID:
    Participant.objects.filter(session=session, until=None).update(last_seen_at=timezone.now())
    return room.start(session.pk).pk


def one_mechanic_wants_thirty_requests(town: Town) -> str:
    sessions = [cast.pending(somebody()) for _number in range(30)]
    outcomes = at_once(*(do(queue.accept, session.pk, by=town.max) for session in sessions))
    held = Session.objects.filter(mechanic=town.max.pk, status__in=HELD)
    places = {session.place_id for session in held}
    wrong = "" if len(places) == held.count() == 3 else f"he holds {held.count()} on {len(places)} places"
    for session in Session.objects.filter(status__in=OPEN):
        queue.cancel(session.pk, by=None, reason=WHY)
    return wrong or differs(outcomes, {DONE: 3, "409": 27})


def accept_against_cancel(town: Town) -> str:
    customer = somebody()
    session = cast.pending(customer)
    accepts, cancels = at_once(do(queue.accept, session.pk, by=town.max), do(queue.cancel, session.pk, by=customer, reason=WHY))
    if status_of(session) != "cancelled":
        return f"it is {status_of(session)}"
    after = {DONE: ["submit", "accept", "cancel"], "409": ["submit", "cancel"]}
    return "" if cancels == DONE and events_of(session) == after.get(accepts) else f"accept {accepts}, cancel {cancels}"


def accept_against_escalation(town: Town) -> str:
    session = cast.pending(somebody())
    SessionRequest.objects.filter(pk=session.pk).update(expires_at=timezone.now())
    outcomes = at_once(do(queue.accept, session.pk, by=town.max), sweep)
    events, status = events_of(session), status_of(session)
    queue.cancel(session.pk, by=None, reason=WHY)
    if status != "waiting" or events not in (["submit", "accept"], ["submit", "escalate", "accept"]):
        return f"it is {status} after {events}"
    return differs(outcomes, {DONE: 2})


def release_against_start(town: Town) -> str:
    customer = somebody()
    session = cast.waiting(customer, town.max)
    room.enter(session.pk, by=town.max)
    releases, enters = at_once(do(queue.release, session.pk, by=town.max, reason=WHY), do(room.enter, session.pk, by=customer))
    status, events = status_of(session), events_of(session)
    end = room.abort if status == "live" else queue.cancel
    end(session.pk, by=None, reason=WHY)
    good = {DONE: ("pending", ["submit", "accept", "release"]), "409": ("live", ["submit", "accept", "start"])}
    return "" if enters == DONE and (status, events) == good.get(releases) else f"release {releases}, enter {enters}, {status} {events}"


def suspend_against_accept(town: Town) -> str:
    session = cast.pending(somebody())
    accepts, suspends = at_once(
        do(queue.accept, session.pk, by=town.max), do(people.suspend, town.max.pk, by=town.sam, reason="Complaints.")
    )
    mechanic, status, events = Mechanic.objects.get(pk=town.max.pk), status_of(session), events_of(session)
    if suspends == DONE:
        people.approve(town.max.pk, by=town.sam)
        people.set_duty(town.max.pk, by=town.max, on=True)
    queue.cancel(session.pk, by=None, reason=WHY)
    good = {DONE: ["submit", "accept", "release"], "403": ["submit"]}
    if mechanic.standing == "suspended" and status == "pending" and events == good.get(accepts):
        return ""
    return f"accept {accepts}, suspend {suspends}, {mechanic.standing}, {status} {events}"


def leaving_against_accept(town: Town) -> str:
    """Who may only finish what is live has nothing else in hand afterwards, whichever was first."""
    live, session = cast.live(somebody(), town.max), cast.pending(somebody())
    finish = {live.pk: people.Decision(people.Fate.FINISH)}
    accepts, suspends = at_once(
        do(queue.accept, session.pk, by=town.max), do(people.suspend, town.max.pk, by=town.sam, reason="Complaints.", live=finish)
    )
    mechanic, events = Mechanic.objects.get(pk=town.max.pk), events_of(session)
    held = list(Session.objects.filter(mechanic=town.max.pk, status__in=HELD).values_list("pk", flat=True))
    room.abort(live.pk, by=None, reason=WHY)
    queue.cancel(session.pk, by=None, reason=WHY)
    people.approve(town.max.pk, by=town.sam)
    people.set_duty(town.max.pk, by=town.max, on=True)
    good = {DONE: ["submit", "accept", "release"], "403": ["submit"]}
    if suspends == DONE and mechanic.leaves_because and held == [live.pk] and events == good.get(accepts):
        return ""
    return f"accept {accepts}, suspend {suspends}, {len(held)} in hand, {events}"


def one_form_is_sent_twice(town: Town) -> str:
    customer, form = somebody(), cast.submission()
    outcomes = at_once(*[do(queue.submit, form, by=customer)] * 4)
    made = Session.objects.filter(customer=customer).count(), Intake.objects.filter(customer=customer).count()
    return differs(outcomes, {DONE: 4}) or ("" if made == (1, 1) else f"{made} sessions and intakes")


def two_forms_are_sent_at_once(town: Town) -> str:
    customer = somebody()
    outcomes = at_once(*(do(queue.submit, cast.submission(), by=customer) for _form in range(4)))
    statuses = sorted(Session.objects.filter(customer=customer).values_list("status", flat=True))
    return differs(outcomes, {DONE: 4}) or ("" if statuses == ["cancelled"] * 3 + ["pending"] else f"{statuses}")


def requeue_against_submit(town: Town) -> str:
    customer = somebody()
    old = cast.cancelled(customer)
    requeues, submits = at_once(do(queue.requeue, old.pk, by=town.sam, reason=WHY), do(queue.submit, cast.submission(), by=customer))
    open_ones = Session.objects.filter(customer=customer, status__in=OPEN).count()
    fine = submits == DONE and requeues in (DONE, "409") and open_ones == 1
    return "" if fine else f"requeue {requeues}, submit {submits}, {open_ones} open"


def all_talk_at_once(town: Town) -> str:
    customer = somebody()
    session = cast.live(customer, town.max)
    says = [do(chat.post, session.pk, by=by, client_id=uuid.uuid4(), body="Hello.") for by in (customer, town.max) for _time in range(6)]
    outcomes = at_once(*says)
    numbers = list(session.messages.order_by("number").values_list("number", flat=True))
    room.abort(session.pk, by=None, reason=WHY)
    return differs(outcomes, {DONE: 12}) or ("" if numbers == list(range(1, 13)) else f"numbers {numbers}")


def one_message_is_sent_twice(town: Town) -> str:
    customer = somebody()
    session = cast.live(customer, town.max)
    outcomes = at_once(*[do(chat.post, session.pk, by=customer, client_id=uuid.uuid4(), body="Hello.")] * 4)
    texts = session.messages.count()
    room.abort(session.pk, by=None, reason=WHY)
    return differs(outcomes, {DONE: 4}) or ("" if texts == 1 else f"it stands there {texts} times")


def complete_against_abort(town: Town) -> str:
    session = cast.live(somebody(), town.max)
    cast.an_hour_passes(session)
    report = room.ReportData(**cast.REPORT)
    completes, aborts = at_once(
        do(room.complete, session.pk, by=town.max, report=report), do(room.abort, session.pk, by=town.sam, reason=WHY)
    )
    status = status_of(session)
    good = {(DONE, "409"): "completed", ("409", DONE): "cancelled"}
    return "" if good.get((completes, aborts)) == status else f"complete {completes}, abort {aborts}, {status}"


def the_gateway_says_it_twice(town: Town) -> str:
    session = queue.submit(cast.submission(plan_code="quick"), by=somebody())
    outcomes = at_once(*[do(queue.paid, session.pk)] * 4)
    return differs(outcomes, {DONE: 4}) or ("" if events_of(session) == ["submit", "paid"] else f"{events_of(session)}")


def two_files_for_the_last_place(town: Town) -> str:
    customer = somebody()
    session = cast.live(customer, town.max)
    for number in range(9):
        uploads.begin(session, a_file(number), by=customer)
    outcomes = at_once(*(do(uploads.begin, session, a_file(9 + number), by=customer) for number in range(4)))
    under_way = session.uploads.count()
    room.abort(session.pk, by=None, reason=WHY)
    return differs(outcomes, {DONE: 1, "409": 3}) or ("" if under_way == 10 else f"{under_way} under way")


def a_file(number: int) -> uploads.Announced:
    return uploads.Announced(client_id=uuid.uuid4(), name=f"{number}.jpg", size=len(PIECE))


def one_file_is_announced_twice(town: Town) -> str:
    bundle, file = Bundle.objects.create(), a_file(1)
    outcomes = at_once(*[do(uploads.begin, bundle, file, by=None)] * 4)
    made = bundle.uploads.count()
    return differs(outcomes, {DONE: 4}) or ("" if made == 1 else f"{made} uploads")


def the_last_piece_against_the_claim(town: Town) -> str:
    """Whichever is first: the file is the session's, and checked."""
    customer = somebody()
    bundle, session = Bundle.objects.create(), cast.pending(customer)
    upload = uploads.begin(bundle, a_file(1), by=None)
    outcomes = at_once(do(uploads.receive, upload, 0, BytesIO(PIECE)), do(bundles.claim, bundle.pk, session.pk))
    arrived, left = session.files.count(), Bundle.objects.filter(pk=bundle.pk).exists() or session.uploads.exists()
    queue.cancel(session.pk, by=None, reason=WHY)
    return differs(outcomes, {DONE: 2}) or ("" if (arrived, left) == (1, False) else f"{arrived} files, more elsewhere: {left}")


# Each with how many mechanics it takes, and how many rounds it is run with locks, and at most without.
RACES: dict[Callable[[Town], str], tuple[int, int, int]] = {
    forty_mechanics_want_one_request: (40, 5, 10),
    one_mechanic_wants_thirty_requests: (1, 3, 10),
    accept_against_cancel: (1, 15, 60),
    accept_against_escalation: (1, 15, 60),
    release_against_start: (1, 15, 60),
    suspend_against_accept: (1, 15, 60),
    leaving_against_accept: (1, 10, 60),
    one_form_is_sent_twice: (0, 8, 30),
    two_forms_are_sent_at_once: (0, 8, 30),
    requeue_against_submit: (0, 15, 60),
    all_talk_at_once: (1, 5, 30),
    one_message_is_sent_twice: (1, 8, 30),
    complete_against_abort: (1, 15, 60),
    the_gateway_says_it_twice: (0, 8, 30),
    two_files_for_the_last_place: (1, 8, 30),
    one_file_is_announced_twice: (0, 8, 30),
    the_last_piece_against_the_claim: (0, 15, 60),
}
races = pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)


def town_for(race: Callable[[Town], str]) -> Town:
    cast.price_list()
    sam = cast.person("Sam", is_staff=True, is_superuser=True)
    return Town(sam, [cast.mechanic(f"Mechanic{number}", by=sam, brands=[]) for number in range(RACES[race][0])])


@races
def test_it_always_ends_well(race: Callable[[Town], str]) -> None:
    town = town_for(race)
    for number in range(RACES[race][1]):
        wrong = race(town)
        assert not wrong, f"round {number + 1}: {wrong}"


@races
def test_without_locks_it_does_not(race: Callable[[Town], str]) -> None:
    town = town_for(race)
    with without_locks():
        assert any(ends_badly(race, town) for _round in range(RACES[race][2])), "no harm without locks: this race proves nothing"


def ends_badly(race: Callable[[Town], str], town: Town) -> bool:
    """Also true when a round cannot even be tidied up, so wrong is the state that it left."""
    try:
        return bool(race(town))
    except Exception:
        return True


# --- without any lock: a piece is taken by one UPDATE that looks where the last one ended -----------------


def test_of_several_pieces_at_the_same_place_one_counts() -> None:
    for _round in range(8):
        upload = uploads.begin(Bundle.objects.create(), a_file(1), by=None)
        outcomes = at_once(*(do(uploads.receive, upload, 0, BytesIO(PIECE[:5])) for _sender in range(4)))
        assert not differs(outcomes, {DONE: 1, "409": 3})
        upload.refresh_from_db()
        assert upload.received == 5 and list(storage.names(f"incoming/{upload.pk}/")) == upload.pieces


def test_of_several_last_pieces_one_makes_the_file() -> None:
    for _round in range(8):
        upload = uploads.begin(Bundle.objects.create(), a_file(1), by=None)
        outcomes = at_once(*(do(uploads.receive, upload, 0, BytesIO(PIECE)) for _sender in range(4)))
        assert not differs(outcomes, {DONE: 1, "409": 3})
        file = SessionFile.objects.get(pk=upload.pk)
        assert list(storage.names(f"incoming/{upload.pk}/")) == file.pieces and len(file.pieces) == 1
        assert ProcrastinateJob.objects.filter(task_name="inspect_file", args={"file_id": str(file.pk)}).count() == 1
