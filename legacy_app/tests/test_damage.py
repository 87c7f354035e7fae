"""Other installations, worse damaged: each row of theirs is imported, healed, merged or set aside all the same, and nothing breaks.

The damage is done in a transaction of the old database that never ends well, so one database is enough for all.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import transaction

from files_app.tests.photos import picture
from legacy_app.columns import COLUMNS
from legacy_app.importing import Import
from legacy_app.report import Report
from legacy_app.source import UnreadableSource, snapshot
from legacy_app.stage import Stage, stage
from legacy_app.sums import is_well
from legacy_app.tests.conftest import NOW, bring, check_rules_of_the_database
from legacy_app.tests.test_objects import copy as copy_objects
from requests_app.models import SessionRequest
from sessions_app.models import Message, Session

# Of all tables of the old system: their keys and rules are gone, and whatever was true of columns.
EACH_TABLE = """
    DO $do$ DECLARE r record; BEGIN FOR r IN
      SELECT c.oid::regclass AS t, array_agg(a.attname) AS names FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE c.relkind = 'r' AND c.relnamespace::regnamespace::text IN ('public', 'auth') AND a.attnum > 0 AND NOT a.attisdropped
      GROUP BY 1 LOOP {do} END LOOP; END $do$;"""
NO_RULES = """
    DO $do$ DECLARE r record; BEGIN FOR r IN
      SELECT conrelid::regclass AS t, conname FROM pg_constraint
      WHERE contype IN ('f', 'c', 'u', 'p') AND connamespace::regnamespace::text IN ('public', 'auth')
      ORDER BY array_position(ARRAY['f', 'c', 'u', 'p'], contype::text)
      LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', r.t, r.conname); END LOOP; END $do$;"""
NO_RULES += EACH_TABLE.format(
    do="""EXECUTE (SELECT format('ALTER TABLE %s ', r.t) || string_agg(format('ALTER %1$I DROP DEFAULT, ALTER %1$I DROP NOT NULL', n), ', ')
                   FROM unnest(r.names) n);"""
)
ALL_TEXT = EACH_TABLE.format(
    do="""EXECUTE (SELECT format('ALTER TABLE %s ', r.t) || string_agg(format('ALTER %1$I TYPE text USING %1$I::text', n), ', ')
                   FROM unnest(r.names) n);"""
)


def everything_is(value: str) -> str:
    """All columns are text and say the same, but for those that say whose a row is."""
    whose = "('id', 'customer_id', 'customer_user_id', 'session_id')"
    update = f"""EXECUTE (SELECT format('UPDATE %s SET ', r.t) || string_agg(format('%I = {value}', n), ', ')
                          FROM unnest(r.names) n WHERE n NOT IN {whose});"""
    return NO_RULES + ALL_TEXT + EACH_TABLE.format(do=update)


