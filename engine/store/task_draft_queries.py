"""Unfinished answers to tasks: what one person typed so far."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from engine.store.step_queries import as_json
from engine.store.store import Transaction

_SAVE_DRAFT = text("""
insert into task_draft (task_id, person_id, raw, saved_at) values (:task_id, :person_id, cast(:raw as jsonb), :now)
on conflict (task_id, person_id) do update set raw = excluded.raw, saved_at = excluded.saved_at
""")

_DRAFT = text("select raw, saved_at from task_draft where task_id = :task_id and person_id = :person_id")

_DROP_DRAFT = text("delete from task_draft where task_id = :task_id and person_id = :person_id")


def save_draft(tx: Transaction, task_id: UUID, person_id: str, raw: Any, now: datetime) -> None:
    """Keep what was typed so far."""
    tx.execute(_SAVE_DRAFT, {"task_id": task_id, "person_id": person_id, "raw": as_json(raw), "now": now})


def draft(tx: Transaction, task_id: UUID, person_id: str) -> tuple[Any, datetime] | None:
    """What was typed so far, and when it was saved."""
    row = tx.execute(_DRAFT, {"task_id": task_id, "person_id": person_id}).first()
    return (row.raw, row.saved_at) if row else None


def drop_draft(tx: Transaction, task_id: UUID, person_id: str) -> None:
    """Forget what was typed."""
    tx.execute(_DROP_DRAFT, {"task_id": task_id, "person_id": person_id})
