"""What is read of the predecessor's tables, and how: whatever type a column really has, each value arrives as what it should be, or is
kept as the text that nobody could read.

The casts below never fail: what does not look like its kind is not cast. PostgreSQL 15 has no function that asks beforehand.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from psycopg import sql

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
    "session_logs": "id level event message session_id mechanic_id customer_id request_id metadata created_at",
}
OTHER_NAMES = {"session_files": {"file_name": "name", "file_size": "size", "file_type": "type"}}
UNCOUNTED = ("session_logs",)  # the report of an import does not speak of it; its rows are set aside

# What a column should be, by its name; all others are text.
NAMES = {
    "uuid": "id user_id workshop_id created_by vehicle_id customer_user_id mechanic_id intake_id parent_session_id preferred_workshop_id"
    " preferred_mechanic_id customer_id session_id request_id sender_id uploaded_by",
    "time": "created_at email_confirmed_at scheduled_start scheduled_for started_at ended_at expires_at summary_submitted_at accepted_at"
    " notification_sent_at joined_at read_at",
    "whole": "file_size rating duration_minutes years_of_experience",
    "number": "price",
    "truth": "email_verified can_accept_sessions is_available red_seal_certified urgent is_follow_up is_urgent prefer_local_mechanic"
    " is_active",
    "json": "metadata summary_data attachments",
    "words": "specializations brand_specializations service_keywords extracted_keywords",
}
KINDS = {name: kind for kind, names in NAMES.items() for name in names.split()}
# As what our copy keeps each kind. JSON and lists stay text until they are looked at: theirs may be broken.
TYPES = {"uuid": "uuid", "time": "timestamptz", "whole": "bigint", "number": "numeric", "truth": "boolean"}
LONGEST = 1_000_000  # characters of one value; of a longer one the rest is cut, and that is said
SHOWN = 500  # characters of a value that could not be read

YEAR = r"(19|2\d)\d\d"  # what is outside of 1900 to 2999 is no time of an event
LEAP_YEAR = r"((19|2\d)(0[48]|[2468][048]|[13579][26])|2[048]00)"
DAY = rf"({YEAR}-(((0[13578]|1[02])-(0[1-9]|[12]\d|3[01]))|((0[469]|11)-(0[1-9]|[12]\d|30))|(02-(0[1-9]|1\d|2[0-8])))|{LEAP_YEAR}-02-29)"
CLOCK = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?"
PATTERNS = {
    "uuid": r"^\s*[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\s*$",
    "time": rf"^\s*{DAY}([ T]{CLOCK}\s*(Z|z|[+-](0\d|1[0-4])(:?[0-5]\d)?)?)?\s*$",
    "whole": r"^\s*[+-]?\d{1,18}(\.0*)?\s*$",
    "number": r"^\s*[+-]?\d{1,12}(\.\d*)?\s*$",
}
BLANK = r"E' \t\r\n'"
TRUE, FALSE = "'t', 'true', 'yes', 'y', 'on', '1'", "'f', 'false', 'no', 'n', 'off', '0'"
FIRST, BEYOND = "'1900-01-01 00:00+00'::timestamptz", "'3000-01-01 00:00+00'::timestamptz"

# How a value of a kind is read from a column {c}, by the type that PostgreSQL says it has; else from its text.
FROM_TYPE = {
    ("uuid", "uuid"): "{c}",
    ("time", "timestamptz"): f"CASE WHEN {{c}} >= {FIRST} AND {{c}} < {BEYOND} THEN {{c}} END",
    ("time", "timestamp"): "CASE WHEN {c} >= '1900-01-02' AND {c} < '2999-12-31' THEN {c} AT TIME ZONE 'UTC' END",
    ("time", "date"): "CASE WHEN {c} >= '1900-01-02' AND {c} < '2999-12-31' THEN {c}::timestamp AT TIME ZONE 'UTC' END",
    **{("whole", number): "{c}::bigint" for number in ("int2", "int4", "int8")},
    ("truth", "bool"): "{c}",
    ("words", "_text"): "array_to_json({c})::text",
    ("words", "_varchar"): "array_to_json({c})::text",
}
FROM_TEXT = {
    "uuid": f"CASE WHEN {{c}}::text ~ '{PATTERNS['uuid']}' THEN btrim({{c}}::text, {BLANK})::uuid END",
    "time": f"CASE WHEN {{c}}::text ~ '{PATTERNS['time']}' THEN btrim({{c}}::text, {BLANK})::timestamptz END",
    "whole": f"CASE WHEN {{c}}::text ~ '{PATTERNS['whole']}' THEN split_part(btrim({{c}}::text, {BLANK}), '.', 1)::bigint END",
    "number": f"CASE WHEN {{c}}::text ~ '{PATTERNS['number']}' THEN btrim({{c}}::text, {BLANK})::numeric END",
    "truth": f"CASE WHEN lower(btrim({{c}}::text, {BLANK})) IN ({TRUE}) THEN true"
    f" WHEN lower(btrim({{c}}::text, {BLANK})) IN ({FALSE}) THEN false END",
    **dict.fromkeys(("text", "json", "words"), f"left({{c}}::text, {LONGEST})"),
}
CERTAIN = {("uuid", "uuid"), ("truth", "bool"), ("words", "_text"), ("words", "_varchar")} | {
    ("whole", number) for number in ("int2", "int4", "int8")
}  # these lose nothing


@dataclass(frozen=True)
class Column:
    """One column that is wanted.

    Args:
        found: under which name this installation has it, or None.
        actual: its real type, as pg_type calls it.
    """

    name: str
    found: str | None = None
    actual: str = ""

    @property
    def kind(self) -> str:
        return KINDS.get(self.name, "text")

    @property
    def type(self) -> str:
        """Its type in our copy."""
        return TYPES.get(self.kind, "text")

    def read(self) -> sql.Composable:
        """The value as it should be, else NULL."""
        if self.found is None:
            return sql.SQL(f"NULL::{self.type}")
        return self._of(FROM_TYPE.get((self.kind, self.actual), FROM_TEXT[self.kind]))

    def unread(self) -> sql.Composable | None:
        """The text of a value that could not be read, or was cut, else NULL; None for a column where that cannot be."""
        if self.found is None or (self.kind, self.actual) in CERTAIN:
            return None
        if self.type == "text":
            return self._of(f"CASE WHEN length({{c}}::text) > {LONGEST} THEN left({{c}}::text, {SHOWN}) END")
        lost = sql.SQL("{} IS NULL").format(self.read())
        shown = self._of(f"btrim({{c}}::text, {BLANK}) <> '' THEN left({{c}}::text, {SHOWN}) END")
        return sql.SQL("CASE WHEN {} IS NOT NULL AND {} AND {}").format(sql.Identifier("t", self.found), lost, shown)

    def _of(self, expression: str) -> sql.Composed:
        return sql.SQL(expression.replace("{", "{{").replace("}", "}}").replace("{{c}}", "{c}")).format(c=sql.Identifier("t", self.found))


def columns_of(table: str, found: Mapping[str, str]) -> list[Column]:
    """The columns that are wanted of a table, of which an installation has these: type by name."""
    columns = []
    for name in COLUMNS[table].split():
        here = next((each for each in (name, OTHER_NAMES.get(table, {}).get(name)) if each in found), None)
        columns.append(Column(name, here, found.get(here or "", "")))
    return columns


def local(table: str) -> str:
    """What a table is called in our copy, and in reports."""
    return "accounts" if table == "auth.users" else table
