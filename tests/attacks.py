"""Attempts to break the rules of section "What the database holds" by raw SQL, as the role that the application uses.

Each is a row of `ATTACKS`: what it tries, which rule must refuse it, and the statements, which could be sent by a careless
script, by a bug, or by somebody at a prompt. All but the refused part of an attack is done properly, so that nothing except its rule
stands in the way: tests/test_mutations.py drops every rule in turn and looks whether an attack gets through.

Left out on purpose: the role owns its tables, so it may drop a constraint, disable a user trigger or empty a table (ALTER, DROP,
TRUNCATE ... CASCADE). Those are changes of the house, made by migrations, and not ways around a rule that stands.
"""

from dataclasses import dataclass
from uuid import UUID, uuid4

from accounts_app.models import Place, User
from diagnostics_app import answers as diagnostics
from files_app import drawing
from files_app.models import Bundle, SessionFile, Upload
from files_app.tests.photos import photo_in
from lifecycle import queue
from sessions_app import chat, reviews
from sessions_app.models import Session, SessionEvent
from tests import cast
from webhooks_app import managing as webhooks

# What refuses when it is not a rule of ours but PostgreSQL itself.
NO_PRIVILEGE = "no privilege"
GENERATED = "generated column"
REFERRED_TO = "other tables refer to it"
NEVER_EMPTY = "never empty"

NOW = "clock_timestamp()"  # not now(), which stands still for the length of a transaction

SESSION, EVENT, PARTICIPANT = "sessions_app_session", "sessions_app_sessionevent", "sessions_app_participant"
MESSAGE, REPORT, REVIEW = "sessions_app_message", "sessions_app_report", "sessions_app_review"
INTAKE, REQUEST, OFFER, VEHICLE, DRAFT = (
    f"requests_app_{name}" for name in ("intake", "sessionrequest", "offer", "vehicle", "intakedraft")
)
USER, MECHANIC, WORKSHOP, PLACE, ALERTS = (f"accounts_app_{name}" for name in ("user", "mechanic", "workshop", "place", "alertsettings"))
PLAN = "billing_app_plan"
STROKE = "files_app_annotation"
BUNDLE, UPLOAD, FILE = "files_app_bundle", "files_app_upload", "files_app_sessionfile"
WEBHOOK, DELIVERY, ATTEMPT = "webhooks_app_webhook", "webhooks_app_delivery", "webhooks_app_attempt"
TOKEN, KEPT = "api_app_token", "api_app_keptanswer"
CHECK, CHECKLIST, EVIDENCE = "diagnostics_app_check", "diagnostics_app_checklist", "diagnostics_app_evidence"


@dataclass(frozen=True)
class Attack:
    """One attempt.

    Args:
        tries: what it wants to happen, as the end of "somebody tries to ...".
        rule: the name of the constraint or trigger that must refuse it, or one of the words above.
        sql: its statements; `%(name)s` is an id of `scene()`.
    """

    tries: str
    rule: str
    sql: str


def scene() -> dict[str, UUID]:
    """A session in every state, made by the real verbs, and the ids of all that an attack speaks of."""
    cast.price_list()
    sam, will = cast.person("Sam", is_staff=True, is_superuser=True), cast.person("Will")
    workshop = will.workshops.create(name="Will's Garage", slug="wills-garage")
    will.workshops.create(name="Will's Other Garage", slug="wills-other-garage")
    max = cast.mechanic("Max", by=sam, brands=["toyota"], workshop=workshop)
    nora = cast.mechanic("Nora", by=sam, brands=["bmw"])
    oscar = cast.person("Oscar")
    type(max.mechanic).objects.create(user=oscar, display_name="Oscar")
    customers = {name: cast.person(name) for name in ["Carla", "Colin", "Dora", "Emil", "Fay", "Gus", "Hal", "Ida", "Jon", "Kim", "Lea"]}
    sessions = _sessions(customers, max, nora)
    people = {"sam": sam, "will": will, "max": max, "nora": nora, "oscar": oscar, **customers}
    return {
        **{name.lower(): user.pk for name, user in people.items()},
        **{name: session.pk for name, session in sessions.items()},
        **{f"intake_of_{name}": session.request.intake_id for name, session in sessions.items()},
        **_places(max, nora),
        **{name: uuid4() for name in ("new_session", "new_intake", "new_car", "new_id", "nobody")},
        **_webhook(will),
        "bundle": _unsent_files(sessions["live"], customers["Ida"]),
        "photo_of_ida": _photo_with_a_number(sessions["live"], customers["Ida"]),
        "photo_of_carla": photo_in(sessions["waiting"], customers["Carla"]).pk,
        "check_of_ida": _check_with_its_photo(sessions["live"], nora),
        "cars_of_dora": customers["Dora"].vehicles.get().pk,
        "cars_of_colin": customers["Colin"].vehicles.get().pk,
        "workshop": workshop.pk,
    }


def _sessions(customers: dict[str, User], max: User, nora: User) -> dict[str, Session]:
    by = customers
    sessions = {
        "pending": cast.pending(by["Colin"]),
        "second_pending": cast.pending(by["Dora"], car={"vin": "1HGCM82633A004352"}),
        "awaiting": queue.submit(cast.submission(plan_code="quick"), by=by["Gus"]),
        "unattended": queue.escalate(cast.pending(by["Hal"]).pk),
        "waiting": cast.waiting(by["Carla"], max),
        "live": cast.live(by["Ida"], nora),
        "call": cast.waiting(by["Jon"], max, plan_code="video"),
        "completed": cast.completed(by["Emil"], max),
        "reviewed": cast.completed(by["Fay"], nora),
        "cancelled": cast.cancelled(by["Kim"]),
        "left": queue.cancel(cast.waiting(by["Lea"], nora).pk, by=by["Lea"], reason="It works again."),
    }
    chat.post(sessions["live"].pk, by=by["Ida"], client_id=sessions["live"].pk, body="It rattles.")
    reviews.review(sessions["reviewed"].pk, by=by["Fay"], stars=5)
    queue.decline(sessions["pending"].pk, by=nora, reason="No time.")
    return sessions


def _webhook(will: User) -> dict[str, UUID]:
    """A webhook of the workshop that Max works for, and one that it was told of already."""
    made = webhooks.add(by=will, workshop=will.workshops.get(slug="wills-garage"), name="Shop", url="https://example.org/", events=[])
    event = SessionEvent.objects.filter(kind="accept").first()
    return {"webhook": made.pk, "delivery": made.deliveries.create(event=event).pk}


def _photo_with_a_number(session: Session, customer: User) -> UUID:
    """In that session, and the stroke is called like the photo."""
    photo = photo_in(session, customer)
    drawing.draw(photo.pk, by=customer, client_id=photo.pk, shape="number", points=[[0.5, 0.5]])
    return photo.pk


