"""When timer start events of versions in force fire next.

An event may have several timers. The first is kept under the event's id, the others under `id/1`, `id/2` …:
no id of XML has a slash, and a program of the version before finds the first where it always was.
"""

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

_OF_VERSION = text("select element_id, due_at from start_timer where definition_id = :definition_id")


@dataclass(frozen=True)
class StartTimer:
    """When it fires, and how often it did."""

    due_at: datetime
    fired: int


def address(element_id: str, number: int) -> str:
    """Under which name a timer of a start event is armed."""
    return f"{element_id}/{number}" if number else element_id


def addressed(name: str) -> tuple[str, int]:
    """The start event of an armed timer, and which of its timers it is."""
    element_id, _, number = name.partition("/")
    return element_id, int(number or 0)


def lock(tx: Transaction, definition_id: UUID, element_id: str) -> StartTimer | None:
    """The timer at an `address`, locked until the transaction ends; None when it is not armed."""
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
    """Timers that are due: version, address, due time."""
    return [(row.definition_id, row.element_id, row.due_at) for row in tx.execute(_DUE, {"now": now})]


def all_armed(tx: Transaction) -> list[tuple[UUID, str, datetime]]:
    """Every armed timer: version, address, due time."""
    return [(row.definition_id, row.element_id, row.due_at) for row in tx.execute(_ALL)]


def of_version(tx: Transaction, definition_id: UUID) -> dict[tuple[str, int], datetime]:
    """When each timer of a version's start events is due next, by element and number."""
    return {addressed(row.element_id): row.due_at for row in tx.execute(_OF_VERSION, {"definition_id": definition_id})}
