"""The first look: reads the whole copy of the old database, heals it in memory and writes nothing of it. What stays behind is noted."""

from collections import defaultdict
from collections.abc import Callable
from uuid import UUID

from legacy_app.healing import Life, heal
from legacy_app.reading import Reader
from legacy_app.report import Report
from legacy_app.stage import BATCH, Stage

STARS = range(1, 6)
# Whether a session comes along: it is there, was read, and nothing speaks against it.
COMES = """EXISTS (SELECT 1 FROM sessions s LEFT JOIN aside g ON g.tablename = 'sessions' AND g.line = s.line
           WHERE s.id = t.session_id AND s.trouble IS NULL AND g.line IS NULL)"""


def survey(reader: Reader, use: Callable[[Life], None] = lambda life: None) -> Report:
    """Goes through everything once.

    Args:
        use: is given each healed life.
    """
    report, stage = Report(), reader.stage
    report.look_at(stage)
    people(report, reader)
    lives(report, reader, use)
    vehicles(report, stage)
    intakes(report, stage)
    things(report, reader, "chat_messages", "sender_id", "sender_missing")
    things(report, reader, "session_files", "uploaded_by", "uploader_missing")
    reviews(report, stage)
    stage.run(
        """INSERT INTO aside SELECT 'organizations', line, 'no_workshop' FROM organizations
           WHERE lower(btrim(organization_type, E' \\t\\r\\n')) IS DISTINCT FROM 'workshop' AND trouble IS NULL ON CONFLICT DO NOTHING"""
    )
    stage.run("ANALYZE aside")
    tell_what_stays(report, stage)
    tell_what_was_unreadable(report, stage)
    return report


def people(report: Report, reader: Reader) -> None:
    """Everybody with a profile, and accounts without profile and mechanic's row. The oldest keeps an address that several have."""
    stage = reader.stage
    report.customers_from_account += (row["id"] for row in stage.stream("SELECT id FROM persons WHERE origin = 'accounts' ORDER BY id"))
    profiles = stage.select("SELECT count(*) FROM persons WHERE origin = 'profiles'")[0][0]
    report.totals |= {"customers_and_staff": profiles + len(report.customers_from_account), "mechanics": len(reader.mechanics.rows)}
    give_addresses(stage)
    for row in stage.stream(
        "SELECT origin, id, email, is_first FROM addresses WHERE (email = '' OR NOT is_first) AND is_person ORDER BY id"
    ):
        report.warn(row["origin"], row["id"], "email_duplicate" if row["email"] else "email_missing")


def give_addresses(stage: Stage) -> None:
    """Of everybody: the address, and whether it is theirs to keep; also of accounts that are a mechanic's and nobody else's."""
    stage.run(
        r"""CREATE TEMP TABLE addresses AS
            WITH people AS (
              SELECT 'profiles' AS origin, p.id, p.created_at, true AS is_person,
                     coalesce(nullif(btrim(p.email, E' \t\r\n'), ''), btrim(a.email, E' \t\r\n'), '') AS email
              FROM profiles p LEFT JOIN accounts a ON a.id = p.id AND a.trouble IS NULL WHERE p.trouble IS NULL
              UNION ALL
              SELECT 'accounts', a.id, a.created_at, EXISTS (SELECT 1 FROM persons WHERE persons.id = a.id AND origin = 'accounts'),
                     coalesce(btrim(a.email, E' \t\r\n'), '')
              FROM accounts a
              WHERE a.trouble IS NULL AND NOT EXISTS (SELECT 1 FROM profiles p WHERE p.id = a.id AND p.trouble IS NULL))
            SELECT *, email <> '' AND row_number() OVER (PARTITION BY lower(email) ORDER BY created_at, id) = 1 AS is_first FROM people"""
    )
    stage.run("CREATE UNIQUE INDEX ON addresses (id)")


def lives(report: Report, reader: Reader, use: Callable[[Life], None]) -> None:
    """Heals every customer's rows."""
    rejected: dict[str, list[tuple[UUID, str]]] = defaultdict(list)
    for life in reader.lives():
        report.add(heal(life))
        for table, pk, reason in life.rejected:
            rejected[table].append((pk, reason))
            if len(rejected[table]) == BATCH:
                reader.stage.set_aside(table, rejected.pop(table))
        use(life)
    for table, rows in rejected.items():
        reader.stage.set_aside(table, rows)
    for table, column in (("session_requests", "customer_id"), ("sessions", "customer_user_id")):
        reader.stage.run(
            f"INSERT INTO aside SELECT '{table}', line, 'customer_missing' FROM {table} WHERE {column} IS NULL AND trouble IS NULL"  # noqa: S608
        )


def vehicles(report: Report, stage: Stage) -> None:
    stage.run(
        """INSERT INTO aside SELECT 'vehicles', t.line, 'customer_missing' FROM vehicles t WHERE t.trouble IS NULL
           AND NOT EXISTS (SELECT 1 FROM persons p WHERE p.id = t.user_id AND p.origin <> 'mechanics')"""
    )
    report.totals["vehicles"] = remaining(stage, "vehicles")


