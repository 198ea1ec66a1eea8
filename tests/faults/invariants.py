"""What must be true whatever was killed when: I1 to I8, asked of the database and the engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import orjson
import psycopg

from engine import ProcessEngine

_MOST = 5
"""Of one kind of violation, so many are shown."""


def violations(
    db: psycopg.Connection, engine: ProcessEngine, acked: Iterable[str] = (), attached: Iterable[Sequence[str]] = ()
) -> list[str]:
    """Every invariant that does not hold, by its name; nothing when all hold.

    Args:
        db: as the owner; nobody else may be working.
        acked: tasks whose completion was acknowledged to somebody.
        attached: case and file, of files whose attaching was acknowledged.
    """
    return [*_history(db, acked), *_files(db, attached), *_by_statement(db), *_states(db), *_chains(engine)]


def _history(db: psycopg.Connection, acked: Iterable[str]) -> Iterator[str]:
    written = Counter(row[0] for row in db.execute("select task_id from history where verb = 'task.completed'"))
    lost = sorted({task for task in acked if task not in written})
    yield from _named("I1: an acknowledged completion is not in the history", lost)
    yield from _named("I2: a task was completed twice", sorted(task for task, times in written.items() if times > 1))


def _files(db: psycopg.Connection, attached: Iterable[Sequence[str]]) -> Iterator[str]:
    kept = {(str(case), str(file)) for case, file in db.execute("select instance_id, file_id from attachment")}
    lost = sorted(file for case, file in attached if (case, file) not in kept)
    yield from _named("I7: an acknowledged attachment is not with its case", lost)


_CHECKS = {
    "I3: an open case that nobody and nothing can move": """
        select i.id from process_instance i where i.status = 'active'
          and not exists (select from user_task t where t.instance_id = i.id and t.state = 'open')
          and not exists (select from awaited_timer t where t.instance_id = i.id)
          and not exists (select from subscription s where s.instance_id = i.id)
          and not exists (select from service_call s where s.instance_id = i.id)
          and not exists (select from incident n where n.instance_id = i.id and n.resolved_at is null)""",
    "I4: a completed task without its entry in the history": """
        select t.id from user_task t where t.state = 'completed' and not exists
          (select from history h where h.instance_id = t.instance_id and h.task_id = t.id::text
            and h.verb = 'task.completed')""",
    "I4: a completion in the history of a task that is not completed": """
        select h.task_id from history h left join user_task t on t.id::text = h.task_id
        where h.verb = 'task.completed' and t.state is distinct from 'completed'""",
    "I4: a case that has ended, yet has tasks, timers, calls or a state": """
        select i.id from process_instance i where i.status <> 'active' and (
          exists (select from user_task t where t.instance_id = i.id and t.state = 'open')
          or exists (select from awaited_timer t where t.instance_id = i.id)
          or exists (select from subscription s where s.instance_id = i.id)
          or exists (select from service_call s where s.instance_id = i.id)
          or exists (select from instance_state s where s.instance_id = i.id))""",
    "I4: an open case without a state": """
        select i.id from process_instance i where i.status = 'active'
          and not exists (select from instance_state s where s.instance_id = i.id)""",
    "I4: the history is not as long as the case says": """
        select i.id from process_instance i
        where i.history_length <> (select count(*) from history h where h.instance_id = i.id)""",
    "I4: a case did not start or end exactly once in its history": """
        select i.id from process_instance i
        where (select count(*) from history h where h.instance_id = i.id and h.verb = 'case.started') <> 1
          or (select count(*) from history h where h.instance_id = i.id and h.verb = 'case.ended')
            <> (i.status <> 'active')::int""",
    "I4: a case is suspended, or not, other than its history says": """
        select i.id from process_instance i where i.status = 'active'
          and (i.suspended_at is not null) <> coalesce((select h.verb = 'case.suspended' from history h
            where h.instance_id = i.id and h.verb in ('case.suspended', 'case.resumed')
            order by h.seq desc limit 1), false)""",
    "I6: a connector call was answered twice": """
        select task_id from history where verb in ('service.finished', 'service.failed')
        group by task_id having count(*) > 1""",
    "I6: a job failed for good": "select id from procrastinate_jobs where status in ('failed', 'aborted')",
    "I7: a file without its bytes": """
        select f.id from file f left join file_content c on c.digest = f.digest
        where c.size is distinct from f.size""",
    "I7: bytes in part": """
        select encode(c.digest, 'hex') from file_content c
        where sha256((select coalesce(string_agg(k.body, '' order by k.seq), '') from file_chunk k
          where k.digest = c.digest)) <> c.digest""",
    "I7: an attachment in the history that the case does not have, or the other way round": """
        select coalesce(a.file_id::text, h.instance_id::text) from attachment a
        full join (select instance_id, count(*) as noted from history where verb = 'file.attached'
          group by instance_id) h on h.instance_id = a.instance_id
        where h.noted is distinct from
          (select count(*) from attachment b where b.instance_id = a.instance_id and b.kind = 'case')""",
    "I8: a closed task is still offered": """
        select c.task_id from candidate c join user_task t on t.id = c.task_id where t.state <> 'open'""",
    "I8: an index that is not valid": "select indexrelid::regclass::text from pg_index where not indisvalid",
}


def _by_statement(db: psycopg.Connection) -> Iterator[str]:
    for name, statement in _CHECKS.items():
        yield from _named(name, [str(row[0]) for row in db.execute(statement)])  # type: ignore[call-overload]


def _states(db: psycopg.Connection) -> Iterator[str]:
    """I4: the saved state waits exactly where the task, timer and call rows say it does."""
    rows = db.execute("""
        select s.instance_id, s.body,
          array(select id::text from user_task t where t.instance_id = s.instance_id and t.state = 'open'),
          array(select task_id from awaited_timer t where t.instance_id = s.instance_id),
          array(select task_id from service_call t where t.instance_id = s.instance_id),
          array(select element_id from user_task t where t.instance_id = s.instance_id)
        from instance_state s
    """).fetchall()
    missing, unknown = [], []
    for case, body, tasks, timers, calls, elements in rows:
        tokens = {record[0]: record[2] for record in orjson.loads(bytes(body))["t"]}
        if not {*tasks, *timers, *calls} <= tokens.keys():
            missing.append(str(case))
        if {token for token, element in tokens.items() if element in elements} - set(tasks):
            unknown.append(str(case))
    yield from _named("I4: a task, timer or call is open that the saved state does not wait for", missing)
    yield from _named("I4: the saved state waits for a task that is not open", unknown)


def _chains(engine: ProcessEngine) -> Iterator[str]:
    checked = engine.history.verify()
    yield from _named("I5: the chain of the history does not verify", [str(fault) for fault in checked.faults])


def _named(name: str, found: list[str]) -> Iterator[str]:
    if found:
        more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
        yield f"{name}: {', '.join(found[:_MOST])}{more}"
