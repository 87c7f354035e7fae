"""Healed and fitted lives, written: session, intake, request, event and who took part, a batch of customers in one transaction.

What is here already stays as it is, so an import that was interrupted, or is run again, only adds what is missing.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts_app.models import Place
from billing_app.models import Plan
from legacy_app import bulk, words
from legacy_app.fitting import PLACEHOLDER, Fitted, fit, legacy_words, new_id
from legacy_app.healing import Life, OldRequest
from legacy_app.people import LONGEST_PHONE, NOBODY, People, car, country
from legacy_app.report import Report
from legacy_app.stage import Stage
from requests_app.models import Intake, SessionRequest, Vehicle
from sessions_app.models import Participant, Session, SessionEvent
from sessions_app.moves import HELD, IMPORTED, IN_QUEUE, OPEN

# Our plans; one that the old system did not know is the smallest of its type, and costs nothing.
PLANS = {"free": "free", "quick": "quick", "standard": "video", "diagnostic": "diagnostic"}
SMALLEST = {"chat": "free", "video": "video", "diagnostic": "diagnostic"}
UNSAID = "(not recorded in the old system)"
DEAREST = Decimal("999999.99")
LONGEST_TEXT = 60_000  # characters of a name or a concern: more than that, PostgreSQL makes no index of
TRIES = 3


@dataclass(frozen=True)
class Price:
    amount: Decimal
    minutes: int


@dataclass
class Writer:
    """Writes lives.

    Args:
        now: the beginning of the import.
        report: grows by each row that had to be fitted.
        commit: without it nothing is written; what would be fitted is said all the same.
    """

    stage: Stage
    people: People
    report: Report
    now: datetime
    keep_open: bool
    commit: bool

    def __post_init__(self) -> None:
        self.prices: dict[str | None, Price] = {}
        for row in self.stage.kept("service_plans"):
            amount = min(max(row["price"] or Decimal(0), Decimal(0)), DEAREST).quantize(Decimal("0.01"))
            minutes = row["duration_minutes"] if 0 < (row["duration_minutes"] or 0) <= 24 * 60 else 5
            self.prices.setdefault(words.plan(row["slug"]), Price(amount, minutes))
        self.plans = {plan.code: plan for plan in Plan.objects.all()}

    def write(self, lives: list[Life]) -> None:
        """Writes what is not here yet of these lives; all of it or, when the process dies, nothing.

        Somebody may take a place or ask for help at the same moment: then these lives are fitted once more.
        """
        for attempt in range(TRIES):
            try:
                with transaction.atomic():
                    fitted, new = self._fit(lives)
                    if self.commit:
                        self._write(new)
                break
            except IntegrityError:
                if attempt == TRIES - 1:
                    raise
        for _life, each in fitted:
            for note in each.notes:
                self.report.fit("sessions", new_id(each.session), note)
        self._remember([each for _life, each in fitted])

    def _fit(self, lives: list[Life]) -> tuple[list[tuple[Life, Fitted]], list[tuple[Life, Fitted]]]:
        """Everything as it stands or will stand here, and of it what is not here yet."""
        ids = [new_id(session) for life in lives for session in life.sessions]
        here = set(Session.objects.filter(pk__among=ids).values_list("pk", flat=True))
        busy = set(
            Session.objects.filter(customer__among=[life.customer for life in lives], status__in=OPEN).values_list("customer_id", flat=True)
        )
        held = self._held(lives, here)
        fitted = [
            (life, each)
            for life in lives
            for each in fit(
                life,
                now=self.now,
                keep_open=self.keep_open,
                people=self.people.mechanics,
                held=held,
                here=here,
                is_busy=life.customer in busy,
            )
        ]
        return fitted, [(life, each) for life, each in fitted if new_id(each.session) not in here]

    def _held(self, lives: list[Life], here: set[UUID]) -> set[UUID]:
        """Which sessions keep their mechanic: as was decided when all were known, as far as he still has places."""
        ids = [new_id(session) for life in lives for session in life.sessions]
        wanting = self.stage.select(
            "SELECT session, mechanic, kind FROM wanting WHERE is_held AND session = ANY(%s) ORDER BY created_at DESC NULLS LAST", ids
        )
        held = {session for session, _mechanic, _kind in wanting if session in here}
        if not self.commit or len(held) == len(wanting):
            return {session for session, _mechanic, _kind in wanting}
        self.places: dict[tuple[UUID, str], list[Place]] = {}
        mechanics = {mechanic for _session, mechanic, _kind in wanting}
        for place in Place.objects.filter(mechanic__among=mechanics, mechanic__standing="approved", session=None).order_by("-number"):
            self.places.setdefault((place.mechanic_id, place.kind), []).append(place)
        left = Counter({key: len(places) for key, places in self.places.items()})
        for session, mechanic, kind in wanting:
            if session not in here and left[mechanic, kind] > 0:
                left[mechanic, kind] -= 1
                held.add(session)
        return held

    def _remember(self, fitted: list[Fitted]) -> None:
        """What became of the old rows: for what hangs on them, and for the sums."""
        rows = [
            (
                new_id(each.session),
                None if each.session.created_for else each.session.id,
                each.session.request.id if each.session.request and not each.session.request.created_for else None,
                str(each.state),
            )
            for each in fitted
        ]
        if rows:
            self.stage.run(
                "INSERT INTO fate SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[])",
                *(list(column) for column in zip(*rows, strict=True)),
            )

    def _write(self, new: list[tuple[Life, Fitted]]) -> None:
        told = self._told(each for _life, each in new)
        sessions = [self._session(life, each) for life, each in new]
        intakes = [self._intake(life, each, told) for life, each in new]
        vehicles = {intake.vehicle_id for intake in intakes if intake.vehicle_id}
        known = set(Vehicle.objects.filter(pk__among=vehicles).values_list("pk", flat=True))
        for intake in intakes:
            intake.vehicle_id = intake.vehicle_id if intake.vehicle_id in known else None
        bulk.write(intakes)
        bulk.write(sessions)
        bulk.write(part for session, (_life, each) in zip(sessions, new, strict=True) for part in self._participants(session, each))
        bulk.write(self._event(session, each) for session, (_life, each) in zip(sessions, new, strict=True))
        bulk.write(self._request(session, intake, each) for session, intake, (_life, each) in zip(sessions, intakes, new, strict=True))

    def _told(self, fitted: Iterable[Fitted]) -> dict[UUID, dict]:
        """The old intakes that these sessions name."""
        wanted = [each.session.row["intake_id"] for each in fitted if each.session.row.get("intake_id")]
        return {row["id"]: row for row in self.stage.of("intakes", "id", wanted)} if wanted else {}

    def _session(self, life: Life, fitted: Fitted) -> Session:
        session = fitted.session
        plan = self.plans[PLANS.get(session.plan or "") or SMALLEST[session.type]]
        price = self.prices.get(session.plan) if session.plan else Price(Decimal(0), plan.minutes)
        mechanic = self._person(fitted.holder)
        return Session(
            pk=new_id(session),
            customer_id=life.customer,
            mechanic_id=mechanic,
            place=self._place(mechanic, session.type) if fitted.state in HELD else None,
            type=session.type,
            plan=plan,
            price=price.amount if price else plan.price,
            currency=plan.currency,
            minutes=price.minutes if price else plan.minutes,
            status=fitted.state,
            version=1,
            created_at=session.created_at or fitted.clocks["queued_at"],
            cancel_reason=fitted.cancel_reason,
            metadata={"legacy": legacy_words(fitted)},
            **fitted.clocks,
        )

    def _person(self, mechanic: UUID | str | None) -> UUID | None:
        return NOBODY if mechanic == PLACEHOLDER else self.people.mechanics.get(mechanic)

    def _place(self, mechanic: UUID, session_type: str) -> Place:
        return self.places[mechanic, "chat" if session_type == "chat" else "call"].pop()

    def _participants(self, session: Session, fitted: Fitted) -> list[Participant]:
        ended = session.ended_at
        parts = [
            Participant(
                session=session, user_id=session.customer_id, role="customer", since=session.created_at, joined_at=session.started_at
            )
        ]
        if session.mechanic_id:
            since = session.accepted_at or session.created_at
            parts.append(
                Participant(session=session, user_id=session.mechanic_id, role="mechanic", since=since, joined_at=session.started_at)
            )
        for part in parts:
            part.last_seen_at = ended if part.joined_at else None
        return parts

    def _event(self, session: Session, fitted: Fitted) -> SessionEvent:
        data = {
            name: value
            for name, value in session.metadata["legacy"].items()
            if name in ("session_status", "request_status", "plan", "fitted", "estimated")
        }
        return SessionEvent(
            session=session, number=1, kind=IMPORTED, from_status="", to_status=session.status, created_at=self.now, data=data
        )

    def _intake(self, life: Life, fitted: Fitted, told: dict[UUID, dict]) -> Intake:
        session, request = fitted.session, fitted.session.request
        old = told.get(session.row.get("intake_id"), {})
        asked = request.row if request else {}
        vehicle = old.get("vehicle_id") or asked.get("vehicle_id")
        pk = uuid5(words.NAMESPACE, f"intake of session {new_id(session)}")
        return Intake(
            pk=pk,
            client_id=pk,
            customer_id=life.customer,
            vehicle_id=vehicle,
            name=(old.get("name") or old.get("customer_name") or asked.get("customer_name") or "")[:LONGEST_TEXT],
            email=(old.get("email") or asked.get("customer_email") or session.row.get("customer_email") or "")[:254],
            phone=(old.get("phone") or "")[:LONGEST_PHONE],
            city=(old.get("city") or asked.get("customer_city") or "")[:80],
            concern=(old.get("concern") or asked.get("notes") or UNSAID)[:LONGEST_TEXT],
            consent=True,  # nobody came past the old waiver without it
            created_at=old.get("created_at") or session.created_at or self.now,
            **(car(old) if old else {}),
        )

    def _request(self, session: Session, intake: Intake, fitted: Fitted) -> SessionRequest:
        request: OldRequest | None = fitted.session.request
        asked = request.row if request else {}
        brand = (asked.get("requested_brand") or "").strip().lower().replace(" ", "-")[:50]
        wants_brand = words.clean(asked.get("request_type")) == "brand_specialist" and bool(brand)
        in_queue = session.status in IN_QUEUE
        return SessionRequest(
            session=session,
            intake=intake,
            customer_name=intake.name,
            customer_email=intake.email,
            request_type="brand_specialist" if wants_brand else "general",
            requested_brand=brand if wants_brand else "",
            keywords=[word[:40] for word in asked.get("extracted_keywords") or [] if word],
            routing=words.clean(asked.get("routing_type")) if words.clean(asked.get("routing_type")) in ROUTINGS else "broadcast",
            preferred_mechanic_id=self.people.mechanics.get(asked.get("preferred_mechanic_id")),
            preferred_workshop_id=asked.get("preferred_workshop_id")
            if asked.get("preferred_workshop_id") in self.people.workshops
            else None,
            is_urgent=bool(asked.get("is_urgent")),
            country=country(asked.get("customer_country")),
            city=(asked.get("customer_city") or "")[:80],
            postal_code=(asked.get("customer_postal_code") or "")[:16],
            prefer_local=bool(asked.get("prefer_local_mechanic")),
            # Who waits in the queue waits from now on as if he had just been sent: there is time to find somebody.
            expires_at=self.now + timedelta(seconds=settings.ESCALATE_AFTER) if in_queue else None,
            follows_id=None,
            notification_sent_at=asked.get("notification_sent_at"),
            metadata={"legacy": {"follows": str(request.follows)}} if request and request.follows else {},
        )


ROUTINGS = ("broadcast", "workshop_only", "hybrid")