def _check_with_its_photo(session: Session, nora: User) -> int:
    diagnostics.choose(session.pk, by=nora, category="noise")
    photos = list(session.files.values_list("pk", flat=True))
    return diagnostics.answer(session.pk, by=nora, step="noise-when", result="fault", files=photos).pk


def _unsent_files(session: Session, customer: User) -> UUID:
    """Of an intake that is being written, one on its way and one that has arrived; and one on its way to the session."""
    bundle = Bundle.objects.create()
    sent = {"name": "noise.mp4", "size": 5}
    Upload.objects.create(bundle=bundle, **sent)
    SessionFile.objects.create(bundle=bundle, **sent)
    Upload.objects.create(session=session, uploader=customer, **sent)
    return bundle.pk


def _places(max: User, nora: User) -> dict[str, int]:
    def free(mechanic: User, kind: str) -> int:
        return mechanic.mechanic.places.filter(kind=kind, session=None).values_list("pk", flat=True)[0]

    return {
        "free_chat_of_max": free(max, "chat"),
        "free_chat_of_nora": free(nora, "chat"),
        "free_call_of_nora": free(nora, "call"),
        "taken_chat_of_max": Place.objects.get(mechanic=max.pk, kind="chat", session__isnull=False).pk,
        "taken_call_of_max": Place.objects.get(mechanic=max.pk, kind="call").pk,
    }


# --- words for statements ---------------------------------------------------------------------------


def insert(table: str, **columns: str) -> str:
    """An INSERT of one row; the values are SQL."""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(columns.values())});"


def event(session: str, number: int, kind: str, before: str, after: str, **changes: str) -> str:
    columns = {
        "session_id": f"%({session})s",
        "number": str(number),
        "kind": f"'{kind}'",
        "from_status": f"'{before}'",
        "to_status": f"'{after}'",
        "reason": "''",
        "data": "'{}'",
        "created_at": NOW,
    }
    return insert(EVENT, **columns | changes)


def participant(session: str, user: str, role: str) -> str:
    return insert(PARTICIPANT, session_id=f"%({session})s", user_id=f"%({user})s", role=f"'{role}'", since=NOW)


def message(session: str, author: str, number: int = 2, body: str = "Hello.", client_id: str = "%(new_id)s") -> str:
    columns = {"number": str(number), "client_id": client_id, "body": f"'{body}'", "sent_at": NOW}
    return insert(MESSAGE, session_id=f"%({session})s", author_id=f"%({author})s", **columns)


def change(session: str, assignments: str) -> str:
    return f"UPDATE {SESSION} SET {assignments} WHERE id = %({session})s;"


def intake(customer: str = "kim", **changes: str) -> str:
    columns = {
        "id": "%(new_intake)s",
        "client_id": "%(new_id)s",
        "customer_id": f"%({customer})s",
        **dict.fromkeys(("vin", "make", "model", "plate", "category"), "''"),
        **dict.fromkeys(("name", "email", "phone", "city", "concern"), "'x'"),
        **dict.fromkeys(("trouble_codes", "safety"), "'{}'"),
        "consent": "true",
        "created_at": NOW,
    }
    return insert(INTAKE, **columns | changes)


def request(session: str = "new_session", intake: str = "new_intake", **changes: str) -> str:
    columns = {
        "session_id": f"%({session})s",
        "intake_id": f"%({intake})s",
        **dict.fromkeys(("customer_name", "customer_email"), "'x'"),
        "request_type": "'general'",
        "routing": "'broadcast'",
        **dict.fromkeys(("requested_brand", "country", "city", "postal_code"), "''"),
        "keywords": "'{}'",
        "metadata": "'{}'",
        **dict.fromkeys(("is_urgent", "prefer_local"), "false"),
    }
    return insert(REQUEST, **columns | changes)


def session(customer: str = "kim", **changes: str) -> str:
    columns = {
        "id": "%(new_session)s",
        "customer_id": f"%({customer})s",
        "type": "'chat'",
        "plan_id": "'free'",
        "price": "0",
        "currency": "'USD'",
        "minutes": "5",
        "status": "'pending'",
        "version": "1",
        "created_at": NOW,
        "queued_at": NOW,
        "cancel_reason": "''",
        "metadata": "'{}'",
    }
    return insert(SESSION, **columns | changes)


def alerts(mechanic: str, **changes: str) -> str:
    return insert(ALERTS, mechanic_id=f"%({mechanic})s", sound="true", browser="true", push="true", email="true", **changes)


TAKES_PART = participant("new_session", "kim", "customer")
SUBMITTED = event("new_session", 1, "submit", "", "pending")
# Max as the mechanic of Colin's session, as far as rows beside the session go.
MAX_TAKES_PART = participant("pending", "max", "mechanic")
TAKEN_BY_MAX = "mechanic_id = %(max)s, place_id = %(free_chat_of_max)s, accepted_at = clock_timestamp()"


# --- the attacks ------------------------------------------------------------------------------------

