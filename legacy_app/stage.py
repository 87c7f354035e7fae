"""Our own copy of the predecessor's database, for the time of one import: every column of every table, each of the right type.

It lies in temporary tables of our database, beside everything that is found out about it, so memory stays the same however many rows
there are. It ends with its connection: nothing is left behind, even by a process that was killed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count, islice
from uuid import UUID

import psycopg
from django.db import connection as ours
from psycopg import sql
from psycopg.rows import dict_row

from legacy_app.columns import COLUMNS, KINDS, local
from legacy_app.source import Source
from legacy_app.words import parsed

BATCH = 500  # rows on their way
AT_ONCE = 2**20  # bytes that are passed on together
# Rows of these are told apart by more than their id, so one that has none gets one made of what it says.
MAY_BE_NAMELESS = ("sessions", "session_requests", "vehicles", "chat_messages", "session_files", "mechanic_reviews")
INDEXED = {
    "sessions": ("customer_user_id", "intake_id"),
    "session_requests": ("customer_id",),
    "chat_messages": ("session_id",),
    "session_files": ("session_id",),
    "mechanic_reviews": ("session_id",),
    "mechanics": ("user_id",),
    "vehicles": ("user_id",),
}
JSON = {name for name, kind in KINDS.items() if kind in ("json", "words")}

FINDINGS = """
    CREATE TEMP TABLE aside (tablename text NOT NULL, line bigint NOT NULL, reason text NOT NULL, PRIMARY KEY (tablename, line));
    CREATE TEMP TABLE persons (id uuid PRIMARY KEY, origin text NOT NULL, line bigint);
    CREATE TEMP TABLE wanting (session uuid PRIMARY KEY, mechanic uuid, kind text, created_at timestamptz, is_held boolean DEFAULT false);
    CREATE TEMP TABLE places (mechanic uuid, kind text, free int, PRIMARY KEY (mechanic, kind));
    CREATE TEMP TABLE fate (session uuid PRIMARY KEY, old_session uuid UNIQUE, old_request uuid UNIQUE, status text NOT NULL);
