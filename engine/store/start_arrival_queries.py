"""What has happened already of all that a parallel multiple start event needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import text

from engine import codec
from engine.cases.gathering import Arrival
from engine.store.step_queries import as_json
from engine.store.store import Transaction

_LOCK = text("select pg_advisory_xact_lock(hashtextextended(:name, 7004302))")

_ADD = text("""
insert into start_arrival (id, process_key, element_id, kind, name, business_key, variables, arrived_at)
values (:id, :process_key, :element_id, :kind, :name, :business_key, cast(:variables as jsonb), :at)
""")

_WAITING = text("""
select id, kind, name, business_key, variables, arrived_at from start_arrival
where process_key = :process_key and element_id = :element_id order by arrived_at, id
""")

_TAKE = text("delete from start_arrival where id = any(:ids)")

_FORGET = text("""
delete from start_arrival where process_key = :process_key and not (element_id = any(:elements))
returning element_id, kind, name
""")


def lock(tx: Transaction, process_key: str, element_id: str) -> None:
    """Let only this transaction add to the event's arrivals, and take from them, until it ends."""
    tx.execute(_LOCK, {"name": f"{process_key}/{element_id}"})


def waiting(tx: Transaction, process_key: str, element_id: str) -> list[Arrival]:
    """What has arrived at a start event and began no case yet, the oldest first."""
    rows = tx.execute(_WAITING, {"process_key": process_key, "element_id": element_id})
    return [
        Arrival(row.id, row.kind, row.name, codec.decode(row.variables), row.arrived_at, row.business_key)
        for row in rows
    ]


def add(tx: Transaction, process_key: str, element_id: str, arrival: Arrival) -> None:
    """Keep it until the rest has happened."""
    tx.execute(
        _ADD,
        {
            "id": arrival.id,
            "process_key": process_key,
            "element_id": element_id,
            "kind": arrival.kind,
            "name": arrival.name,
            "business_key": arrival.business_key,
            "variables": as_json(codec.encode(dict(arrival.variables))),
            "at": arrival.at,
        },
    )


def take(tx: Transaction, arrivals: Iterable[Arrival]) -> None:
    """They have begun a case, or a newer one stands for them."""
    tx.execute(_TAKE, {"ids": [arrival.id for arrival in arrivals]})


def forget_others(tx: Transaction, process_key: str, elements: Sequence[str]) -> list[tuple[str, str, str]]:
    """Delete what arrived at start events that the version in force does not have: element, kind, name of each."""
    rows = tx.execute(_FORGET, {"process_key": process_key, "elements": list(elements)})
    return [(row.element_id, row.kind, row.name) for row in rows]
