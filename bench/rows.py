"""People and sessions by the thousand, written set by set. Every rule of the database holds for them: nothing is switched off.

Ids are made from numbers. Of the n-th session, everything that could be chance is a matter of n.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from django.db import connection, transaction

from billing_app.models import Plan

BATCH = 25_000  # sessions in one transaction: so many rules wait for its commit in memory
SIDE_BY_SIDE = 2  # transactions

# The first half of the ids of each kind; `id_of` writes the number behind it.
CUSTOMER, MECHANIC, SESSION, INTAKE = (f"00000000-0000-4000-800{digit}" for digit in range(4))

NAMES = [
    "Carla",
    "Colin",
    "Aisha",
    "Peter",
    "Mei",
    "Tom",
    "Hannah",
    "Ingrid",
    "Dave",
    "Ben",
    "Luis",
    "Zoe",
    "Omar",
    "Ruth",
    "Ken",
    "Ida",
    "Sean",
]
MAKES = ["Toyota", "Honda", "Ford", "BMW", "Volvo", "Kia", "Subaru", "Lexus", "Ram", "Mini", "Opel"]
MODELS = ["Corolla", "Accord", "F-150", "X3", "XC60", "Rio", "Outback", "RX", "1500", "Cooper", "Astra"]
CONCERNS = [
    "It shudders when I pull away, and the engine light blinks on hills. The reader says P0302.",
    "A squeak from the front left in slow bends, louder in the wet. It began after the tires were changed.",
    "Does not start in the morning; only clicks. The battery is a year old.",
    "The brake pedal goes deeper than it used to, and there is a drop of fluid under the car.",
    "Smells of fuel after filling up, for a day or so. Code P0455 came back twice.",
    "The air conditioning blows warm at traffic lights and cold on the road.",
    "It overheats uphill with the trailer. The coolant is full.",
]


def id_of(kind: str, number: str) -> str:
    """SQL for the id of the row of that kind with that number (SQL as well)."""
    return f"('{kind}-' || lpad(to_hex({number}), 12, '0'))::uuid"


def one_of(words: list[str]) -> str:
    """SQL for one of the words, by the column n."""
    quoted = ", ".join("'" + word.replace("'", "''") + "'" for word in words)
    return f"(ARRAY[{quoted}])[1 + n % {len(words)}]"


def customers(first: int, last: int) -> None:
    """Customers `first` to `last`."""
    run(_people(CUSTOMER, f"{one_of(NAMES)} || ' Driver ' || n", "customer", first, last))


def mechanics(first: int, last: int) -> None:
    """Approved mechanics on duty, each with the standard places."""
    run(
        _people(MECHANIC, "'Mechanic ' || n", "mechanic", first, last),
        f"""
        INSERT INTO accounts_app_mechanic (
            user_id, display_name, photo, bio, brands, keywords, certifications, languages, years, country, city, postal_code,
            standing, standing_reason, on_duty, applied_at)
        SELECT {id_of(MECHANIC, "n")}, 'Mechanic ' || n, '', '', '{{toyota,honda}}', '{{}}', '{{}}', '{{en}}', 9, 'US', 'Oakland', '',
            'approved', '', true, now()
        FROM generate_series({first}, {last}) n""",
        f"""
        INSERT INTO accounts_app_place (mechanic_id, kind, number)
        SELECT {id_of(MECHANIC, "n")}, kind, number
        FROM generate_series({first}, {last}) n, (VALUES ('call', 1), ('chat', 1), ('chat', 2), ('chat', 3)) places (kind, number)""",
    )


def _people(kind: str, name: str, address: str, first: int, last: int) -> str:
    return f"""
        INSERT INTO accounts_app_user (
            id, password, is_superuser, email, full_name, phone, timezone, language, is_staff, is_active, date_joined)
        SELECT {id_of(kind, "n")}, '!', false, '{address}' || n || '@example.org', {name}, '+14155550101', '', 'en', false, true, now()
        FROM generate_series({first}, {last}) n"""


def ended(first: int, last: int, *, customers: int, mechanics: int) -> None:
    """Sessions `first` to `last`, one a minute back in time, shared out among the people; nine in ten completed, the others cancelled."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        starts = range(first, last + 1, BATCH)
        list(threads.map(lambda start: _ended_batch(start, min(last, start + BATCH - 1), customers, mechanics), starts))


