"""The statements of one step: lock the case, load what it needs, record what came of it.

Sets of rows travel as one JSON parameter each and are unpacked by the server, so the
number of statements does not grow with the number of tasks, timers or entries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, text

from engine.store.grams import document, query
from engine.store.store import Transaction
from engine.store.tables.base import columns
from engine.store.tables.instances import process_instance
from engine.store.tables.tasks import user_task

HEADER_COLUMNS = (
    "owning_unit", "subject", "applicant_agency", "applicant_agency_label", "applicant_unit", "applicant_unit_label",
    "lead_agency", "lead_agency_label", "handler", "handler_label", "speed", "security_class", "received_at", "due_at",
    "doc_no_in", "doc_no_out", "retention_class", "source", "outcome", "clock", "remind_at",
)  # fmt: skip
"""What a step may change of a case's header, and when its people are reminded of its deadline."""

_CASE = f"""
select {columns(process_instance, "i")}, d.name as process_name, d.name_en as process_name_en, d.version, d.properties,
  clock_timestamp() as recorded_at
from process_instance i join process_definition d on d.id = i.definition_id
where i.id = {{which}}
"""
_LOCK = "for no key update of i"
_CASE_OF_TASK = "(select instance_id from user_task where id = :task_id)"
_ROW = {
    (by_task, lock): text(_CASE.format(which=_CASE_OF_TASK if by_task else ":instance_id") + (_LOCK if lock else ""))
    for by_task in (False, True)
    for lock in (False, True)
}

_LOAD = text(f"""
select s.revision as state_revision, s.body,
  exists (select from awaited_timer a where a.instance_id = :instance_id) as has_timers,
  exists (select from subscription a where a.instance_id = :instance_id) as has_subscriptions,
  exists (select from incident a where a.instance_id = :instance_id and a.resolved_at is null) as has_incidents,
  (select to_jsonb(n) from idempotency n where n.token = :token) as answered,
  {columns(user_task, "t", without=("facets",))}
from (select 1) one
left join instance_state s on s.instance_id = :instance_id
left join user_task t on t.id = :task_id
""")

_INSERT_CASE = text(f"""
with made as (
  insert into process_instance (id, definition_id, process_key, business_key, status, revision, started_at, started_by,
    started_by_name, ended_at, end_reason, updated_at, {", ".join(HEADER_COLUMNS)}, active_elements, variables,
    history_length, history_head)
  values (:id, :definition_id, :process_key, :business_key, :status, 1, :started_at, :started_by,
    :started_by_name, :ended_at, :end_reason, :updated_at, {", ".join(f":{name}" for name in HEADER_COLUMNS)},
    :active_elements, cast(:variables as jsonb), :history_length, :history_head)
  returning id
), stated as (
  insert into instance_state (instance_id, revision, body)
  select id, 1, :body from made where not cast(:ended as boolean)
)
select id from made
""")

_UPDATE_CASE = text(f"""
with saved as (
  update process_instance set revision = :revision + 1, status = :status, ended_at = :ended_at,
    end_reason = :end_reason, updated_at = :updated_at, {", ".join(f"{name} = :{name}" for name in HEADER_COLUMNS)},
    active_elements = :active_elements, variables = cast(:variables as jsonb),
    suspended_at = case when cast(:ended as boolean) then null else suspended_at end,
    history_length = :history_length, history_head = :history_head
  where id = :id and revision = :revision
  returning id
), stated as (
  update instance_state s set body = :body, revision = :revision + 1 from saved
  where s.instance_id = saved.id and not cast(:ended as boolean)
), unstated as (
  delete from instance_state s using saved where s.instance_id = saved.id and cast(:ended as boolean)
)
select id from saved
""")

_TOUCH_CASE = text("""
update process_instance set revision = revision + 1, updated_at = :updated_at,
  history_length = :history_length, history_head = :history_head
where id = :id and revision = :revision
returning id
""")

