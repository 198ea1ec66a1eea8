"""User tasks as people see them: one, the inbox, counts, claiming, drafts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, text

from engine.cases.values import TaskRow, UserTask, effective_person
from engine.model import Actor
from engine.store import rows
from engine.store.store import Transaction
from engine.store.tables.base import columns
from engine.store.tables.tasks import user_task
from engine.store.visibility import UNITS, visible
from engine.wording import is_allowed

TASK = f"""
  {columns(user_task, "t", without=("facets",))}, i.definition_id, i.process_key, i.business_key, i.subject,
  i.suspended_at
"""

ROW = f"""
  {TASK}, i.doc_no_in, i.source, i.speed, i.due_at as case_due_at, i.security_class, i.handler_label,
  i.applicant_agency_label, i.status as case_status, d.name as process_name, d.name_en as process_name_en,
  (select count(*) from user_task o where o.instance_id = t.instance_id and o.state = 'open' and o.id <> t.id)
    as waiting_for_others,
  exists (select from following f where f.instance_id = t.instance_id and f.person_id = :me) as followed
"""


def task(tx: Transaction, task_id: UUID, actor: Actor) -> UserTask | None:
    """A task of a case the actor may see."""
    row = _task_row(
        tx, task_id, actor, f"select {TASK} from user_task t join process_instance i on i.id = t.instance_id"
    )
    return rows.user_task(row) if row else None


def task_and_state(tx: Transaction, task_id: UUID, actor: Actor) -> tuple[UserTask, bytes | None] | None:
    """A task of a case the actor may see, and the saved state of the case; no state once it has ended."""
    row = _task_row(
        tx,
        task_id,
        actor,
        f"""
        select {TASK}, s.body as case_state from user_task t join process_instance i on i.id = t.instance_id
        left join instance_state s on s.instance_id = i.id
    """,
    )
    return (rows.user_task(row), bytes(row["case_state"]) if row["case_state"] is not None else None) if row else None


def _task_row(tx: Transaction, task_id: UUID, actor: Actor, selected: str) -> RowMapping | None:
    condition, parameters = visible(actor)
    statement = f"""
        with recursive {UNITS} {selected}
        where t.id = :id and i.id = (select instance_id from user_task where id = :id) and {condition}
    """
    return tx.execute(text(statement), {**parameters, "id": task_id}).mappings().one_or_none()


def of_case(tx: Transaction, instance_id: UUID) -> tuple[UserTask, ...]:
    """All tasks of a case, the oldest first."""
    statement = text(f"""
        select {TASK} from user_task t join process_instance i on i.id = t.instance_id
        where t.instance_id = :id order by t.created_at, t.id
    """)
    return tuple(rows.user_task(row) for row in tx.execute(statement, {"id": instance_id}).mappings())


_CLAIM = text("""
with taken as (
  update user_task set assignee = :assignee, claimed_at = :now, claimed_by_name = :actor_name,
    assignee_name = coalesce((select name from person where id = :assignee), :assignee_name)
  where id = :id and state = 'open' returning id, instance_id
), listed as (
  update candidate c set claimable = false from taken where c.task_id = taken.id
), took_part as (
  insert into participation (person_id, instance_id, unit_id, since)
  select :assignee, taken.instance_id, person_unit.unit_id, :now from taken
  left join lateral (
    select o.unit_id from assignment a join position o on o.id = a.position_id
    where a.person_id = :assignee and daterange(a.valid_from, a.valid_to, '[]')
      @> cast(cast(:now as timestamptz) at time zone 'Asia/Taipei' as date)
    order by a.kind = 'primary' desc, o.layer limit 1
  ) person_unit on true
  on conflict do nothing
), mended as (
  update incident i set resolved_at = :now, resolved_by = :person_id from taken
  where i.instance_id = taken.instance_id and i.task_id = cast(:id as text) and i.kind = 'assignment'
    and i.resolved_at is null
)
select id from taken
""")

_RELEASE = text("""
with given_back as (
  update user_task set assignee = null, assignee_name = null, claimed_at = null, claimed_by_name = null,
    candidates = case when candidates = '{}' then array[cast(:pool as text)] else candidates end
  where id = :id and state = 'open' returning id, instance_id, due_at, candidates
), undrafted as (
  delete from task_draft where task_id = :id and person_id = :person_id
), listed as (
  insert into candidate (task_id, candidate, instance_id, unit_id, due_at, claimable)
  select distinct g.id, c, g.instance_id, nullif(split_part(c, '@', 2), ''), coalesce(g.due_at, 'infinity'), true
  from given_back g cross join lateral unnest(g.candidates) c
  on conflict (task_id, candidate) do update set claimable = true
)
select id from given_back
""")

_OF_INCIDENT = text(f"""
select {TASK} from incident x join user_task t on cast(t.id as text) = x.task_id and t.instance_id = x.instance_id
join process_instance i on i.id = t.instance_id where x.id = :id and t.state = 'open'
""")

_OFFER = text("""
with offered as (
  update user_task set candidates = cast(:candidates as text[]) where id = :id
  returning id, instance_id, due_at, assignee
), past as (
  delete from candidate where task_id = :id and candidate <> all (cast(:candidates as text[]))
), listed as (
  insert into candidate (task_id, candidate, instance_id, unit_id, due_at, claimable)
  select o.id, c, o.instance_id, nullif(split_part(c, '@', 2), ''), coalesce(o.due_at, 'infinity'), o.assignee is null
  from offered o cross join unnest(cast(:candidates as text[])) c
  on conflict do nothing
)
update incident set resolved_at = :now, resolved_by = :person_id where id = :incident_id
""")

_PERSON = text("select id, name from person where id = :id and is_active")


def claim(tx: Transaction, task_id: UUID, *, assignee: str, assignee_name: str, actor: Actor, now: datetime) -> None:
    """Give the task to a person; who had a task takes part in the case for good."""
    tx.execute(
        _CLAIM,
        {
            "id": task_id,
            "assignee": assignee,
            "assignee_name": assignee_name,
            "actor_name": actor.name,
            "person_id": actor.person_id,
            "now": now,
        },
    )


def release(tx: Transaction, task_id: UUID, *, person_id: str, pool: str) -> None:
    """Put the task back where it was offered; one that was offered to nobody goes to the pool."""
    tx.execute(_RELEASE, {"id": task_id, "person_id": person_id, "pool": pool})


def of_incident(tx: Transaction, incident_id: UUID) -> UserTask | None:
    """The open task an incident is about; None when it is about something else."""
    row = tx.execute(_OF_INCIDENT, {"id": incident_id}).mappings().one_or_none()
    return rows.user_task(row) if row else None


def offer(
    tx: Transaction, task_id: UUID, candidates: Sequence[str], *, incident_id: UUID, person_id: str, now: datetime
) -> None:
    """Offer the task to these candidates only, and close the incident that there was nobody."""
    tx.execute(
        _OFFER,
        {
            "id": task_id,
            "candidates": list(candidates),
            "incident_id": incident_id,
            "person_id": person_id,
            "now": now,
        },
    )


def active_person(tx: Transaction, person_id: str) -> str | None:
    """The name of a person who may be given work."""
    row = tx.execute(_PERSON, {"id": person_id}).first() if is_allowed(person_id) else None
    return row.name if row else None


def unit_work(tx: Transaction, actor: Actor, *, limit: int) -> tuple[TaskRow, ...]:
    """Open tasks of the actor's units: had by their people, or offered to the units; by person and due date."""
    condition, parameters = visible(actor)
    statement = f"""
        with recursive {UNITS}
        select {ROW} from user_task t join process_instance i on i.id = t.instance_id
        join process_definition d on d.id = i.definition_id
        where t.state = 'open' and {condition} and {SUPERVISED_TASK}
        order by {UNIT_ORDER} limit :limit
    """
    values = {**parameters, "me": effective_person(actor), "limit": limit}
    return tuple(rows.task_row(row) for row in tx.execute(text(statement), values).mappings())


