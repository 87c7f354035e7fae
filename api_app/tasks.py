"""What the worker tidies up."""

from procrastinate.contrib.django import app

from api_app import idempotency


@app.periodic(cron="23 * * * *")
@app.task(name="forget_kept_answers", queueing_lock="forget_kept_answers", lock="forget_kept_answers")
def forget_kept_answers(timestamp: int) -> int:
    """Every hour: answers to Idempotency-Keys that are older than a day. `timestamp`: when it was due (seconds since 1970)."""
    return idempotency.forget_old()
