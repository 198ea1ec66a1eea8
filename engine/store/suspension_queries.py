"""Suspended cases: which are, who said so and why, and what waits for one that is resumed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from engine.cases.records import Said
from engine.store.store import Transaction


def runs(case: str) -> str:
    """The condition that the case whose id is `case` is not suspended: few are, and an index lists them."""
    return f"not exists (select from process_instance held where held.id = {case} and held.suspended_at is not null)"


_SET = text("update process_instance set suspended_at = :at where id = :id")

_SAID = text("""
select actor_name, occurred_at, params ->> 'reason' as reason from history
where instance_id = :id and verb = :verb order by seq desc limit 1
""")

_DUE = text("select min(due_at) from awaited_timer where instance_id = :id and due_at <= :now")

_CALLS = text("select task_id from service_call where instance_id = :id order by asked_at, task_id")

_KEPT = text("""
select m.id from buffered_message m where m.business_key = :business_key
  and m.name in (select name from subscription where instance_id = :id and kind = 'message')
order by m.id
""")


def set_suspended(tx: Transaction, instance_id: UUID, at: datetime | None) -> None:
    """Say since when the case is suspended; None lets it run again. Its row must be locked."""
    tx.execute(_SET, {"id": instance_id, "at": at})


def last_said(tx: Transaction, instance_id: UUID, verb: str) -> Said | None:
    """Who did `verb` to the case last, when and why; None: nobody has."""
    row = tx.execute(_SAID, {"id": instance_id, "verb": verb}).first()
    return Said(row.actor_name, row.occurred_at, row.reason or "") if row else None


def first_due(tx: Transaction, instance_id: UUID, now: datetime) -> datetime | None:
    """When the first of the case's timers that are due by now was due."""
    due: datetime | None = tx.execute(_DUE, {"id": instance_id, "now": now}).scalar_one()
    return due


def calls(tx: Transaction, instance_id: UUID) -> list[str]:
    """The connector calls the case waits for."""
    return list(tx.execute(_CALLS, {"id": instance_id}).scalars())


def kept_messages(tx: Transaction, instance_id: UUID, business_key: str) -> list[UUID]:
    """The kept messages that the case waits for now, the oldest first."""
    return list(tx.execute(_KEPT, {"id": instance_id, "business_key": business_key}).scalars())
