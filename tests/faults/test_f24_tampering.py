"""F24: the record is edited, deleted from, reordered or cut by the database's owner. The first bad row is named."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from uuid import UUID

import psycopg

from engine import SYSTEM
from engine.history.chain import Signer
from tests.faults.actors import CLERK
from tests.faults.harness import City, Report, scaled
from tests.faults.models import MIXED

CASES = 2
"""Of each kind of tampering."""


def edit(db: psycopg.Connection, case: UUID, seq: int) -> None:
    """Somebody else is made to have done it."""
    db.execute("update history_entry set actor_name = '別人' where instance_id = %s and seq = %s", [case, seq])


def edit_value(db: psycopg.Connection, case: UUID, seq: int) -> None:
    """What was typed is changed."""
    db.execute(
        "update history_entry set body = '{}' where instance_id = %s and seq = %s and body is not null",
        [case, seq],
    )


def delete(db: psycopg.Connection, case: UUID, seq: int) -> None:
    """One entry is taken away."""
    db.execute("delete from history_entry where instance_id = %s and seq = %s", [case, seq])


def reorder(db: psycopg.Connection, case: UUID, seq: int) -> None:
    """Two neighbours change places."""
    db.execute("set session_replication_role = replica")
    for old, new in ((seq, -1), (seq + 1, seq), (-1, seq + 1)):
        db.execute("update history_entry set seq = %s where instance_id = %s and seq = %s", [new, case, old])
    db.execute("set session_replication_role = origin")


def cut(db: psycopg.Connection, case: UUID, seq: int) -> None:
    """All that came later is taken away."""
    db.execute("delete from history_entry where instance_id = %s and seq >= %s", [case, seq])


Tampering = Callable[[psycopg.Connection, UUID, int], None]
TAMPERINGS: Mapping[str, Tampering] = {
    "edited": edit,
    "value-edited": edit_value,
    "deleted": delete,
    "reordered": reorder,
    "tail-cut": cut,
}


def test_the_first_bad_row_is_named_and_believing_every_row_is_noticed(city, report, monkeypatch):
    found, broken = report("F24"), report("F24 believing")
    found.least = {"cases": scaled(CASES) * len(TAMPERINGS), "tamperings": len(TAMPERINGS)}
    done = tampered(city, found)
    found.violations = unnamed(city, done)
    found.ensure_held()
    monkeypatch.setattr(Signer, "digest", lambda signer, previous, link: link.digest)
    broken.violations = unnamed(city, done)
    broken.ensure_noticed("I5")


def tampered(city: City, report: Report) -> dict[UUID, tuple[str, int]]:
    """Let cases be worked on, then tamper with each: what was done, and with which entry."""
    chance = random.Random(report.seed)
    key = city.deploy(MIXED["straight"])
    cases = [worked_on(city, key) for _ in range(scaled(CASES) * len(TAMPERINGS))]
    done = {}
    with city.owner() as db:
        for index, case in enumerate(cases):
            kind = list(TAMPERINGS)[index % len(TAMPERINGS)]
            seq = chance.choice(with_values(db, case)) if kind == "value-edited" else chance.randint(2, 6)
            TAMPERINGS[kind](db, case, seq)
            done[case] = (kind, seq)
    report.counts |= {"cases": len(cases), "tamperings": len(TAMPERINGS)}
    return done


def worked_on(city: City, key: str) -> UUID:
    """A case that has ended: eight entries and more."""
    case = city.engine.runtime.start(key, actor=CLERK, variables={"about": "測試"})
    for _ in range(3):
        (task,) = [task for task in city.engine.tasks.of_case(case.id, SYSTEM) if task.is_open]
        city.engine.tasks.claim(task.id, CLERK)
        city.engine.tasks.complete(task.id, actor=CLERK, variables={"opinion": "可"})
    return case.id


def with_values(db: psycopg.Connection, case: UUID) -> list[int]:
    """Entries that have values to change."""
    rows = db.execute("select seq from history where instance_id = %s and body is not null", [case])
    return [row[0] for row in rows]


def unnamed(city: City, done: Mapping[UUID, tuple[str, int]]) -> list[str]:
    """Every tampering that `verify` does not name with its kind and its first row."""
    named = {fault.instance_id: (fault.kind, fault.seq) for fault in city.engine.history.verify().faults}
    return [
        f"I5: {kind} at {seq} is said to be {named.get(case, 'nothing')}"
        for case, (kind, seq) in done.items()
        if named.get(case) != (kind, seq)
    ]
