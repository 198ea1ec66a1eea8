"""Anchors of the history, and what the database says of the chain ends they cover."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import text

from engine.store.store import Transaction
from engine.store.tables.base import columns
from engine.store.tables.history import history_anchor

_CHANGED_HEADS = """
select id, history_length, history_head, business_key from process_instance
where id in (select instance_id from history where recorded_at > :since and recorded_at <= :until) order by id
"""

_DIFFERING = text("""
select a.id, coalesce(i.business_key, a.business_key) as business_key, a.length, i.id is null as is_gone,
  h.seq is null as is_cut, (select coalesce(max(seq), 0) from history where instance_id = a.id) as known
from unnest(cast(:ids as uuid[]), cast(:lengths as integer[]), cast(:digests as text[]), cast(:keys as text[]))
  as a(id, length, digest, business_key)
left join process_instance i on i.id = a.id
left join history h on h.instance_id = a.id and h.seq = a.length
where i.id is null or encode(h.digest, 'hex') is distinct from a.digest
order by a.id
""")


@dataclass(frozen=True)
class Anchor:
    """One digest over the chain heads that changed since the anchor before."""

    id: int
    at: datetime
    cases: int
    previous: bytes
    digest: bytes


@dataclass(frozen=True)
class AnchoredHead:
    """The end of a case's chain, as an anchor vouches for it."""

    instance_id: UUID
    length: int
    digest: bytes
    business_key: str


def changed_heads(tx: Transaction, since: datetime, until: datetime) -> list[AnchoredHead]:
    """Chain ends of the cases that something was written to in this time."""
    rows = tx.execute(text(_CHANGED_HEADS), {"since": since, "until": until})
    return [AnchoredHead(row.id, row.history_length, bytes(row.history_head), row.business_key) for row in rows]


def differing(
    tx: Transaction, heads: Sequence[AnchoredHead]
) -> Iterator[tuple[UUID, str, int, Literal["case-missing", "tail-cut", "edited"]]]:
    """Where the database says something else: the case, its number, the first row concerned, and what is wrong."""
    parameters = {
        "ids": [head.instance_id for head in heads],
        "lengths": [head.length for head in heads],
        "digests": [head.digest.hex() for head in heads],
        "keys": [head.business_key for head in heads],
    }
    for row in tx.execute(_DIFFERING, parameters):
        if row.is_gone:
            yield row.id, row.business_key, 1, "case-missing"
        elif row.is_cut:
            yield row.id, row.business_key, row.known + 1, "tail-cut"
        else:
            yield row.id, row.business_key, row.length, "edited"


def lock_anchors(tx: Transaction) -> Anchor | None:
    """The last anchor; nobody else writes one until this transaction ends."""
    tx.execute(text("select pg_advisory_xact_lock(7004302)"))
    row = tx.execute(text(f"select {columns(history_anchor)} from history_anchor order by id desc limit 1")).first()
    return _anchor(row) if row else None


def anchors(tx: Transaction, ids: Sequence[int]) -> dict[int, Anchor]:
    """Those of these anchors that are stored, by id."""
    statement = text(f"select {columns(history_anchor)} from history_anchor where id = any(cast(:ids as bigint[]))")
    return {row.id: _anchor(row) for row in tx.execute(statement, {"ids": list(ids)})}


def last_anchor_at(tx: Transaction) -> datetime | None:
    """Up to when the last anchor reaches; None when there is none."""
    moment: datetime | None = tx.execute(text("select max(at) from history_anchor")).scalar_one()
    return moment


def add_anchor(tx: Transaction, *, at: datetime, cases: int, previous: bytes, digest: bytes) -> Anchor:
    """Store an anchor."""
    statement = text("""
        insert into history_anchor (at, cases, previous, digest) values (:at, :cases, :previous, :digest) returning *
    """)
    values = {"at": at, "cases": cases, "previous": previous, "digest": digest}
    return _anchor(tx.execute(statement, values).one())


def _anchor(row: Any) -> Anchor:
    return Anchor(row.id, row.at, row.cases, bytes(row.previous), bytes(row.digest))