_WRITE_HISTORY = text("""
with entries as (
  select * from jsonb_to_recordset(cast(:entries as jsonb)) as e(
    seq integer, occurred_at timestamptz, recorded_at timestamptz, actor text, actor_name text, on_behalf_of text,
    on_behalf_of_name text, verb text, element_id text, task_id text, task uuid, facts text, value_digest text,
    digest text, salt text, body text)
), written as (
  insert into history_entry (instance_id, seq, occurred_at, recorded_at, actor, actor_name, on_behalf_of,
    on_behalf_of_name, verb, element_id, task_id, task, facts, value_digest, digest, salt, body)
  select :id, seq, occurred_at, recorded_at, actor, actor_name, on_behalf_of, on_behalf_of_name, verb, element_id,
    task_id, task, cast(facts as json), decode(value_digest, 'hex'), decode(digest, 'hex'), decode(salt, 'hex'), body
  from entries
), closed as (
  select * from jsonb_to_recordset(cast(:closed as jsonb)) as c(id uuid, state text)
), shut as (
  update user_task t set state = c.state, closed_at = :now, closed_by = :person_id, closed_by_name = :person_name
  from closed c where t.id = c.id and t.state = 'open'
), unlisted as (
  delete from candidate where task_id in (select id from closed)
), undrafted as (
  delete from task_draft where task_id in (select id from closed)
), token as (
  insert into idempotency (token, verb, person_id, at, result)
  select :token, :verb, :person_id, :now, cast(:result as jsonb) where cast(:token as text) is not null
), searchable as (
  insert into search_document (instance_id, body, people)
  select :id, cast(:words as tsvector), cast(:people_words as tsvector) where cast(:words as text) is not null
  on conflict (instance_id) do update set body = excluded.body,
    people = case when search_document.people @@ cast(:people_query as tsquery) then search_document.people
      else search_document.people || excluded.people end
), linked as (
  insert into attachment (instance_id, file_id, kind, attached_at, attached_by, attached_by_name)
  select :id, f.id, 'form', :now, :person_id, :person_name from file f
  where f.id = any(cast(:files as uuid[])) and f.uploaded_by = any(cast(:uploaders as text[]))
  for key share of f
  on conflict do nothing
)
select 1
""")

_OPEN_TASKS = text("""
with opened as (
  select * from jsonb_to_recordset(cast(:tasks as jsonb)) as t(
    id uuid, element_id text, name text, name_en text, label text, lane text, form_key text, assignee text,
    candidates text[], due_at timestamptz, follow_up_at timestamptz, remind_at timestamptz, priority smallint,
    kind text)
), made as (
  insert into user_task (id, instance_id, element_id, name, name_en, label, lane, form_key, state, assignee,
    assignee_name, candidates, created_at, claimed_at, due_at, follow_up_at, remind_at, priority, kind, sent_by,
    sent_by_name)
  select o.id, :id, o.element_id, o.name, o.name_en, o.label, o.lane, o.form_key, 'open', o.assignee, p.name,
    o.candidates, :now, case when o.assignee is not null then cast(:now as timestamptz) end, o.due_at, o.follow_up_at,
    o.remind_at, o.priority, o.kind, :person_id, :person_name
  from opened o left join person p on p.id = o.assignee
  on conflict (id) do update set assignee = excluded.assignee, assignee_name = excluded.assignee_name,
    candidates = excluded.candidates, claimed_at = excluded.claimed_at, due_at = excluded.due_at,
    remind_at = excluded.remind_at
), listed as (
  insert into candidate (task_id, candidate, instance_id, unit_id, due_at, claimable)
  select distinct o.id, c, cast(:id as uuid), nullif(split_part(c, '@', 2), ''), coalesce(o.due_at, 'infinity'),
    o.assignee is null
  from opened o cross join lateral unnest(o.candidates) c
  on conflict (task_id, candidate) do update set due_at = excluded.due_at, claimable = excluded.claimable
), took_part as (
  insert into participation (person_id, instance_id, unit_id, since)
  select distinct p.id, cast(:id as uuid), person_unit.unit_id, cast(:now as timestamptz)
  from jsonb_array_elements_text(cast(:people as jsonb)) p(id)
  left join lateral (
    select o.unit_id from assignment a join position o on o.id = a.position_id
    where a.person_id = p.id and daterange(a.valid_from, a.valid_to, '[]')
      @> cast(cast(:now as timestamptz) at time zone 'Asia/Taipei' as date)
    order by a.kind = 'primary' desc, o.layer limit 1
  ) person_unit on true
  on conflict do nothing
)
select 1
""")