STATUS = [
    Attack("change a status without an event", "a_session_stands_where_its_last_event_left_it", change("pending", "status = 'unattended'")),
    Attack(
        "call a session completed without a word on its timeline",
        "a_session_stands_where_its_last_event_left_it",
        change("live", "status = 'completed', place_id = NULL, ended_at = clock_timestamp()"),
    ),
    Attack("count a move that was not made", "a_session_stands_where_its_last_event_left_it", change("pending", "version = version + 1")),
    Attack(
        "have the check put off and then change a status",
        "a_session_stands_where_its_last_event_left_it",
        "SET CONSTRAINTS ALL DEFERRED;" + change("pending", "status = 'unattended'"),
    ),
    Attack(
        "write an event and leave the session where it is",
        "an_event_is_not_ahead_of_its_session",
        event("pending", 2, "escalate", "pending", "unattended"),
    ),
    Attack(
        "write a note and not count it",
        "an_event_is_not_ahead_of_its_session",
        event("completed", 5, "looked_at", "completed", "completed"),
    ),
    Attack(
        "jump from the queue to live",
        "an_event_is_a_legal_move_or_a_note",
        MAX_TAKES_PART
        + event("pending", 2, "start", "pending", "live")
        + change("pending", f"status = 'live', version = 2, {TAKEN_BY_MAX}, started_at = clock_timestamp()"),
    ),
    Attack(
        "jump from the queue to completed",
        "an_event_is_a_legal_move_or_a_note",
        MAX_TAKES_PART
        + event("pending", 2, "complete", "pending", "completed")
        + change(
            "pending",
            "status = 'completed', version = 2, mechanic_id = %(max)s,"
            " accepted_at = clock_timestamp(), started_at = clock_timestamp(), ended_at = clock_timestamp()",
        ),
    ),
    Attack(
        "bring a completed session back to life",
        "an_event_is_a_legal_move_or_a_note",
        event("completed", 5, "assign", "completed", "waiting")
        + change("completed", "status = 'waiting', version = 5, place_id = %(free_chat_of_max)s, started_at = NULL, ended_at = NULL"),
    ),
    Attack(
        "skip the payment",
        "an_event_is_a_legal_move_or_a_note",
        event("awaiting", 2, "requeue", "awaiting_payment", "pending")
        + change("awaiting", "status = 'pending', version = 2, queued_at = clock_timestamp()"),
    ),
    Attack(
        "make a move that nobody knows",
        "an_event_is_a_legal_move_or_a_note",
        event("pending", 2, "steal", "pending", "unattended") + change("pending", "status = 'unattended', version = 2"),
    ),
    Attack(
        "invent a state",
        "an_event_is_a_legal_move_or_a_note",
        event("pending", 2, "escalate", "pending", "forgotten") + change("pending", "status = 'forgotten', version = 2"),
    ),
    Attack(
        "slip a change of status in as a note",
        "an_event_is_a_legal_move_or_a_note",
        event("pending", 2, "looked_at", "pending", "unattended") + change("pending", "status = 'unattended', version = 2"),
    ),
    Attack(
        "write a move that starts from another state than the session is in",
        "an_event_goes_on_from_the_one_before",
        event("pending", 2, "requeue", "unattended", "pending") + change("pending", "version = 2"),
    ),
    Attack(
        "leave out a number on the timeline",
        "an_event_goes_on_from_the_one_before",
        event("pending", 3, "escalate", "pending", "unattended") + change("pending", "status = 'unattended', version = 3"),
    ),
    Attack("rewrite what happened second", "events_of_a_session_are_numbered", event("waiting", 2, "cancel", "pending", "cancelled")),
    Attack(
        "begin a timeline with something else than the submission",
        "a_timeline_starts_once",
        session() + TAKES_PART + intake() + request() + event("new_session", 1, "paid", "awaiting_payment", "pending"),
    ),
    Attack(
        "submit twice",
        "a_timeline_starts_once",
        event("pending", 2, "submit", "", "pending") + change("pending", "version = 2"),
    ),
    Attack(
        "take a session back to an earlier event",
        "a_session_never_goes_back",
        change("live", "status = 'waiting', version = 2, started_at = NULL"),
    ),
]

TIMELINE = [
    Attack("change the reason on a timeline", "events_never_change", f"UPDATE {EVENT} SET reason = 'because'"),
    Attack(
        "blame somebody else",
        "events_never_change",
        f"UPDATE {EVENT} SET actor_id = %(oscar)s WHERE session_id = %(waiting)s AND number = 2",
    ),
    Attack("date an event back", "events_never_change", f"UPDATE {EVENT} SET created_at = created_at - interval '1 day'"),
    Attack(
        "overwrite an event by inserting it again",
        "events_never_change",
        event("waiting", 2, "accept", "pending", "waiting").rstrip(";")
        + " ON CONFLICT (session_id, number) DO UPDATE SET reason = 'overwritten'",
    ),
    Attack(
        "overwrite an event by a merge",
        "events_never_change",
        f"MERGE INTO {EVENT} e USING (VALUES (1)) v(n) ON e.number = v.n WHEN MATCHED THEN UPDATE SET reason = 'merged'",
    ),
    Attack("delete one event", "events_never_change", f"DELETE FROM {EVENT} WHERE session_id = %(waiting)s AND number = 2"),
    Attack(
        "take back a note",
        "events_never_change",
        event("completed", 5, "looked_at", "completed", "completed")
        + change("completed", "version = 5")
        + f"DELETE FROM {EVENT} WHERE session_id = %(completed)s AND number = 5;"
        + change("completed", "version = 4"),
    ),
    Attack(
        "make a session disappear with all that belongs to it",
        "events_never_change",
        "".join(f"DELETE FROM {table} WHERE session_id = %(cancelled)s;" for table in (REQUEST, PARTICIPANT, EVENT))
        + f"DELETE FROM {SESSION} WHERE id = %(cancelled)s",
    ),
    Attack(
        "switch triggers off as django-pgtrigger allows",
        "events_never_change",
        f"SET LOCAL pgtrigger.ignore = 'sessions_app.SessionEvent:events_never_change'; UPDATE {EVENT} SET reason = 'x'",
    ),
    Attack(
        "play a replica, for which triggers and foreign keys do not fire",
        NO_PRIVILEGE,
        f"SET LOCAL session_replication_role = replica; UPDATE {EVENT} SET reason = 'x'",
    ),
    Attack(
        "play a replica by a function call",
        NO_PRIVILEGE,
        f"SELECT set_config('session_replication_role', 'replica', true); UPDATE {EVENT} SET reason = 'x'",
    ),
    Attack(
        "switch the foreign keys of sessions off",
        NO_PRIVILEGE,
        f"ALTER TABLE {SESSION} DISABLE TRIGGER ALL;" + change("pending", "status = 'unattended'"),
    ),
    Attack("become somebody whom rules do not bind", NO_PRIVILEGE, "SET LOCAL ROLE postgres"),
    Attack("empty the timeline in one go", REFERRED_TO, f"TRUNCATE {EVENT}"),
]

PAIRS = [
    Attack("submit a session without a request", "every_session_has_a_request", session() + TAKES_PART + SUBMITTED),
    Attack("delete a request", "every_session_has_a_request", f"DELETE FROM {REQUEST} WHERE session_id = %(awaiting)s"),
    Attack(
        "move a request to another session",
        "every_session_has_a_request",
        f"DELETE FROM {REQUEST} WHERE session_id = %(awaiting)s;"
        f"UPDATE {REQUEST} SET session_id = %(awaiting)s WHERE session_id = %(second_pending)s",
    ),
    Attack("give a session a second request", "requests_app_sessionrequest_pkey", intake() + request("completed")),
    Attack(
        "hang two requests on one intake",
        "requests_app_sessionrequest_intake_id_key",
        session() + TAKES_PART + SUBMITTED + request(intake="intake_of_cancelled"),
    ),
    Attack("detach a request from its session", NEVER_EMPTY, f"UPDATE {REQUEST} SET session_id = NULL WHERE session_id = %(pending)s"),
    Attack("delete a session", f"{PARTICIPANT}.session_id", f"DELETE FROM {SESSION} WHERE id = %(pending)s"),
    Attack("delete an intake", f"{REQUEST}.intake_id", f"DELETE FROM {INTAKE} WHERE id = %(intake_of_pending)s"),
    Attack(
        "open a second session for a customer",
        "one_open_session_per_customer",
        session("colin") + participant("new_session", "colin", "customer") + SUBMITTED + intake("colin") + request(),
    ),
    Attack(
        "requeue a session for somebody who has another one",
        "one_open_session_per_customer",
        participant("second_pending", "colin", "customer") + change("second_pending", "customer_id = %(colin)s"),
    ),
]

