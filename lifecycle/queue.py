"""From submission until a mechanic has it, and back again."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from accounts_app.models import Mechanic, Place, User
from billing_app.models import Plan
from lifecycle import record
from lifecycle.record import SYSTEM
from live import push
from mechanichub.errors import NotPossible, NotYours
from requests_app import board, matching
from requests_app.models import Intake, Offer, SessionRequest, Vehicle
from sessions_app.models import Participant, Session
from sessions_app.moves import AWAITING_PAYMENT, CANCELLED, HELD, IN_QUEUE, PENDING, UNATTENDED, WAITING

CAR_FIELDS = ("vin", "year", "make", "model", "odometer", "plate")


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What the intake form hands over, cleaned.

    Args:
        client_id: chosen by the browser; the same one again gives the same session.
        car: the columns of requests_app.models.Car; empty when the car is not known.
        vehicle_id: one of the customer's saved vehicles.
        keep_vehicle: save the car among the customer's vehicles.
        follows_id: an earlier session of the same customer.
        bundle_id: the files that were sent with it, when its sender may use them.
    """

    client_id: UUID
    plan_code: str
    name: str
    email: str
    phone: str
    city: str
    concern: str
    consent: bool
    car: dict = field(default_factory=dict)
    vehicle_id: UUID | None = None
    keep_vehicle: bool = True
    category: str = ""
    trouble_codes: list[str] = field(default_factory=list)
    safety: list[str] = field(default_factory=list)
    is_urgent: bool = False
    requested_brand: str = ""
    preferred_mechanic_id: UUID | None = None
    preferred_workshop_id: UUID | None = None
    prefer_local: bool = False
    country: str = ""
    postal_code: str = ""
    follows_id: UUID | None = None
    bundle_id: UUID | None = None


@transaction.atomic
def submit(submission: Submission, *, by: User, customer: User | None = None) -> Session:
    """Puts a customer's call for help into the queue, or before the till when its plan costs something.

    Vehicle, intake, session, request and first event are written together or not at all. The same `client_id` again returns
    the session that it made. An earlier session of the customer that nobody has taken is cancelled as superseded.

    Args:
        customer: for whom, when staff submit in somebody's name; else `by`.

    Raises:
        NotYours: a mechanic, or somebody else's name without being staff.
        NotPossible: the plan is not offered, or an earlier session is waiting or live (with a link to it).
    """
    customer = _customer(by, customer)
    User.objects.select_for_update(no_key=True).get(pk=customer.pk)  # two clicks, one after the other
    made = Session.objects.filter(request__intake__customer=customer, request__intake__client_id=submission.client_id).first()
    return made or _submit(submission, by, customer)


def _customer(by: User, customer: User | None) -> User:
    customer = customer or by
    if customer != by and not by.is_staff:
        raise NotYours(_("Only the support team can ask for help in somebody else's name."))
    if customer.is_mechanic:
        raise NotYours(_("Mechanics cannot ask for help here; please use a customer's account."))
    return customer


def _submit(submission: Submission, by: User, customer: User) -> Session:
    plan = Plan.objects.filter(code=submission.plan_code, is_active=True).first()
    if plan is None:
        raise NotPossible(_("This plan is not offered any more. Please choose another one."))
    _supersede(customer)
    now = timezone.now()
    status, queued_at = (PENDING, now) if plan.is_free else (AWAITING_PAYMENT, None)
    session = Session.objects.create(
        customer=customer,
        type=plan.session_type,
        plan=plan,
        price=plan.price,
        currency=plan.currency,
        minutes=plan.minutes,
        status=status,
        created_at=now,
        queued_at=queued_at,
    )
    Participant.objects.create(session=session, user=customer, role=Participant.Role.CUSTOMER, since=now)
    request = _request(session, submission, _intake(submission, customer), now)
    record.note(session, "submit", by=by, at=now, data={"plan": plan.code}, from_status="")
    if session.status == PENDING:
        _open(request, now)
    if by != customer:
        record.tell(session)  # the customer's own page may be open and knows nothing of it
    if submission.bundle_id:
        # By a job, so that nothing about files can stand in the way of a call for help.
        app.configure_task("claim_files").defer(bundle_id=str(submission.bundle_id), session_id=str(session.pk))
    return session


