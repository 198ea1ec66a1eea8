"""What must be true of the rows of all cases, asked in one snapshot. Each statement gives what breaks it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from engine.store.store import Transaction
from engine.store.stuck_queries import nothing_moves

_OF_CASE = "(select business_key from process_instance k where k.id = {case}) || ' ' || {what}"

STATEMENTS: Mapping[str, str] = {
    "I2 completed-twice": f"""
        select {_OF_CASE.format(case="min(h.instance_id::text)::uuid", what="h.task_id")}
        from history h where h.verb = 'task.completed' group by h.task_id having count(*) > 1""",
    "I3 stuck": f"""
        select i.business_key, i.id from process_instance i where i.status = 'active' and {nothing_moves("i.id")}""",
    "I4 completed-untold": f"""
        select {_OF_CASE.format(case="t.instance_id", what="t.id")} from user_task t
        where t.state = 'completed' and not exists (select from history h
          where h.instance_id = t.instance_id and h.task_id = t.id::text and h.verb = 'task.completed')""",
    "I4 told-not-completed": f"""
        select {_OF_CASE.format(case="h.instance_id", what="h.task_id")}
        from history h left join user_task t on t.id::text = h.task_id
        where h.verb = 'task.completed' and t.state is distinct from 'completed'""",
    "I4 ended-yet-waiting": """
        select i.business_key from process_instance i where i.status <> 'active' and (
          exists (select from user_task t where t.instance_id = i.id and t.state = 'open')
          or exists (select from awaited_timer t where t.instance_id = i.id)
          or exists (select from subscription s where s.instance_id = i.id)
          or exists (select from service_call s where s.instance_id = i.id)
          or exists (select from instance_state s where s.instance_id = i.id))""",
    "I4 open-without-state": """
        select i.business_key from process_instance i where i.status = 'active'
          and not exists (select from instance_state s where s.instance_id = i.id)""",
    "I4 history-length": """
        select i.business_key from process_instance i
        left join (select instance_id, count(*) as kept from history group by instance_id) h on h.instance_id = i.id
        where i.history_length <> coalesce(h.kept, 0)""",
    "I4 begun-or-ended-otherwise": """
        select i.business_key from process_instance i left join (
          select instance_id, count(*) filter (where verb = 'case.started') as begun,
            count(*) filter (where verb = 'case.ended') as ended
          from history where verb in ('case.started', 'case.ended') group by instance_id
        ) h on h.instance_id = i.id
        where coalesce(h.begun, 0) <> 1 or coalesce(h.ended, 0) <> (i.status <> 'active')::int""",
    "I4 suspended-otherwise": """
        select i.business_key from process_instance i left join (
          select distinct on (instance_id) instance_id, verb from history
          where verb in ('case.suspended', 'case.resumed') order by instance_id, seq desc
        ) h on h.instance_id = i.id
        where i.status = 'active' and (i.suspended_at is not null) <> (coalesce(h.verb, '') = 'case.suspended')""",
    "I6 answered-twice": f"""
        select {_OF_CASE.format(case="instance_id", what="task_id")} from (
          select instance_id, task_id, verb,
            lag(verb) over (partition by instance_id, task_id order by seq) as before
          from history where task_id is not null and verb in ('service.finished', 'service.failed', 'incident.retried')
        ) told where verb <> 'incident.retried' and before <> 'incident.retried'""",  # a call run again has one more
    "I7 file-without-bytes": """
        select f.id::text from file f left join file_content c on c.digest = f.digest
        where c.size is distinct from f.size""",
    "I7 bytes-in-part": """
        select encode(c.digest, 'hex') from file_content c
        where sha256((select coalesce(string_agg(k.body, '' order by k.seq), '') from file_chunk k
          where k.digest = c.digest)) <> c.digest""",
    "I7 bytes-of-nobody": """
        select encode(c.digest, 'hex') from file_content c
        where not exists (select from file f where f.digest = c.digest)""",
    "I8 closed-yet-offered": f"""
        select {_OF_CASE.format(case="c.instance_id", what="c.task_id")}
        from candidate c join user_task t on t.id = c.task_id where t.state <> 'open'""",
    "I8 offered-otherwise": f"""
        select {_OF_CASE.format(case="t.instance_id", what="t.id")}
        from user_task t join process_instance i on i.id = t.instance_id
        where t.facets is distinct from case when t.state = 'open' and t.assignee is null then task_facets(t.element_id,
            i.process_key, i.source, i.speed, i.security_class, i.handler, i.lead_agency, i.applicant_agency) end
          or t.state = 'open' and t.assignee is null
            and array(select distinct unnest(t.candidates) as c order by c)
              <> array(select candidate from candidate where task_id = t.id and claimable order by candidate)""",
    "I8 invalid-index": "select indexrelid::regclass::text from pg_index where not indisvalid",
}
"""By invariant and what is wrong; the first column names the case or row."""

_STATES = text("""
select i.id, i.business_key, s.body,
  array(select t.id::text from user_task t where t.instance_id = i.id and t.state = 'open')
  || array(select t.task_id from awaited_timer t where t.instance_id = i.id)
  || array(select t.task_id from service_call t where t.instance_id = i.id) as waits
from instance_state s join process_instance i on i.id = s.instance_id
where i.id > :after order by i.id limit :limit
""")

_COUNT_STATES = text("select count(*) from instance_state")


@dataclass(frozen=True)
class Waiting:
    """An open case: its state, and the ids of the tasks, timers and calls that are open for it."""

    business_key: str
    state: bytes
    waits: frozenset[str]


def ask(tx: Transaction, name: str) -> list[tuple[str, UUID | None]]:
    """What breaks one of `STATEMENTS`: its name, and the case where the statement gives one."""
    rows = map(tuple, tx.execute(text(STATEMENTS[name])))
    return [(str(named), case[0] if case else None) for named, *case in rows]


def count_states(tx: Transaction) -> int:
    """How many cases are open."""
    count: int = tx.execute(_COUNT_STATES).scalar_one()
    return count


def states(tx: Transaction, part: int = 500) -> Iterator[Waiting]:
    """Every open case, read in parts."""
    after = UUID(int=0)
    while True:
        rows = tx.execute(_STATES, {"after": after, "limit": part}).all()
        for row in rows:
            yield Waiting(row.business_key, bytes(row.body), frozenset(row.waits))
        if len(rows) < part:
            return
        after = rows[-1].id