MECHANICS = [
    Attack(
        "give a session in the queue a mechanic",
        "a_mechanic_is_there_exactly_when_taken",
        MAX_TAKES_PART + change("pending", "mechanic_id = %(max)s"),
    ),
    Attack(
        "give an unattended session a mechanic",
        "a_mechanic_is_there_exactly_when_taken",
        participant("unattended", "max", "mechanic") + change("unattended", "mechanic_id = %(max)s"),
    ),
    Attack(
        "give a session that is not paid a mechanic",
        "a_mechanic_is_there_exactly_when_taken",
        participant("awaiting", "max", "mechanic") + change("awaiting", "mechanic_id = %(max)s"),
    ),
    Attack("have a session wait for nobody", "a_mechanic_is_there_exactly_when_taken", change("waiting", "mechanic_id = NULL")),
    Attack("take the mechanic out of a live session", "a_mechanic_is_there_exactly_when_taken", change("live", "mechanic_id = NULL")),
    Attack("forget who completed a session", "a_mechanic_is_there_exactly_when_taken", change("completed", "mechanic_id = NULL")),
    Attack("forget who had a cancelled session", "a_mechanic_is_there_exactly_when_taken", change("left", "mechanic_id = NULL")),
    Attack(
        "hold a session without a place",
        "a_place_is_taken_exactly_while_held",
        change("waiting", "place_id = NULL"),
    ),
    Attack(
        "block a place with a session that is over",
        "a_place_is_taken_exactly_while_held",
        change("completed", "place_id = %(free_chat_of_max)s"),
    ),
    Attack(
        "have two sessions on one place",
        "sessions_app_session_place_id_key",
        MAX_TAKES_PART
        + event("pending", 2, "accept", "pending", "waiting")
        + change(
            "pending",
            "status = 'waiting', version = 2, mechanic_id = %(max)s, place_id = %(taken_chat_of_max)s, accepted_at = clock_timestamp()",
        ),
    ),
    Attack(
        "sit on somebody else's place",
        "a_place_is_of_its_mechanic_and_of_the_right_kind",
        change("waiting", "place_id = %(free_chat_of_nora)s"),
    ),
    Attack(
        "hold a chat on the place for a call",
        "a_place_is_of_its_mechanic_and_of_the_right_kind",
        change("live", "place_id = %(free_call_of_nora)s"),
    ),
    Attack(
        "turn a chat that is going on into a call",
        "a_place_is_of_its_mechanic_and_of_the_right_kind",
        change("waiting", "type = 'video'"),
    ),
    Attack(
        "turn a taken place into one of the other kind",
        "a_place_is_of_its_mechanic_and_of_the_right_kind",
        f"UPDATE {PLACE} SET kind = 'call', number = 9 WHERE id = %(taken_chat_of_max)s",
    ),
    Attack(
        "take a chair away that somebody sits on",
        "a_place_is_of_its_mechanic_and_of_the_right_kind",
        f"DELETE FROM {PLACE} WHERE id = %(taken_chat_of_max)s",
    ),
    Attack(
        "number a place twice",
        "a_mechanic_numbers_his_places",
        insert(PLACE, mechanic_id="%(max)s", kind="'chat'", number="1"),
    ),
    Attack(
        "let somebody work who has only applied",
        "only_an_approved_mechanic_holds_a_session",
        insert(PLACE, mechanic_id="%(oscar)s", kind="'chat'", number="1")
        + participant("pending", "oscar", "mechanic")
        + event("pending", 2, "accept", "pending", "waiting")
        + change(
            "pending",
            "status = 'waiting', version = 2, mechanic_id = %(oscar)s, accepted_at = clock_timestamp(),"
            f" place_id = (SELECT id FROM {PLACE} WHERE mechanic_id = %(oscar)s)",
        ),
    ),
    Attack(
        "suspend a mechanic who has a session in hand",
        "only_an_approved_mechanic_holds_a_session",
        f"UPDATE {MECHANIC} SET standing = 'suspended' WHERE user_id = %(max)s",
    ),
    Attack("say of a held session that it holds nobody", GENERATED, change("waiting", "holds = NULL")),
    Attack("let a suspended mechanic hold all the same", GENERATED, f"UPDATE {MECHANIC} SET may_hold = true WHERE user_id = %(oscar)s"),
    Attack(
        "give a mechanic a standing that nobody knows",
        "a_mechanic_has_a_known_standing",
        f"UPDATE {MECHANIC} SET standing = 'trusted' WHERE user_id = %(oscar)s",
    ),
    Attack(
        "go on duty while leaving",
        "whoever_leaves_is_approved_and_off_duty",
        f"UPDATE {MECHANIC} SET leaves_because = 'Complaints.', on_duty = true WHERE user_id = %(nora)s",
    ),
    Attack(
        "be one's own mechanic",
        "nobody_is_his_own_mechanic",
        change("left", "customer_id = %(nora)s"),
    ),
]

CLOCKS = [
    Attack("stand in the queue without a time", "clocks_are_set_exactly_when_the_status_says_so", change("pending", "queued_at = NULL")),
    Attack(
        "be in the queue before paying",
        "clocks_are_set_exactly_when_the_status_says_so",
        change("awaiting", "queued_at = clock_timestamp()"),
    ),
    Attack("wait without having been accepted", "clocks_are_set_exactly_when_the_status_says_so", change("waiting", "accepted_at = NULL")),
    Attack("be live without having started", "clocks_are_set_exactly_when_the_status_says_so", change("live", "started_at = NULL")),
    Attack(
        "start before anybody is live",
        "clocks_are_set_exactly_when_the_status_says_so",
        change("waiting", f"started_at = {NOW}"),
    ),
    Attack("end while it is going on", "clocks_are_set_exactly_when_the_status_says_so", change("live", f"ended_at = {NOW}")),
    Attack("be completed without an end", "clocks_are_set_exactly_when_the_status_says_so", change("completed", "ended_at = NULL")),
    Attack("be cancelled without an end", "clocks_are_set_exactly_when_the_status_says_so", change("cancelled", "ended_at = NULL")),
    Attack(
        "be cancelled after a start that no acceptance came before",
        "clocks_are_set_exactly_when_the_status_says_so",
        change("cancelled", "started_at = ended_at"),
    ),
    Attack("be accepted before it was in the queue", "clocks_are_in_order", change("waiting", "accepted_at = queued_at - interval '1 s'")),
    Attack("start before it was accepted", "clocks_are_in_order", change("live", "started_at = accepted_at - interval '1 s'")),
    Attack("end before it started", "clocks_are_in_order", change("completed", "ended_at = started_at - interval '1 s'")),
    Attack("be cancelled before it was accepted", "clocks_are_in_order", change("left", "ended_at = accepted_at - interval '1 s'")),
    Attack("be cancelled before it was in the queue", "clocks_are_in_order", change("cancelled", "ended_at = queued_at - interval '1 s'")),
    Attack("cancel without a reason", "a_reason_exactly_when_cancelled", change("cancelled", "cancel_reason = ''")),
    Attack("give a reason for what was not cancelled", "a_reason_exactly_when_cancelled", change("live", "cancel_reason = 'no'")),
    Attack(
        "sell a kind of session that nobody holds",
        "a_session_is_chat_video_or_diagnostic",
        change("pending", "type = 'phone'"),
    ),
]

