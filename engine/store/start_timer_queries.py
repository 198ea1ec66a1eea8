"""When timer start events of versions in force fire next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from engine.store.store import Transaction

_LOCK = text("""
select due_at, fired from start_timer where definition_id = :definition_id and element_id = :element_id for update
""")

_ARM = text("""
insert into start_timer (definition_id, element_id, due_at, fired) values (:definition_id, :element_id, :due_at, :fired)
on conflict (definition_id, element_id) do update set due_at = excluded.due_at, fired = excluded.fired
""")

_DISARM = text("delete from start_timer where definition_id = :definition_id and element_id = :element_id")

_DISARM_PROCESS = text("""
delete from start_timer t using process_definition d where d.id = t.definition_id and d.key = :key
""")

_DUE = text("select definition_id, element_id, due_at from start_timer where due_at <= :now order by due_at limit 1000")

_ALL = text("select definition_id, element_id, due_at from start_timer order by due_at")


@dataclass(frozen=True)
class StartTimer:
    """When it fires, and how often it did."""

    due_at: datetime
    fired: int


def lock(tx: Transaction, definition_id: UUID, element_id: str) -> StartTimer | None:
    """The timer, locked until the transaction ends; None when it is not armed."""
    row = tx.execute(_LOCK, {"definition_id": definition_id, "element_id": element_id}).first()
    return StartTimer(row.due_at, row.fired) if row else None


def arm(tx: Transaction, definition_id: UUID, element_id: str, due_at: datetime | None, *, fired: int = 0) -> None:
    """Set when it fires next; None: never again."""
    where = {"definition_id": definition_id, "element_id": element_id}
    if due_at is None:
        tx.execute(_DISARM, where)
    else:
        tx.execute(_ARM, {**where, "due_at": due_at, "fired": fired})


def disarm_process(tx: Transaction, key: str) -> None:
    """No version of the process starts by the clock from now on."""
    tx.execute(_DISARM_PROCESS, {"key": key})


def due(tx: Transaction, now: datetime) -> list[tuple[UUID, str, datetime]]:
    """Timers that are due: version, element, due time."""
    return [(row.definition_id, row.element_id, row.due_at) for row in tx.execute(_DUE, {"now": now})]


def all_armed(tx: Transaction) -> list[tuple[UUID, str, datetime]]:
    """Every armed timer: version, element, due time."""
    return [(row.definition_id, row.element_id, row.due_at) for row in tx.execute(_ALL)]