def intakes(report: Report, stage: Stage) -> None:
    """An intake comes along with the session that names it."""
    stage.run(
        f"""WITH t AS (SELECT id AS session_id, intake_id FROM sessions WHERE intake_id IS NOT NULL AND trouble IS NULL),
                 named AS (SELECT intake_id, bool_or({COMES}) AS comes FROM t GROUP BY 1)
            INSERT INTO aside SELECT 'intakes', i.line, CASE WHEN n.comes IS NULL THEN 'no_session' ELSE 'session_not_imported' END
            FROM intakes i LEFT JOIN named n ON n.intake_id = i.id WHERE i.trouble IS NULL AND n.comes IS NOT TRUE"""  # noqa: S608
    )
    report.totals["intakes"] = remaining(stage, "intakes")
    for session in stage.kept("sessions", "t.intake_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM intakes i WHERE i.id = t.intake_id)"):
        report.warn("sessions", session["id"], "intake_missing")


def things(report: Report, reader: Reader, table: str, column: str, code: str) -> None:
    """Messages and files: with their session, or not at all; from whom is not always known."""
    stage = reader.stage
    _leave_hanging(stage, table)
    if table == "chat_messages":
        stage.run(
            """INSERT INTO aside SELECT 'chat_messages', line, 'empty' FROM chat_messages
               WHERE trouble IS NULL AND coalesce(content, '') = ''
               AND btrim(coalesce(attachments, '[]')) IN ('[]', '{}', '', 'null') ON CONFLICT DO NOTHING"""
        )
    report.totals["messages" if table == "chat_messages" else "files"] = remaining(stage, table)
    odd = stage.stream(
        f"""SELECT t.id, t.created_at > %s AS is_future, p.id IS NULL AND m.id IS NULL AS is_nobodys FROM {table} t
            LEFT JOIN aside a ON a.tablename = '{table}' AND a.line = t.line
            LEFT JOIN persons p ON p.id = t.{column} LEFT JOIN mechanics m ON m.id = t.{column} AND m.trouble IS NULL
            WHERE a.line IS NULL AND (t.created_at > %s OR p.id IS NULL AND m.id IS NULL)""",  # noqa: S608 (our own names)
        reader.now,
        reader.now,
    )
    for row in odd:
        if row["is_future"]:
            report.warn(table, row["id"], "future_timestamp")
        if row["is_nobodys"]:
            report.warn(table, row["id"], code)


def reviews(report: Report, stage: Stage) -> None:
    """The review's own row counts; the stars in a session's row only where there is none."""
    _leave_hanging(stage, "mechanic_reviews")
    stage.run(
        """INSERT INTO aside SELECT 'mechanic_reviews', line, 'rating_invalid' FROM mechanic_reviews
           WHERE trouble IS NULL AND (rating BETWEEN 1 AND 5) IS NOT TRUE ON CONFLICT DO NOTHING"""
    )
    stage.run(
        """INSERT INTO aside SELECT 'mechanic_reviews', line, 'duplicate_review'
           FROM (SELECT t.line, row_number() OVER (PARTITION BY session_id ORDER BY t.created_at, t.id) AS number FROM mechanic_reviews t
                 LEFT JOIN aside a ON a.tablename = 'mechanic_reviews' AND a.line = t.line WHERE a.line IS NULL) again WHERE number > 1"""
    )
    own = remaining(stage, "mechanic_reviews")
    for row in stage.kept("sessions", "t.rating IS NOT NULL AND NOT t.rating BETWEEN 1 AND 5"):
        report.warn("sessions", row["id"], "rating_invalid")
    report.totals["reviews"] = (
        own
        + stage.select(
            """SELECT count(*) FROM sessions t LEFT JOIN aside a ON a.tablename = 'sessions' AND a.line = t.line
           WHERE a.line IS NULL AND t.rating BETWEEN 1 AND 5
             AND NOT EXISTS (SELECT 1 FROM mechanic_reviews r LEFT JOIN aside b ON b.tablename = 'mechanic_reviews' AND b.line = r.line
                             WHERE r.session_id = t.id AND b.line IS NULL)"""
        )[0][0]
    )


def _leave_hanging(stage: Stage, table: str) -> None:
    """What hangs on a session that is not there, or does not come along."""
    stage.run(
        f"""INSERT INTO aside
            SELECT '{table}', t.line, CASE WHEN EXISTS (SELECT 1 FROM sessions s WHERE s.id = t.session_id) THEN 'session_not_imported'
                                           ELSE 'session_missing' END
            FROM {table} t WHERE t.trouble IS NULL AND NOT {COMES}"""  # noqa: S608 (our own names)
    )


def remaining(stage: Stage, table: str) -> int:
    """How many rows of a table come along."""
    return stage.count(table) - stage.select("SELECT count(*) FROM aside WHERE tablename = %s", table)[0][0]


# What README section 9 of the old database knows no word for: rows that have no place with us.
NO_PLACE = ("log", "no_workshop", "empty")


def tell_what_stays(report: Report, stage: Stage) -> None:
    """Every row that is set aside so far, with its reason."""
    for (table,) in stage.select("SELECT DISTINCT tablename FROM aside ORDER BY 1"):
        rows = stage.stream(
            f"""SELECT '{table}' AS "table", coalesce(t.id::text, t.unread->>'id', '-') AS id, a.reason
                FROM aside a JOIN {table} t ON t.line = a.line WHERE a.tablename = '{table}' ORDER BY a.line"""  # noqa: S608 (our own names)
        )
        for row in rows:
            (report.also_set_aside if row["reason"] in NO_PLACE else report.not_imported).append(row)


def tell_what_was_unreadable(report: Report, stage: Stage) -> None:
    for table in report.source["rows"]:
        report.unreadable += stage.stream(
            f"""SELECT '{table}' AS "table", id, unread AS values FROM {table} WHERE unread IS NOT NULL ORDER BY line"""  # noqa: S608
        )