PEOPLE = [
    Attack(
        "call two brands the same",
        "accounts_app_brand_name_key",
        "INSERT INTO accounts_app_brand (slug, name, is_offered) VALUES ('one', 'Wanderer', true), ('other', 'Wanderer', true);",
    ),
    Attack("put a session on somebody who has no part in it", "the_customer_takes_part", change("completed", "customer_id = %(oscar)s")),
    Attack(
        "throw the customer out",
        "the_customer_takes_part",
        f"DELETE FROM {PARTICIPANT} WHERE session_id = %(pending)s AND user_id = %(colin)s",
    ),
    Attack(
        "write a completed session down to another mechanic",
        "the_mechanic_takes_part",
        change("completed", "mechanic_id = %(nora)s"),
    ),
    Attack(
        "throw the mechanic out",
        "the_mechanic_takes_part",
        f"DELETE FROM {PARTICIPANT} WHERE session_id = %(waiting)s AND user_id = %(max)s",
    ),
    Attack("take part twice", "a_person_takes_part_once", participant("pending", "colin", "staff")),
    Attack("write into somebody else's room", "who_writes_takes_part", message("live", "oscar")),
    Attack(
        "put words into somebody else's mouth",
        "who_writes_takes_part",
        f"UPDATE {MESSAGE} SET author_id = %(carla)s WHERE session_id = %(live)s",
    ),
    Attack("move a message into another room", "who_writes_takes_part", f"UPDATE {MESSAGE} SET session_id = %(pending)s"),
    Attack("give two messages one number", "messages_of_a_session_are_numbered", message("live", "nora", number=1)),
    Attack("send a message twice", "a_message_is_sent_once", message("live", "ida", client_id="%(live)s")),
    Attack("say nothing", "a_message_says_something", message("live", "nora", body="")),
    Attack(
        "register an address a second time in capitals",
        "an_email_belongs_to_one_person",
        f"UPDATE {USER} SET email = 'CARLA@example.org' WHERE id = %(colin)s",
    ),
    Attack(
        "be disturbed from ten until nobody knows when",
        "quiet_hours_have_both_ends",
        alerts("max", quiet_from="'22:00'"),
    ),
    Attack("be alarmed in two ways", "accounts_app_alertsettings_pkey", alerts("max") + alerts("max")),
    Attack(
        "open a garage at another one's address",
        "accounts_app_workshop_slug_key",
        f"UPDATE {WORKSHOP} SET slug = 'wills-garage' WHERE slug = 'wills-other-garage'",
    ),
]


def report(session: str, cost_from: str, cost_to: str) -> str:
    columns = {"findings": "'x'", "recommended_work": "''", "currency": "'USD'", "severity": "'info'", "safe_to_drive": "true"}
    return insert(REPORT, session_id=f"%({session})s", cost_from=cost_from, cost_to=cost_to, submitted_at=NOW, **columns)


def review(session: str, completed_by: int, stars: int = 5) -> str:
    columns = {
        "completed_by": str(completed_by),
        "stars": str(stars),
        "text": "''",
        "is_hidden": "false",
        "created_at": NOW,
    }
    return insert(REVIEW, session_id=f"%({session})s", **columns)


OUTCOMES = [
    Attack("rate a session that is going on", "only_a_completed_session_is_reviewed", review("live", 3)),
    Attack("rate a session that was cancelled", "only_a_completed_session_is_reviewed", review("cancelled", 2)),
    Attack("rate a session by an event that is to come", "only_a_completed_session_is_reviewed", review("live", 4)),
    Attack("rate twice", "sessions_app_review_pkey", review("reviewed", 4)),
    Attack("give six stars", "one_to_five_stars", review("completed", 4, stars=6)),
    Attack("give no star", "one_to_five_stars", f"UPDATE {REVIEW} SET stars = 0"),
    Attack("write a second report", "sessions_app_report_pkey", report("completed", "NULL", "NULL")),
    Attack("estimate from 200 to 100", "a_cost_range_has_two_ends_in_order", report("live", "200", "100")),
    Attack("estimate less than nothing", "a_cost_range_has_two_ends_in_order", report("live", "-2", "1")),
    Attack("estimate from 100 to nobody knows what", "a_cost_range_has_two_ends_in_order", report("live", "100", "NULL")),
    Attack("estimate up to 100 from nobody knows what", "a_cost_range_has_two_ends_in_order", report("live", "NULL", "100")),
]


def offer(**changes: str) -> str:
    columns = {"score": "0", "reasons": "'[]'", "wave": "1", "offered_at": NOW, "decline_reason": "''"}
    return insert(OFFER, **{"request_id": "%(live)s", "mechanic_id": "%(max)s"} | columns | changes)


CALLS_FOR_HELP = [
    Attack("change what the customer told", "an_intake_never_changes", f"UPDATE {INTAKE} SET concern = 'All is well.'"),
    Attack(
        "say that somebody else told it",
        "an_intake_never_changes",
        f"UPDATE {INTAKE} SET customer_id = %(colin)s WHERE id = %(intake_of_waiting)s",
    ),
    Attack(
        "put another car under what the customer told",
        "an_intake_never_changes",
        f"UPDATE {INTAKE} SET vehicle_id = %(cars_of_dora)s WHERE id = %(intake_of_pending)s",
    ),
    Attack(
        "submit one form twice",
        "an_intake_is_submitted_once",
        intake("colin", client_id=f"(SELECT client_id FROM {INTAKE} WHERE id = %(intake_of_pending)s)"),
    ),
    Attack("keep data without consent", "an_intake_needs_consent", intake(consent="false")),
    Attack(
        "want a specialist for no brand",
        "a_specialist_request_names_a_brand",
        f"UPDATE {REQUEST} SET request_type = 'brand_specialist' WHERE session_id = %(pending)s",
    ),
    Attack(
        "want any mechanic for one brand",
        "a_specialist_request_names_a_brand",
        f"UPDATE {REQUEST} SET requested_brand = 'bmw' WHERE session_id = %(pending)s",
    ),
    Attack(
        "send a request nowhere",
        "a_request_is_routed_in_a_known_way",
        f"UPDATE {REQUEST} SET routing = 'nowhere' WHERE session_id = %(pending)s",
    ),
    Attack(
        "follow oneself",
        "a_request_does_not_follow_itself",
        f"UPDATE {REQUEST} SET follows_id = session_id WHERE session_id = %(pending)s",
    ),
    Attack(
        "offer a request to a mechanic twice",
        "a_request_is_offered_once_to_a_mechanic",
        offer(request_id="%(pending)s", mechanic_id="%(nora)s"),
    ),
    Attack("decline without a reason", "a_declined_offer_has_a_reason", f"UPDATE {OFFER} SET decline_reason = ''"),
    Attack("have a reason and not decline", "a_declined_offer_has_a_reason", f"UPDATE {OFFER} SET declined_at = NULL"),
    Attack(
        "keep one car twice",
        "a_customer_keeps_a_vin_once",
        insert(
            VEHICLE,
            id="%(new_car)s",
            owner_id="%(dora)s",
            vin="'1HGCM82633A004352'",
            make="''",
            model="''",
            plate="''",
            notes="''",
            created_at=NOW,
        ),
    ),
    Attack("pay people for asking", "a_plan_costs_nothing_or_more_and_lasts", f"UPDATE {PLAN} SET price = -1"),
    Attack("sell no time at all", "a_plan_costs_nothing_or_more_and_lasts", f"UPDATE {PLAN} SET minutes = 0"),
    Attack("sell a plan for another kind of help", "a_plan_is_for_a_known_type", f"UPDATE {PLAN} SET session_type = 'towing'"),
]


