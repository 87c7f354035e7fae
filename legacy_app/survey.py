"""The dry run: reads all of the old database, heals it in memory and writes nothing. What it reports is what an import would do."""

from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID

from legacy_app.healing import Life, heal
from legacy_app.reading import Reader
from legacy_app.report import Report
from legacy_app.source import Source

STARS = range(1, 6)


def survey(source: Source, now: datetime, use: Callable[[Life], None] = lambda life: None) -> Report:
    """Goes through everything once.

    Args:
        now: the beginning of the import.
        use: is given each healed life; an import writes it.
    """
    report, reader = Report(), Reader(source, now)
    report.look_at(source)
    people(report, reader)
    gone = lives(report, reader, use)
    vehicles(report, reader)
    intakes(report, source, gone)
    things(report, source, gone, "chat_messages", "sender_id", "sender_missing", now)
    things(report, source, gone, "session_files", "uploaded_by", "uploader_missing", now)
    reviews(report, source, gone)
    return report


def people(report: Report, reader: Reader) -> None:
    """Everybody with a profile, and accounts without profile and mechanic's row. The oldest keeps an address that several have."""
    source = reader.source
    profiles = source.count("profiles")
    made = [pk for pk, *_rest in accounts_without_profile(reader)]
    report.customers_from_account = made
    report.totals |= {"customers_and_staff": profiles + len(made), "mechanics": len(reader.mechanics.rows)}
    for table, pk, email, is_first in addresses(source):
        if table == "accounts" and pk not in set(made):
            continue
        if not email:
            report.warnings.append((table, pk, "email_missing"))
        elif not is_first:
            report.warnings.append((table, pk, "email_duplicate"))


def accounts_without_profile(reader: Reader) -> list[tuple]:
    rows = reader.source.select(
        """SELECT a.id, a.email, a.created_at FROM auth.users a
           WHERE NOT EXISTS (SELECT 1 FROM public.profiles p WHERE p.id = a.id) ORDER BY a.id"""
    )
    return [row for row in rows if row[0] not in reader.mechanics.by_account]


def addresses(source: Source) -> list[tuple[str, UUID, str, bool]]:
    """Of everybody: (table, id, address or "", whether it is theirs to keep)."""
    return source.select(
        r"""WITH people AS (
              SELECT 'profiles' AS source, p.id, p.created_at,
                     coalesce(nullif(btrim(p.email, E' \t\r\n'), ''), btrim(a.email, E' \t\r\n'), '') AS email
              FROM public.profiles p LEFT JOIN auth.users a ON a.id = p.id
              UNION ALL
              SELECT 'accounts', a.id, a.created_at, coalesce(btrim(a.email, E' \t\r\n'), '')
              FROM auth.users a WHERE NOT EXISTS (SELECT 1 FROM public.profiles p WHERE p.id = a.id))
            SELECT source, id, email, email <> '' AND row_number() OVER (PARTITION BY lower(email) ORDER BY created_at, id) = 1
            FROM people ORDER BY id"""
    )


def lives(report: Report, reader: Reader, use: Callable[[Life], None]) -> set[UUID]:
    """Heals every customer's rows.

    Returns:
        The sessions that do not come along.
    """
    for life in reader.lives():
        report.add(heal(life))
        use(life)
    report.not_imported += reader.ownerless()
    return {pk for table, pk, _reason in report.not_imported if table == "sessions"}


def vehicles(report: Report, reader: Reader) -> None:
    ids, owners = [], []
    for row in reader.source.rows("vehicles"):
        ids.append(row["id"])
        owners.append(row["user_id"])
    known = reader.customers.known(set(owners))
    for pk, owner in zip(ids, owners, strict=True):
        if owner not in known:
            report.not_imported.append(("vehicles", pk, "customer_missing"))
    report.totals["vehicles"] = sum(owner in known for owner in owners)


def intakes(report: Report, source: Source, gone: set[UUID]) -> None:
    """An intake comes along with the session that names it."""
    named: dict[UUID, bool] = {}  # whether a session that comes along names it
    for session, intake in source.select("SELECT id, intake_id FROM public.sessions WHERE intake_id IS NOT NULL"):
        named[intake] = named.get(intake, False) or session not in gone
    kept = 0
    for row in source.rows("intakes"):
        comes = named.pop(row["id"], None)
        kept += bool(comes)
        if not comes:
            report.not_imported.append(("intakes", row["id"], "no_session" if comes is None else "session_not_imported"))
    report.totals["intakes"] = kept
    lost = [pk for pk, comes in named.items() if comes]
    for (session,) in source.select("SELECT id FROM public.sessions WHERE intake_id = ANY(%s)", lost):
        if session not in gone:
            report.warnings.append(("sessions", session, "intake_missing"))


def things(report: Report, source: Source, gone: set[UUID], table: str, column: str, code: str, now: datetime) -> None:
    """Messages and files: with their session, or not at all; from whom is not always known."""
    kept = 0
    for row, reason in hanging(source, table, gone):
        if reason:
            report.not_imported.append((table, row["id"], reason))
            continue
        kept += 1
        if row["created_at"] and row["created_at"] > now:
            report.warnings.append((table, row["id"], "future_timestamp"))
        if not row["is_known"]:
            report.warnings.append((table, row["id"], code))
    report.totals["messages" if table == "chat_messages" else "files"] = kept


def hanging(source: Source, table: str, gone: set[UUID]) -> Iterator[tuple[dict, str]]:
    """The rows of a table that hang on a session, each with the reason why it stays behind or ""."""
    sessions = {row[0] for row in source.select("SELECT id FROM public.sessions")}
    people = {
        row[0]
        for row in source.select("SELECT id FROM auth.users UNION SELECT id FROM public.profiles UNION SELECT id FROM public.mechanics")
    }
    for row in source.rows(table):
        session = row["session_id"]
        reason = "session_missing" if session not in sessions else "session_not_imported" if session in gone else ""
        yield row | {"is_known": (row.get("sender_id") or row.get("uploaded_by")) in people}, reason


def reviews(report: Report, source: Source, gone: set[UUID]) -> None:
    """The review's own row counts; the stars in a session's row only where there is none."""
    reviewed = set()
    for row, reason in hanging(source, "mechanic_reviews", gone):
        if not reason and row["rating"] not in STARS:
            reason = "rating_invalid"
        if not reason and row["session_id"] in reviewed:
            reason = "duplicate_review"
        if reason:
            report.not_imported.append(("mechanic_reviews", row["id"], reason))
        else:
            reviewed.add(row["session_id"])
    for pk, rating in source.select("SELECT id, rating FROM public.sessions WHERE rating IS NOT NULL"):
        if pk not in gone and pk not in reviewed and rating in STARS:
            reviewed.add(pk)
        elif pk not in gone and rating not in STARS:
            report.warnings.append(("sessions", pk, "rating_invalid"))
    report.totals["reviews"] = len(reviewed)
