"""The watchdog: an open case that nobody and nothing can move is found and becomes an incident.

The executor sees a dead end inside a step and says so at once. What it cannot see is a row that
is not there: a task, a timer, a call that somebody deleted or an older version forgot. Such a case
is in no list, so it has to be looked for.
"""

from __future__ import annotations

from uuid import UUID

from engine.cases.base import CaseService
from engine.errors import EngineError
from engine.history.chain import Entry
from engine.model import SYSTEM, Execution
from engine.queue import JobSpec
from engine.steps.steps import Case
from engine.store import Transaction
from engine.store import stuck_queries as queries
from engine.store import upkeep_queries as upkeep

PART = 5_000
"""How many cases one look takes in: some 50 ms. A million open cases are looked at about once an hour."""
LOOKED = "watchdog"
"""Under which name is kept where all workers together are."""
_MESSAGE = "沒有待辦、計時、訊息、呼叫或狀況 (no task, timer, message, call or incident is left)."


class WatchdogService(CaseService):
    """Looks for cases that cannot go on; for a periodic job."""

    def look(self, after: UUID | None = None, *, limit: int = PART) -> tuple[int, UUID | None]:
        """Look at the next open cases and open an incident for each that cannot be moved.

        Args:
            after: the last case of the look before; None begins anew.

        Returns:
            How many incidents were opened, and where to go on; None when all have been looked at.
        """
        with self._store.reading() as tx:
            part = queries.look(tx, after or UUID(int=0), limit)
        return sum(self._report(instance_id) for instance_id in part.stuck), part.last

    def look_on(self) -> int:
        """Look at the cases after those that were looked at last, by whichever worker; gives how many were told of.

        Workers that look at one moment look at the same cases; the next look of either goes on after them.
        """
        with self._store.reading() as tx:
            kept = upkeep.kept(tx, LOOKED)
        after = kept.get("after")
        told, last = self.look(UUID(after) if after else None)
        ended = self._now().isoformat() if last is None else kept.get("turn_ended_at")
        with self._store.transaction() as tx:
            upkeep.keep(tx, LOOKED, {"after": str(last) if last else None, "turn_ended_at": ended})
        return told

    def release(self) -> int:
        """Resolve the incidents of cases that can be moved again, of so many at most; gives how many."""
        with self._store.transaction() as tx:
            return len(queries.close_moving(tx, now=self._now(), person_id=SYSTEM.person_id, limit=PART))

    def _report(self, instance_id: UUID) -> bool:
        """Open the incident, unless the case has moved meanwhile or waits for a condition."""
        with self._store.transaction() as tx:
            case = self._steps.lock(tx, instance_id)
            if case.state is None or not queries.is_stuck(tx, instance_id) or self._awaits_condition(case):
                return False
            self._open(tx, case)
            return True

    def _open(self, tx: Transaction, case: Case) -> None:
        now, where = self._now(), next(iter(case.row["active_elements"]), "")
        params = {"kind": queries.STUCK, "name": "", "message": _MESSAGE}
        self._steps.note(tx, case, Entry("incident.opened", SYSTEM, now, element_id=where or None, params=params))
        queries.open_incident(tx, case.id, element_id=where, message=_MESSAGE, now=now)
        told = {"kind": "incident", "instance_id": str(case.id), "task_ids": [queries.WHOLE_CASE]}
        self._steps.defer(tx, [JobSpec("notify", told)])

    def _awaits_condition(self, case: Case) -> bool:
        """Whether only a condition is awaited; a state that cannot be read awaits nothing."""
        assert case.state is not None
        try:
            return self._steps.executor.awaits_condition(Execution(case.source, case.state))
        except EngineError:
            return False
