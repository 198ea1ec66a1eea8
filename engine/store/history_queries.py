"""Reading the history: one case's entries, all chains for checking, anchors, erasure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from engine.history.chain import Link
from engine.store.store import Transaction

_ENTRIES = """
select h.*, v.salt, v.body, v.erased_at from history h
left join history_value v on v.instance_id = h.instance_id and v.seq = h.seq
where h.instance_id = :id order by h.seq
"""

_HEADS = """
select id, business_key, history_length, history_head, updated_at from process_instance
where id > :after order by id limit :limit
"""

_CHANGED_HEADS = """
select id, history_length, history_head from process_instance
where id in (select instance_id from history where recorded_at > :since and recorded_at <= :until) order by id
"""


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


@dataclass(frozen=True)
class Anchor:
    """One digest over the chain heads that changed since the anchor before."""

    id: int
    at: datetime
    cases: int
    previous: bytes
    digest: bytes


def entries(tx: Transaction, instance_id: UUID) -> tuple[StoredEntry, ...]:
    """A case's history in order."""
    return tuple(_entry(row) for row in tx.execute(text(_ENTRIES), {"id": instance_id}).mappings())


def heads(tx: Transaction, instance_id: UUID | None = None) -> Iterator[Head]:
    """The chain ends of one case, or of all, in batches."""
    if instance_id is not None:
        row = tx.execute(
            text("select id, business_key, history_length, history_head from process_instance where id = :id"),
            {"id": instance_id},
        ).first()
        if row is not None:
            yield _head(row)
        return
    after = UUID(int=0)
    while True:
        found = tx.execute(text(_HEADS), {"after": after, "limit": 1000}).all()
        if not found:
            return
        yield from (_head(row) for row in found)
        after = found[-1].id


def heads_after(tx: Transaction, after: UUID, limit: int) -> list[Head]:
    """The chain ends of the next cases by id."""
    return [_head(row) for row in tx.execute(text(_HEADS), {"after": after, "limit": limit})]


def count_heads(tx: Transaction) -> int:
    """How many cases there are."""
    count: int = tx.execute(text("select count(*) from process_instance")).scalar_one()
    return count


def changed_heads(tx: Transaction, since: datetime, until: datetime) -> list[tuple[UUID, int, bytes]]:
    """Chain ends of the cases that something was written to in this time."""
    rows = tx.execute(text(_CHANGED_HEADS), {"since": since, "until": until})
    return [(row.id, row.history_length, bytes(row.history_head)) for row in rows]


def erase(tx: Transaction, instance_id: UUID, seq: int, record: int) -> bool:
    """Erase an entry's values; the database demands the entry `record` that says so. False: erased before."""
    statement = text("select history_erase(:id, :seq, :record)")
    return bool(tx.execute(statement, {"id": instance_id, "seq": seq, "record": record}).scalar_one())


def lock_anchors(tx: Transaction) -> Anchor | None:
    """The last anchor; nobody else writes one until this transaction ends."""
    tx.execute(text("select pg_advisory_xact_lock(7004302)"))
    row = tx.execute(text("select * from history_anchor order by id desc limit 1")).first()
    return _anchor(row) if row else None


def anchors(tx: Transaction) -> tuple[Anchor, ...]:
    """All anchors, the oldest first."""
    return tuple(_anchor(row) for row in tx.execute(text("select * from history_anchor order by id")))


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


def _entry(row: Any) -> StoredEntry:
    values = {name: row[name] for name in Link.__dataclass_fields__}
    for name in ("value_digest", "digest", "salt"):
        values[name] = bytes(values[name]) if values[name] is not None else None
    return StoredEntry(Link(**values), row["erased_at"])


def _head(row: Any) -> Head:
    return Head(row.id, row.business_key, row.history_length, bytes(row.history_head))


def _anchor(row: Any) -> Anchor:
    return Anchor(row.id, row.at, row.cases, bytes(row.previous), bytes(row.digest))


def known_lengths(tx: Transaction, instance_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How long each of these chains is, by its own rows."""
    statement = text("""
        select instance_id, max(seq) as length from history where instance_id = any(cast(:ids as uuid[]))
        group by instance_id
    """)
    return {row.instance_id: row.length for row in tx.execute(statement, {"ids": list(instance_ids)})}
