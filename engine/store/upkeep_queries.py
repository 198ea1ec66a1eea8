"""What background work keeps for its next round, for all processes of the installation: a name and a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import text

from engine.store.store import Transaction

_KEPT = text("select value from upkeep where name = :name")

_TAKE_UP = text("""
insert into upkeep as u (name, value, at) values (:name, '{}', clock_timestamp())
on conflict (name) do update set at = clock_timestamp()
  where u.at < clock_timestamp() - make_interval(secs => :seconds)
returning name
""")

_KEEP = text("""
insert into upkeep (name, value, at) values (:name, cast(:value as jsonb), clock_timestamp())
on conflict (name) do update set value = excluded.value
""")


def kept(tx: Transaction, name: str) -> Mapping[str, Any]:
    """What was kept under a name; empty when nothing was."""
    found: Mapping[str, Any] | None = tx.execute(_KEPT, {"name": name}).scalar_one_or_none()
    return found or {}


def take_up(tx: Transaction, name: str, *, every: float) -> bool:
    """Whether this process may do the work of that name now: nobody else took it up within so many seconds."""
    return tx.execute(_TAKE_UP, {"name": name, "seconds": every}).first() is not None


def keep(tx: Transaction, name: str, value: Mapping[str, Any]) -> None:
    """Keep a value in place of the one before."""
    tx.execute(_KEEP, {"name": name, "value": orjson.dumps(value).decode()})
