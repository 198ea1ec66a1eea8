"""Writing the directory: rows by kind, for the services that have checked them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Table, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.store.store import Transaction
from engine.store.tables import directory as tables

Kind = Literal["unit", "unit_name", "position", "person", "assignment", "role", "grant", "leave", "authority"]

_TABLES: dict[Kind, Table] = {
    "unit": tables.org_unit,
    "unit_name": tables.org_unit_name,
    "position": tables.position,
    "person": tables.person,
    "assignment": tables.assignment,
    "role": tables.role,
    "grant": tables.role_grant,
    "leave": tables.leave,
    "authority": tables.authority,
}


def lock_directory(tx: Transaction) -> None:
    """Let one change of the directory's structure follow the other until this transaction ends."""
    tx.execute(select(func.pg_advisory_xact_lock(func.hashtext("directory"))))


def add(tx: Transaction, kind: Kind, values: Mapping[str, Any]) -> bool:
    """Add a row; False when its key, or one like it, is there already."""
    table = _TABLES[kind]
    statement = upsert(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key.columns)
    return tx.execute(statement).first() is not None


def add_with_id(tx: Transaction, kind: Kind, values: Mapping[str, Any]) -> UUID | None:
    """Add a row whose id the database chooses; None when one like it is there already."""
    table = _TABLES[kind]
    made: UUID | None = tx.execute(
        upsert(table).values(**values).on_conflict_do_nothing().returning(table.c.id)
    ).scalar()
    return made


def change(tx: Transaction, kind: Kind, key: object, values: Mapping[str, Any]) -> None:
    """Set columns of the row with this id."""
    table = _TABLES[kind]
    tx.execute(update(table).where(table.c.id == key).values(**values))


def end(tx: Transaction, kind: Kind, key: object, last_day: date) -> None:
    """Let a row count until `last_day`; one that had not begun by then is taken out."""
    table = _TABLES[kind]
    gone = tx.execute(delete(table).where(table.c.id == key, table.c.valid_from > last_day))
    if not gone.rowcount:
        tx.execute(update(table).where(table.c.id == key).values(valid_to=last_day))


def set_unit_name(tx: Transaction, values: Mapping[str, Any]) -> None:
    """Name a unit from a day on; the name given for that very day before is replaced."""
    table = tables.org_unit_name
    statement = upsert(table).values(**values)
    changed = {name: statement.excluded[name] for name in values if name not in ("unit_id", "valid_from")}
    tx.execute(statement.on_conflict_do_update(index_elements=["unit_id", "valid_from"], set_=changed))


def overlapping_assignment(tx: Transaction, person_id: str, position_id: UUID, first: date, last: date | None) -> bool:
    """Whether the person holds the position on any day from `first` to `last` already."""
    table = tables.assignment
    statement = select(table.c.id).where(table.c.person_id == person_id, table.c.position_id == position_id)
    return tx.execute(_overlap(statement, table, first, last)).first() is not None


def primary_assignment(tx: Transaction, person_id: str, first: date, last: date | None) -> UUID | None:
    """A first post (本職) the person holds on any day from `first` to `last`."""
    table = tables.assignment
    statement = select(table.c.id).where(table.c.person_id == person_id, table.c.kind == "primary")
    found: UUID | None = tx.execute(_overlap(statement, table, first, last)).scalar()
    return found


def overlapping_grant(
    tx: Transaction, person_id: str, role_id: str, unit_id: str, first: date, last: date | None
) -> bool:
    """Whether the person has the role in this very unit on any day from `first` to `last` already."""
    table = tables.role_grant
    statement = select(table.c.id).where(
        table.c.person_id == person_id, table.c.role_id == role_id, table.c.unit_id == unit_id
    )
    return tx.execute(_overlap(statement, table, first, last)).first() is not None


def _overlap(statement: Any, table: Table, first: date, last: date | None) -> Any:
    statement = statement.where(or_(table.c.valid_to.is_(None), table.c.valid_to >= first))
    return statement if last is None else statement.where(table.c.valid_from <= last)


def open_children(tx: Transaction, unit_id: str, day: date) -> bool:
    """Whether the unit still has units or people after `day`."""
    unit, position, assignment = tables.org_unit, tables.position, tables.assignment
    child = select(unit.c.id).where(unit.c.parent_id == unit_id, or_(unit.c.valid_to.is_(None), unit.c.valid_to > day))
    held = (
        select(assignment.c.id)
        .join(position, position.c.id == assignment.c.position_id)
        .where(position.c.unit_id == unit_id, or_(assignment.c.valid_to.is_(None), assignment.c.valid_to > day))
    )
    return any(tx.execute(statement.limit(1)).first() is not None for statement in (child, held))


def holders_after(tx: Transaction, position_id: UUID, day: date) -> bool:
    """Whether somebody holds the position after `day`."""
    table = tables.assignment
    statement = select(table.c.id).where(
        table.c.position_id == position_id, or_(table.c.valid_to.is_(None), table.c.valid_to > day)
    )
    return tx.execute(statement.limit(1)).first() is not None


def set_standing_deputies(tx: Transaction, person_id: str, deputy_ids: Sequence[str]) -> None:
    """Replace a person's list of deputies."""
    table = tables.standing_deputy
    tx.execute(delete(table).where(table.c.person_id == person_id))
    rows = [
        {"person_id": person_id, "ordinal": number, "deputy_id": deputy}
        for number, deputy in enumerate(deputy_ids, start=1)
    ]
    if rows:
        tx.execute(insert(table), rows)


def add_leave(tx: Transaction, values: Mapping[str, Any], deputy_ids: Sequence[str]) -> UUID:
    """Enter leave with its deputies in order."""
    made: UUID = tx.execute(insert(tables.leave).values(**values).returning(tables.leave.c.id)).scalar_one()
    rows = [
        {"leave_id": made, "ordinal": number, "deputy_id": deputy} for number, deputy in enumerate(deputy_ids, start=1)
    ]
    if rows:
        tx.execute(insert(tables.leave_deputy), rows)
    return made


def overlapping_leave(tx: Transaction, person_id: str, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether the person has leave that touches this stretch."""
    table = tables.leave
    statement = select(table.c.id).where(
        table.c.person_id == person_id,
        table.c.cancelled_at.is_(None),
        table.c.starts_at < ends_at,
        table.c.ends_at > starts_at,
    )
    return tx.execute(statement.limit(1)).first() is not None


def replace_authorities(tx: Transaction, unit_id: str, rows: Sequence[Mapping[str, Any]], day: date) -> None:
    """Let a unit's lines end the day before `day` and put others in their place."""
    table = tables.authority
    tx.execute(delete(table).where(table.c.unit_id == unit_id, table.c.valid_from >= day))
    still = (table.c.unit_id == unit_id, or_(table.c.valid_to.is_(None), table.c.valid_to >= day))
    tx.execute(update(table).where(*still).values(valid_to=day - timedelta(days=1)))
    if rows:
        tx.execute(insert(table), [{**row, "unit_id": unit_id, "valid_from": day} for row in rows])
