"""Start events that nobody and no message calls: the clock starts cases, and conditions that become true."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from engine.cases.gathering import Arrival
from engine.cases.starting import Starting
from engine.cases.values import ProcessInstance
from engine.errors import EngineError, StepFailed
from engine.ids import new_id
from engine.model import SYSTEM
from engine.queue import start_timer_job
from engine.store import Transaction
from engine.store import start_condition_queries as conditions
from engine.store import start_timer_queries as start_timers
from engine.store.start_condition_queries import StartCondition

MAX_PROBLEM = 2000
ConditionKey = tuple[UUID, str, int]
"""Version, start event, and which of the event's conditions."""
_log = logging.getLogger("siwei.starts")


class WatchedStarts(Starting):
    """Each method is one transaction; doing it twice, or on two machines at once, starts one case."""

    # -- the clock -----------------------------------------------------------------------------

    def start_by_timer(self, definition_id: UUID, element_id: str, due_at: datetime) -> ProcessInstance | None:
        """Start a case because a timer of a start event is due, and arm its next firing.

        Args:
            element_id: as `due_starts` gives it: the start event, with the number of its second timer and so on.

        Gives None when it is not due, was taken before, the version is not in force any more, or its start
        event needs more than the timer.
        """
        with self._store.transaction() as tx:
            armed = start_timers.lock(tx, definition_id, element_id)
            now = self._now()
            if armed is None or armed.due_at != due_at or due_at > now:
                return None
            definition, source = self._steps.sources.both(tx, definition_id)
            event, number = start_timers.addressed(element_id)
            happened = Arrival(new_id(), "timer", str(number), {}, now)
            instance_id = self._happened(tx, definition, event, happened, SYSTEM)
            fired = armed.fired + 1
            following = self._steps.starts.following(source, event, number, last=due_at, fired=fired)
            start_timers.arm(tx, definition_id, element_id, following, fired=fired)
            if following is not None:
                self._steps.defer(tx, [start_timer_job(definition_id, element_id, following)])
            return self._load(tx, instance_id, SYSTEM) if instance_id else None

    def due_starts(self) -> list[tuple[UUID, str, datetime]]:
        """Timers of start events that are due now: version, timer, due time."""
        with self._store.reading() as tx:
            return start_timers.due(tx, self._now())

    # -- conditions ------------------------------------------------------------------------------

    def watched_conditions(self) -> list[ConditionKey]:
        """The conditions that start cases of versions in force."""
        with self._store.reading() as tx:
            return [condition.key for condition in conditions.every(tx)]

    def look_at(self, key: ConditionKey) -> ProcessInstance | None:
        """Start a case if the condition has become true since it was last looked at (BPMN 2.0 §10.5.2).

        While it stays true it starts no other: it must become false first. What cannot be worked out is
        kept with the condition for operators and says nothing about its truth; a case that cannot
        be started is tried again the next time.

        Gives None when nothing changed, or its start event needs more than the condition.
        """
        with self._store.reading() as tx:
            found = conditions.one(tx, key)
            if found is None or self._outcome(tx, found) == (found.holds, found.problem):
                return None
        try:
            return self._look(key)
        except EngineError as error:
            self._note_failure(key, error)
            return None

    def _look(self, key: ConditionKey) -> ProcessInstance | None:
        with self._store.transaction() as tx:
            found = conditions.one(tx, key, lock=True)
            if found is None:
                return None
            holds, problem = self._outcome(tx, found)
            if problem is not None and problem != found.problem:
                _log.error("condition of start event %s: %s", found.element_id, problem)
            if (holds, problem) != (found.holds, found.problem):
                conditions.note(tx, key, holds=holds, problem=problem, now=self._now())
            if not holds or found.holds:
                return None
            definition, _ = self._steps.sources.both(tx, found.definition_id)
            happened = Arrival(new_id(), "conditional", str(found.number), {}, self._now())
            instance_id = self._happened(tx, definition, found.element_id, happened, SYSTEM)
            return self._load(tx, instance_id, SYSTEM) if instance_id else None

    def _outcome(self, tx: Transaction, condition: StartCondition) -> tuple[bool, str | None]:
        """Whether it holds now, and what keeps that from being known: then what was known before stays."""
        source = self._steps.sources.get(tx, condition.definition_id)

        def count(process: str, element: str | None) -> int:
            return conditions.open_cases(tx, process, element)

        try:
            return self._steps.starts.holds(source, condition.element_id, condition.number, count), None
        except StepFailed as failed:
            return condition.holds, failed.message[:MAX_PROBLEM]

    def _note_failure(self, key: ConditionKey, error: EngineError) -> None:
        """Keep why no case could be started; the condition counts as false still, so the next look tries again."""
        problem = error.message[:MAX_PROBLEM]
        with self._store.transaction() as tx:
            found = conditions.one(tx, key, lock=True)
            if found is not None and found.problem != problem:
                _log.error("no case could be started at %s: %s", found.element_id, problem)
                conditions.note(tx, key, holds=found.holds, problem=problem, now=self._now())
