"""What became of the calls for help: the investigation that the predecessor needed and could not trust, as one document.

Every number is asked of the database in one snapshot. That nothing was found and that nothing could be asked are different answers.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

# Each question answers with rows; `since` is a time or NULL.
COUNTED = "FROM sessions_app_session s WHERE (%(since)s::timestamptz IS NULL OR s.created_at >= %(since)s)"
QUESTIONS = {
    "by_status": f"SELECT s.status, count(*) {COUNTED} GROUP BY 1 ORDER BY 2 DESC, 1",
    "by_assignment": f"""SELECT CASE WHEN s.mechanic_id IS NULL THEN 'without mechanic' ELSE 'with mechanic' END, count(*)
        {COUNTED} GROUP BY 1 ORDER BY 1""",
    "by_type": f"SELECT s.type, count(*) {COUNTED} GROUP BY 1 ORDER BY 2 DESC, 1",
    "by_plan": f"SELECT s.plan_id, count(*) {COUNTED} GROUP BY 1 ORDER BY 2 DESC, 1",
    "by_day": f"SELECT to_char(s.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), count(*) {COUNTED} GROUP BY 1 ORDER BY 1",
    "cancelled_by_reason": f"SELECT s.cancel_reason, count(*) {COUNTED} AND s.status = 'cancelled' GROUP BY 1 ORDER BY 2 DESC, 1",
    "cancelled_by_whom": """SELECT CASE WHEN e.actor_id IS NULL THEN 'the system' WHEN e.actor_id = s.customer_id THEN 'the customer'
            WHEN u.is_staff THEN 'the support team' ELSE 'somebody else' END, count(*)
        FROM sessions_app_session s
        JOIN sessions_app_sessionevent e ON e.session_id = s.id AND e.to_status = 'cancelled' AND e.from_status <> 'cancelled'
        LEFT JOIN accounts_app_user u ON u.id = e.actor_id
        WHERE s.status = 'cancelled' AND (%(since)s::timestamptz IS NULL OR s.created_at >= %(since)s) GROUP BY 1 ORDER BY 2 DESC, 1""",
}
# From entering the queue to the first time that a mechanic took it or was given it, in seconds.
TIME_TO_ACCEPT = """
    WITH queued AS (SELECT s.id, s.queued_at {counted} AND s.queued_at IS NOT NULL),
         taken AS (SELECT q.id, extract(epoch FROM min(e.created_at) - min(q.queued_at)) AS seconds FROM queued q
                   JOIN sessions_app_sessionevent e ON e.session_id = q.id AND e.kind IN ('accept', 'assign') GROUP BY 1)
    SELECT (SELECT count(*) FROM queued), count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(seconds, 0)),
           percentile_cont(0.9) WITHIN GROUP (ORDER BY greatest(seconds, 0)) FROM taken"""
# What our rules make impossible, asked all the same: each must be 0.
ORPHANS = {
    "sessions without a request": """SELECT count(*) FROM sessions_app_session s
        WHERE NOT EXISTS (SELECT 1 FROM requests_app_sessionrequest r WHERE r.session_id = s.id)""",
    "requests without a session": """SELECT count(*) FROM requests_app_sessionrequest r
        WHERE NOT EXISTS (SELECT 1 FROM sessions_app_session s WHERE s.id = r.session_id)""",
    "requests without an intake": """SELECT count(*) FROM requests_app_sessionrequest r
        WHERE NOT EXISTS (SELECT 1 FROM requests_app_intake i WHERE i.id = r.intake_id)""",
    "taken sessions without a mechanic": """SELECT count(*) FROM sessions_app_session
        WHERE status IN ('waiting', 'live', 'completed') AND mechanic_id IS NULL""",
    "sessions in the queue with a mechanic": """SELECT count(*) FROM sessions_app_session
        WHERE status IN ('awaiting_payment', 'pending', 'unattended') AND mechanic_id IS NOT NULL""",
    "sessions that their timeline does not lead to": """SELECT count(*) FROM sessions_app_session s WHERE NOT EXISTS
        (SELECT 1 FROM sessions_app_sessionevent e WHERE e.session_id = s.id AND e.number = s.version AND e.to_status = s.status)""",
    "messages of nobody who took part": """SELECT count(*) FROM sessions_app_message m WHERE m.author_id IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM sessions_app_participant p WHERE p.session_id = m.session_id AND p.user_id = m.author_id)""",
    "offers of requests that are gone": """SELECT count(*) FROM requests_app_offer o
        WHERE NOT EXISTS (SELECT 1 FROM requests_app_sessionrequest r WHERE r.session_id = o.request_id)""",
    "customers with two open sessions": """SELECT count(*) FROM (SELECT customer_id FROM sessions_app_session
        WHERE status NOT IN ('completed', 'cancelled') GROUP BY 1 HAVING count(*) > 1) AS twice""",
}


def audit(since: datetime | None = None) -> dict:
    """The whole document.

    Args:
        since: only requests submitted from then on; orphans are counted whatever their age.

    Returns:
        `total`, one list of {"what", "count"} for each of QUESTIONS, `time_to_accept` (median and 90 % in seconds, None when nobody
        accepted; `never`: entered the queue and was not taken), `orphans`, `orphans_total`.

    Raises:
        DatabaseError: it could not be asked.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if len(connection.savepoint_ids) == 0:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        asked = {"since": since}
        found: dict = {"since": since and since.isoformat(), "total": 0}
        for name, question in QUESTIONS.items():
            cursor.execute(question, asked)
            found[name] = [{"what": what, "count": count} for what, count in cursor.fetchall()]
        found["total"] = sum(row["count"] for row in found["by_status"])
        cursor.execute(TIME_TO_ACCEPT.format(counted=COUNTED), asked)
        found["time_to_accept"] = _time_to_accept(*cursor.fetchone())
        found["orphans"] = list(_orphans(cursor))
    found["orphans_total"] = sum(row["count"] for row in found["orphans"])
    return found


def _time_to_accept(queued: int, taken: int, median: float | None, most: float | None) -> dict:
    def seconds(value: float | None) -> float | None:
        return None if value is None else round(float(value), 1)

    return {"queued": queued, "taken": taken, "never": queued - taken, "median_seconds": seconds(median), "p90_seconds": seconds(most)}


def _orphans(cursor) -> Iterable[dict]:
    for what, question in ORPHANS.items():
        cursor.execute(question)
        yield {"what": what, "count": cursor.fetchone()[0]}
