"""Hosts that processes may call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from engine.store.store import Transaction
from engine.store.tables.operations import connector_host


def hosts(tx: Transaction) -> list[RowMapping]:
    """All of them, by name."""
    return list(tx.execute(select(connector_host).order_by(connector_host.c.name)).mappings())


def lock_host(tx: Transaction, name: str) -> RowMapping | None:
    """One, locked until the transaction ends."""
    statement = select(connector_host).where(connector_host.c.name == name).with_for_update()
    return tx.execute(statement).mappings().one_or_none()


def save_host(
    tx: Transaction,
    name: str,
    *,
    base_url: str,
    header_names: Sequence[str],
    sealed_headers: str | None,
    allow_private: bool,
    now: datetime,
    person_id: str,
    replace: bool,
) -> bool:
    """Store a host; False when it is not to replace the one there is."""
    values = {
        "base_url": base_url, "header_names": sorted(header_names), "sealed_headers": sealed_headers,
        "allow_private": allow_private, "changed_at": now, "changed_by": person_id,
    }  # fmt: skip
    statement = insert(connector_host).values(name=name, **values)
    if replace:
        statement = statement.on_conflict_do_update(index_elements=["name"], set_=values)
    else:
        statement = statement.on_conflict_do_nothing()
    return tx.execute(statement.returning(connector_host.c.name)).first() is not None


def reseal(tx: Transaction, name: str, sealed_headers: str) -> None:
    """Store the same headers sealed anew."""
    tx.execute(update(connector_host).where(connector_host.c.name == name).values(sealed_headers=sealed_headers))


def remove_host(tx: Transaction, name: str) -> None:
    """Forget a host."""
    tx.execute(delete(connector_host).where(connector_host.c.name == name))
