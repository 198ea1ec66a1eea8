"""User tasks as people see them: one, the inbox, counts, claiming, drafts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text

from engine.cases.values import InboxQuery, Page, TaskRow, UserTask, candidate_keys, effective_person
from engine.model import Actor
from engine.store import pending_queries as pending
from engine.store import rows
from engine.store.case_queries import AGENCY, SEARCHED, page_of
from engine.store.grams import query as search_query
from engine.store.paging import Keyset, Sort, moment, words
from engine.store.store import Transaction
from engine.store.tables.base import columns
from engine.store.tables.tasks import user_task
from engine.store.visibility import UNITS, visible

COUNTED_TO = 100
"""Counts are exact below this; this many means that many or more."""

_TASK = f"{columns(user_task, 't')}, i.definition_id, i.process_key, i.business_key, i.subject, i.suspended_at"

_COLUMNS = f"""
  {_TASK}, i.doc_no_in, i.source, i.speed, i.due_at as case_due_at, i.security_class, i.handler_label,
  i.applicant_agency_label, i.status as case_status, d.name as process_name, d.name_en as process_name_en,
  (select count(*) from user_task o where o.instance_id = t.instance_id and o.state = 'open' and o.id <> t.id)
    as waiting_for_others,
  exists (select from following f where f.instance_id = t.instance_id and f.person_id = :me) as followed
"""

SORTS: Mapping[str, Sort] = {
    "due": moment("t.due_at"),
    "created": moment("t.created_at"),
    "closed": moment("t.closed_at"),
    "subject": words("i.subject"),
    "business_key": words("i.business_key"),
    "speed": Sort("coalesce(array_position(array['最速件', '速件', '普通件'], i.speed), 4)", "integer"),
    "task": words("t.name"),
    "sent_by": words("t.sent_by_name"),
    "priority": Sort("t.priority", "smallint"),
}

FILTERS: Mapping[str, str] = {
    "process": pending.OF_PROCESS,
    "speed": "i.speed",
    "security_class": "i.security_class",
    "source": "i.source",
    "element": "t.element_id",
    "agency": AGENCY,
    "handler": "i.handler",
}

_OFFERED = """t.id in (
  select c.task_id from candidate c where c.claimable and c.candidate = any(cast(:keys as text[]))
)"""
_LATE = "t.due_at < :now"
_MINE = "t.state = 'open' and t.assignee = :me"

TABS: Mapping[str, str] = {
    "pending": f"t.state = 'open' and i.ended_at is null and {_OFFERED}",
    "mine": f"{_MINE} and t.kind = 'handle'",
    "countersign": f"{_MINE} and t.kind = 'countersign'",
    "approval": f"{_MINE} and t.kind = 'approval'",
    "overdue": f"t.state = 'open' and {_LATE} and (t.assignee = :me or {_OFFERED})",
    "deputy": "t.state = 'open' and t.assignee = any(cast(:principals as text[]))",
    "following": """t.id in (
        select (select l.id from user_task l where l.instance_id = f.instance_id
          order by l.state = 'open' desc, l.created_at desc, l.id desc limit 1)
        from following f where f.person_id = :me)""",
    "done": "t.state = 'completed' and t.closed_by = :me",
}


def task(tx: Transaction, task_id: UUID, actor: Actor) -> UserTask | None:
    """A task of a case the actor may see."""
    row = _task_row(
        tx, task_id, actor, f"select {_TASK} from user_task t join process_instance i on i.id = t.instance_id"
    )
    return rows.user_task(row) if row else None


def task_and_state(tx: Transaction, task_id: UUID, actor: Actor) -> tuple[UserTask, bytes | None] | None:
    """A task of a case the actor may see, and the saved state of the case; no state once it has ended."""
    row = _task_row(
        tx,
        task_id,
        actor,
        f"""
        select {_TASK}, s.body as case_state from user_task t join process_instance i on i.id = t.instance_id
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
        select {_TASK} from user_task t join process_instance i on i.id = t.instance_id
        where t.instance_id = :id order by t.created_at, t.id
    """)
    return tuple(rows.user_task(row) for row in tx.execute(statement, {"id": instance_id}).mappings())


def inbox(
    tx: Transaction, query: InboxQuery, actor: Actor, *, principals: Sequence[str], now: datetime
) -> Page[TaskRow]:
    """One page of a tab. Raises Invalid for an unknown order or page."""
    keyset, page, values = _page(query, actor, principals, now)
    statement = f"""
        with recursive {UNITS}, page as materialized ({page})
        select {_COLUMNS}, page.page_key, page.page_id
        from page join user_task t on t.id = page.id join process_instance i on i.id = t.instance_id
        join process_definition d on d.id = i.definition_id
        order by {keyset.order}
    """
    found = tx.execute(text(statement), values).mappings().all()
    return page_of(found, query, keyset, rows.task_row)


def inbox_ids(
    tx: Transaction, query: InboxQuery, actor: Actor, *, principals: Sequence[str], now: datetime
) -> list[UUID]:
    """The tasks of one page of a tab, in order, by their ids alone."""
    keyset, page, values = _page(query, actor, principals, now)
    statement = f"""
        with recursive {UNITS}, page as materialized ({page})
        select t.id from page join user_task t on t.id = page.id join process_instance i on i.id = t.instance_id
        order by {keyset.order}
    """
    return [row.id for row in tx.execute(text(statement), values)][: query.limit]


def _page(
    query: InboxQuery, actor: Actor, principals: Sequence[str], now: datetime
) -> tuple[Keyset, str, dict[str, Any]]:
    """The statement that finds a page's tasks in their order, and its parameters."""
    keyset = Keyset.of(SORTS, query.sort, id="t.id", descending=query.descending, after=query.after, limit=query.limit)
    conditions, values = _conditions(query)
    values |= _people(actor, principals, now) | keyset.parameters
    seen = "true"
    if query.tab == "following":
        seen, parameters = visible(actor)
        values |= parameters
    page = f"""
      select t.id, {keyset.columns} from user_task t join process_instance i on i.id = t.instance_id
      where {" and ".join([TABS[query.tab], *conditions])} and {seen} and {keyset.condition}
      order by {keyset.order} limit :limit
    """
    if query.tab in pending.TABS and query.sort == "due" and not query.descending:
        values = {**pending.FROM_THE_BEGINNING, **values}
        each = [pending.SEARCHED_EACH if condition == SEARCHED else condition for condition in conditions]
        page = pending.filtered_page(query.tab, keyset, each, page) if each else pending.plain_page(query.tab, keyset)
    return keyset, page, {"seer_heads": [], **values}


