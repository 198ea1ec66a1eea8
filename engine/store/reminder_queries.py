"""Whom to tell about tasks and cases: what a notice says of them, those that remind now, a notice to be mailed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from engine.store.step_queries import as_json
from engine.store.store import Transaction

_FACTS = """
  t.id, t.instance_id, t.name, t.name_en, t.label, t.assignee, t.candidates, t.due_at, t.sent_by
"""

_TASKS = text(f"select {_FACTS} from user_task t where t.id = any(cast(:ids as uuid[])) and t.state = 'open'")

_DUE_TASKS = text(f"""
select {_FACTS} from user_task t join process_instance i on i.id = t.instance_id
where t.state = 'open' and t.remind_at <= :now and not (i.clock = 'stopped' and t.due_at = i.due_at)
order by t.remind_at limit :limit for no key update of t skip locked
""")

_REMIND_TASKS = text("""
update user_task t set remind_at = n.next
from jsonb_to_recordset(cast(:next as jsonb)) as n(id uuid, next timestamptz) where t.id = n.id
""")

_DUE_CASES = text("""
select i.id, i.due_at, i.handler, i.owning_unit from process_instance i
where i.remind_at <= :now order by i.remind_at limit :limit for no key update skip locked
""")

_REMIND_CASES = text("""
update process_instance i set remind_at = n.next
from jsonb_to_recordset(cast(:next as jsonb)) as n(id uuid, next timestamptz) where i.id = n.id
""")

_OPEN_TASKS = text(f"""
select {_FACTS} from user_task t where t.state = 'open' and t.instance_id = any(cast(:ids as uuid[])) order by t.id
""")

_MAIL = text("""
select n.id, n.person_id, n.kind, n.params, n.instance_id, n.task_id, n.mailed_at, n.read_at,
  i.business_key, i.subject, i.security_class, d.name as process_name, d.name_en as process_name_en,
  p.name, p.email, p.is_active, coalesce(q.mail, true) as wants_mail, coalesce(q.lang, 'zh') as lang,
  (t.id is null or t.state = 'open') and (n.kind not in ('case_due', 'case_overdue') or i.remind_at is not null)
    as is_open, t.assignee
from notification n join process_instance i on i.id = n.instance_id join process_definition d on d.id = i.definition_id
join person p on p.id = n.person_id left join notice_preference q on q.person_id = n.person_id
left join user_task t on t.id = n.task_id
where n.id = :id
""")

_INCIDENTS = text("""
select x.task_id, x.element_id, x.element_name, x.kind, i.definition_id
from incident x join process_instance i on i.id = x.instance_id
where x.instance_id = :id and x.task_id = any(cast(:tasks as text[])) and x.resolved_at is null
""")

_PREFERENCE = text("select mail, lang from notice_preference where person_id = :person")

_SAVE_PREFERENCE = text("""
insert into notice_preference (person_id, mail, lang, changed_at) values (:person, :mail, :lang, :now)
on conflict (person_id) do update set mail = excluded.mail, lang = excluded.lang, changed_at = excluded.changed_at
""")


@dataclass(frozen=True)
class TaskFacts:
    """What a notice about a task is made of."""

    id: UUID
    instance_id: UUID
    name: str
    name_en: str | None
    label: str | None
    assignee: str | None
    candidates: tuple[str, ...]
    due_at: datetime | None
    sent_by: str | None


@dataclass(frozen=True)
class IncidentFacts:
    """What is said of an incident, and where its element is drawn."""

    task_id: str
    element_id: str
    element_name: str
    kind: str
    definition_id: UUID


@dataclass(frozen=True)
class CaseFacts:
    """What a reminder of a case's deadline is made of."""

    id: UUID
    due_at: datetime
    handler: str | None
    owning_unit: str | None


@dataclass(frozen=True)
class MailFacts:
    """A notice with all that its mail says and depends on."""

    id: UUID
    person_id: str
    kind: str
    params: dict[str, Any]
    instance_id: UUID
    task_id: UUID | None
    mailed_at: datetime | None
    read_at: datetime | None
    business_key: str
    subject: str
    security_class: str
    process_name: str
    process_name_en: str | None
    name: str
    email: str | None
    is_active: bool
    wants_mail: bool
    lang: str
    is_open: bool
    assignee: str | None


def tasks(tx: Transaction, ids: Sequence[UUID]) -> list[TaskFacts]:
    """Those of the tasks that are still open."""
    return [_facts(row) for row in tx.execute(_TASKS, {"ids": list(ids)})]


def due_tasks(tx: Transaction, now: datetime, limit: int) -> list[TaskFacts]:
    """Open tasks whose time to remind has come, locked: nobody else reminds of them meanwhile.

    A task that is due with its case does not remind while the case's clock stands still.
    """
    return [_facts(row) for row in tx.execute(_DUE_TASKS, {"now": now, "limit": limit})]


def due_cases(tx: Transaction, now: datetime, limit: int) -> list[CaseFacts]:
    """Cases whose time to remind has come, locked as `due_tasks` are."""
    return [CaseFacts(**row._mapping) for row in tx.execute(_DUE_CASES, {"now": now, "limit": limit})]


def remind_next(
    tx: Transaction, *, tasks: Mapping[UUID, datetime | None], cases: Mapping[UUID, datetime | None]
) -> None:
    """When these tasks and cases remind next; None: not any more."""
    for statement, moments in ((_REMIND_TASKS, tasks), (_REMIND_CASES, cases)):
        if moments:
            tx.execute(statement, {"next": as_json([{"id": id, "next": next} for id, next in moments.items()])})


def open_tasks(tx: Transaction, instance_ids: Sequence[UUID]) -> list[TaskFacts]:
    """The open tasks of cases, the oldest first."""
    return [_facts(row) for row in tx.execute(_OPEN_TASKS, {"ids": list(instance_ids)})]


def mail(tx: Transaction, notification_id: UUID) -> MailFacts | None:
    """A notice to be mailed."""
    row = tx.execute(_MAIL, {"id": notification_id}).first()
    return MailFacts(**row._mapping) if row else None


def incidents(tx: Transaction, instance_id: UUID, task_ids: Sequence[str]) -> list[IncidentFacts]:
    """Open incidents of a case at these tokens."""
    rows = tx.execute(_INCIDENTS, {"id": instance_id, "tasks": list(task_ids)}).mappings()
    return [IncidentFacts(**row) for row in rows]


def preference(tx: Transaction, person_id: str) -> tuple[bool, str] | None:
    """Whether a person wants mail and in which language; None when they never said."""
    row = tx.execute(_PREFERENCE, {"person": person_id}).first()
    return (row.mail, row.lang) if row else None


def save_preference(tx: Transaction, person_id: str, *, mail: bool, lang: str, now: datetime) -> None:
    """Store what a person wants."""
    tx.execute(_SAVE_PREFERENCE, {"person": person_id, "mail": mail, "lang": lang, "now": now})


def _facts(row: Any) -> TaskFacts:
    values = dict(row._mapping)
    return TaskFacts(**{**values, "candidates": tuple(values["candidates"])})
