"""Connector calls being tried: how often, when last, what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from engine import codec
from engine.model import ServiceCall
from engine.store.store import Transaction
from engine.store.suspension_queries import runs
from engine.store.tables.base import columns
from engine.store.tables.instances import service_call

_BEGIN = text(f"""
update service_call set attempts = attempts + 1, tried_at = :now
where instance_id = :instance_id and task_id = :task_id and attempts < :most and {runs("instance_id")}
returning {columns(service_call)}
""")

_BEGIN_LOST = text(f"""
update service_call set attempts = attempts + 1, tried_at = :now
where (instance_id, task_id) in (
  select instance_id, task_id from service_call where coalesce(tried_at, asked_at) < :before and {runs("instance_id")}
  order by coalesce(tried_at, asked_at) limit :limit for update skip locked
) returning {columns(service_call)}
""")

_FAILED = text("""
update service_call set last_error = :error where instance_id = :instance_id and task_id = :task_id
""")

_OPEN = text(f"""
select instance_id, task_id from service_call where {runs("instance_id")} order by asked_at, task_id limit :limit
""")


@dataclass(frozen=True)
class Attempt:
    """A connector call at its next attempt."""

    instance_id: UUID
    call: ServiceCall
    attempts: int
    """This one counted."""


def begin(tx: Transaction, instance_id: UUID, task_id: str, now: datetime, *, most: int) -> Attempt | None:
    """Count an attempt; None when the case does not wait for this call any more, is suspended, or `most` have begun."""
    values = {"instance_id": instance_id, "task_id": task_id, "now": now, "most": most}
    row = tx.execute(_BEGIN, values).first()
    return _attempt(row) if row else None


def begin_lost(tx: Transaction, *, before: datetime, now: datetime, limit: int) -> list[Attempt]:
    """Count an attempt of every call that nobody has tried since `before`; two askers never get the same one.

    It may be one more than is allowed: then nobody knows what became of the last one. Those of suspended cases wait.
    """
    rows = tx.execute(_BEGIN_LOST, {"before": before, "now": now, "limit": limit})
    return sorted((_attempt(row) for row in rows), key=lambda attempt: attempt.call.task_id)


def note_failure(tx: Transaction, instance_id: UUID, task_id: str, error: str) -> None:
    """Keep what went wrong, for operators."""
    tx.execute(_FAILED, {"instance_id": instance_id, "task_id": task_id, "error": error[:2000]})


def open_calls(tx: Transaction, limit: int) -> list[tuple[UUID, str]]:
    """Calls that wait for an answer, the oldest first; none of suspended cases."""
    return [(row.instance_id, row.task_id) for row in tx.execute(_OPEN, {"limit": limit})]


def _attempt(row: Any) -> Attempt:
    call = ServiceCall(row.task_id, row.element_id, row.connector, codec.decode(row.arguments))
    return Attempt(row.instance_id, call, row.attempts)