def arriving(table: str, **changes: str) -> str:
    """A file on its way, or one that has arrived and waits to be checked; of Ida, who is with Nora."""
    sent = {
        "id": "%(new_id)s",
        "session_id": "%(live)s",
        "uploader_id": "%(ida)s",
        "client_id": "%(new_id)s",
        "name": "'x'",
        "source": "'upload'",
        "size": "5",
        "pieces": "'[]'",
        "created_at": NOW,
    }
    own = {"received": "0", "touched_at": NOW} if table == UPLOAD else {"state": "'checking'", **dict.fromkeys(SAID_OF_FILES, "''")}
    return insert(table, **sent | own | changes)


CLIENT_ID_OF_PHOTO = f"(SELECT client_id FROM {FILE} WHERE id = %(photo_of_ida)s)"
SAID_OF_FILES = ("refusal", "kind", "content_type", "sha256", "file", "thumbnail")
UNSENT = {"session_id": "NULL", "uploader_id": "NULL", "bundle_id": "%(bundle)s"}
NOWHERE = {"session_id": "NULL", "uploader_id": "NULL"}


def of_bundle(table: str) -> str:
    return f"(SELECT client_id FROM {table} WHERE bundle_id = %(bundle)s)"


FILES = [
    Attack("upload to nowhere", "an_upload_is_for_a_session_or_an_intake", arriving(UPLOAD, **NOWHERE)),
    Attack("upload to two places", "an_upload_is_for_a_session_or_an_intake", arriving(UPLOAD, bundle_id="%(bundle)s")),
    Attack("receive more than was announced", "an_upload_receives_what_was_announced", arriving(UPLOAD, received="6")),
    Attack("upload nothing", "an_upload_receives_what_was_announced", arriving(UPLOAD, size="0")),
    Attack(
        "begin one upload to a session twice",
        "an_upload_to_a_session_is_made_once",
        arriving(UPLOAD, client_id=f"(SELECT client_id FROM {UPLOAD} WHERE session_id = %(live)s)"),
    ),
    Attack(
        "begin one upload to an intake twice",
        "an_upload_to_an_intake_is_made_once",
        arriving(UPLOAD, **UNSENT | {"client_id": of_bundle(UPLOAD)}),
    ),
    Attack("upload into somebody else's session", "who_uploads_takes_part", arriving(UPLOAD, uploader_id="%(colin)s")),
    Attack("have a file that is nowhere", "a_file_is_of_a_session_or_an_intake", arriving(FILE, **NOWHERE)),
    Attack("have a sent file that can still be taken back", "a_file_is_of_a_session_or_an_intake", arriving(FILE, bundle_id="%(bundle)s")),
    Attack(
        "show a file that nobody has checked",
        "a_file_is_shown_only_when_it_was_checked",
        arriving(FILE, state="'ready'", file="'files/x'", content_type="'image/jpeg'", sha256="'x'", kind="'document'"),
    ),
    Attack(
        "show a file as it was sent, while it is being checked",
        "a_file_is_shown_only_when_it_was_checked",
        arriving(FILE, file="'files/x'"),
    ),
    Attack(
        "show a file of no known kind",
        "a_file_is_shown_only_when_it_was_checked",
        arriving(FILE, state="'ready'", file="'x'", content_type="'text/html'", sha256="'x'", kind="'page'", checked_at=NOW),
    ),
    Attack("refuse a file without a reason", "a_file_is_shown_only_when_it_was_checked", arriving(FILE, state="'refused'", checked_at=NOW)),
    Attack(
        "show a photo without a small one",
        "a_photo_has_a_size_and_a_thumbnail",
        arriving(FILE, kind="'photo'", width="1", height="1"),
    ),
    Attack("show a photo without a size", "a_photo_has_a_size_and_a_thumbnail", arriving(FILE, kind="'photo'", thumbnail="'x'")),
    Attack("send a file without a name", "a_file_has_a_name", arriving(FILE, name="''")),
    Attack(
        "refuse a file because one does not like it",
        "a_file_is_refused_for_a_known_reason",
        arriving(FILE, state="'refused'", refusal="'ugly'", checked_at=NOW),
    ),
    Attack("send one file to a session twice", "a_file_of_a_session_is_sent_once", arriving(FILE, client_id=CLIENT_ID_OF_PHOTO)),
    Attack(
        "send one file with an intake twice",
        "a_file_of_an_intake_is_sent_once",
        arriving(FILE, **UNSENT | {"client_id": of_bundle(FILE)}),
    ),
    Attack("send a file into somebody else's session", "who_sent_a_file_takes_part", arriving(FILE, uploader_id="%(colin)s")),
    Attack(
        "send an eleventh file",
        "a_session_has_few_files",
        arriving(FILE, id="gen_random_uuid()", client_id="gen_random_uuid()") * 11,
    ),
    Attack("send a file of more than 200 MB", "a_session_has_few_files", arriving(FILE, size="200000001")),
    Attack(
        "send more than ten files with an intake that become the session's",
        "a_session_has_few_files",
        arriving(FILE, **UNSENT | {"id": "gen_random_uuid()", "client_id": "gen_random_uuid()"}) * 11
        + f"UPDATE {FILE} SET session_id = %(live)s, bundle_id = NULL WHERE bundle_id = %(bundle)s",
    ),
]


def stroke(**changes: str) -> str:
    columns = {"file_id": "%(photo_of_ida)s", "author_id": "%(ida)s", "client_id": "%(new_id)s", "shape": "'arrow'"}
    return insert(STROKE, **columns | {"points": "'[[0, 0], [1, 1]]'", "label": "''", "created_at": NOW} | changes)


DRAWINGS = [
    Attack("draw one stroke twice", "a_stroke_is_drawn_once", stroke(client_id="%(photo_of_ida)s")),
    Attack("draw a star", "a_stroke_has_a_known_shape", stroke(shape="'star'")),
    Attack("draw a second number one on a photo", "a_number_stands_once_on_a_photo", stroke(shape="'number'", label="'1'")),
]


