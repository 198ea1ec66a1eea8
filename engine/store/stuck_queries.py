"""Open cases that nobody and nothing can move, and the incidents that say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from engine.ids import new_id
from engine.store.store import Transaction

STUCK = "stuck"
"""The kind of such an incident."""
WHOLE_CASE = "case"
"""Stands for the token: the incident is about the case."""


def nothing_moves(case: str, *, but: str = "") -> str:
    """The condition that no row is there by which a case could go on, for the case whose id is `case`.

    Args:
        but: incidents of this kind do not count.
    """
    other = f" and n.kind <> '{but}'" if but else ""
    return f"""(
      not exists (select from user_task t where t.instance_id = {case} and t.state = 'open')
      and not exists (select from awaited_timer a where a.instance_id = {case})
      and not exists (select from subscription s where s.instance_id = {case})
      and not exists (select from service_call c where c.instance_id = {case})
      and not exists (select from incident n where n.instance_id = {case} and n.resolved_at is null{other}))"""


_LOOK = text(f"""
with part as (
  select instance_id from instance_state where instance_id > :after order by instance_id limit :limit
)
select (select instance_id from part order by instance_id desc offset 0 limit 1) as last,
  (select count(*) from part) as looked,
  array(select p.instance_id from part p where {nothing_moves("p.instance_id")}) as stuck
""")

_IS_STUCK = text(f"select {nothing_moves('cast(:id as uuid)', but=STUCK)}")

_OPEN = text("""
insert into incident (id, instance_id, task_id, element_id, element_name, kind, message, opened_at)
values (:id, :instance_id, :task_id, :element_id, '', :kind, :message, :now)
on conflict (instance_id, task_id) where resolved_at is null do nothing
""")

_CLOSE = text("""
update incident set resolved_at = :now, resolved_by = :person_id
where instance_id = :instance_id and task_id = :task_id and resolved_at is null
""")

_MOVING = text(f"""
update incident set resolved_at = :now, resolved_by = :person_id where id in (
  select i.id from incident i
  where i.kind = '{STUCK}' and i.resolved_at is null and not {nothing_moves("i.instance_id", but=STUCK)} limit :limit)
  and resolved_at is null
returning instance_id
""")


@dataclass(frozen=True)
class Part:
    """What one look at some open cases found."""

    looked: int
    stuck: tuple[UUID, ...]
    last: UUID | None
    """The case to go on after; None when this was the end."""


def look(tx: Transaction, after: UUID, limit: int) -> Part:
    """Look at the next `limit` open cases: which of them cannot be moved. Each costs some look-ups by index."""
    row = tx.execute(_LOOK, {"after": after, "limit": limit}).one()
    return Part(row.looked, tuple(row.stuck), row.last if row.looked == limit else None)


def is_stuck(tx: Transaction, instance_id: UUID) -> bool:
    """Whether a case cannot be moved, its incident that says so left aside."""
    return bool(tx.execute(_IS_STUCK, {"id": instance_id}).scalar_one())


def open_incident(tx: Transaction, instance_id: UUID, *, element_id: str, message: str, now: datetime) -> None:
    """Say that a case cannot be moved; once while it cannot."""
    values = {"id": new_id(), "instance_id": instance_id, "task_id": WHOLE_CASE, "kind": STUCK}
    tx.execute(_OPEN, {**values, "element_id": element_id, "message": message, "now": now})


def close_incident(tx: Transaction, instance_id: UUID, *, now: datetime, person_id: str) -> None:
    """The case can be moved again."""
    values = {"instance_id": instance_id, "task_id": WHOLE_CASE, "now": now, "person_id": person_id}
    tx.execute(_CLOSE, values)


def close_moving(tx: Transaction, *, now: datetime, person_id: str, limit: int) -> Sequence[UUID]:
    """Close the incidents of cases that can be moved again, `limit` at most; gives the cases."""
    return [row.instance_id for row in tx.execute(_MOVING, {"now": now, "person_id": person_id, "limit": limit})]
