"""Who waits for a message or signal, and messages that came too early."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from engine import codec
from engine.ids import new_id
from engine.model import Actor, ServiceCall
from engine.store.step_queries import as_json
from engine.store.store import Transaction
from engine.store.suspension_queries import runs
from engine.store.tables import instances
from engine.store.tables.base import columns

_WAITING = text("""
select distinct i.id from process_instance i join subscription s on s.instance_id = i.id
where i.business_key = :business_key and s.kind = 'message' and s.name = :name and i.status = 'active'
order by i.id
""")

_NUMBERED = text("""
select id, status from process_instance where business_key = :business_key
order by ended_at is null desc, started_at desc limit 1
""")

_LISTENING = text(f"""
select distinct s.instance_id from subscription s where s.kind = 'signal' and s.name = :name
  and {runs("s.instance_id")}
order by s.instance_id
""")

_WAITS = text("""
select exists (select from subscription where instance_id = :instance_id and kind = :kind and name = :name)
""")

_BUFFER = text("""
insert into buffered_message (id, name, business_key, variables, received_at, sent_by, sent_by_name)
values (:id, :name, :business_key, cast(:variables as jsonb), :now, :person_id, :person_name)
""")

_TAKE = text("delete from buffered_message where id = :id returning name, variables, sent_by, sent_by_name")

_FORGET = text("""
delete from buffered_message m
where exists (select from process_instance i where i.business_key = m.business_key)
  and not exists (select from process_instance i where i.business_key = m.business_key and i.status = 'active')
""")

_DELIVERABLE = text("""
select distinct on (m.id) m.id, i.id as instance_id from buffered_message m
join process_instance i on i.business_key = m.business_key and i.status = 'active' and i.suspended_at is null
join subscription s on s.instance_id = i.id and s.kind = 'message' and s.name = m.name
order by m.id limit :limit
""")

_DUE = text(f"""
select distinct instance_id from awaited_timer where due_at <= :now and {runs("instance_id")}
order by instance_id limit :limit
""")

_HAS_DUE = text("select exists (select from awaited_timer where instance_id = :instance_id and due_at <= :now)")

_CALL_OPEN = text("select exists (select from service_call where instance_id = :instance_id and task_id = :task_id)")

_NEXT = text(f"""
select least(
  (select due_at from awaited_timer where {runs("instance_id")} order by due_at limit 1),
  (select min(due_at) from start_timer)
) as due_at
""")

_OPEN_CALLS = text("select instance_id, task_id from service_call order by asked_at, task_id")

_OPEN_TIMERS = text("select distinct instance_id, due_at from awaited_timer order by due_at, instance_id")

_CALL = text(
    f"select {columns(instances.service_call)} from service_call"
    " where instance_id = :instance_id and task_id = :task_id"
)


@dataclass(frozen=True)
class BufferedMessage:
    """A message that came before its catcher waited."""

    name: str
    variables: Mapping[str, Any]
    actor: Actor


def waiting_for_message(tx: Transaction, name: str, business_key: str) -> list[UUID]:
    """Open cases with this number that wait for the message now."""
    return list(tx.execute(_WAITING, {"name": name, "business_key": business_key}).scalars())


def numbered(tx: Transaction, business_key: str) -> tuple[UUID, str] | None:
    """The case with this number and its status; of several processes' one that still runs, `active`."""
    row = tx.execute(_NUMBERED, {"business_key": business_key}).first()
    return (row.id, row.status) if row else None


def listening(tx: Transaction, name: str) -> list[UUID]:
    """Cases that wait for a signal, and are not suspended."""
    return list(tx.execute(_LISTENING, {"name": name}).scalars())


def waits_for(tx: Transaction, instance_id: UUID, kind: str, name: str) -> bool:
    """Whether the case waits for it now; asked again once the case is locked."""
    parameters = {"instance_id": instance_id, "kind": kind, "name": name}
    return bool(tx.execute(_WAITS, parameters).scalar_one())


def buffer_message(
    tx: Transaction, name: str, business_key: str, variables: Mapping[str, Any], *, actor: Actor, now: datetime
) -> None:
    """Keep a message until the case waits for it."""
    tx.execute(
        _BUFFER,
        {
            "id": new_id(),
            "name": name,
            "business_key": business_key,
            "variables": as_json(variables),
            "now": now,
            "person_id": actor.person_id,
            "person_name": actor.name,
        },
    )


def take_buffered(tx: Transaction, message_id: UUID) -> BufferedMessage | None:
    """Take a kept message out; None when somebody else took it."""
    row = tx.execute(_TAKE, {"id": message_id}).first()
    return BufferedMessage(row.name, row.variables, Actor(row.sent_by, row.sent_by_name)) if row else None


def forget_undeliverable(tx: Transaction) -> int:
    """Delete kept messages to cases that have ended; how many. The sender's history says what was sent."""
    return tx.execute(_FORGET).rowcount


def deliverable(tx: Transaction, limit: int = 200) -> list[tuple[UUID, UUID]]:
    """Kept messages that an open case, one not suspended, waits for now: message and case."""
    return [(row.id, row.instance_id) for row in tx.execute(_DELIVERABLE, {"limit": limit})]


def due_instances(tx: Transaction, now: datetime, limit: int = 1000) -> list[UUID]:
    """Cases with a timer that is due, and not suspended."""
    return list(tx.execute(_DUE, {"now": now, "limit": limit}).scalars())


def next_due(tx: Transaction, until: datetime) -> datetime | None:
    """When the next timer up to `until` is due; those of suspended cases do not count."""
    moment: datetime | None = tx.execute(_NEXT).scalar_one()
    return moment if moment is not None and moment <= until else None


def has_due(tx: Transaction, instance_id: UUID, now: datetime) -> bool:
    """Whether a timer of the case is due."""
    return bool(tx.execute(_HAS_DUE, {"instance_id": instance_id, "now": now}).scalar_one())


def is_call_open(tx: Transaction, instance_id: UUID, task_id: str) -> bool:
    """Whether the case still waits for this connector call."""
    return bool(tx.execute(_CALL_OPEN, {"instance_id": instance_id, "task_id": task_id}).scalar_one())


def open_calls(tx: Transaction) -> list[tuple[UUID, str]]:
    """Every connector call that is not answered."""
    return [(row.instance_id, row.task_id) for row in tx.execute(_OPEN_CALLS)]


def open_timers(tx: Transaction) -> list[tuple[UUID, datetime]]:
    """Every time that a case waits for."""
    return [(row.instance_id, row.due_at) for row in tx.execute(_OPEN_TIMERS)]


def service_call(tx: Transaction, instance_id: UUID, task_id: str) -> ServiceCall | None:
    """A connector call that is not answered."""
    row = tx.execute(_CALL, {"instance_id": instance_id, "task_id": task_id}).first()
    return ServiceCall(row.task_id, row.element_id, row.connector, codec.decode(row.arguments)) if row else None
