"""Reading the history: one case's entries, all chains for checking, erasure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import text

from engine import codec
from engine.history.chain import Link
from engine.model import Actor
from engine.store.store import Transaction
from engine.store.tables.base import columns
from engine.store.tables.history import history
from engine.store.visibility import UNITS, visible

CASES_LOOKED_AT = 200
"""Of a process, when examples of its decisions are wanted."""

_ENTRIES = f"""
select {columns(history, "h")} from history h where h.instance_id = :id order by h.seq
"""

_CHAINS = f"""
select i.id, i.business_key, i.history_length, i.history_head, {columns(history, "h")}
from ({{cases}}) i left join history h on h.instance_id = i.id
order by i.id, h.seq
"""
"""A case's end and its entries, of one moment: a step in between would look like a fault."""

_CHAIN_OF = text(_CHAINS.format(cases="select * from process_instance where id = :id"))

_CHAINS_AFTER = text(_CHAINS.format(cases="select * from process_instance where id > :after order by id limit :limit"))

_MISSING = text("""
select given.number from case_counter c
cross join lateral (
  select c.prefix || '-' || lpad(c.roc_year::text, 3, '0') || '-' || lpad(n::text, greatest(5, length(n::text)), '0')
    as number, n
  from generate_series(1, c.last) n
) given
where not exists (select from process_instance i where i.business_key = given.number)
order by c.prefix, c.roc_year, given.n limit :limit
""")


@dataclass(frozen=True)
class Head:
    """The end of a case's chain, as the case's row says."""

    instance_id: UUID
    business_key: str
    length: int
    digest: bytes


@dataclass(frozen=True)
class StoredEntry:
    """A row of the history with what the chain does not sign."""

    link: Link
    erased_at: datetime | None


def entries(tx: Transaction, instance_id: UUID) -> tuple[StoredEntry, ...]:
    """A case's history in order."""
    return tuple(_entry(row) for row in tx.execute(text(_ENTRIES), {"id": instance_id}).mappings())


def chain_of(tx: Transaction, instance_id: UUID) -> list[tuple[Head, list[StoredEntry]]]:
    """One case's chain; nothing when there is no such case."""
    return _chains(tx.execute(_CHAIN_OF, {"id": instance_id}).mappings())


def chains_after(tx: Transaction, after: UUID, limit: int) -> list[tuple[Head, list[StoredEntry]]]:
    """The chains of the next cases by id."""
    return _chains(tx.execute(_CHAINS_AFTER, {"after": after, "limit": limit}).mappings())


def missing_numbers(tx: Transaction, limit: int = 1000) -> tuple[str, ...]:
    """Case numbers that were counted and belong to no case; a start that fails gives its number back."""
    return tuple(tx.execute(_MISSING, {"limit": limit}).scalars())


def count_heads(tx: Transaction) -> int:
    """How many cases there are."""
    count: int = tx.execute(text("select count(*) from process_instance")).scalar_one()
    return count


def erase(tx: Transaction, instance_id: UUID, seq: int, record: int) -> bool:
    """Erase an entry's values; the database demands the entry `record` that says so. False: erased before."""
    statement = text("select history_erase(:id, :seq, :record)")
    return bool(tx.execute(statement, {"id": instance_id, "seq": seq, "record": record}).scalar_one())


def _chains(found: Iterable[Any]) -> list[tuple[Head, list[StoredEntry]]]:
    chains: list[tuple[Head, list[StoredEntry]]] = []
    for _, grouped in groupby(found, key=lambda row: row["id"]):
        chain = list(grouped)
        chains.append((_head(chain[0]), [_entry(row) for row in chain if row["seq"] is not None]))
    return chains


def decided(
    tx: Transaction, process_key: str, decision_id: str, actor: Actor, limit: int
) -> list[tuple[StoredEntry, str, UUID, int]]:
    """Entries of cases the actor may see in which a decision was taken, the latest first, without confidential cases.

    Returns:
        Each entry with the case's number, its definition and that definition's version. Only the latest
        `CASES_LOOKED_AT` cases are looked at.
    """
    condition, parameters = visible(actor)
    statement = text(f"""
        with recursive {UNITS}
        select {columns(history, "h")}, c.business_key, c.definition_id, d.version
        from (
          select i.id, i.business_key, i.definition_id from process_instance i
          where i.process_key = :key and i.security_class <> '密' and {condition}
          order by i.started_at desc, i.id desc limit :cases
        ) c
        join process_definition d on d.id = c.definition_id
        join history h on h.instance_id = c.id and h.body like :pattern
        order by h.occurred_at desc, h.instance_id desc, h.seq desc limit :limit
    """)
    quoted = codec.canonical(decision_id).decode().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    values = {"key": process_key, "pattern": f'%"decision":{quoted},%', "limit": limit, "cases": CASES_LOOKED_AT}
    rows = tx.execute(statement, {**parameters, **values}).mappings()
    return [(_entry(row), row["business_key"], row["definition_id"], row["version"]) for row in rows]


def _entry(row: Any) -> StoredEntry:
    values = {name: row[name] for name in Link.__dataclass_fields__}
    for name in ("value_digest", "digest", "salt"):
        values[name] = bytes(values[name]) if values[name] is not None else None
    return StoredEntry(Link(**values), row["erased_at"])


def _head(row: Any) -> Head:
    return Head(row["id"], row["business_key"], row["history_length"], bytes(row["history_head"]))
