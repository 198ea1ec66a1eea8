"""Notices to people, each once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from engine.cases.values import Notification
from engine.ids import new_id
from engine.store import rows
from engine.store.step_queries import as_json
from engine.store.store import Transaction
from engine.store.tables.base import columns
from engine.store.tables.cases import notification

_ADD = text("""
insert into notification (id, person_id, kind, instance_id, task_id, params, created_at)
select id, person_id, :kind, :instance_id, :task_id, cast(:params as jsonb), :now
from jsonb_to_recordset(cast(:people as jsonb)) as p(id uuid, person_id text)
on conflict do nothing
returning id, person_id
""")

_ADD_OF_REQUEST = text("""
insert into notification (id, person_id, kind, request_id, params, created_at)
values (:id, :person, :kind, :request_id, cast(:params as jsonb), :now)
""")

_COLUMNS = f"""
select {columns(notification, "n")}, coalesce(i.business_key, '') as business_key, coalesce(i.subject, '') as subject
from notification n left join process_instance i on i.id = n.instance_id
"""

_LIST = text(f"""
{_COLUMNS} where n.person_id = :person and (cast(:before as uuid) is null or n.id < cast(:before as uuid))
order by n.id desc limit :limit
""")

_UNREAD = text("""
select count(*) from (select 1 from notification where person_id = :person and read_at is null limit 100) x
""")

_READ = text("""
update notification set read_at = :now where person_id = :person and read_at is null
  and (cast(:id as uuid) is null or id = cast(:id as uuid))
""")

_HAS_UNREAD = text("""
select exists (
  select from notification where person_id = :person and read_at is null and instance_id = :instance_id
)
""")

_READ_REQUEST = text("""
update notification set read_at = :now where person_id = :person and read_at is null and request_id = :request_id
""")

_READ_CASE = text("""
update notification set read_at = :now where person_id = :person and read_at is null and instance_id = :instance_id
""")

_MAILED = text("update notification set mailed_at = :now where id = any(cast(:ids as uuid[]))")


def add(
    tx: Transaction,
    people: Sequence[str],
    *,
    kind: str,
    instance_id: UUID,
    task_id: UUID | None,
    params: Mapping[str, Any],
    now: datetime,
) -> dict[str, UUID]:
    """Tell people something; who was told the same of the same task is left out. Gives ids by person."""
    made = [{"id": new_id(), "person_id": person} for person in dict.fromkeys(people)]
    values = {
        "people": as_json(made), "kind": kind, "instance_id": instance_id, "task_id": task_id,
        "params": as_json({"once": "", **params}), "now": now,
    }  # fmt: skip
    return {row.person_id: row.id for row in tx.execute(_ADD, values)}


def add_of_request(
    tx: Transaction, person: str, *, kind: str, request_id: UUID, params: Mapping[str, Any], now: datetime
) -> None:
    """Tell whoever submitted a deployment what became of it."""
    values = {"id": new_id(), "person": person, "kind": kind, "request_id": request_id, "now": now}
    tx.execute(_ADD_OF_REQUEST, {**values, "params": as_json({"once": "", **params})})


def of_person(tx: Transaction, person_id: str, *, before: UUID | None, limit: int) -> tuple[Notification, ...]:
    """A person's notices, the newest first."""
    found = tx.execute(_LIST, {"person": person_id, "before": before, "limit": limit})
    return tuple(rows.notification(row) for row in found.mappings())


def unread(tx: Transaction, person_id: str) -> int:
    """How many notices are unread: exact to 99, 100 means more."""
    count: int = tx.execute(_UNREAD, {"person": person_id}).scalar_one()
    return count


def has_unread(tx: Transaction, person_id: str, instance_id: UUID) -> bool:
    """Whether a notice about the case is unread."""
    return bool(tx.execute(_HAS_UNREAD, {"person": person_id, "instance_id": instance_id}).scalar_one())


def mark_read(tx: Transaction, person_id: str, notification_id: UUID | None, now: datetime) -> None:
    """One notice is read, or all."""
    tx.execute(_READ, {"person": person_id, "id": notification_id, "now": now})


def mark_case_read(tx: Transaction, person_id: str, instance_id: UUID, now: datetime) -> None:
    """All notices about a case are read: the person looks at it."""
    tx.execute(_READ_CASE, {"person": person_id, "instance_id": instance_id, "now": now})


def mark_request_read(tx: Transaction, person_id: str, request_id: UUID, now: datetime) -> None:
    """What was told of a deployment that the person submitted is read."""
    tx.execute(_READ_REQUEST, {"person": person_id, "request_id": request_id, "now": now})


def mark_mailed(tx: Transaction, ids: Sequence[UUID], now: datetime) -> None:
    """These went out by e-mail, too."""
    tx.execute(_MAILED, {"ids": list(ids), "now": now})