UNIT_ORDER = "t.assignee_name nulls first, coalesce(t.due_at, 'infinity'), t.id"
"""Of unit work: what nobody has claimed, then by person, each by due date."""

SUPERVISED_TASK = """(
  t.assignee in (
    select a.person_id from assignment a join position p on p.id = a.position_id
    where p.unit_id in (select id from supervised) and (a.valid_to is null or a.valid_to >= current_date))
  or (t.assignee is null and t.id in (select c.task_id from candidate c where c.unit_id in (select id from supervised)))
)"""


def supervises(tx: Transaction, task_id: UUID, actor: Actor) -> bool:
    """Whether the task is work of a unit that the actor heads."""
    _, parameters = visible(actor)
    statement = f"""
        with recursive {UNITS} select exists (select from user_task t where t.id = :id and {SUPERVISED_TASK})
    """
    values = {"seer_heads": parameters["seer_heads"], "id": task_id}
    return bool(tx.execute(text(statement), values).scalar_one())


def has_handed_in(tx: Transaction, instance_id: UUID, person_id: str, *, opened: datetime | None) -> bool:
    """Whether somebody, acting for whomever, started the case, or gave the answer by which a task was `opened`."""
    statement = text("""
        select exists (select from history where instance_id = :id and actor = :person
          and (verb = 'case.started' or (verb = 'task.completed' and occurred_at = :opened)))
    """)
    return bool(tx.execute(statement, {"id": instance_id, "person": person_id, "opened": opened}).scalar_one())


def has_recused(tx: Transaction, instance_id: UUID, person_id: str) -> bool:
    """Whether somebody, acting for whomever, has said in this case that they recuse."""
    statement = text("""
        select exists (select from history where instance_id = :id and verb = 'task.completed'
          and actor = :person and params ? 'recused')
    """)
    return bool(tx.execute(statement, {"id": instance_id, "person": person_id}).scalar_one())
