"""Whom to tell about tasks: what a notice says of a task, tasks that remind now, a notice to be mailed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from engine.store.store import Transaction

_FACTS = """
  t.id, t.instance_id, t.name, t.name_en, t.label, t.assignee, t.candidates, t.due_at, t.sent_by,
  exists (select from user_task past where past.instance_id = t.instance_id and past.element_id = t.element_id
    and coalesce(past.label, '') = coalesce(t.label, '') and past.state = 'completed'
    and past.closed_at <= t.created_at) as came_back
"""

_TASKS = text(f"select {_FACTS} from user_task t where t.id = any(cast(:ids as uuid[])) and t.state = 'open'")

_REMIND = text(f"""
with due as (
  select id from user_task where state = 'open' and remind_at <= :now order by remind_at limit :limit
  for update skip locked
), moved as (
  update user_task t set remind_at = case when t.due_at > :now then t.due_at end from due where t.id = due.id
)
select {_FACTS} from user_task t where t.id in (select id from due)
""")

_MAIL = text("""
select n.id, n.person_id, n.kind, n.params, n.instance_id, n.task_id, n.mailed_at, n.read_at,
  i.business_key, i.subject, i.security_class, d.name as process_name, d.name_en as process_name_en,
  p.name, p.email, p.is_active, coalesce(q.mail, true) as wants_mail, coalesce(q.lang, 'zh') as lang,
  (t.id is null or t.state = 'open') as is_open, t.assignee
from notification n join process_instance i on i.id = n.instance_id join process_definition d on d.id = i.definition_id
join person p on p.id = n.person_id left join notice_preference q on q.person_id = n.person_id
left join user_task t on t.id = n.task_id
where n.id = :id
""")

_INCIDENTS = text("""
select x.task_id, x.element_name, x.kind from incident x
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
    came_back: bool
    """The same work was done before in this case: it was returned."""


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


def take_reminders(tx: Transaction, now: datetime, limit: int) -> list[TaskFacts]:
    """Open tasks whose time to remind has come; each is given out once for each of its times."""
    return [_facts(row) for row in tx.execute(_REMIND, {"now": now, "limit": limit})]


def mail(tx: Transaction, notification_id: UUID) -> MailFacts | None:
    """A notice to be mailed."""
    row = tx.execute(_MAIL, {"id": notification_id}).first()
    return MailFacts(**row._mapping) if row else None


def incidents(tx: Transaction, instance_id: UUID, task_ids: Sequence[str]) -> list[tuple[str, str, str]]:
    """Open incidents of a case at these tokens: task id, element's name, kind."""
    rows = tx.execute(_INCIDENTS, {"id": instance_id, "tasks": list(task_ids)})
    return [(row.task_id, row.element_name, row.kind) for row in rows]


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
