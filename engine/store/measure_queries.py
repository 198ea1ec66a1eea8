"""Numbers for monitors. The counts look at everything that is open; the rest is found by index."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import RowMapping, text

from engine.store.store import Transaction
from engine.store.suspension_queries import runs

_OPEN = text("""
select i.process_key, count(*) as cases,
  count(*) filter (where i.due_at < :now) as overdue
from process_instance i where i.ended_at is null group by i.process_key
""")

_TASKS = text("""
select i.process_key, count(*) as tasks, count(*) filter (where t.assignee is null) as unclaimed,
  count(*) filter (where t.due_at < :now) as overdue
from user_task t join process_instance i on i.id = t.instance_id where t.state = 'open' group by i.process_key
""")

_JOBS = text("""
select task_name, status::text as status, count(*) as jobs from procrastinate_jobs
where status in ('todo', 'doing', 'failed') group by task_name, status
""")

_OLDEST = text("""
with waiting as (
  (select id, scheduled_at from procrastinate_jobs
    where status = 'todo' and scheduled_at <= now() order by scheduled_at, id limit 100)
  union all
  (select id, null from procrastinate_jobs
    where status = 'todo' and scheduled_at is null order by priority desc, id limit 1)
)
select coalesce(extract(epoch from now() - min(greatest(w.scheduled_at, (
  select max(e.at) from procrastinate_events e where e.job_id = w.id and e.type in ('deferred', 'deferred_for_retry')
)))), 0)::float8 from waiting w
""")
"""A job is there since it was put into the queue, or put back: what is to be done at once has a time long ago."""

_INCIDENTS = text("select kind, count(*) as incidents from incident where resolved_at is null group by kind")

_TIMERS = text(f"""
select count(*) as timers, coalesce(extract(epoch from :now - min(due_at)), 0)::float8 as seconds
from awaited_timer where due_at < :now and {runs("instance_id")}
""")

_WORKERS = text("""
select count(*) from procrastinate_workers where now() - last_heartbeat < cast(:alive as interval)
""")

_CONNECTIONS = text("""
select coalesce(state, 'unknown') as state, count(*) as connections from pg_stat_activity
where datname = current_database() and usename = current_user group by state
""")

_SCHEMA = text("select version_num from alembic_version")


_COUNTS = {"cases": _OPEN, "tasks": _TASKS, "jobs": _JOBS, "incidents": _INCIDENTS, "connections": _CONNECTIONS}


def counts(tx: Transaction, name: str, now: datetime | None = None) -> list[RowMapping]:
    """The rows of one count: `cases`, `tasks`, `jobs`, `incidents` or `connections`."""
    return list(tx.execute(_COUNTS[name], {"now": now}).mappings())


def oldest_job_seconds(tx: Transaction) -> float:
    """For how long the job that waits longest could have been done."""
    seconds: float = tx.execute(_OLDEST).scalar_one()
    return seconds


def overdue_timers(tx: Transaction, now: object) -> tuple[int, float]:
    """How many timers are due and have not fired, and for how long the first of them; suspended cases left aside."""
    row = tx.execute(_TIMERS, {"now": now}).one()
    return row.timers, row.seconds


def live_workers(tx: Transaction, *, alive_seconds: float) -> int:
    """How many workers have told of themselves lately."""
    count: int = tx.execute(_WORKERS, {"alive": f"{alive_seconds} seconds"}).scalar_one()
    return count


def schema(tx: Transaction) -> str:
    """The revision of the schema in the database."""
    revision: str = tx.execute(_SCHEMA).scalar_one()
    return revision