_MOVE_DUE = text("""
with moved as (
  update user_task set due_at = :due, remind_at = :remind
  where instance_id = :id and state = 'open' and due_at = :before returning id
)
update candidate c set due_at = coalesce(cast(:due as timestamptz), 'infinity') from moved where c.task_id = moved.id
""")

# Of a thousand timers a step touches one: rows that are as they should be are not written, nor locked.
_WAIT = text("""
with timers as (
  select * from jsonb_to_recordset(cast(:timers as jsonb)) as t(task_id text, element_id text, due_at timestamptz)
), past_timers as (
  delete from awaited_timer a where a.instance_id = :id and a.task_id not in (select task_id from timers)
), new_timers as (
  insert into awaited_timer (instance_id, task_id, element_id, due_at)
  select :id, t.task_id, t.element_id, t.due_at from timers t
  where not exists (
    select from awaited_timer a where a.instance_id = :id and a.task_id = t.task_id and a.due_at = t.due_at
  )
  on conflict (instance_id, task_id) do update set due_at = excluded.due_at
  returning due_at
), subscriptions as (
  select * from jsonb_to_recordset(cast(:subscriptions as jsonb))
    as s(task_id text, element_id text, kind text, name text)
), past_subscriptions as (
  delete from subscription a where a.instance_id = :id
    and (a.task_id, a.kind, a.name) not in (select task_id, kind, name from subscriptions)
), new_subscriptions as (
  insert into subscription (instance_id, task_id, kind, name, element_id)
  select distinct on (task_id, kind, name) cast(:id as uuid), task_id, kind, name, element_id from subscriptions s
  where not exists (
    select from subscription a
    where a.instance_id = :id and a.task_id = s.task_id and a.kind = s.kind and a.name = s.name
  )
  on conflict do nothing
), calls as (
  insert into service_call (instance_id, task_id, element_id, connector, arguments, asked_at)
  select :id, task_id, element_id, connector, arguments, :now from jsonb_to_recordset(cast(:calls as jsonb))
    as s(task_id text, element_id text, connector text, arguments jsonb)
  on conflict do nothing
), answered as (
  delete from service_call where instance_id = :id and task_id = any(cast(:answered as text[]))
), mended as (
  update incident set resolved_at = :now, resolved_by = :person_id
  where instance_id = :id and (task_id = any(cast(:mended as text[])) or cast(:all_mended as boolean))
    and resolved_at is null
), failed as (
  insert into incident (id, instance_id, task_id, element_id, element_name, kind, message, opened_at)
  select id, :id, task_id, element_id, element_name, kind, message, :now
  from jsonb_to_recordset(cast(:incidents as jsonb))
    as s(id uuid, task_id text, element_id text, element_name text, kind text, message text)
  on conflict (instance_id, task_id) where resolved_at is null do update set message = excluded.message
)
select array(select distinct due_at from new_timers) as due,
  array(
    select m.id from buffered_message m
    where m.business_key = :business_key and m.name in (select name from subscriptions where kind = 'message')
    order by m.id
  ) as buffered
""")


@dataclass(frozen=True)
class StepRecord:
    """What one step leaves in the database."""

    id: UUID
    now: datetime
    person_id: str
    person_name: str
    entries: Sequence[Mapping[str, Any]]
    closed: Sequence[Mapping[str, Any]] = ()
    token: str | None = None
    verb: str = ""
    result: Any = None
    text: str | None = None
    """What the case is found by; None: as before."""
    people: str = ""
    """Names of people the case is found by, besides the ones it has."""
    files: Sequence[UUID] = ()
    uploaders: Sequence[str] = ()


@dataclass(frozen=True)
class Waits:
    """What a case waits for after a step."""

    timers: Sequence[Mapping[str, Any]] = ()
    subscriptions: Sequence[Mapping[str, Any]] = ()
    calls: Sequence[Mapping[str, Any]] = ()
    answered: Sequence[str] = ()
    incidents: Sequence[Mapping[str, Any]] = ()
    mended: Sequence[str] = ()
    all_mended: bool = False
    """The case has ended: nothing is left to mend."""