def _supersede(customer: User) -> None:
    """Makes room for a new session: an untaken one is cancelled, one that a mechanic has stands in the way."""
    earlier = Session.objects.open().filter(customer=customer).values_list("pk", flat=True).first()
    if earlier is None:
        return
    session = record.lock(earlier)
    if session.status in HELD:
        raise NotPossible(
            _("You already have a session with a mechanic. Please finish or cancel it first."),
            link=session.room_url,
            link_text=_("Go to your session"),
        )
    if session.is_open:
        _cancel(session, by=SYSTEM, reason=_("superseded by a new request"))


def _intake(submission: Submission, customer: User) -> Intake:
    told = {
        name: getattr(submission, name)
        for name in ("client_id", "name", "email", "phone", "city", "concern", "category", "trouble_codes", "safety", "consent")
    }
    return Intake.objects.create(customer=customer, vehicle=_vehicle(submission, customer), **told, **submission.car)


def _vehicle(submission: Submission, customer: User) -> Vehicle | None:
    if submission.vehicle_id:
        return customer.vehicles.filter(pk=submission.vehicle_id).first()
    car = submission.car
    if not submission.keep_vehicle or not (car.get("vin") or car.get("make")):
        return None
    same = (
        {"vin": car["vin"]}
        if car.get("vin")
        else {"vin": "", "year": car.get("year"), "make__iexact": car.get("make", ""), "model__iexact": car.get("model", "")}
    )
    return customer.vehicles.filter(**same).first() or Vehicle.objects.create(owner=customer, **car)


def _request(session: Session, submission: Submission, intake: Intake, now) -> SessionRequest:
    asked = {
        name: getattr(submission, name)
        for name in (
            "requested_brand",
            "preferred_mechanic_id",
            "preferred_workshop_id",
            "is_urgent",
            "country",
            "city",
            "postal_code",
            "prefer_local",
        )
    }
    kind = SessionRequest.Type.BRAND_SPECIALIST if submission.requested_brand else SessionRequest.Type.GENERAL
    routing = SessionRequest.Routing.HYBRID if submission.preferred_workshop_id else SessionRequest.Routing.BROADCAST
    follows = session.customer.sessions.filter(pk=submission.follows_id).first() if submission.follows_id else None
    return SessionRequest.objects.create(
        session=session,
        intake=intake,
        customer_name=intake.name,
        customer_email=intake.email,
        request_type=kind,
        routing=routing,
        follows=follows,
        **asked,
    )


def _open(request: SessionRequest, now) -> None:
    """Starts the clocks of a request that has entered the queue, and shows it to the mechanics."""
    request.expires_at = now + timedelta(seconds=settings.ESCALATE_AFTER)
    request.window_ends_at = now + timedelta(seconds=settings.PREFERRED_WINDOW) if waits_for_preferred(request) else None
    request.notification_sent_at = now
    request.save(update_fields=["expires_at", "window_ends_at", "notification_sent_at"])
    board.show(request)


def waits_for_preferred(request: SessionRequest) -> bool:
    """True when the preferred mechanic is asked alone at first: once, and only when he could take it."""
    if request.preferred_mechanic_id is None or request.notification_sent_at is not None:
        return False
    return matching.eligible_for(request).filter(pk=request.preferred_mechanic_id, on_duty=True).exists()


@transaction.atomic
def paid(session_id: UUID, *, by: User | None = SYSTEM, reference: str = "") -> Session:
    """The payment gateway's word that the price was paid: the session enters the queue. Said again, it changes nothing."""
    session = record.lock(session_id)
    if session.events.filter(kind="paid").exists():
        return session
    record.require(session, "paid", by)
    now = record.clock(session)
    record.write(session, "paid", PENDING, by=by, at=now, data={"reference": reference}, queued_at=now)
    _open(_request_of(session), now)
    return session


@transaction.atomic
def accept(session_id: UUID, *, by: User) -> Session:
    """Takes a session from the queue. Of many mechanics exactly one gets it; his own second click gives the same session.

    Raises:
        Http404: it was never open to this mechanic.
        NotYours: not an approved mechanic, or his own call for help.
        NotPossible: taken by somebody else (it says by whom and since when), or all his places are taken.
    """
    mechanic = _lock_mechanic(by.pk if by.is_mechanic else None)
    request = _lock_open_request(session_id, mechanic)
    if request is None:
        return missed(session_id, mechanic)
    session = request.session
    now = record.clock(session)
    place = _free_place(mechanic, session)
    _seat(session, mechanic, now)
    record.write(session, "accept", WAITING, by=by, at=now, mechanic=mechanic, place=place, accepted_at=now)
    board.take_down(request, taken_by=mechanic)
    return session


