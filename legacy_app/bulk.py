"""Many rows of ours at once: written by COPY, looked for by one array of ids. Both cost a fraction of a statement with a parameter each."""

from collections.abc import Iterable

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import AutoField, ForeignKey, Lookup, Model, UUIDField
from psycopg import sql


def write(rows: Iterable[Model]) -> None:
    """Writes new rows of one model. All rules of the database hold, as for any other insert; keys that it makes up stay unknown."""
    rows = list(rows)
    if not rows:
        return
    fields = [field for field in rows[0]._meta.local_concrete_fields if not field.generated and not isinstance(field, AutoField)]
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(rows[0]._meta.db_table), sql.SQL(", ").join(sql.Identifier(field.column) for field in fields)
    )
    ours = connections[DEFAULT_DB_ALIAS]  # looked up once: the usual proxy does it for each value
    with ours.wrap_database_errors, ours.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row([field.get_db_prep_save(field.pre_save(row, add=True), ours) for field in fields])


@UUIDField.register_lookup
@ForeignKey.register_lookup
class Among(Lookup):
    """`pk__among=ids`: what `in` means, with all ids in one parameter."""

    lookup_name, prepare_rhs = "among", False

    def as_sql(self, compiler: object, connection: object) -> tuple[str, list]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::uuid[])", [*parameters, f"{{{','.join(map(str, self.rhs))}}}"]
