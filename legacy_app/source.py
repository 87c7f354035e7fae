"""The predecessor's database, as it really is: read only, in one snapshot, with whatever tables and columns this installation has.

No two installations have the same schema, and none can be trusted to have kept its keys and rules. What is missing reads as empty or as
NULL and is listed in `missing`; a second row with the same id is set aside by whoever reads it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

# What is read of each table. Tax numbers, insurance and password hashes stand in some installations too; they are never asked for.
COLUMNS = {
    "auth.users": "id email email_confirmed_at created_at",
    "profiles": "id email role full_name phone account_status email_verified city state_province postal_zip_code country"
    " preferred_language timezone created_at",
    "mechanics": "id user_id name email phone account_type workshop_id application_status can_accept_sessions is_available"
    " years_of_experience specializations brand_specializations service_keywords about_me red_seal_certified certification_type"
    " city province state_province country timezone created_at",
    "organizations": "id organization_type name slug email phone website address city province postal_code country status"
    " created_by created_at",
    "vehicles": "id user_id make model year vin color mileage plate nickname created_at",
    "intakes": "id plan name customer_name email phone city vin year make model odometer plate concern urgent vehicle_id created_at",
    "sessions": "id created_at plan type status stripe_session_id customer_email customer_user_id mechanic_id intake_id scheduled_start"
    " scheduled_for started_at ended_at expires_at duration_minutes rating rating_comment summary_data summary_submitted_at mechanic_notes"
    " parent_session_id is_follow_up preferred_workshop_id metadata",
    "session_requests": "id created_at customer_id customer_name customer_email session_type plan_code status mechanic_id accepted_at"
    " expires_at notification_sent_at notes parent_session_id session_id is_follow_up follow_up_type vehicle_id is_urgent"
    " preferred_workshop_id preferred_mechanic_id routing_type request_type requested_brand extracted_keywords customer_country"
    " customer_city customer_postal_code prefer_local_mechanic metadata",
    "session_participants": "id session_id user_id role joined_at",
    "chat_messages": "id session_id sender_id content attachments read_at created_at",
    "session_files": "id session_id uploaded_by file_name file_size file_type storage_path description created_at",
    "mechanic_reviews": "id session_id mechanic_id customer_id rating review_text created_at",
    "service_plans": "id slug name price duration_minutes is_active",
}
OTHER_NAMES = {"session_files": {"file_name": "name", "file_size": "size", "file_type": "type"}}
NEEDED = ("auth.users", "profiles", "mechanics", "sessions", "session_requests")
BATCH = 500


class UnreadableSource(Exception):
    """This is no database of the predecessor, or it cannot be reached; in words."""


class Source:
    """An open snapshot of the predecessor's database.

    Args:
        connection: within a read-only, repeatable-read transaction.

    Attributes:
        missing: names of tables, and of columns as "table.column", that this installation does not have.
    """

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        self.columns = self._columns()
        self.missing = sorted(self._missing())
        if not self.columns["sessions"] or not self.columns["session_requests"]:
            raise UnreadableSource("This database has no tables `sessions` and `session_requests`: it is not one of the old system.")

    def rows(self, table: str, where: str = "true", parameters: Iterable = (), order: str = "id") -> Iterator[dict]:
        """Rows of a table, streamed; columns that are missing are None, a missing table has no rows."""
        if not self.columns[table]:
            return
        query = sql.SQL("SELECT {} FROM {} AS t WHERE {} ORDER BY {}").format(
            self._selected(table), self._name(table), sql.SQL(where), sql.SQL(order)
        )
        with self.connection.cursor(name="rows", row_factory=dict_row) as cursor:
            cursor.itersize = 2000
            cursor.execute(query, tuple(parameters))
            yield from cursor

    def select(self, query: str, *parameters: object) -> list[tuple]:
        """A small question of one's own. `{column:table.name}` is not known here: look at `has` first."""
        with self.connection.cursor() as cursor:
            return cursor.execute(query, parameters).fetchall()

    def has(self, table: str, column: str) -> bool:
        return column in self.columns[table]

    def count(self, table: str) -> int:
        if not self.columns[table]:
            return 0
        with self.connection.cursor() as cursor:
            return cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(self._name(table))).fetchone()[0]

    def customers(self) -> Iterator[list[UUID]]:
        """The ids of everybody whom a request or a session names as its customer, in batches."""
        query = "SELECT customer_id FROM public.session_requests UNION SELECT customer_user_id FROM public.sessions ORDER BY 1"
        with self.connection.cursor(name="customers") as cursor:
            cursor.execute(query)
            while batch := cursor.fetchmany(BATCH):
                yield [row[0] for row in batch if row[0]]

    def counts(self, table: str, *columns: str) -> Counter:
        """How many rows have each combination of values."""
        with self.connection.cursor() as cursor:
            names = sql.SQL(", ").join(self._column(table, column) for column in columns)
            query = sql.SQL("SELECT {names}, count(*) FROM {table} AS t GROUP BY {all}").format(
                names=names, table=self._name(table), all=sql.SQL(", ").join(sql.Literal(n + 1) for n in range(len(columns)))
            )
            return Counter({row[:-1]: row[-1] for row in cursor.execute(query)})

    def _columns(self) -> dict[str, set[str]]:
        query = """SELECT table_schema || '.' || table_name, column_name FROM information_schema.columns
                   WHERE table_schema IN ('public', 'auth')"""
        found: dict[str, set[str]] = {}
        for table, column in self.select(query):
            found.setdefault(table, set()).add(column)
        return {table: found.get(_full(table), set()) for table in COLUMNS}

    def _missing(self) -> Iterator[str]:
        for table, wanted in COLUMNS.items():
            if not self.columns[table]:
                yield table
                continue
            other = OTHER_NAMES.get(table, {})
            yield from (f"{table}.{column}" for column in wanted.split() if not {column, other.get(column)} & self.columns[table])

    def _selected(self, table: str) -> sql.Composed:
        return sql.SQL(", ").join(
            sql.SQL("{} AS {}").format(self._column(table, name), sql.Identifier(name)) for name in COLUMNS[table].split()
        )

    def _column(self, table: str, name: str) -> sql.Composable:
        for candidate in (name, OTHER_NAMES.get(table, {}).get(name)):
            if candidate in self.columns[table]:
                return sql.Identifier("t", candidate)
        return sql.SQL("NULL")

    def _name(self, table: str) -> sql.Identifier:
        return sql.Identifier(*_full(table).split("."))


def _full(table: str) -> str:
    return table if "." in table else f"public.{table}"


@contextmanager
def snapshot(url: str) -> Iterator[Source]:
    """Opens the database; nothing can be written, and everything is as it was at one moment.

    Raises:
        UnreadableSource: it cannot be reached, or is something else.
    """
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            connection.read_only, connection.isolation_level = True, psycopg.IsolationLevel.REPEATABLE_READ
            yield Source(connection)
            connection.rollback()
    except psycopg.OperationalError as error:
        raise UnreadableSource(f"The old database does not answer: {str(error).strip()}") from error