def _lock_mechanic(mechanic_id: UUID | None) -> Mechanic:
    """The mechanic's row, always locked before a session's: one mechanic's accepts come one after the other."""
    mechanic = Mechanic.objects.select_for_update(no_key=True).filter(pk=mechanic_id).first()
    if mechanic is None or not mechanic.may_hold:
        raise NotYours(_("Only an approved mechanic can take a session."))
    if not mechanic.may_take:
        raise NotYours(
            _("%(mechanic)s takes no new sessions: the support team has asked for an end.") % {"mechanic": mechanic.display_name}
        )
    return mechanic


def _lock_open_request(session_id: UUID, mechanic: Mechanic) -> SessionRequest | None:
    # Whoever waited for the lock here has the condition looked at again: the first one's accept makes it false.
    requests = matching.open_to(mechanic).select_related("session").select_for_update(of=("session",), no_key=True)
    return requests.filter(pk=session_id).first()


def missed(session_id: UUID, mechanic: Mechanic) -> Session:
    """For a mechanic to whom it is not open (any more): his own session, if he has it, or else a refusal that says why.

    Raises:
        Http404: it was never on his board.
        NotPossible
    """
    session = Session.objects.select_related("mechanic").filter(pk=session_id).first()
    if session is not None and session.customer_id == mechanic.pk:
        raise NotYours(_("This is your own call for help. Another mechanic will take it."))
    if session is None or not _was_shown(session, mechanic):
        raise Http404
    if session.mechanic_id == mechanic.pk and session.status in HELD:
        return session
    if session.status in IN_QUEUE:
        declined = Offer.objects.filter(request=session.pk, mechanic=mechanic, declined_at__isnull=False).exists()
        raise NotPossible(_("You declined this request.") if declined else _("This request is not open to you just now."))
    raise NotPossible(record.standing(session))


def _was_shown(session: Session, mechanic: Mechanic) -> bool:
    """True when the request could have been on this mechanic's screen."""
    if session.mechanic_id == mechanic.pk:
        return True
    request = _request_of(session)
    if Offer.objects.filter(request=request, mechanic=mechanic).exists():
        return True
    knows_brand = not request.requested_brand or request.requested_brand in mechanic.brands
    return session.queued_at is not None and session.status not in IN_QUEUE and mechanic.on_duty and knows_brand


def _free_place(mechanic: Mechanic, session: Session) -> Place:
    kind = Place.Kind.CHAT if session.type == Session.Type.CHAT else Place.Kind.CALL
    place = mechanic.places.filter(kind=kind, session=None).first()
    if place is None:
        busy = (
            _("All your chat places are taken. Finish a session first.")
            if kind == Place.Kind.CHAT
            else _("You already have a call. Finish it first.")
        )
        raise NotPossible(busy)
    return place


def _seat(session: Session, mechanic: Mechanic, now) -> None:
    fields = {"role": Participant.Role.MECHANIC, "since": now, "until": None, "joined_at": None, "last_seen_at": None}
    Participant.objects.bulk_create(
        [Participant(session=session, user_id=mechanic.pk, **fields)],
        update_conflicts=True,
        unique_fields=["session", "user"],
        update_fields=list(fields),
    )


@transaction.atomic
def decline(session_id: UUID, *, by: User, reason: str) -> Offer:
    """Takes a request off this mechanic's list. When it was his preferred window, the others see it from now on.

    Raises:
        Http404, NotYours, NotPossible
    """
    mechanic = _lock_mechanic(by.pk if by.is_mechanic else None)
    reason = record.reason_needed(reason)
    request = _lock_open_request(session_id, mechanic)
    if request is None:
        missed(session_id, mechanic)
        raise NotPossible(_("You already have this session. Release it instead."))
    offer, _made = Offer.objects.update_or_create(
        request=request, mechanic=mechanic, defaults={"declined_at": timezone.now(), "decline_reason": reason[:300]}
    )
    board.look_again(mechanic)
    if matching.in_window(request):
        end_window(request)
    return offer


def end_window(request: SessionRequest) -> None:
    """Opens a request that waited for its preferred mechanic to everybody else."""
    request.window_ends_at = None
    request.save(update_fields=["window_ends_at"])
    board.show(request)