def set_aside() -> str:
    columns = {"source_table": "'sessions'", "source_id": "'7'", "reason": "'customer_missing'", "row": "'{}'", "created_at": NOW}
    return insert("legacy_app_setaside", **columns)


LEGACY = [Attack("set a row aside twice", "a_row_is_set_aside_once_for_a_reason", f"{set_aside()}; {set_aside()}")]


def check(**changes: str) -> str:
    columns = {"session_id": "%(live)s", "author_id": "%(nora)s", "step": "'safe-place'", "result": "'ok'", "answered_at": NOW}
    rest = {"note": "''", "trouble_codes": "'{}'", "asked_for": "''", "changed_at": NOW}
    return insert(CHECK, **columns | rest | changes)


def evidence(**changes: str) -> str:
    columns = {"checked_id": "%(check_of_ida)s", "file_id": "%(photo_of_ida)s", "session_id": "%(live)s", "created_at": NOW}
    return insert(EVIDENCE, **columns | changes)


CHECKS = [
    Attack("answer one step twice", "a_step_is_checked_once", check(step="'noise-when'")),
    Attack("find something that is no result", "a_check_is_open_or_answered", check(result="'perfect'")),
    Attack("answer at no time", "a_check_is_open_or_answered", check(answered_at="NULL")),
    Attack("be asked for money", "a_check_asks_for_something_known", f"UPDATE {CHECK} SET asked_for = 'money', asked_at = {NOW}"),
    Attack("be asked at no time", "a_check_asks_for_something_known", f"UPDATE {CHECK} SET asked_for = 'photo'"),
    Attack("check a car in somebody else's room", "who_checks_takes_part", check(author_id="%(max)s")),
    Attack("take two checklists", "diagnostics_app_checklist_pkey", insert(CHECKLIST, session_id="%(live)s", category="'brakes'")),
    Attack("attach a photo twice", "a_file_is_attached_once", evidence()),
    Attack("show the photo of another session", "evidence_is_a_file_of_the_same_session", evidence(file_id="%(photo_of_carla)s")),
    Attack(
        "slip a photo under the check of another session",
        "evidence_is_of_the_session_of_its_check",
        evidence(file_id="%(photo_of_carla)s", session_id="%(waiting)s"),
    ),
]


def hook(**changes: str) -> str:
    """A webhook of Will's workshop, made properly."""
    return insert(WEBHOOK, **HOOK | changes)


def delivery(**changes: str) -> str:
    """That Max accepted a session, for the webhook of the scene."""
    return insert(DELIVERY, **TOLD | changes)


def attempt(**changes: str) -> str:
    return insert(ATTEMPT, **TRIED | changes)


HOOK = {
    "id": "%(new_id)s",
    "workshop_id": "(SELECT id FROM accounts_app_workshop WHERE slug = 'wills-garage')",
    "name": "'Shop'",
    "url": "'https://shop.example.org/'",
    "events": "'{}'",
    "sealed_secret": "'x'",
    "sealed_old_secret": "''",
    "created_by_id": "%(will)s",
    "created_at": NOW,
    "changed_at": NOW,
    "disabled_reason": "''",
}
TOLD = {
    "id": "%(new_id)s",
    "webhook_id": "%(webhook)s",
    "state": "'waiting'",
    "attempts": "0",
    "fresh_attempts": "0",
    "next_at": NOW,
    "asked_at": NOW,
    "created_at": NOW,
}
TRIED = {"delivery_id": "%(delivery)s", "number": "1", "at": NOW, "milliseconds": "5", "status": "200", "answer": "''", "trouble": "''"}
TOLD_ALREADY = f"(SELECT event_id FROM {DELIVERY} WHERE event_id IS NOT NULL LIMIT 1)"

WEBHOOKS = [
    Attack("switch a webhook off without a word", "a_webhook_that_is_off_says_why", f"UPDATE {WEBHOOK} SET disabled_at = {NOW}"),
    Attack("say why a webhook is off that is on", "a_webhook_that_is_off_says_why", hook(disabled_reason="'Because.'")),
    Attack("keep a former secret for ever", "a_former_secret_has_an_end", f"UPDATE {WEBHOOK} SET sealed_old_secret = 'x'"),
    Attack("have a webhook lead into a file", "a_webhook_speaks_http", f"UPDATE {WEBHOOK} SET url = 'file:///etc/passwd'"),
    Attack("half deliver something", "a_delivery_waits_is_delivered_or_given_up", f"UPDATE {DELIVERY} SET state = 'half', next_at = NULL"),
    Attack("have a delivery wait for nothing", "a_delivery_has_a_next_attempt_exactly_while_it_waits", delivery(next_at="NULL")),
    Attack(
        "deliver at no time",
        "a_delivery_says_when_exactly_when_it_is_delivered",
        f"UPDATE {DELIVERY} SET state = 'delivered', next_at = NULL",
    ),
    Attack("tell a webhook of an event twice", "an_event_is_told_once_to_a_webhook", delivery(event_id=TOLD_ALREADY)),
    Attack("make one attempt twice", "attempts_of_a_delivery_are_numbered", attempt() + attempt(status="500")),
    Attack("have neither an answer nor a trouble", "an_attempt_has_an_answer_or_a_trouble", attempt(status="NULL")),
    Attack("have an answer without a status", "an_attempt_has_an_answer_or_a_trouble", attempt(status="NULL", answer="'x'", trouble="'x'")),
]


def token(**changes: str) -> str:
    told = {"user_id": "%(carla)s", "name": "'van'", "prefix": "'mh_'", "scopes": "'{read}'", "password_mark": "''", "created_at": NOW}
    return insert(TOKEN, **told | {"digest": "repeat('a', 64)"} | changes)


def answered(**changes: str) -> str:
    told = {"user_id": "%(carla)s", "key": "'k'", "fingerprint": "'f'", "status": "200", "headers": "'{}'", "body": "''", "created_at": NOW}
    return insert(KEPT, **told | changes)


PROGRAMS = [
    Attack("have a token for everything", "a_token_is_for_something_known", token(scopes="'{all}'")),
    Attack("have a token for nothing", "a_token_is_for_something_known", token(scopes="'{}'")),
    Attack("keep a token that can be read", "a_token_is_kept_as_a_hash", token(digest="'mh_secret'")),
    Attack("have two keys of one form", "api_app_token_digest_key", token() + token(user_id="%(colin)s")),
    Attack("answer a key twice", "a_key_is_answered_once", answered() + answered(status="201")),
]


def points_at_nobody(table: str, column: str, where: str = "true", *, also: str = "", nobody: str = "%(nobody)s") -> Attack:
    """A row of `table` that refers to what does not exist; `also` is what other rules want to see beside it."""
    sql = f"{also} UPDATE {table} SET {column} = {nobody} WHERE {where}"
    return Attack(f"have {column.removesuffix('_id').replace('_', ' ')} of {table} point at nobody", f"{table}.{column}", sql)


