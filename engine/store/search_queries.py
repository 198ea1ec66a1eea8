"""Searches that people keep, and the log of who looked at confidential cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from engine.cases.records import CaseReading, SavedSearch
from engine.store.step_queries import as_json
from engine.store.store import Transaction

_SAVE = text("""
insert into saved_search (id, person_id, name, query, created_at)
values (:id, :person, :name, cast(:query as jsonb), :now)
on conflict (person_id, name) do update set query = excluded.query, created_at = excluded.created_at
returning id, name, query, created_at
""")

_OF_PERSON = text("""
select id, name, query, created_at from saved_search where person_id = :person order by name, id
""")

_FORGET = text("delete from saved_search where id = :id and person_id = :person")

_OTHERS = text("select count(*) from saved_search where person_id = :person and name <> :name")

_READINGS = text("""
select r.id, r.instance_id, i.business_key, i.process_key, r.at, r.person_id, coalesce(p.name, r.person_id) as name,
  r.on_behalf_of, q.name as on_behalf_of_name, r.what
from case_read r join process_instance i on i.id = r.instance_id
left join person p on p.id = r.person_id left join person q on q.id = r.on_behalf_of
where (cast(:case as uuid) is null or r.instance_id = cast(:case as uuid))
  and (cast(:person as text) is null or :person in (r.person_id, r.on_behalf_of))
  and (cast(:before as bigint) is null or r.id < cast(:before as bigint))
order by r.id desc limit :limit
""")


def save(tx: Transaction, id: UUID, person_id: str, name: str, query: Mapping[str, Any], now: datetime) -> SavedSearch:
    """Keep a search; one of the same name is replaced."""
    values = {"id": id, "person": person_id, "name": name, "query": as_json(query), "now": now}
    return SavedSearch(**tx.execute(_SAVE, values).one()._mapping)


def of_person(tx: Transaction, person_id: str) -> tuple[SavedSearch, ...]:
    """A person's searches, by name."""
    return tuple(SavedSearch(**row._mapping) for row in tx.execute(_OF_PERSON, {"person": person_id}))


def others(tx: Transaction, person_id: str, name: str) -> int:
    """How many searches of other names a person keeps."""
    count: int = tx.execute(_OTHERS, {"person": person_id, "name": name}).scalar_one()
    return count


def forget(tx: Transaction, id: UUID, person_id: str) -> bool:
    """Delete a search; False when the person has none with this id."""
    return tx.execute(_FORGET, {"id": id, "person": person_id}).rowcount == 1


def readings(
    tx: Transaction, *, instance_id: UUID | None, person_id: str | None, before: int | None, limit: int
) -> tuple[CaseReading, ...]:
    """Who looked at confidential cases, the latest first."""
    values = {"case": instance_id, "person": person_id, "before": before, "limit": limit}
    return tuple(CaseReading(**row._mapping) for row in tx.execute(_READINGS, values))
