"""Where steps put their jobs: Procrastinate, on the step's own connection.

A timer is a job scheduled for its due time. No job has a lock of Procrastinate's: a
job waits behind every earlier unfinished one of the same lock, even one that is
scheduled for next year, and one that shares its queueing lock with another could not
be put back for another try.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from procrastinate import App, BaseRetryStrategy, JobContext, RetryDecision, SyncPsycopgConnector
from procrastinate.connector import BaseConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job

from engine import unattended
from engine.errors import StoreUnavailable
from engine.queue import JobKind, JobSpec
from engine.store.plain import of_others
from engine.watching import CARRIED, REQUEST

QUEUE = "siwei"
MAX_ATTEMPTS = 6
_FIRST_WAIT_SECONDS = 2
AT_ONCE = datetime(2010, 12, 25, tzinfo=UTC)
"""A time that has come on every machine, whatever its clock says."""

Handler = Callable[[str, Mapping[str, Any], int], None]
"""Called with a job's kind, its arguments and how often it was tried before."""


class BackOff(BaseRetryStrategy):
    """Try again after 2, 4, 8, 16, 32 seconds, then leave it.

    Args:
        now: the database's time, by which jobs are fetched; the worker's machine may have another.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to try again; None after the last attempt or when another is of no use."""
        if is_given_up(exception, job.attempts):
            return None
        try:
            return RetryDecision(retry_at=self._now() + timedelta(seconds=_FIRST_WAIT_SECONDS * 2**job.attempts))
        except StoreUnavailable:
            return RetryDecision(retry_at=AT_ONCE)


def is_given_up(error: BaseException, attempts: int) -> bool:
    """Whether a job that failed, and had been tried so often before, is not tried again."""
    return attempts + 1 >= MAX_ATTEMPTS or not getattr(error, "retryable", True)


def make_app(connector: BaseConnector, handler: Handler | None = None, retry: BaseRetryStrategy | None = None) -> App:
    """A Procrastinate application with one task a job kind.

    Args:
        connector: how it reaches the database.
        handler: what a worker does with a job; the side that only defers has none.
        retry: when a job that failed is tried again.
    """
    app = App(connector=connector)
    for kind in get_args(JobKind):
        _register(app, kind, handler, retry)
    return app


def _register(app: App, kind: str, handler: Handler | None, retry: BaseRetryStrategy | None) -> None:
    @app.task(name=f"siwei:{kind}", queue=QUEUE, pass_context=True, retry=retry or False)
    def run(context: JobContext, /, **args: Any) -> None:
        if handler is None:
            raise RuntimeError("this application only defers jobs")
        known_as = REQUEST.set(args.pop(CARRIED, None) or f"job-{context.job.id}")
        left = unattended.LEFT.set(args.pop(unattended.CARRIED, unattended.FULL))
        try:
            handler(kind, args, context.job.attempts)
        finally:
            unattended.LEFT.reset(left)
            REQUEST.reset(known_as)


class ProcrastinateQueue:
    """Stores jobs in the transaction that asks for them; one statement however many they are."""

    def __init__(self) -> None:
        self._app = make_app(SyncPsycopgConnector())

    def defer(self, connection: Any, jobs: Sequence[JobSpec]) -> None:
        """Store `jobs` on the SQLAlchemy `connection`, inside its transaction. It fails as any statement does."""
        if not jobs:
            return
        try:
            self._app.job_manager.batch_defer_jobs(
                list(map(_to_job, jobs, unattended.carried(jobs))), connection=connection.connection.driver_connection
            )
        except ConnectorException as error:
            raise of_others(connection, error) from error


def _to_job(spec: JobSpec, left: int | None) -> Job:
    request = REQUEST.get()
    args = {**spec.args, CARRIED: request} if request else dict(spec.args)
    if left is not None:
        args[unattended.CARRIED] = left
    return Job(
        id=None,
        queue=QUEUE,
        lock=None,
        queueing_lock=None,
        task_name=f"siwei:{spec.kind}",
        task_kwargs=args,
        priority=-1 if left is not None and left < unattended.LONG else 0,
        scheduled_at=spec.run_at,
    )
