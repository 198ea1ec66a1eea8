"""Cases of one version of a process, and moving one of them to another version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import RowMapping, text

from engine.store.step_queries import as_json
from engine.store.store import Transaction

_OF_VERSION = text("""
select i.id, i.business_key, i.subject, i.security_class, i.active_elements, s.body
from process_instance i join instance_state s on s.instance_id = i.id
where i.definition_id = :definition_id and i.status = 'active'
order by i.started_at, i.business_key
limit :limit
""")

_MOVE = text("""
with places as (
  select key as token, value as element_id from jsonb_each_text(cast(:elements as jsonb))
), moved as (
  update process_instance set definition_id = :definition_id where id = :id
), tasks as (
  update user_task t set element_id = m.element_id, name = m.name, name_en = m.name_en, label = m.label, lane = m.lane,
    form_key = m.form_key
  from jsonb_to_recordset(cast(:tasks as jsonb)) as m(id uuid, element_id text, name text, name_en text, label text,
    lane text, form_key text)
  where t.id = m.id and t.instance_id = :id and t.state = 'open'
), timers as (
  update awaited_timer w set element_id = p.element_id from places p
  where w.instance_id = :id and w.task_id = p.token and w.element_id <> p.element_id
), subscriptions as (
  update subscription w set element_id = p.element_id from places p
  where w.instance_id = :id and w.task_id = p.token and w.element_id <> p.element_id
), calls as (
  update service_call w set element_id = p.element_id from places p
  where w.instance_id = :id and w.task_id = p.token and w.element_id <> p.element_id
)
update incident w set element_id = p.element_id from places p
where w.instance_id = :id and w.task_id = p.token and w.element_id <> p.element_id and w.resolved_at is null
""")


def of_version(tx: Transaction, definition_id: UUID, limit: int) -> Sequence[RowMapping]:
    """Running cases of a version with their saved states, the oldest first."""
    return tx.execute(_OF_VERSION, {"definition_id": definition_id, "limit": limit}).mappings().all()


def move(
    tx: Transaction,
    instance_id: UUID,
    definition_id: UUID,
    *,
    tasks: Sequence[Mapping[str, object]],
    elements: Mapping[str, str],
) -> None:
    """Let a case belong to another version, and what it waits for stand on that version's elements."""
    parameters = {
        "id": instance_id,
        "definition_id": definition_id,
        "tasks": as_json(tasks),
        "elements": as_json(elements),
    }
    tx.execute(_MOVE, parameters)