def case_row(tx: Transaction, *, instance_id: UUID | None, task_id: UUID | None, lock: bool) -> RowMapping | None:
    """A case's row with its definition's name and `recorded_at`, by its id or by one of its tasks.

    With `lock` it stays locked until the transaction ends. Where the case was moved to another version during the
    wait for the lock, the row found fits its old definition no more and is passed over: a second look finds it.
    """
    statement = _ROW[instance_id is None, lock]
    parameters = {"task_id": task_id} if instance_id is None else {"instance_id": instance_id}
    row = tx.execute(statement, parameters).mappings().one_or_none()
    if row is None and lock:
        row = tx.execute(statement, parameters).mappings().one_or_none()
    return row


def load(tx: Transaction, instance_id: UUID, task_id: UUID | None, token: str | None) -> RowMapping:
    """State, task and the token's answer, read after the lock was taken.

    A statement of its own on purpose: joined to the locking one, it would show what
    these rows were before the wait for the lock.
    """
    parameters = {"instance_id": instance_id, "task_id": task_id, "token": token}
    return tx.execute(_LOAD, parameters).mappings().one()


def insert_case(tx: Transaction, values: Mapping[str, Any]) -> None:
    """Store a new case and its first state."""
    tx.execute(_INSERT_CASE, dict(values))


def update_case(tx: Transaction, values: Mapping[str, Any]) -> bool:
    """Store a case's next revision; False when somebody else has stored one meanwhile."""
    return tx.execute(_UPDATE_CASE, dict(values)).first() is not None


def touch_case(tx: Transaction, values: Mapping[str, Any]) -> bool:
    """Store a new end of the history only: an act that leaves the state as it is."""
    return tx.execute(_TOUCH_CASE, dict(values)).first() is not None


def record(tx: Transaction, step: StepRecord) -> None:
    """Write history, closed tasks, the token's answer, the search document and the form's files."""
    tx.execute(
        _WRITE_HISTORY,
        {
            "id": step.id,
            "now": step.now,
            "person_id": step.person_id,
            "person_name": step.person_name,
            "entries": as_json(step.entries),
            "closed": as_json(step.closed),
            "token": step.token,
            "verb": step.verb,
            "result": as_json(step.result),
            "words": None if step.text is None else document(step.text),
            "people_words": document(step.people),
            "people_query": query(step.people),
            "files": list(step.files),
            "uploaders": list(step.uploaders),
        },
    )


def open_tasks(
    tx: Transaction,
    instance_id: UUID,
    *,
    tasks: Sequence[Mapping[str, Any]],
    people: Sequence[str],
    now: datetime,
    person_id: str,
    person_name: str,
) -> None:
    """Store opened tasks with their candidates, and who takes part in the case from now on."""
    tx.execute(
        _OPEN_TASKS,
        {
            "id": instance_id,
            "tasks": as_json(tasks),
            "people": as_json(people),
            "now": now,
            "person_id": person_id,
            "person_name": person_name,
        },
    )


def move_due(
    tx: Transaction, instance_id: UUID, *, before: datetime, due: datetime | None, remind: datetime | None
) -> None:
    """Open tasks that were due with their case are due with it again, now that its deadline has moved."""
    tx.execute(_MOVE_DUE, {"id": instance_id, "before": before, "due": due, "remind": remind})


def wait(
    tx: Transaction, instance_id: UUID, business_key: str, waits: Waits, *, now: datetime, person_id: str
) -> tuple[list[datetime], list[UUID]]:
    """Store what the case waits for now.

    Returns:
        The due times that are new, and the buffered messages that it waits for.
    """
    row = tx.execute(
        _WAIT,
        {
            "id": instance_id,
            "business_key": business_key,
            "now": now,
            "person_id": person_id,
            "timers": as_json(waits.timers),
            "subscriptions": as_json(waits.subscriptions),
            "calls": as_json(waits.calls),
            "answered": list(waits.answered),
            "incidents": as_json(waits.incidents),
            "mended": list(waits.mended),
            "all_mended": waits.all_mended,
        },
    ).one()
    return list(row.due), list(row.buffered)


def as_json(value: Any) -> str:
    """`value` as the text of a jsonb parameter; times and ids as text."""
    return orjson.dumps(value, default=str).decode()
