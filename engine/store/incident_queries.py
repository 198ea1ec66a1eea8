"""Incidents for operators: failed automatic steps of all cases."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from engine.cases.records import Incident
from engine.cases.values import Page
from engine.store import rows
from engine.store.paging import Keyset, Sort, moment, page_key, words
from engine.store.store import Transaction
from engine.store.tables import instances
from engine.store.tables.base import columns

_COLUMNS = f"""
  {columns(instances.incident, "x")}, i.business_key, i.process_key, i.definition_id,
  case when i.security_class = '密' then '' else i.subject end as subject
"""

SORTS = {"opened": moment("x.opened_at"), "element": words("x.element_name"), "kind": Sort("x.kind")}


def incidents(
    tx: Transaction,
    *,
    process_key: str | None,
    kind: str | None,
    resolved: bool,
    sort: str,
    descending: bool,
    after: str | None,
    limit: int,
) -> Page[Incident]:
    """One page of incidents; the subject of a confidential case is left out."""
    keyset = Keyset.of(SORTS, sort, id="x.id", descending=descending, after=after, limit=limit)
    statement = f"""
        select {_COLUMNS}, {keyset.columns} from incident x join process_instance i on i.id = x.instance_id
        where (x.resolved_at is not null) = :resolved and {keyset.condition}
          and (cast(:process_key as text) is null or i.process_key = :process_key)
          and (cast(:kind as text) is null or x.kind = :kind)
        order by {keyset.order} limit :limit
    """
    values = {"resolved": resolved, "process_key": process_key, "kind": kind, **keyset.parameters}
    found = tx.execute(text(statement), values).mappings().all()
    kept = found[: keyset.limit]
    key = page_key(sort, descending, dict(kept[-1])) if len(found) > keyset.limit else None
    return Page(tuple(rows.incident(row) for row in kept), key)


def incident(tx: Transaction, incident_id: UUID) -> Incident | None:
    """One incident."""
    statement = text(f"""
        select {_COLUMNS} from incident x join process_instance i on i.id = x.instance_id where x.id = :id
    """)
    row = tx.execute(statement, {"id": incident_id}).mappings().one_or_none()
    return rows.incident(row) if row else None


def of_case(tx: Transaction, instance_id: UUID) -> tuple[Incident, ...]:
    """The open incidents of a case, the oldest first."""
    statement = text(f"""
        select {_COLUMNS} from incident x join process_instance i on i.id = x.instance_id
        where x.instance_id = :id and x.resolved_at is null order by x.opened_at, x.id
    """)
    return tuple(rows.incident(row) for row in tx.execute(statement, {"id": instance_id}).mappings())


def count_open(tx: Transaction) -> int:
    """How many incidents are open: exact to 99, 100 means more."""
    statement = text("select count(*) from (select 1 from incident where resolved_at is null limit 100) x")
    count: int = tx.execute(statement).scalar_one()
    return count
