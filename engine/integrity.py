"""Is the database whole? The invariants of all cases, asked at one moment: for `siwei verify` and after a restore.

The chains of the history are checked by `engine.history`; here is what must hold beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from engine.errors import EngineError, IntegrityError
from engine.model import Execution
from engine.steps.steps import Steps
from engine.store import Store, Transaction
from engine.store import integrity_queries as queries

SHOWN = 5
"""Of one kind of breach, so many are named."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Breach:
    """An invariant that does not hold.

    Attributes:
        invariant: `I2` to `I8`.
        kind: what is wrong, a short name.
        count: how often.
        named: the first of the cases or rows.
    """

    invariant: str
    kind: str
    count: int
    named: tuple[str, ...]


class IntegrityService:
    """Asks for every invariant; changes nothing."""

    def __init__(self, store: Store, steps: Steps) -> None:
        self._store = store
        self._steps = steps

    def check(self, progress: Progress | None = None) -> tuple[Breach, ...]:
        """Every invariant that does not hold, all asked of the same moment; may run beside the work.

        Args:
            progress: told how many of how many parts are done.
        """
        told = progress or (lambda done, total: None)
        with self._store.snapshot() as tx:
            total = len(queries.STATEMENTS) + 1
            found: list[Breach] = []
            for done, name in enumerate(queries.STATEMENTS):
                told(done, total)
                found += _breach(name, [named for named, case in queries.ask(tx, name) if not self._moves(tx, case)])
            told(total - 1, total)
            found += self._states(tx)
            told(total, total)
        return tuple(found)

    def _moves(self, tx: Transaction, case: UUID | None) -> bool:
        """Whether a case without anything to wait for waits for a condition, of which no row tells."""
        if case is None:
            return False
        loaded = self._steps.load(tx, case)
        try:
            return loaded.state is not None and self._steps.executor.awaits_condition(
                Execution(loaded.source, loaded.state)
            )
        except EngineError:
            return False

    def _states(self, tx: Transaction) -> Iterator[Breach]:
        """I4: the saved state knows every task, timer and call that is open."""
        unreadable, missing = [], []
        for case in queries.states(tx):
            try:
                known = self._steps.executor.holds(case.state)
            except IntegrityError:
                unreadable.append(case.business_key)
                continue
            if not case.waits <= known:
                missing.append(case.business_key)
        yield from _breach("I4 unreadable-state", unreadable)
        yield from _breach("I4 state-otherwise", missing)


def _breach(name: str, found: list[str]) -> Iterator[Breach]:
    if found:
        invariant, _, kind = name.partition(" ")
        yield Breach(invariant, kind, len(found), tuple(sorted(found)[:SHOWN]))