def counts(tx: Transaction, actor: Actor, *, principals: Sequence[str], now: datetime) -> dict[str, int]:
    """How many tasks each tab has, exact below `COUNTED_TO`."""
    values = {**_people(actor, principals, now), "most": COUNTED_TO, "seer_heads": []}
    condition, parameters = visible(actor)
    parts = []
    for tab, rule in TABS.items():
        joined, seen = "", ""
        if tab == "following":
            joined, seen = "join process_instance i on i.id = t.instance_id", f" and {condition}"
        counted = f"select 1 from user_task t {joined} where {rule}{seen} limit :most"
        if tab in _COUNTED:
            counted = f"select 1 from ({_COUNTED[tab]}) c limit :most"
        parts.append(f"(select count(*) from ({counted}) x) as {tab}")
    statement = f"with recursive {UNITS} select {', '.join(parts)}"
    return dict(tx.execute(text(statement), {**values, **parameters}).mappings().one())


_COUNTED = {
    "pending": """
      select distinct c.task_id from unnest(cast(:keys as text[])) k
      cross join lateral (select task_id from candidate where candidate = k and claimable limit :most) c
    """,
    "overdue": f"""
      select c.task_id from unnest(cast(:keys as text[])) k
      cross join lateral (
        select task_id from candidate where candidate = k and claimable and due_at < :now limit :most
      ) c
      union
      (select t.id from user_task t where {_MINE} and {_LATE} limit :most)
    """,
}
"""Tabs that may be very full are counted straight from the index of each key, each up to the limit."""

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
select {_TASK} from incident x join user_task t on cast(t.id as text) = x.task_id and t.instance_id = x.instance_id
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
    row = tx.execute(_PERSON, {"id": person_id}).first()
    return row.name if row else None


def unit_work(tx: Transaction, actor: Actor, *, limit: int) -> tuple[TaskRow, ...]:
    """Open tasks of the actor's units: had by their people, or offered to the units; by person and due date."""
    condition, parameters = visible(actor)
    statement = f"""
        with recursive {UNITS}
        select {_COLUMNS} from user_task t join process_instance i on i.id = t.instance_id
        join process_definition d on d.id = i.definition_id
        where t.state = 'open' and {condition} and {SUPERVISED_TASK}
        order by t.assignee_name nulls first, coalesce(t.due_at, 'infinity'), t.id limit :limit
    """
    values = {**parameters, "me": effective_person(actor), "limit": limit}
    return tuple(rows.task_row(row) for row in tx.execute(text(statement), values).mappings())


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


def _people(actor: Actor, principals: Sequence[str], now: datetime) -> dict[str, Any]:
    return {
        "me": effective_person(actor),
        "keys": candidate_keys(actor),
        "principals": list(principals),
        "now": now,
    }


def _conditions(query: InboxQuery) -> tuple[list[str], dict[str, Any]]:
    conditions: list[str] = []
    values: dict[str, Any] = {}
    for number, (name, value) in enumerate(query.filters.items()):
        if name in FILTERS and value:
            conditions.append(f":f{number} = {FILTERS[name]}")
            values[f"f{number}"] = value
    if query.text.strip():
        conditions.append(SEARCHED)
        values["words"] = search_query(query.text)
    return conditions, values


def has_recused(tx: Transaction, instance_id: UUID, person_id: str) -> bool:
    """Whether somebody, acting for whomever, has said in this case that they recuse."""
    statement = text("""
        select exists (select from history where instance_id = :id and verb = 'task.completed'
          and actor = :person and params ? 'recused')
    """)
    return bool(tx.execute(statement, {"id": instance_id, "person": person_id}).scalar_one())
