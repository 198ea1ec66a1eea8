"""The next job, and the end of old ones, found by index however many timers wait for their day.

Procrastinate keeps all jobs that wait in one order and passes over those whose time has not come, at each look:
with a deadline on each of a million tasks that is a million rows a job. Ours are in two orders, those for a time
and those for now, and a worker takes from either in turn: a stack of one cannot keep the other waiting.

Our jobs have no lock of Procrastinate's (`engine.jobs.queue` says why), so none is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import cycle
from typing import Any

from procrastinate.connector import BaseConnector
from procrastinate.jobs import Job
from procrastinate.manager import JobManager

_DUE = """
select id from procrastinate_jobs
where status = 'todo' and queue_name = any(%(queues)s::varchar[]) and scheduled_at <= now(){unless}
order by scheduled_at, id limit 1 for update skip locked
"""
_FRESH = """
select id from procrastinate_jobs
where status = 'todo' and queue_name = any(%(queues)s::varchar[]) and scheduled_at is null{unless}
order by priority desc, id limit 1 for update skip locked
"""
_FETCH = """
with first as ({first}), second as ({second})
update procrastinate_jobs job set status = 'doing', worker_id = %(worker_id)s
from (select id from first union all select id from second) found where job.id = found.id
returning job.id, job.status, job.task_name, job.priority, job.lock, job.queueing_lock, job.args, job.scheduled_at,
  job.queue_name, job.attempts, job.worker_id
"""


def _fetch(first: str, second: str) -> str:
    return _FETCH.format(
        first=first.format(unless=""), second=second.format(unless=" and not exists (select from first)")
    )


FETCHES = (_fetch(_DUE, _FRESH), _fetch(_FRESH, _DUE))
"""Each marks one job as being done and gives it: of those that are due, else of those for now; and the reverse."""

FORGET = """
delete from procrastinate_jobs where id in (
  select job.id from procrastinate_jobs job where job.status = 'succeeded' and not exists (
    select from procrastinate_events event
    where event.job_id = job.id and event.at > now() - make_interval(hours => %(hours)s)
  ) limit %(limit)s)
"""
"""Deletes jobs that were done long ago and left, and with them what became of them."""


class OrderedJobManager(JobManager):
    """Procrastinate's, but for how jobs are found."""

    def __init__(self, connector: BaseConnector) -> None:
        super().__init__(connector)
        self._fetches = cycle(FETCHES)

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """The next job of these queues, marked as this worker's; None when there is nothing to do."""
        rows = await self.connector.execute_query_all_async(
            next(self._fetches), queues=list(queues or ()), worker_id=worker_id
        )
        return Job.from_row(rows[0]) if rows else None

    async def forget(self, hours: int, *, limit: int = 100_000) -> None:
        """Delete jobs that were done more than so many hours ago, `limit` of them at most."""
        given: dict[str, Any] = {"hours": hours, "limit": limit}
        await self.connector.execute_query_async(FORGET, **given)