@transaction.atomic
def assign(session_id: UUID, *, by: User, mechanic_id: UUID, reason: str) -> Session:
    """Staff give a session to a mechanic, from the queue or from another mechanic.

    Raises:
        NotYours, NotPossible: also when the mechanic has no free place or has it already.
    """
    reason = record.reason_needed(reason)
    mechanic = _lock_mechanic(mechanic_id)
    session = record.lock(session_id)
    record.require(session, "assign", by)
    if session.mechanic_id == mechanic.pk:
        raise NotPossible(_("%(mechanic)s already has this session.") % {"mechanic": mechanic.display_name})
    if session.customer_id == mechanic.pk:
        raise NotPossible(_("This is %(mechanic)s's own call for help.") % {"mechanic": mechanic.display_name})
    place, now, was_in_queue = _free_place(mechanic, session), record.clock(session), session.status in IN_QUEUE
    unseat(session, now)
    _seat(session, mechanic, now)
    record.write(
        session,
        "assign",
        WAITING,
        by=by,
        at=now,
        reason=reason,
        data={"mechanic": str(mechanic.pk)},
        mechanic=mechanic,
        place=place,
        accepted_at=now,
        started_at=None,
    )
    if was_in_queue:
        board.take_down(_request_of(session), taken_by=mechanic)
    return session


def unseat(session: Session, now) -> None:
    """Ends the mechanic's right to the room."""
    if session.mechanic_id:
        Participant.objects.filter(session=session, user_id=session.mechanic_id).update(until=now)
        push.check(push.person(session.mechanic_id))


@transaction.atomic
def release(session_id: UUID, *, by: User | None, reason: str = "") -> Session:
    """Gives a session that has not started back to the queue, at its old place there.

    Raises:
        NotYours, NotPossible
    """
    session = record.lock(session_id)
    record.require(session, "release", by)
    return release_locked(session, by=by, reason=reason)


def release_locked(session: Session, *, by: User | None, reason: str) -> Session:
    """`release`, for a session whose row is locked already."""
    now = record.clock(session)
    unseat(session, now)
    data = {"mechanic": str(session.mechanic_id)}
    record.write(session, "release", PENDING, by=by, at=now, reason=reason, data=data, mechanic=None, place=None, accepted_at=None)
    _open(_request_of(session), now)
    return session


@transaction.atomic
def escalate(session_id: UUID, *, by: User | None = SYSTEM) -> Session:
    """Nobody took it in time: every approved mechanic sees it now, and staff are alerted.

    Raises:
        NotYours, NotPossible
    """
    session = record.lock(session_id)
    record.require(session, "escalate", by)
    record.write(session, "escalate", UNATTENDED, by=by, at=record.clock(session))
    board.show(_request_of(session))
    board.alert(session)
    return session


@transaction.atomic
def requeue(session_id: UUID, *, by: User, reason: str) -> Session:
    """Staff put a cancelled or unattended session into the queue again; one that was there before keeps its old place.

    Raises:
        NotYours, NotPossible: also when the customer has another open session.
    """
    reason = record.reason_needed(reason)
    # As in submit, the customer's row first: of two who open a session for her the second one sees the first one's.
    User.objects.select_for_update(of=("self",), no_key=True).filter(sessions=session_id).first()
    session = record.lock(session_id)
    record.require(session, "requeue", by)
    if Session.objects.open().filter(customer=session.customer_id).exclude(pk=session.pk).exists():
        raise NotPossible(another_is_open())
    now = record.clock(session)
    cleared = {"mechanic": None, "place": None, "accepted_at": None, "started_at": None, "ended_at": None, "cancel_reason": ""}
    record.write(session, "requeue", PENDING, by=by, at=now, reason=reason, queued_at=session.queued_at or now, **cleared)
    _open(_request_of(session), now)
    return session


def another_is_open() -> str:
    return _("The customer has another open session. End that one first.")


@transaction.atomic
def cancel(session_id: UUID, *, by: User | None, reason: str) -> Session:
    """Ends a session that has not started.

    Raises:
        NotYours, NotPossible
    """
    reason = record.reason_needed(reason)
    session = record.lock(session_id)
    record.require(session, "cancel", by)
    return _cancel(session, by=by, reason=reason)


def _cancel(session: Session, *, by: User | None, reason: str) -> Session:
    was_in_queue, now = session.status in IN_QUEUE, record.clock(session)
    unseat(session, now)
    record.write(session, "cancel", CANCELLED, by=by, at=now, reason=reason, place=None, ended_at=now, cancel_reason=reason[:300])
    if was_in_queue:
        board.take_down(_request_of(session))
    return session


def _request_of(session: Session) -> SessionRequest:
    request = SessionRequest.objects.select_related("intake").get(pk=session.pk)
    request.session = session  # the locked row, not a second copy of it
    return request