"""


class Stage:
    """The copy.

    Args:
        connection: to our database; the copy is its own.

    Attributes:
        missing, not_read: what the old database lacks, and what of it nobody reads (see Source).
    """

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        self.missing: list[str] = []
        self.not_read: list[str] = []
        self._numbers = count(1)

    # --- filled once ---------------------------------------------------------------------------

    def fill(self, source: Source, tell: Callable[[str, int, int], None] = lambda what, done, total: None) -> None:
        """Copies everything. `tell` is told what, how many rows and out of how many."""
        self.missing, self.not_read = source.missing, source.not_read
        counts = {table: source.count(table) for table in COLUMNS}
        done, total = 0, sum(counts.values())
        with self.connection.cursor() as cursor:
            for table in COLUMNS:
                name = local(table)
                columns = [(column.name, column.type) for column in source.columns[table]]
                cursor.execute(_create(name, columns))
                if counts[table]:
                    into = sql.SQL("COPY {} ({}, unread) FROM STDIN").format(
                        sql.Identifier(name), sql.SQL(", ").join(sql.Identifier(each) for each, _type in columns)
                    )
                    with cursor.copy(into) as copy:
                        for rows, block in _blocks(source.rows(table)):
                            copy.write(block)
                            tell("copying", done := done + rows, total)
                self._tidy(cursor, name)
            cursor.execute(FINDINGS)
            cursor.execute("INSERT INTO aside SELECT 'session_logs', line, 'log' FROM session_logs WHERE trouble IS NULL")
            for table in COLUMNS:
                cursor.execute(
                    sql.SQL("INSERT INTO aside SELECT {}, line, trouble FROM {} WHERE trouble IS NOT NULL").format(
                        local(table), sql.Identifier(local(table))
                    )
                )
            ours_alone = sql.SQL(", ").join(sql.Identifier(local(table)) for table in COLUMNS)
            cursor.execute(sql.SQL("ANALYZE {}, aside").format(ours_alone))

    def _tidy(self, cursor: psycopg.Cursor, name: str) -> None:
        """Every row gets an id of its own; the second of two with the same id is trouble. Some installations have lost their keys."""
        table = sql.Identifier(name)
        if name in MAY_BE_NAMELESS:
            cursor.execute(
                sql.SQL(
                    """UPDATE {table} t SET id = md5({name} || said || number)::uuid, unread = coalesce(unread, '{{}}') || '{{"id": "-"}}'
                       FROM (SELECT line, said, row_number() OVER (PARTITION BY said ORDER BY line) AS number
                             FROM (SELECT line, (to_jsonb(x) - 'line')::text AS said FROM {table} x WHERE id IS NULL) y) made
                       WHERE made.line = t.line"""
                ).format(table=table, name=name)
            )
        else:
            cursor.execute(sql.SQL("UPDATE {} SET trouble = 'id_invalid' WHERE id IS NULL").format(table))
        cursor.execute(
            sql.SQL(
                """UPDATE {table} t SET trouble = 'duplicate_id'
                   FROM (SELECT line, row_number() OVER (PARTITION BY id ORDER BY line) AS number FROM {table}
                         WHERE id IN (SELECT id FROM {table} GROUP BY id HAVING count(*) > 1)) again
                   WHERE again.line = t.line AND again.number > 1"""
            ).format(table=table)
        )
        cursor.execute(sql.SQL("CREATE UNIQUE INDEX ON {} (id) WHERE trouble IS NULL").format(table))
        for column in INDEXED.get(name, ()):
            cursor.execute(sql.SQL("CREATE INDEX ON {} ({})").format(table, sql.Identifier(column)))

    # --- asked often -----------------------------------------------------------------------------

    def stream(self, question: str, *parameters: object) -> Iterator[dict]:
        """The rows of any question, a few at a time."""
        with self.connection.cursor(name=f"rows_{next(self._numbers)}", row_factory=dict_row) as cursor:
            cursor.itersize = BATCH
            cursor.execute(question, parameters or None)
            for row in cursor:
                yield _with_json(row)

    def select(self, question: str, *parameters: object) -> list[tuple]:
        """A question with a small answer."""
        with self.connection.cursor() as cursor:
            return cursor.execute(question, parameters or None).fetchall()

    def run(self, statement: str, *parameters: object) -> int:
        """Finds something out for all rows at once.

        Returns:
            How many it was found out of.
        """
        with self.connection.cursor() as cursor:
            return cursor.execute(statement, parameters or None).rowcount

    def kept(self, table: str, where: str = "true") -> Iterator[dict]:
        """The rows of a table that come along, or may still."""
        return self.stream(
            f"""SELECT t.* FROM {table} t LEFT JOIN aside a ON a.tablename = '{table}' AND a.line = t.line
                WHERE a.line IS NULL AND {where} ORDER BY t.line"""  # noqa: S608 (our own names)
        )

    def of(self, table: str, column: str, ids: Sequence[UUID], order: str = "id", *, with_aside: bool = False) -> list[dict]:
        """The rows that come along, or may still, of these sessions, customers, or with these ids.

        Args:
            with_aside: also those that were found to stay behind, but not the second ones with the same id.
        """
        with self.connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(
                f"""SELECT t.* FROM {table} t LEFT JOIN aside a ON a.tablename = '{table}' AND a.line = t.line
                    WHERE t.{column} = ANY(%s) AND (a.line IS NULL OR %s AND t.trouble IS NULL) ORDER BY {order}""",  # noqa: S608
                [list(ids), with_aside],
            )
            return [_with_json(row) for row in cursor]

    def count(self, table: str) -> int:
        return self.select(f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608 (our own names)

    def counts(self, table: str, *columns: str) -> Counter:
        """How many rows have each combination of values."""
        names = ", ".join(columns)
        return Counter({row[:-1]: row[-1] for row in self.select(f"SELECT {names}, count(*) FROM {table} GROUP BY {names}")})  # noqa: S608

    def set_aside(self, table: str, rows: Iterable[tuple[UUID, str]]) -> None:
        """Notes that rows stay behind: (id, reason)."""
        if rows := list(rows):
            self.run(
                f"""INSERT INTO aside SELECT '{table}', t.line, w.reason FROM {table} t
                    JOIN unnest(%s::uuid[], %s::text[]) w (id, reason) ON w.id = t.id AND t.trouble IS NULL
                    ON CONFLICT DO NOTHING""",  # noqa: S608 (our own names)
                [pk for pk, _reason in rows],
                [reason for _pk, reason in rows],
            )

    def customers(self) -> Iterator[list[tuple[UUID, bool]]]:
        """Everybody whom a request or a session names as its customer, and whether he is known, in batches."""
        rows = self.stream(
            """SELECT named.id, persons.id IS NOT NULL AND persons.origin <> 'mechanics' AS is_known
               FROM (SELECT customer_id AS id FROM session_requests WHERE customer_id IS NOT NULL AND trouble IS NULL
                     UNION SELECT customer_user_id FROM sessions WHERE customer_user_id IS NOT NULL AND trouble IS NULL) named
               LEFT JOIN persons ON persons.id = named.id ORDER BY 1"""
        )
        while batch := [(row["id"], row["is_known"]) for row in islice(rows, BATCH)]:
            yield batch

    def among(self, table: str, ids: Iterable[UUID | None]) -> set[UUID]:
        """Those of the ids that are in a table of findings or of the copy."""
        wanted = list({pk for pk in ids if pk})
        return {row[0] for row in self.select(f"SELECT id FROM {table} WHERE id = ANY(%s)", wanted)} if wanted else set()  # noqa: S608


def _create(name: str, columns: list[tuple[str, str]]) -> sql.Composed:
    listed = sql.SQL(", ").join(sql.SQL("{} {}").format(sql.Identifier(each), sql.SQL(kind)) for each, kind in columns)
    return sql.SQL("CREATE TEMP TABLE {} (line bigint GENERATED ALWAYS AS IDENTITY, {}, unread jsonb, trouble text)").format(
        sql.Identifier(name), listed
    )


def _blocks(rows: Iterator[bytes]) -> Iterator[tuple[int, str]]:
    """Rows put together: (how many, their text). What is no UTF-8, as in a database that never looked, is marked in place."""
    waiting, size = [], 0
    for row in rows:
        waiting.append(row)
        size += len(row)
        if size > AT_ONCE:
            yield len(waiting), b"".join(waiting).decode(errors="replace")
            waiting, size = [], 0
    if waiting:
        yield len(waiting), b"".join(waiting).decode(errors="replace")


def _with_json(row: dict) -> dict:
    for name in row.keys() & JSON:
        row[name] = parsed(row[name], as_words=KINDS[name] == "words")
    return row


@contextmanager
def stage() -> Iterator[Stage]:
    """A place for a copy, in our database."""
    parameters = ours.get_connection_params()
    parameters = {name: value for name, value in parameters.items() if name in ("dbname", "user", "password", "host", "port", "service")}
    ours.ensure_connection()
    with psycopg.connect(**parameters, application_name="import_legacy") as connection:
        connection.execute("SET timezone = 'UTC'; SET jit = off; SET work_mem = '32MB'; SET temp_buffers = '32MB'")
        yield Stage(connection)
        connection.rollback()