DAMAGES = {
    "no keys at all": """ALTER TABLE public.mechanic_reviews DROP CONSTRAINT mechanic_reviews_session_id_key;
        ALTER TABLE public.sessions DROP CONSTRAINT sessions_pkey CASCADE, DROP CONSTRAINT sessions_stripe_session_id_key;
        INSERT INTO public.sessions SELECT * FROM public.sessions LIMIT 5""",
    "states in many spellings": "UPDATE public.sessions SET status = upper(status) || E' \\n'",
    "states that nobody knows": "UPDATE public.sessions SET status = 'melted'",
    "no states": "UPDATE public.sessions SET status = NULL",
    "no times": "UPDATE public.sessions SET created_at = NULL, started_at = NULL, ended_at = NULL",
    "times the wrong way round": """UPDATE public.sessions
        SET started_at = created_at - interval '1 day', ended_at = created_at - interval '2 days'""",
    "from the future": "UPDATE public.sessions SET created_at = created_at + interval '10 years'",
    "all live at once": "UPDATE public.sessions SET status = 'live'",
    "metadata that are no object": """UPDATE public.session_requests SET metadata = '["session_id"]';
        UPDATE public.sessions SET metadata = '7'""",
    "plans that nobody knows": "UPDATE public.sessions SET plan = 'gold'; UPDATE public.session_requests SET plan_code = NULL",
    "mechanics by their accounts": """ALTER TABLE public.session_requests DROP CONSTRAINT session_requests_mechanic_id_fkey;
        UPDATE public.session_requests r SET mechanic_id = m.user_id FROM public.mechanics m WHERE m.id = r.mechanic_id""",
    "his own mechanic": """UPDATE public.sessions SET mechanic_id = '3e000000-0000-4000-8000-000000000001',
        customer_user_id = 'a0000000-0000-4000-8000-000000000001', status = 'live'""",
    "addresses that are none": "UPDATE public.profiles SET email = 'not an address' || id",
    "twenty files in a session": """INSERT INTO public.session_files (session_id, uploaded_by, file_name, file_size, storage_path)
        SELECT '62e91166-c36b-4bd5-bc51-5b168f1bd176', 'f4d90392-118c-4738-ab16-94689f039f2a', 'photo.jpg', 1, 'x'
        FROM generate_series(1, 20)""",
    "all columns are text": NO_RULES + ALL_TEXT,
    "ids in capitals, with blanks": NO_RULES
    + ALL_TEXT
    + EACH_TABLE.format(do="EXECUTE format('UPDATE %s SET id = '' '' || upper(id) || chr(10)', r.t);"),
    "ids that are none": NO_RULES
    + ALL_TEXT
    + EACH_TABLE.format(do="EXECUTE format('UPDATE %1$s SET id = ''?'' WHERE ctid IN (SELECT ctid FROM %1$s LIMIT 3)', r.t);"),
    "every row twice": NO_RULES + EACH_TABLE.format(do="EXECUTE format('INSERT INTO %1$s SELECT * FROM %1$s', r.t);"),
    "nothing but ids": everything_is("NULL"),
    "no number, no time": everything_is("''NaN''"),
    "no day of any year": everything_is("''2025-02-30 10:00''"),
    "too large for any number": everything_is("''99999999999999999999''"),
    "JSON that ends too soon": everything_is("''{{\"session_id\": ''"),
    "times without end": NO_RULES
    + """UPDATE public.sessions SET created_at = 'infinity', started_at = '-infinity', ended_at = 'infinity';
        UPDATE public.session_requests SET created_at = '-infinity'; UPDATE public.profiles SET created_at = '4713-01-01 BC'""",
    "letters that no text can hold": NO_RULES
    + r"""ALTER TABLE public.sessions ALTER metadata TYPE json, ALTER summary_data TYPE json;
        UPDATE public.sessions SET status = 'cancelled', metadata = '{"cancel_reason": "a\u0000b\ud800"}',
          summary_data = '{"findings": "x\udfff", "\u0000": [1e999]}'""",
    "texts beyond measure": NO_RULES
    + """UPDATE public.intakes SET phone = repeat('1', 500), email = repeat('a', 5000),
          concern = (SELECT string_agg(md5(n::text), ' ') FROM generate_series(1, 9000) n), name = repeat('Ж𝔘 ', 50000);
        UPDATE public.profiles SET phone = repeat('5', 999), timezone = repeat('z', 300);
        UPDATE public.sessions SET plan = repeat('x', 9999);
        UPDATE public.chat_messages SET content = repeat('x', 1200000) WHERE id::text LIKE '%1';
        UPDATE public.mechanics SET city = repeat('c', 999), years_of_experience = 2000000000, specializations = ARRAY[repeat('w', 9999)];
        UPDATE public.session_requests SET requested_brand = repeat('b', 999), request_type = 'brand_specialist',
          customer_city = repeat('c', 999), customer_country = repeat('x', 999);
        UPDATE public.session_files SET file_name = repeat('f', 9999), storage_path = repeat('p/../', 9999), file_size = -1;
        UPDATE public.service_plans SET price = 99999999.99, duration_minutes = -5""",
    "everybody is one customer, at one moment": NO_RULES
    + """
        UPDATE public.sessions SET customer_user_id = 'c0000000-0000-4000-8000-000000000001', status = 'live', created_at = '2025-11-12';
        UPDATE public.session_requests SET customer_id = 'c0000000-0000-4000-8000-000000000001', created_at = '2025-11-12', metadata = '{}',
          parent_session_id = NULL""",
    "everything follows itself": NO_RULES
    + """UPDATE public.sessions SET parent_session_id = id;
        UPDATE public.session_requests r SET is_follow_up = true, parent_session_id = (
          SELECT id FROM public.sessions s WHERE s.customer_user_id = r.customer_id LIMIT 1)""",
    "requests with the ids of sessions": NO_RULES
    + """UPDATE public.session_requests r SET id = s.id
        FROM (SELECT id, row_number() OVER () AS n FROM public.sessions) s,
          (SELECT id, row_number() OVER () AS n FROM public.session_requests) q
        WHERE q.n = s.n AND q.id = r.id""",
    "one account for all mechanics": NO_RULES
    + """UPDATE public.mechanics SET user_id = 'c0000000-0000-4000-8000-000000000001';
        UPDATE public.sessions SET status = 'live', mechanic_id = (SELECT min(id::text)::uuid FROM public.mechanics)""",
    "one address for all, in many spellings": NO_RULES
    + """UPDATE public.profiles SET email = E'\\tSAME@Example.org \\n';
        UPDATE auth.users SET email = 'same@example.ORG'""",
    "messages by strangers": NO_RULES + "UPDATE public.chat_messages SET sender_id = 'c0000000-0000-4000-8000-000000000002'",
    "pictures without words": "UPDATE public.chat_messages SET content = '', attachments = '[{\"name\": \"a.jpg\"}, 7, null]'",
    "words of other types": NO_RULES
    + """ALTER TYPE public.session_type RENAME VALUE 'chat' TO 'Chat '; CREATE DOMAIN public.mail AS text;
        ALTER TABLE public.profiles ALTER email TYPE public.mail; ALTER TABLE public.session_requests ALTER metadata TYPE text;
        ALTER TABLE public.sessions ALTER created_at TYPE timestamp, ALTER started_at TYPE date, ALTER ended_at TYPE text""",
    "views instead of tables": """ALTER TABLE public.sessions RENAME TO kept; CREATE VIEW public.sessions AS SELECT * FROM public.kept;
        CREATE TABLE public.extra (n int)""",
    "another schema": "ALTER SCHEMA public RENAME TO old_site",
    "no rows at all": EACH_TABLE.format(do="EXECUTE format('TRUNCATE %s CASCADE', r.t);"),
}


