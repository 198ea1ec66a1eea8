"""The administrators' log: rows are added, never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, or_, select

from engine.store.store import Transaction
from engine.store.tables.directory import admin_log


@dataclass(frozen=True)
class LogRow:
    """One act of administration."""

    id: int
    at: datetime
    recorded_at: datetime
    actor_id: str
    actor_name: str
    verb: str
    subject_type: str
    subject_id: str
    subject_label: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def add_log(tx: Transaction, **values: Any) -> None:
    """Write one entry."""
    tx.execute(insert(admin_log).values(**values))


def log_entries(
    tx: Transaction,
    *,
    text: str = "",
    verbs: Sequence[str] = (),
    subject: tuple[str, str] | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> tuple[LogRow, ...]:
    """Entries, the newest first. `text` is looked for in names and ids; `before_id` pages on."""
    columns = admin_log.c
    statement = select(admin_log).order_by(columns.id.desc()).limit(limit)
    if text:
        like = f"%{_literal(text)}%"
        where = (columns.actor_name, columns.actor_id, columns.subject_label, columns.subject_id, columns.verb)
        statement = statement.where(or_(*(column.ilike(like, escape="\\") for column in where)))
    if verbs:
        statement = statement.where(columns.verb.in_(verbs))
    if subject:
        statement = statement.where(columns.subject_type == subject[0], columns.subject_id == subject[1])
    if before_id is not None:
        statement = statement.where(columns.id < before_id)
    return tuple(LogRow(**row._mapping) for row in tx.execute(statement))


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
