"""Healed and fitted lives, written: session, intake, request, event and who took part, a batch of customers in one transaction.

What is here already stays as it is, so an import that was interrupted, or is run again, only adds what is missing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction

from accounts_app.models import Place
from billing_app.models import Plan
from legacy_app import words
from legacy_app.fitting import PLACEHOLDER, Fitted, fit, legacy_words
from legacy_app.healing import Life, OldRequest, OldSession
from legacy_app.people import NAMESPACE, NOBODY, People, car, country
from legacy_app.source import Source
from requests_app.models import Intake, SessionRequest
from sessions_app.models import Participant, Session, SessionEvent
from sessions_app.moves import HELD, IMPORTED, IN_QUEUE

# Our plans; one that the old system did not know is the smallest of its type, and costs nothing.
PLANS = {"free": "free", "quick": "quick", "standard": "video", "diagnostic": "diagnostic"}
SMALLEST = {"chat": "free", "video": "video", "diagnostic": "diagnostic"}
UNSAID = "(not recorded in the old system)"


@dataclass(frozen=True)
class Price:
    amount: Decimal
    minutes: int


@dataclass
class Writer:
    """Writes lives.

    Args:
        now: the beginning of the import.
        held: the sessions that keep their place with a mechanic.
        vehicles: the cars that came over.
        fitted: grows by (table, id, what) for each row that had to be fitted.
    """

    source: Source
    people: People
    vehicles: set[UUID]
    now: datetime
    keep_open: bool
    held: set[UUID]
    fitted: list[tuple[str, UUID, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.prices = {
            words.plan(row["slug"]): Price(Decimal(row["price"] or 0), row["duration_minutes"] or 5)
            for row in self.source.rows("service_plans")
        }
        self.plans = {plan.code: plan for plan in Plan.objects.all()}
        self.places = {}
        for place in Place.objects.filter(session=None).order_by("-number"):
            self.places.setdefault((place.mechanic_id, place.kind), []).append(place)

    def write(self, lives: list[Life]) -> None:
        """Writes what is not here yet of these lives; all of it or, when the process dies, nothing."""
        fitted = [
            (life, each)
            for life in lives
            for each in fit(life, now=self.now, keep_open=self.keep_open, people=self.people.mechanics, held=self.held)
        ]
        self.fitted += [("sessions", new_id(each.session), note) for _life, each in fitted for note in each.notes]
        here = set(Session.objects.filter(pk__in=[new_id(each.session) for _life, each in fitted]).values_list("pk", flat=True))
        new = [(life, each) for life, each in fitted if new_id(each.session) not in here]
        with transaction.atomic():
            self._write(new)

    def _write(self, new: list[tuple[Life, Fitted]]) -> None:
        told = self._told(each for _life, each in new)
        sessions = [self._session(life, each) for life, each in new]
        intakes = [self._intake(life, each, told) for life, each in new]
        Intake.objects.bulk_create(intakes)
        Session.objects.bulk_create(sessions)
        Participant.objects.bulk_create(
            part for session, (_life, each) in zip(sessions, new, strict=True) for part in self._participants(session, each)
        )
        SessionEvent.objects.bulk_create(self._event(session, each) for session, (_life, each) in zip(sessions, new, strict=True))
        SessionRequest.objects.bulk_create(
            self._request(session, intake, each) for session, intake, (_life, each) in zip(sessions, intakes, new, strict=True)
        )

    def _told(self, fitted: Iterable[Fitted]) -> dict[UUID, dict]:
        """The old intakes that these sessions name."""
        wanted = [each.session.row["intake_id"] for each in fitted if each.session.row.get("intake_id")]
        return {row["id"]: row for row in self.source.rows("intakes", "t.id = ANY(%s)", [wanted])} if wanted else {}

    def _session(self, life: Life, fitted: Fitted) -> Session:
        session = fitted.session
        plan = self.plans[PLANS.get(session.plan or "") or SMALLEST[session.type]]
        price = self.prices.get(session.plan) if session.plan else Price(Decimal(0), plan.minutes)
        if session.plan is None:
            self.fitted.append(("sessions", new_id(session), "unknown_plan"))
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
        pk = uuid5(NAMESPACE, f"intake of session {new_id(session)}")
        return Intake(
            pk=pk,
            client_id=pk,
            customer_id=life.customer,
            vehicle_id=vehicle if vehicle in self.vehicles else None,
            name=old.get("name") or old.get("customer_name") or asked.get("customer_name") or "",
            email=(old.get("email") or asked.get("customer_email") or session.row.get("customer_email") or "")[:254],
            phone=old.get("phone") or "",
            city=(old.get("city") or asked.get("customer_city") or "")[:80],
            concern=old.get("concern") or asked.get("notes") or UNSAID,
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


def new_id(session: OldSession) -> UUID:
    """A session keeps its id; one that was made up for a request gets one that a second run makes up again."""
    return uuid5(NAMESPACE, f"session of request {session.created_for}") if session.created_for else session.id


def places_for(wanting: Iterable[tuple[UUID, str, datetime | None, UUID]], approved: dict[UUID, dict[str, int]]) -> set[UUID]:
    """Who keeps his mechanic: of each mechanic's held sessions as many as he has places for, the newest first.

    Args:
        wanting: (mechanic here, kind of place, created, session).
        approved: free places of each approved mechanic by kind.
    """
    left = {key: dict(kinds) for key, kinds in approved.items()}
    kept = set()
    for mechanic, kind, _created, session in sorted(wanting, key=lambda each: (each[2] is not None, each[2], each[3]), reverse=True):
        if left.get(mechanic, {}).get(kind, 0) > 0:
            left[mechanic][kind] -= 1
            kept.add(session)
    return kept