def brought(copy: Stage) -> Report:
    run = Import(copy, NOW, keep_open=True)
    run.look()
    report = run.write()
    check_rules_of_the_database()
    return report


def lost(report: Report) -> dict:
    return {table: found for table, found in report.sums.items() if found["lost"]}


@pytest.mark.parametrize("name", DAMAGES)
def test_worse_damage_comes_over_too(damaged: Callable[[str], Stage], name: str) -> None:
    report = brought(damaged(DAMAGES[name]))
    assert is_well(report.sums), lost(report)
    assert (
        Session.objects.count() == SessionRequest.objects.count() == sum(report.counts.get("sessions", {}).get((how,), 0) for how in MADE)
    )


MADE = ("imported", "created")
ROUNDS = 12  # of dropping columns


@pytest.mark.parametrize("table", COLUMNS)
def test_any_table_may_be_missing(damaged: Callable[[str], Stage], table: str) -> None:
    report = brought(damaged(f"DROP TABLE {table if '.' in table else f'public.{table}'} CASCADE"))
    assert is_well(report.sums), lost(report)
    assert table == "session_logs" or table in report.missing


@pytest.mark.parametrize("first", range(ROUNDS))
def test_any_column_may_be_missing(damaged: Callable[[str], Stage], first: int) -> None:
    """Each in one of some rounds, in every table at once. Nothing is written; that every row has a fate is shown."""
    names = [(table, name) for table, columns in COLUMNS.items() for name in columns.split()[first::ROUNDS]]
    copy = damaged(
        ";".join(f"ALTER TABLE {table if '.' in table else f'public.{table}'} DROP COLUMN {name} CASCADE" for table, name in names)
    )
    run = Import(copy, NOW)
    run.look()
    report = run.foresee()
    assert {f"{table}.{name}" for table, name in names if table != "session_logs"} <= set(report.missing)
    for table, fate in (("sessions", "old_session"), ("session_requests", "old_request")):
        forgotten = copy.select(
            f"SELECT t.id FROM {table} t LEFT JOIN aside a ON a.tablename = '{table}' AND a.line = t.line"
            f" WHERE a.line IS NULL AND t.id NOT IN (SELECT {fate} FROM fate WHERE {fate} IS NOT NULL)"
        )
        assert forgotten == []