def made_for_nobody(table: str, column: str, sql: str) -> Attack:
    return Attack(f"make a row of {table} whose {column.removesuffix('_id').replace('_', ' ')} does not exist", f"{table}.{column}", sql)


def draft(user: str) -> str:
    columns = {"client_id": "%(new_id)s", "email": "'x'", "plan": "'free'", "data": "'{}'", "created_at": NOW}
    return insert(DRAFT, id="%(new_id)s", user_id=user, **columns)


# A wider foreign key says the same and more, so the narrow one, which Django makes by itself, can go unnoticed.
IMPLIED = {
    "sessions_app_session.customer_id": "the_customer_takes_part",
    "sessions_app_session.place_id": "a_place_is_of_its_mechanic_and_of_the_right_kind",
    "sessions_app_message.session_id": "who_writes_takes_part",
    "sessions_app_message.author_id": "who_writes_takes_part",
    "sessions_app_review.session_id": "only_a_completed_session_is_reviewed",
    "diagnostics_app_check.session_id": "who_checks_takes_part",
    "diagnostics_app_check.author_id": "who_checks_takes_part",
    "diagnostics_app_evidence.checked_id": "evidence_is_of_the_session_of_its_check",
    "diagnostics_app_evidence.file_id": "evidence_is_a_file_of_the_same_session",
}

# Each foreign key on its own. Those of the session come with everything else that the session's rules ask for.
REFERENCES = [
    points_at_nobody(MECHANIC, "user_id", "user_id = %(oscar)s"),
    points_at_nobody(MECHANIC, "workshop_id"),
    points_at_nobody(WORKSHOP, "owner_id"),
    points_at_nobody(PLACE, "mechanic_id", "id = %(free_chat_of_max)s"),
    made_for_nobody(ALERTS, "mechanic_id", alerts("nobody")),
    points_at_nobody(SESSION, "customer_id", "id = %(completed)s"),
    points_at_nobody(SESSION, "mechanic_id", "id = %(completed)s", also=participant("completed", "sam", "staff"), nobody="%(sam)s"),
    points_at_nobody(SESSION, "place_id", "id = %(waiting)s", nobody="0"),
    points_at_nobody(SESSION, "plan_id", "id = %(completed)s", nobody="'gold'"),
    made_for_nobody(
        EVENT,
        "session_id",
        event("nobody", 1, "submit", "", "pending"),
    ),
    made_for_nobody(
        EVENT,
        "actor_id",
        event("completed", 5, "looked_at", "completed", "completed", actor_id="%(nobody)s") + change("completed", "version = 5"),
    ),
    made_for_nobody(PARTICIPANT, "session_id", participant("nobody", "carla", "customer")),
    made_for_nobody(PARTICIPANT, "user_id", participant("live", "nobody", "staff")),
    made_for_nobody(MESSAGE, "session_id", message("nobody", "ida")),
    made_for_nobody(MESSAGE, "author_id", message("live", "nobody")),
    made_for_nobody(REPORT, "session_id", report("nobody", "NULL", "NULL")),
    made_for_nobody(REVIEW, "session_id", review("nobody", 4)),
    points_at_nobody(VEHICLE, "owner_id", "id = %(cars_of_dora)s"),
    made_for_nobody(INTAKE, "customer_id", intake("nobody")),
    made_for_nobody(INTAKE, "vehicle_id", intake(vehicle_id="%(nobody)s")),
    made_for_nobody(REQUEST, "session_id", intake() + request("nobody")),
    points_at_nobody(REQUEST, "intake_id", "session_id = %(completed)s"),
    points_at_nobody(REQUEST, "preferred_mechanic_id", "session_id = %(completed)s"),
    points_at_nobody(REQUEST, "preferred_workshop_id", "session_id = %(completed)s"),
    points_at_nobody(REQUEST, "follows_id", "session_id = %(completed)s"),
    made_for_nobody(OFFER, "request_id", offer(request_id="%(nobody)s")),
    made_for_nobody(OFFER, "mechanic_id", offer(mechanic_id="%(nobody)s")),
    made_for_nobody(DRAFT, "user_id", draft("%(nobody)s")),
    points_at_nobody(BUNDLE, "user_id", "id = %(bundle)s"),
    *(
        each
        for table in (UPLOAD, FILE)
        for each in (
            made_for_nobody(table, "session_id", arriving(table, session_id="%(nobody)s", uploader_id="NULL")),
            made_for_nobody(table, "bundle_id", arriving(table, **UNSENT | {"bundle_id": "%(nobody)s"})),
            made_for_nobody(table, "uploader_id", arriving(table, **UNSENT | {"uploader_id": "%(nobody)s"})),
        )
    ),
    made_for_nobody(FILE, "message_id", arriving(FILE, message_id="0")),
    made_for_nobody(STROKE, "file_id", stroke(file_id="%(nobody)s")),
    made_for_nobody(STROKE, "author_id", stroke(author_id="%(nobody)s")),
    made_for_nobody(CHECKLIST, "session_id", insert(CHECKLIST, session_id="%(nobody)s", category="'brakes'")),
    made_for_nobody(CHECK, "session_id", check(session_id="%(nobody)s")),
    made_for_nobody(CHECK, "author_id", check(author_id="%(nobody)s")),
    made_for_nobody(EVIDENCE, "checked_id", evidence(checked_id="0")),
    made_for_nobody(EVIDENCE, "file_id", evidence(file_id="%(nobody)s")),
    made_for_nobody(TOKEN, "user_id", token(user_id="%(nobody)s")),
    made_for_nobody(KEPT, "user_id", answered(user_id="%(nobody)s")),
    made_for_nobody(WEBHOOK, "workshop_id", hook(workshop_id="%(nobody)s")),
    made_for_nobody(WEBHOOK, "created_by_id", hook(created_by_id="%(nobody)s")),
    made_for_nobody(DELIVERY, "webhook_id", delivery(webhook_id="%(nobody)s")),
    made_for_nobody(DELIVERY, "event_id", delivery(event_id="0")),
    made_for_nobody(DELIVERY, "mechanic_id", delivery(mechanic_id="%(nobody)s")),
    made_for_nobody(DELIVERY, "former_id", delivery(former_id="%(nobody)s")),
    made_for_nobody(ATTEMPT, "delivery_id", attempt(delivery_id="%(nobody)s")),
]

ATTACKS = [
    *STATUS,
    *TIMELINE,
    *PAIRS,
    *MECHANICS,
    *CLOCKS,
    *PEOPLE,
    *OUTCOMES,
    *CALLS_FOR_HELP,
    *FILES,
    *DRAWINGS,
    *LEGACY,
    *CHECKS,
    *WEBHOOKS,
    *PROGRAMS,
    *REFERENCES,
]
