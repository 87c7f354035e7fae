"""The way over from the old system: rows per second and peak memory for old databases of 1,000, 10,000 and 100,000 sessions.

Each size is imported by `manage.py import_legacy --commit` in a process of its own, out of a second database. The yardstick for memory is
the smallest size: it must stay the same. LEGACY_SIZES="1000 10000" chooses other sizes.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

TESTS = Path(__file__).parent.parent / "legacy_app" / "tests"
SIZES = (1_000, 10_000, 100_000)  # sessions
WANTED_GROWTH = 1.2  # of the peak memory, between the last two sizes
TABLES = ("profiles", "vehicles", "intakes", "sessions", "session_requests", "session_participants", "chat_messages", "session_files")

# Of the n-th session everything that could be chance is a matter of n. One in ten has lost its link, one in twenty its mechanic, ...
ROWS = """
CREATE FUNCTION pg_temp.pk(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(kind || n)::uuid $$;
INSERT INTO auth.users (id, email, email_confirmed_at, created_at)
SELECT pg_temp.pk('customer', n), 'customer' || n || '@example.org', now(), now() - interval '1 year'
FROM generate_series(1, {customers}) n;
INSERT INTO auth.users (id, email, created_at)
SELECT pg_temp.pk('account', n), 'mechanic' || n || '@example.org', now() - interval '1 year' FROM generate_series(1, {mechanics}) n;
INSERT INTO public.profiles (id, email, full_name, phone, created_at)
SELECT pg_temp.pk('customer', n),
       CASE WHEN n % 50 = 0 THEN 'CUSTOMER' || n - 1 || '@example.org ' ELSE 'customer' || n || '@example.org' END,
       'Driver ' || n, '+14155550101', now() - interval '1 year'
FROM generate_series(1, {customers}) n WHERE n % 40 > 0;
INSERT INTO public.mechanics (id, user_id, name, email, application_status)
SELECT pg_temp.pk('mechanic', n), pg_temp.pk('account', n), 'Mechanic ' || n, 'm' || n || '@example.org', 'approved'
FROM generate_series(1, {mechanics}) n;
INSERT INTO public.vehicles (id, user_id, make, model, year, vin)
SELECT pg_temp.pk('vehicle', n), pg_temp.pk('customer', n), 'Toyota', 'Corolla', (1995 + n % 30)::text, NULL
FROM generate_series(1, {customers}) n;
INSERT INTO public.intakes (id, plan, name, email, city, year, make, model, concern, vehicle_id)
SELECT pg_temp.pk('intake', n), 'chat10', 'Driver ' || n, 'customer@example.org', 'Oakland', '2016', 'Toyota', 'Corolla',
       'It shudders when I pull away, and the engine light blinks on hills. The reader says P0302. C' || n,
       pg_temp.pk('vehicle', 1 + n % {customers})
FROM generate_series(1, {sessions}) n;
INSERT INTO public.sessions (id, created_at, plan, type, status, stripe_session_id, customer_user_id, mechanic_id, intake_id, started_at,
                             ended_at, rating, metadata)
SELECT pg_temp.pk('session', n), t, (ARRAY['free', 'chat10', 'video15', 'diagnostic', 'Trial '])[1 + n % 5],
       CASE WHEN n % 6 > 0 THEN (ARRAY['chat', 'chat', 'video', 'diagnostic', 'chat'])[1 + n % 5]::public.session_type END,
       CASE n % 10 WHEN 0 THEN 'pending' WHEN 1 THEN 'Canceled' WHEN 2 THEN 'cancelled' WHEN 3 THEN 'waiting' WHEN 4 THEN 'melted'
                   ELSE 'completed' END,
       'cs_' || n, CASE WHEN n % 200 > 0 THEN pg_temp.pk('customer', 1 + n % {customers}) END,
       CASE WHEN n % 20 > 0 AND n % 10 > 2 THEN pg_temp.pk('mechanic', 1 + n % {mechanics}) END, pg_temp.pk('intake', n),
       t + interval '5 minutes', t + CASE WHEN n % 30 = 0 THEN interval '-1 hour' ELSE interval '40 minutes' END,
       CASE WHEN n % 4 = 0 THEN 1 + n % 5 END, '{{}}'
FROM (SELECT n, now() - n * interval '5 minutes' AS t FROM generate_series(1, {sessions}) n) numbered;
INSERT INTO public.session_requests (id, created_at, customer_id, customer_name, session_type, plan_code, status, mechanic_id,
                                     parent_session_id, metadata)
SELECT pg_temp.pk('request', n), now() - n * interval '5 minutes' + interval '6 seconds', pg_temp.pk('customer', 1 + n % {customers}),
       'Driver ' || n, (ARRAY['chat', 'chat', 'video', 'diagnostic', 'chat'])[1 + n % 5],
       (ARRAY['free', 'chat10', 'video15', 'diagnostic', 'Trial '])[1 + n % 5],
       CASE n % 10 WHEN 0 THEN 'pending' WHEN 1 THEN 'cancelled' WHEN 2 THEN 'cancelled' WHEN 3 THEN 'accepted' ELSE 'completed' END,
       CASE WHEN n % 10 > 2 THEN pg_temp.pk('mechanic', 1 + n % {mechanics}) END,
       CASE WHEN n % 3 = 1 THEN pg_temp.pk('session', n) END,
       CASE WHEN n % 3 = 2 THEN jsonb_build_object('session_id', pg_temp.pk('session', n)) ELSE '{{}}' END
FROM generate_series(1, {sessions}) n WHERE n % 10 <> 7;
INSERT INTO public.session_participants (session_id, user_id, role)
SELECT id, customer_user_id, 'customer' FROM public.sessions;
INSERT INTO public.chat_messages (id, session_id, sender_id, content, created_at)
SELECT pg_temp.pk('message', n * 10 + m), pg_temp.pk('session', n),
       CASE m % 2 WHEN 0 THEN pg_temp.pk('customer', 1 + n % {customers}) ELSE pg_temp.pk('mechanic', 1 + n % {mechanics}) END,
       'It is louder in the wet, and began after the tires were changed. ' || m, now() - n * interval '5 minutes' + m * interval '1 minute'
FROM generate_series(1, {sessions}) n, generate_series(1, 4) m;
INSERT INTO public.session_files (id, session_id, uploaded_by, file_name, file_size, file_type, storage_path)
SELECT pg_temp.pk('file', n), pg_temp.pk('session', n), pg_temp.pk('customer', 1 + n % {customers}), 'photo.jpg', 482113, 'image/jpeg',
       'sessions/' || n || '/photo.jpg'
FROM generate_series(1, {sessions}, 5) n;
INSERT INTO public.mechanic_reviews (session_id, mechanic_id, rating, review_text)
SELECT pg_temp.pk('session', n), pg_temp.pk('mechanic', 1 + n % {mechanics}), 1 + n % 5, 'Quick and kind.'
FROM generate_series(5, {sessions}, 10) n;
INSERT INTO public.service_plans (slug, name, price, duration_minutes, description)
VALUES ('free', 'Free', 0, 5, ''), ('chat10', 'Quick', 9.99, 30, ''), ('video15', 'Video', 29.99, 45, ''),
       ('diagnostic', 'Diagnostic', 49.99, 60, '');
"""


def run() -> None:
    """Prints the table."""
    sizes = [int(size) for size in os.environ.get("LEGACY_SIZES", "").split()] or list(SIZES)
    print(f"\nImport of the old system; load {os.getloadavg()[0]:.1f}", flush=True)
    print(f"{'sessions':>10}{'rows':>12}{'seconds':>10}{'rows/s':>10}{'CPU, s':>10}{'peak, MB':>10}", flush=True)
    peaks = []
    for size in sizes:
        with old_database(size) as (url, rows), new_database() as ours:
            took, own, peak = imported(url, ours)
            peaks.append(peak)
            print(f"{size:>10,}{rows:>12,}{took:>10.1f}{rows / took:>10,.0f}{own:>10.1f}{peak / 1e6:>10.1f}", flush=True)
    if len(peaks) > 1:
        print(f"memory grew by {peaks[-1] / peaks[-2]:.2f} between the last two; wanted: at most {WANTED_GROWTH}")


@contextmanager
def old_database(sessions: int) -> Iterator[tuple[str, int]]:
    """Its address, and how many rows it has."""
    with database("legacy_bench") as url, psycopg.connect(url) as connection:
        connection.execute((TESTS / "schema.sql").read_text())
        connection.execute(ROWS.format(sessions=sessions, customers=max(sessions // 4, 50), mechanics=max(sessions // 500, 10)))
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")
        rows = sum(connection.execute(f"SELECT count(*) FROM public.{table}").fetchone()[0] for table in TABLES)
        rows += connection.execute("SELECT count(*) FROM auth.users").fetchone()[0]
        yield url, rows


@contextmanager
def new_database() -> Iterator[str]:
    with database("legacy_bench_new") as url:
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], check=True, env=os.environ | {"DATABASE_URL": url})
        yield url


@contextmanager
def database(name: str) -> Iterator[str]:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def imported(source: str, ours: str) -> tuple[float, float, int]:
    """How long a run took, and of that its own process (seconds); and the most memory that it had (bytes)."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "import_legacy", "--source", source, "--commit"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"DATABASE_URL": ours},
    )
    _pid, status, used = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"import_legacy ended with {os.waitstatus_to_exitcode(status)}")
    own = used.ru_utime + used.ru_stime
    return time.monotonic() - began, own, used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