# --- what must not be taken for empty ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("hide", "said"),
    [
        ("REVOKE SELECT ON public.chat_messages FROM CURRENT_USER", "may not read .*chat_messages"),
        ("REVOKE USAGE ON SCHEMA auth FROM CURRENT_USER", "may not read .*users"),
        ("ALTER TABLE public.sessions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY", "Row security hides rows of .*sessions"),
    ],
)
def test_what_is_hidden_is_not_empty(db: None, legacy: str, damage: Callable, hide: str, said: str) -> None:
    damage(hide)
    with pytest.raises(UnreadableSource, match=said):
        bring(legacy)


def test_a_path_leads_nowhere_else(db: None, legacy: str, damage: Callable, tmp_path: Path) -> None:
    folder = tmp_path / "objects"
    folder.mkdir()
    (tmp_path / "secret.jpg").write_bytes(picture())
    damage("UPDATE public.session_files SET storage_path = '../secret.jpg'")
    bring(legacy)
    code, said = copy_objects(folder, commit=True)
    assert code == 1 and "missing                              6" in said


def test_it_is_one_moment_while_others_write(db: None, legacy: str, damage: Callable) -> None:
    with stage() as copy, snapshot(legacy) as source:
        assert source.count("sessions") == 39
        damage("DELETE FROM public.chat_messages; UPDATE public.sessions SET customer_user_id = NULL")
        copy.fill(source)
        assert len(brought(copy).not_imported) == 6
    assert Message.objects.count() == 25


def test_a_database_that_goes_away_in_the_middle_writes_nothing(db: None, legacy: str, damage: Callable) -> None:
    def cut_off(what: str, done: int, total: int) -> None:
        damage("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'import_legacy' AND state LIKE 'idle%'")

    with pytest.raises(UnreadableSource), stage() as copy, snapshot(legacy) as source:
        copy.fill(source, cut_off)
    assert not Session.objects.exists()


def test_what_was_brought_before_and_lives_on_is_left_alone(db: None, legacy: str, damage: Callable) -> None:
    """The old system goes on for a while: a customer who has an open session here gets no second one."""
    bring(legacy, keep_open=True)
    with transaction.atomic():
        here = set(Session.objects.values_list("pk", flat=True))
    damage(
        """INSERT INTO public.sessions (id, plan, type, status, stripe_session_id, customer_user_id, created_at)
           SELECT gen_random_uuid(), 'free', 'chat', 'pending', 'late' || id, id, '2025-11-12 11:00+00' FROM public.profiles"""
    )
    bring(legacy, keep_open=True)
    new = Session.objects.exclude(pk__in=here)
    assert new.filter(cancel_reason="superseded").exists() and new.filter(status="pending").exists()
