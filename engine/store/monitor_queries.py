"""What waits for machines, and how the machines are: for operators and for health checks."""

from __future__ import annotations

from sqlalchemy import RowMapping, text

from engine.store.store import Transaction

_TIMERS = text("""
select a.instance_id, i.definition_id, a.element_id, a.due_at, i.business_key, i.process_key, i.suspended_at,
  d.name as process_name, d.name_en as process_name_en
from (
  select * from awaited_timer order by due_at, instance_id, task_id offset :offset limit :limit
) a join process_instance i on i.id = a.instance_id join process_definition d on d.id = i.definition_id
order by a.due_at, a.instance_id, a.task_id
""")

_COUNT_TIMERS = text("select count(*) from (select from awaited_timer limit :most) a")

_STARTS = text("""
select t.definition_id, t.element_id, t.due_at, d.key as process_key, d.name as process_name,
  d.name_en as process_name_en
from start_timer t join process_definition d on d.id = t.definition_id order by t.due_at
""")

_CONDITIONS = text("""
select c.definition_id, c.element_id, c.holds, c.since, c.problem, d.key as process_key, d.name as process_name,
  d.name_en as process_name_en
from start_condition c join process_definition d on d.id = c.definition_id
order by c.problem is null, d.key, c.element_id, c.number
""")

_CONDITION_PROBLEMS = text("select count(*) from start_condition where problem is not null")

_CALLS = text("""
select c.instance_id, c.task_id, c.element_id, c.connector, c.asked_at, c.tried_at, c.attempts, c.last_error,
  i.business_key, i.process_key, i.suspended_at, d.name as process_name, d.name_en as process_name_en
from service_call c join process_instance i on i.id = c.instance_id join process_definition d on d.id = i.definition_id
order by c.asked_at, c.task_id limit :limit
""")

_BUFFERED = text("select id, name, business_key, received_at from buffered_message order by id limit :limit")

_JOBS = "select 1 from procrastinate_jobs where status = {} limit :most"
_READY = f"""
  ({_JOBS.format("'todo' and scheduled_at is null")}) union all ({_JOBS.format("'todo' and scheduled_at <= now()")})
"""
_QUEUE = text(f"""
select (select count(*) from (select 1 from ({_READY}) r limit :most) j) as ready,
  (select count(*) from ({_JOBS.format("'todo' and scheduled_at > now()")}) j) as scheduled,
  (select count(*) from ({_JOBS.format("'doing'")}) j) as doing,
  (select count(*) from ({_JOBS.format("'failed'")}) j) as failed
""")
"""Each straight from the index of such jobs."""

_FAILED = text("""
select j.id, j.task_name, j.args, j.attempts, j.scheduled_at, max(e.at) as failed_at
from procrastinate_jobs j left join procrastinate_events e on e.job_id = j.id and e.type = 'failed'
where j.status = 'failed' group by j.id order by j.id desc limit :limit
""")

_WORKERS = text("""
select w.id, w.last_heartbeat, now() - w.last_heartbeat < cast(:alive as interval) as is_alive,
  (select count(*) from procrastinate_jobs j where j.worker_id = w.id and j.status = 'doing') as doing
from procrastinate_workers w order by w.id
""")

_POOL = text("""
select t.id, t.instance_id, t.element_id, t.name, t.name_en, t.label, t.candidates, t.created_at, t.due_at,
  i.business_key, case when i.security_class = '密' then '' else i.subject end as subject,
  d.name as process_name, d.name_en as process_name_en
from candidate c join user_task t on t.id = c.task_id join process_instance i on i.id = t.instance_id
join process_definition d on d.id = i.definition_id
where c.candidate = :pool and c.claimable order by c.due_at, c.task_id limit :limit
""")

_RETRY = text("""
update procrastinate_jobs set status = 'todo', attempts = 0, scheduled_at = null
where id = :id and status = 'failed' returning task_name, args
""")

_DISCARD = text("delete from procrastinate_jobs where id = :id and status = 'failed' returning task_name, args")


def timers(tx: Transaction, *, offset: int, limit: int) -> list[RowMapping]:
    """Timers that cases wait for, the next first."""
    return list(tx.execute(_TIMERS, {"offset": offset, "limit": limit}).mappings())


def count_timers(tx: Transaction, *, most: int) -> int:
    """How many there are; `most` stands for that many or more."""
    found: int = tx.execute(_COUNT_TIMERS, {"most": most}).scalar_one()
    return found


def starts(tx: Transaction) -> list[RowMapping]:
    """Timer start events of versions in force."""
    return list(tx.execute(_STARTS).mappings())


def conditions(tx: Transaction) -> list[RowMapping]:
    """Conditions that start cases of versions in force, those with a problem first."""
    return list(tx.execute(_CONDITIONS).mappings())


def condition_problems(tx: Transaction) -> int:
    """How many of them cannot be worked out, or begin no case."""
    found: int = tx.execute(_CONDITION_PROBLEMS).scalar_one()
    return found


def calls(tx: Transaction, *, limit: int) -> list[RowMapping]:
    """Connector calls that are not answered, the oldest first."""
    return list(tx.execute(_CALLS, {"limit": limit}).mappings())


def buffered(tx: Transaction, *, limit: int) -> list[RowMapping]:
    """Messages that wait for their catcher."""
    return list(tx.execute(_BUFFERED, {"limit": limit}).mappings())


def queue_counts(tx: Transaction, *, most: int) -> RowMapping:
    """How many jobs are ready, scheduled, being done, failed; `most` stands for that many or more."""
    return tx.execute(_QUEUE, {"most": most}).mappings().one()


def failed_jobs(tx: Transaction, *, limit: int) -> list[RowMapping]:
    """Jobs that were given up, the newest first."""
    return list(tx.execute(_FAILED, {"limit": limit}).mappings())


def workers(tx: Transaction, *, alive_seconds: float) -> list[RowMapping]:
    """Workers that have signed in, and whether their heartbeat is fresh."""
    return list(tx.execute(_WORKERS, {"alive": f"{alive_seconds} seconds"}).mappings())


def pool(tx: Transaction, candidate: str, *, limit: int) -> list[RowMapping]:
    """Tasks that nobody has and that fell to this pool, by due date."""
    return list(tx.execute(_POOL, {"pool": candidate, "limit": limit}).mappings())


def retry_job(tx: Transaction, job_id: int) -> RowMapping | None:
    """Put a failed job back with all its attempts; None when it is not failed any more."""
    return tx.execute(_RETRY, {"id": job_id}).mappings().one_or_none()


def discard_job(tx: Transaction, job_id: int) -> RowMapping | None:
    """Delete a failed job; None when it is not failed any more."""
    return tx.execute(_DISCARD, {"id": job_id}).mappings().one_or_none()