def _ended_batch(first: int, last: int, customers: int, mechanics: int) -> None:
    with closing(connection), transaction.atomic():  # a connection of this thread
        _batch(
            f"""
            SELECT n, n / {mechanics} % 10 = 9 AS off, now() - n * interval '1 minute' AS ended,
                {id_of(CUSTOMER, f"n % {customers}")} AS customer, {id_of(MECHANIC, f"n % {mechanics}")} AS mechanic
            FROM generate_series({first}, {last}) n""",
            status="CASE WHEN off THEN 'cancelled' ELSE 'completed' END",
            clocks="ended - interval '1 hour', ended - interval '1 hour', ended - interval '50 minutes', "
            "CASE WHEN NOT off THEN ended - interval '40 minutes' END, ended",
            version="CASE WHEN off THEN 3 ELSE 4 END",
        )
        run(
            _event(1, "'submit'", "", "'pending'"),
            _event(2, "'accept'", "pending", "'waiting'"),
            _event(3, "CASE WHEN off THEN 'cancel' ELSE 'start' END", "waiting", "CASE WHEN off THEN 'cancelled' ELSE 'live' END"),
            _event(4, "'complete'", "live", "'completed'", "WHERE NOT off"),
            _participants("mechanic", until="CASE WHEN off THEN ended END"),
            """
            INSERT INTO sessions_app_review (session_id, completed_by, stars, text, is_hidden, created_at)
            SELECT session, 4, 1 + n % 5, '', false, ended FROM batch WHERE NOT off AND n % 3 > 0""",
        )


@transaction.atomic
def waiting_in_queue(first: int, last: int) -> None:
    """Sessions `first` to `last` in the queue, of the first customers."""
    _batch(
        f"""
        SELECT n, false AS off, now() - interval '1 second' AS ended, {id_of(CUSTOMER, f"n - {first}")} AS customer, NULL::uuid AS mechanic
        FROM generate_series({first}, {last}) n""",
        status="'pending'",
        clocks="ended, ended, NULL, NULL, NULL",
        version="1",
    )
    run(_event(1, "'submit'", "", "'pending'"))


def settle() -> None:
    """Leaves the tables as a database has them that has been running for a while."""
    run("VACUUM ANALYZE")


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _batch(rows: str, *, status: str, clocks: str, version: str) -> None:
    """Sessions with their intakes, requests and customers, from rows with n, off, ended, customer and mechanic."""
    plan = Plan.objects.get(code="free")
    run(
        f"""
        CREATE TEMP TABLE batch ON COMMIT DROP AS
        SELECT {id_of(SESSION, "n")} AS session, {id_of(INTAKE, "n")} AS intake, {one_of(NAMES)} || ' Driver' AS name, rows.*
        FROM ({rows}) rows""",
        f"""
        INSERT INTO sessions_app_session (
            id, customer_id, mechanic_id, type, plan_id, price, currency, minutes, status, version,
            created_at, queued_at, accepted_at, started_at, ended_at, cancel_reason, metadata)
        SELECT session, customer, mechanic, 'chat', '{plan.pk}', 0, 'USD', 5, {status}, {version},
            {clocks}, CASE WHEN off THEN 'It started again.' ELSE '' END, '{{}}'
        FROM batch""",
        f"""
        INSERT INTO requests_app_intake (
            id, client_id, customer_id, name, email, phone, city, vin, year, make, model, odometer, plate,
            concern, category, trouble_codes, safety, consent, created_at)
        SELECT intake, intake, customer, name, 'customer@example.org', '+14155550101', 'Oakland', '', 1995 + n % 30, {one_of(MAKES)},
            {one_of(MODELS)}, 84000, 'C' || n, {one_of(CONCERNS)}, '', CASE WHEN n % 2 = 0 THEN '{{P0302}}'::text[] ELSE '{{}}' END, '{{}}',
            true, ended
        FROM batch""",
        """
        INSERT INTO requests_app_sessionrequest (
            session_id, intake_id, customer_name, customer_email, request_type, requested_brand, keywords, routing, is_urgent,
            country, city, postal_code, prefer_local, metadata, expires_at)
        SELECT session, intake, name, 'customer@example.org', 'general', '', '{}', 'broadcast', n % 20 = 0,
            'US', 'Oakland', '', false, '{}', ended + interval '15 minutes'
        FROM batch""",
        _participants("customer"),
    )


def _participants(role: str, *, until: str = "NULL") -> str:
    return f"""
        INSERT INTO sessions_app_participant (session_id, user_id, role, since, until)
        SELECT session, {role}, '{role}', ended - interval '1 hour', {until} FROM batch"""


def _event(number: int, kind: str, before: str, after: str, where: str = "") -> str:
    return f"""
        INSERT INTO sessions_app_sessionevent (session_id, number, kind, from_status, to_status, reason, data, created_at)
        SELECT session, {number}, {kind}, '{before}', {after}, '', '{{}}', ended FROM batch {where}"""
