"""The predecessor's database, as it really is: read only, in one snapshot, with whatever tables and columns this installation has.

No two installations have the same schema. What is missing reads as empty or as NULL and is listed in `missing`; what nobody reads is
listed in `not_read`. What is there but may not be read is an error, never "empty".
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg import sql

from legacy_app.columns import COLUMNS, UNCOUNTED, Column, columns_of

READABLE = ("r", "p", "v", "m", "f")  # tables, partitioned ones, views, materialized views, foreign tables
CORE = {"sessions", "session_requests"}  # one of them at least makes it a database of the old system


class UnreadableSource(Exception):
    """This is no database of the predecessor, or it cannot be read; in words."""


class Source:
    """An open snapshot of the predecessor's database.

    Args:
        connection: within a read-only, repeatable-read transaction.
        schema: where its tables are; None: where they are found.

    Attributes:
        missing: names of tables, and of columns as "table.column", that this installation does not have.
        not_read: names of tables and columns that it has, and that no import knows.
    """

    def __init__(self, connection: psycopg.Connection, schema: str | None = None) -> None:
        self.connection = connection
        self._found = self._look()  # types by column by table by schema
        self.schema = schema or self._home()
        if not CORE & self._found.get(self.schema, {}).keys():
            raise UnreadableSource("This database has no tables `sessions` and `session_requests`: it is not one of the old system.")
        self._refuse_the_unreadable()
        self.columns = {table: columns_of(table, self._of(table)) for table in COLUMNS}
        self.missing = sorted(self._missing())
        self.not_read = sorted(self._not_read())

    def has(self, table: str) -> bool:
        return bool(self._of(table))

    def count(self, table: str) -> int:
        return self._ask(sql.SQL("SELECT count(*) FROM {}").format(self._name(table)))[0][0] if self.has(table) else 0

    def rows(self, table: str) -> Iterator[bytes]:
        """The rows as COPY writes them: the wanted columns, then a JSON object of what could not be read."""
        columns = self.columns[table]
        question = sql.SQL("COPY (SELECT {}, {} FROM {} AS t) TO STDOUT").format(
            sql.SQL(", ").join(column.read() for column in columns), _unread(columns), self._name(table)
        )
        with self.connection.cursor() as cursor, cursor.copy(question) as copy:
            for block in copy:
                yield bytes(block)

    def _look(self) -> dict[str, dict[str, dict[str, str]]]:
        """From PostgreSQL's own catalogue: information_schema keeps silent about what one may not read."""
        found: dict[str, dict[str, dict[str, str]]] = {}
        for schema, table, column, kind in self._ask(
            """SELECT n.nspname, c.relname, a.attname, y.typname
               FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                    JOIN pg_type y ON y.oid = a.atttypid
               WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind = ANY(%s)
                 AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%%'
                 AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.objid = c.oid AND e.deptype = 'e')""",
            list(READABLE),
        ):
            found.setdefault(schema, {}).setdefault(table, {})[column] = kind
        return found

    def _home(self) -> str:
        """The schema with the most tables of the old system; `public` where that is the same."""
        known = {table for table in COLUMNS if "." not in table}
        numbers = {schema: len(known & tables.keys()) for schema, tables in self._found.items() if CORE & tables.keys()}
        best = [schema for schema, number in numbers.items() if number == max(numbers.values())]
        if len(best) > 1 and "public" not in best:
            raise UnreadableSource(f"Several schemas hold tables of the old system: {', '.join(sorted(best))}. Say which one by --schema.")
        return "public" if "public" in best or not best else best[0]

    def _refuse_the_unreadable(self) -> None:
        """What is there but hidden from us must not be taken for empty."""
        for table in filter(self.has, COLUMNS):
            name = ".".join(_quoted(part) for part in self._where(table))
            if not self._ask("SELECT has_schema_privilege(%s, 'USAGE')", self._where(table)[0])[0][0]:
                raise UnreadableSource(f"This role may not read {name}. What cannot be read must not be taken for empty.")
            wanted = [column.found for column in columns_of(table, self._of(table)) if column.found]
            asked = "SELECT each FROM unnest(%s::text[]) each WHERE NOT has_column_privilege(%s, each, 'SELECT')"
            hidden = [each for (each,) in self._ask(asked, wanted, name)]
            if hidden:
                what = name if len(hidden) == len(wanted) else f"the columns {', '.join(hidden)} of {name}"
                raise UnreadableSource(f"This role may not read {what}. What cannot be read must not be taken for empty.")
            if self._ask("SELECT row_security_active(%s)", name)[0][0]:
                raise UnreadableSource(f"Row security hides rows of {name} from this role. Read as the owner, or as a role with BYPASSRLS.")

    def _missing(self) -> Iterator[str]:
        for table, columns in self.columns.items():
            if table in UNCOUNTED:
                continue
            if not self.has(table):
                yield table
            else:
                yield from (f"{table}.{column.name}" for column in columns if column.found is None)

    def _not_read(self) -> Iterator[str]:
        known = {self._where(table) for table in COLUMNS}
        for table in self._found[self.schema]:
            if (self.schema, table) not in known:
                yield table
        for table, columns in self.columns.items():
            yield from (
                f"{table}.{name}" for name in self._of(table).keys() - {column.found for column in columns} if table != "auth.users"
            )

    def _of(self, table: str) -> dict[str, str]:
        schema, name = self._where(table)
        return self._found.get(schema, {}).get(name, {})

    def _where(self, table: str) -> tuple[str, str]:
        schema, _dot, name = table.rpartition(".")
        return schema or self.schema, name

    def _name(self, table: str) -> sql.Identifier:
        return sql.Identifier(*self._where(table))

    def _ask(self, question: str | sql.Composable, *parameters: object) -> list[tuple]:
        with self.connection.cursor() as cursor:
            return cursor.execute(question, parameters or None).fetchall()


def _unread(columns: list[Column]) -> sql.Composable:
    pairs = [sql.SQL("{}, {}").format(column.name, lost) for column in columns if (lost := column.unread())]
    if not pairs:
        return sql.SQL("NULL")
    return sql.SQL("nullif(jsonb_strip_nulls(jsonb_build_object({})), '{{}}')").format(sql.SQL(", ").join(pairs))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def snapshot(url: str, schema: str | None = None) -> Iterator[Source]:
    """Opens the database; nothing can be written, and everything is as it was at one moment.

    Raises:
        UnreadableSource: it cannot be reached or read, breaks off on the way, or is something else.
    """
    try:
        with psycopg.connect(url, connect_timeout=10, application_name="import_legacy") as connection:
            connection.read_only, connection.isolation_level = True, psycopg.IsolationLevel.REPEATABLE_READ
            for name, value in SETTINGS.items():
                connection.execute(sql.SQL("SET LOCAL {} = {}").format(sql.Identifier(name), value))
            yield Source(connection, schema)
            with suppress(psycopg.Error):
                connection.rollback()
    except psycopg.OperationalError as error:
        raise UnreadableSource(f"The old database does not answer: {str(error).strip()}") from error
    except psycopg.Error as error:
        raise UnreadableSource(f"The old database cannot be read: {str(error).strip()}") from error


# Row security is an error instead of a filter; times without a zone are UTC.
SETTINGS = {
    "row_security": "off",
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "client_encoding": "UTF8",
    "standard_conforming_strings": "on",
    "statement_timeout": 0,
    "idle_in_transaction_session_timeout": 0,
    "bytea_output": "hex",
}
