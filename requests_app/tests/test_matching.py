"""Who may take which request: every kind of request against every kind of mechanic, from both sides and as groups.

The rule is written a third time here (`may_take`), one mechanic and one request at a time, from the words of the product.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from django.utils import timezone

from accounts_app.models import Mechanic, User
from lifecycle import people, queue
from requests_app import board, matching
from requests_app.models import SessionRequest
from tests import cast

pytestmark = pytest.mark.django_db
NOW = timezone.now()


class Call(NamedTuple):
    """A kind of request."""

    unattended: bool
    brand: str
    window: str  # none, running (for Mia) or over
    mia_declined: bool

    @property
    def is_possible(self) -> bool:
        return not (self.mia_declined and self.window == "running")  # her no ends the window


class Worker(NamedTuple):
    """A kind of mechanic. Mia is the first one: on duty, knows BMW, approved."""

    name: str
    on_duty: bool
    knows: str
    standing: str


CALLS = [Call(*kind) for kind in product((False, True), ("", "bmw"), ("none", "running", "over"), (False, True)) if Call(*kind).is_possible]
MIA = Worker("Mia", True, "bmw", "approved")
WORKERS = [
    MIA,
    *(
        Worker(f"{duty} {brand or 'all'} {standing}".replace(" ", ""), duty == "on", brand, standing)
        for duty, brand, standing in product(("on", "off"), ("bmw", "fiat", ""), ("approved", "suspended"))
    ),
]


def may_take(worker: Worker, call: Call) -> bool:
    """The rule in words: approved; on duty unless it is unattended; knows the brand; not in another one's window; has not declined."""
    return (
        worker.standing == "approved"
        and (worker.on_duty or call.unattended)
        and (not call.brand or worker.knows == call.brand)
        and (call.window != "running" or call.unattended or worker is MIA)
        and not (worker is MIA and call.mia_declined)
    )


@pytest.fixture(scope="class")
def market(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[dict[Call, SessionRequest], dict[Worker, Mechanic]]]:
    with django_db_blocker.unblock(), transaction.atomic():
        cast.price_list()
        sam = cast.person("Sam", is_staff=True, is_superuser=True)
        mechanics = {worker: hired(worker, sam) for worker in WORKERS}
        calls = {call: asked(call, cast.person(f"Customer{number}"), mechanics[MIA]) for number, call in enumerate(CALLS)}
        yield calls, mechanics
        transaction.set_rollback(True)


def hired(worker: Worker, sam: User) -> Mechanic:
    mechanic = cast.mechanic(worker.name, by=sam, brands=[worker.knows] if worker.knows else [])
    people.set_duty(mechanic.pk, by=mechanic, on=worker.on_duty)
    if worker.standing == "suspended":
        people.suspend(mechanic.pk, by=sam, reason="No papers.")
        Mechanic.objects.filter(pk=mechanic.pk).update(on_duty=worker.on_duty)  # even if a switch was left on
    return Mechanic.objects.get(pk=mechanic.pk)


def asked(call: Call, customer: User, mia: Mechanic) -> SessionRequest:
    preferred = {"preferred_mechanic_id": mia.pk} if call.window != "none" else {}
    session = cast.pending(customer, requested_brand=call.brand, **preferred)
    if call.window == "over":
        SessionRequest.objects.filter(pk=session.pk).update(window_ends_at=timezone.now() - timedelta(seconds=1))
    if call.mia_declined:
        queue.decline(session.pk, by=mia.user, reason="No.")
    if call.unattended:
        queue.escalate(session.pk)
    return SessionRequest.objects.select_related("session").get(pk=session.pk)


class TestEveryKind:
    """In one market, which is there for this class alone."""

    def test_the_market_has_every_kind(self, market: tuple) -> None:
        pairs = [(call, worker) for call in CALLS for worker in WORKERS]
        allowed = sum(may_take(worker, call) for call, worker in pairs)
        assert len(CALLS) == 20 and len(WORKERS) == 13
        assert 40 < allowed < len(pairs) / 2, "needs some of both for this to mean anything"

    def test_a_mechanic_sees_exactly_what_he_may_take(self, market: tuple) -> None:
        calls, mechanics = market
        for worker, mechanic in mechanics.items():
            seen = set(matching.open_to(mechanic).values_list("pk", flat=True))
            wrong = [call for call, request in calls.items() if (request.pk in seen) != may_take(worker, call)]
            assert not wrong, f"{worker} sees, or does not see, {wrong}"

    def test_a_request_is_open_to_exactly_those(self, market: tuple) -> None:
        calls, mechanics = market
        for call, request in calls.items():
            eligible = set(matching.eligible_for(request).values_list("pk", flat=True))
            wrong = [worker for worker, mechanic in mechanics.items() if (mechanic.pk in eligible) != may_take(worker, call)]
            assert not wrong, f"{call} is open, or not open, to {wrong}"

    def test_all_who_may_take_it_hear_of_it_and_besides_only_who_declined(self, market: tuple) -> None:
        calls, mechanics = market
        for call, request in calls.items():
            audience = set(matching.audience(request))
            for worker, mechanic in mechanics.items():
                hears = bool(audience & set(matching.groups_of(mechanic)))
                declined = worker is MIA and call.mia_declined
                assert hears == may_take(worker, call) or (hears and declined), f"{worker} and {call}"

    def test_whoever_heard_of_it_is_told_when_it_is_gone(self, market: tuple) -> None:
        for request in market[0].values():
            assert set(matching.audience(request)) <= set(board.everybody_who_sees(request))

    def test_who_may_not_work_hears_nothing(self, market: tuple) -> None:
        suspended = [mechanic for worker, mechanic in market[1].items() if worker.standing == "suspended"]
        assert suspended and not any(matching.groups_of(mechanic) for mechanic in suspended)

    def test_the_longest_waiting_comes_first(self, market: tuple) -> None:
        times = list(matching.open_to(market[1][MIA]).values_list("session__queued_at", flat=True))
        assert len(times) > 5 and times == sorted(times)


def test_what_is_not_in_the_queue_is_open_to_nobody(max: User, nora: User, carla: User, colin: User, plans: dict) -> None:
    sessions = [
        cast.waiting(carla, max),
        cast.live(colin, max),
        cast.completed(cast.person("Dana"), max),
        cast.cancelled(cast.person("Emil")),
        queue.submit(cast.submission(plan_code="quick"), by=cast.person("Finn")),
    ]
    open_one = cast.pending(cast.person("Gita"))
    assert [request.pk for request in matching.open_to(nora.mechanic)] == [open_one.pk]
    assert len(sessions) == 5


def test_ones_own_call_for_help_is_not_on_ones_board(carla: User, max: User, sam: User) -> None:
    session = cast.pending(carla)
    Mechanic.objects.create(user=carla, display_name="Carla", brands=[])
    people.approve(carla.pk, by=sam)
    people.set_duty(carla.pk, by=cast.fresh(carla), on=True)
    mine = cast.fresh(carla).mechanic
    assert not matching.open_to(mine).exists()
    assert list(matching.eligible_for(session.request)) == [max.mechanic]


def test_a_window_that_ends_opens_it_without_any_sweep(carla: User, max: User, nora: User) -> None:
    session = cast.pending(carla, preferred_mechanic_id=max.pk)
    assert not matching.open_to(nora.mechanic).exists()
    SessionRequest.objects.filter(pk=session.pk).update(window_ends_at=timezone.now())
    assert matching.open_to(nora.mechanic).exists()
