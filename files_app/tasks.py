"""What the worker does with files. They have a queue of their own, so that letters and moves do not wait behind a long clip."""

from datetime import UTC, datetime
from uuid import UUID

from django.db import DatabaseError
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from files_app import bundles, checking, missing, retention
from mechanichub.errors import Unavailable

QUEUE = "files"


class Patient(BaseRetryStrategy):
    """Tries again after 5, 10, 20 ... seconds, at most ten minutes: for days while something is down, a few times after a fault of ours."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        most = 500 if isinstance(exception, (Unavailable, DatabaseError)) else 5
        if job.attempts >= most:
            return None
        return RetryDecision(retry_in={"seconds": min(5 * 2 ** min(job.attempts, 10), 600)})


@app.task(name="inspect_file", queue=QUEUE, retry=Patient())
def inspect_file(file_id: str) -> None:
    """Checks a file that has arrived."""
    checking.check(UUID(file_id))


@app.task(name="claim_files", retry=Patient())
def claim_files(bundle_id: str, session_id: str) -> None:
    """Gives the files of an intake to its session, in case that it could not be done at once."""
    bundles.claim(UUID(bundle_id), UUID(session_id))


@app.periodic(cron="*/10 * * * *")
@app.task(name="sweep_files", queue=QUEUE, queueing_lock="sweep_files", lock="sweep_files")
def sweep_files(timestamp: int) -> dict:
    """Every ten minutes: what was given up, never sent, forgotten, or is too old. `timestamp`: when it was due (seconds since 1970)."""
    return retention.sweep(datetime.now(UTC))


@app.periodic(cron="17 * * * *")
@app.task(name="sweep_objects", queue=QUEUE, queueing_lock="sweep_objects", lock="sweep_objects")
def sweep_objects(timestamp: int) -> int:
    """Every hour: the objects that no row claims."""
    return retention.sweep_orphans(datetime.now(UTC))


@app.periodic(cron="47 * * * *")
@app.task(name="find_missing_files", queue=QUEUE, queueing_lock="find_missing_files", lock="find_missing_files")
def find_missing_files(timestamp: int) -> int:
    """Every hour: the ready files whose objects are not there."""
    return missing.look(datetime.now(UTC))
