"""The worker's clockwork."""

from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from lifecycle.sweep import sweep


@app.periodic(cron="* * * * * */30")  # the seconds come last
@app.task(name="sweep", queueing_lock="sweep", lock="sweep")
def run_sweep(timestamp: int) -> dict:
    """Makes the timed moves, every 30 s. `timestamp` is when it was due (seconds since 1970); the stored clocks decide."""
    return dict(sweep())


@app.periodic(cron="* * * * *")
@app.task(name="retry_stalled_jobs", queueing_lock="retry_stalled_jobs", pass_context=True)
async def retry_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """A worker that was killed leaves its jobs `doing` for ever; they are given to another one."""
    jobs = app.job_manager
    for job in await jobs.get_stalled_jobs():
        try:
            await jobs.retry_job(job)
        except UniqueViolation:
            # Its successor is queued already and waits for the lock that this one keeps: without this no sweep would run again.
            await jobs.finish_job(job, status=Status.FAILED, delete_job=False)
