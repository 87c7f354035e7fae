"""Rules of the database that Django has no constraint class for, written as constraints so that migrations track them.

Both kinds hold against raw SQL as well as against the ORM, and neither can be switched off by a session variable.
"""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import BaseConstraint, Model


class Rule(BaseConstraint):
    """A rule that exists in the database alone: `validate` has nothing to say, the statement itself is refused."""

    def constraint_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:
        return self.create_sql(model, schema_editor)

    def create_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:
        # Not now but at the end of the migration: the table or key that a reference points to may not exist yet.
        schema_editor.deferred_sql.append(self.make_sql(model, schema_editor))
        return ""

    def validate(self, *args: Any, **kwargs: Any) -> None:
        return None

    def make_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:
        """The statement that creates the rule."""
        raise TypeError(f"{type(self).__name__} has no SQL")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.deconstruct() == other.deconstruct()  # type: ignore[attr-defined]

    __hash__ = object.__hash__


class Reference(Rule):
    """A foreign key over several columns: `columns` of this table name a row of `to` by its unique `to_columns`.

    Args:
        columns: column names of the referring table; a row with a NULL among them refers to nothing.
        to: the table that is referred to.
        to_columns: unique columns there, in the same order.
        table: the referring table, when it is not the model's own.
        deferred: checked at commit instead of after each statement.
    """

    def __init__(self, *, name: str, columns: list[str], to: str, to_columns: list[str], table: str = "", deferred: bool = False) -> None:
        super().__init__(name=name)
        self.columns, self.to, self.to_columns, self.table, self.deferred = columns, to, to_columns, table, deferred

    def make_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:
        quote = schema_editor.quote_name
        columns, to_columns = (", ".join(map(quote, names)) for names in (self.columns, self.to_columns))
        when = " DEFERRABLE INITIALLY DEFERRED" if self.deferred else ""
        return (
            f"ALTER TABLE {quote(self.table or model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} "
            f"FOREIGN KEY ({columns}) REFERENCES {quote(self.to)} ({to_columns}){when}"
        )

    def remove_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(self.table or model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def deconstruct(self) -> tuple[str, tuple, dict]:
        path, args, kwargs = super().deconstruct()
        kwargs |= {"columns": self.columns, "to": self.to, "to_columns": self.to_columns, "table": self.table, "deferred": self.deferred}
        return path, args, kwargs


class Trigger(Rule):
    """A row trigger that refuses: it raises check_violation (23514), so Django reports an IntegrityError.

    Args:
        on: the operations, e.g. "UPDATE OR DELETE".
        refuse_when: a SQL condition over OLD and NEW.
        message: what the error says.
        deferred: looked at when the transaction commits.
        lock: "<table> WHERE <condition over NEW>": these rows are locked before it is looked, for a condition over many rows; else two
            transactions that do not see each other could together do what neither may do alone.
    """

    def __init__(self, *, name: str, on: str, refuse_when: str, message: str, deferred: bool = False, lock: str = "") -> None:
        super().__init__(name=name)
        self.on, self.refuse_when, self.message, self.deferred, self.lock = on, refuse_when, message, deferred, lock

    def make_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:
        quote, name, table = schema_editor.quote_name, schema_editor.quote_name(self.name), model._meta.db_table
        message = self.message.replace("'", "''")
        kind, when = ("CONSTRAINT ", "DEFERRABLE INITIALLY DEFERRED ") if self.deferred else ("", "")
        # A statement of its own: the condition then sees what was committed while this one waited.
        lock = f"PERFORM 1 FROM {self.lock} FOR NO KEY UPDATE; " if self.lock else ""
        return (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $rule$ BEGIN {lock}"
            f"IF {self.refuse_when} THEN RAISE EXCEPTION '{message}' USING ERRCODE = '23514', CONSTRAINT = '{self.name}'; END IF; "
            f"IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $rule$; "
            f"CREATE {kind}TRIGGER {name} {'AFTER' if self.deferred else 'BEFORE'} {self.on} ON {quote(table)} "
            f"{when}FOR EACH ROW EXECUTE FUNCTION {name}()"
        )

    def remove_sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:
        name, table = schema_editor.quote_name(self.name), schema_editor.quote_name(model._meta.db_table)
        return f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}()"

    def deconstruct(self) -> tuple[str, tuple, dict]:
        path, args, kwargs = super().deconstruct()
        kwargs |= {"on": self.on, "refuse_when": self.refuse_when, "message": self.message, "deferred": self.deferred}
        if self.lock:
            kwargs["lock"] = self.lock
        return path, args, kwargs
