"""Numbers for monitors. Each is cheap, but the counts of open cases and tasks, which look at every open one."""

from __future__ import annotations

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
select coalesce(extract(epoch from now() - min(coalesce(j.scheduled_at, e.at))), 0)::float8
from procrastinate_jobs j
left join procrastinate_events e on e.job_id = j.id and e.type = 'deferred' and j.scheduled_at is null
where j.status = 'todo' and coalesce(j.scheduled_at, '-infinity') <= now()
""")

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


def counts(tx: Transaction, name: str, **values: object) -> list[RowMapping]:
    """The rows of one count: `open`, `tasks`, `jobs`, `incidents` or `connections`."""
    statement = {"open": _OPEN, "tasks": _TASKS, "jobs": _JOBS, "incidents": _INCIDENTS, "connections": _CONNECTIONS}
    return list(tx.execute(statement[name], values).mappings())


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
