"""What begins cases of a version in force by itself: watched from its deployment on, and told to its owner."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from engine.model import ProcessDefinition
from engine.queue import start_timer_job
from engine.repository.base import RepositoryPart, outline_of
from engine.store import Transaction
from engine.store import start_arrival_queries as arrivals
from engine.store import start_condition_queries as conditions
from engine.store import start_timer_queries as start_timers

_log = logging.getLogger("siwei.starts")


@dataclass(frozen=True)
class AwaitedStart:
    """One thing that a start event of a version waits for."""

    element_id: str
    kind: str
    """`none` (people start it), `message`, `signal`, `timer` or `conditional`."""
    text: str
    """The message's or signal's name, the timer's or condition's text."""
    needs_all: bool = False
    """Whether everything that its start event waits for must happen before a case begins."""
    has_happened: int = 0
    """How often it has happened already while its start event waits for the rest."""
    due_at: datetime | None = None
    """When its timer fires next; None when the version is not in force or the timer is over."""
    holds: bool | None = None
    """Whether its condition held when it was last looked at; None when nobody looks."""
    since: datetime | None = None
    """Since when it has been so."""
    problem: str | None = None
    """Why its condition cannot be worked out, or begins no case."""


class StartsInForce(RepositoryPart):
    """Arms timers and conditions of start events."""

    def awaited_starts(self, definition_id: UUID) -> tuple[AwaitedStart, ...]:
        """All that a version's start events wait for, in the drawn order. Raises DefinitionNotFound."""
        with self._store.reading() as tx:
            definition, source = self._sources.both(tx, definition_id)
            outline = outline_of(self._executor, source)
            due = start_timers.of_version(tx, definition_id)
            watched = {(c.element_id, c.number): c for c in conditions.every(tx) if c.definition_id == definition_id}
            gathered = [
                (element, arrival.kind, arrival.name)
                for element in {start.id for start in outline.starts if start.needs_all}
                for arrival in arrivals.waiting(tx, definition.key, element)
            ]
        found = []
        for start in outline.starts:
            if start.process_id != definition.key:
                continue
            condition = watched.get((start.id, start.number)) if start.kind == "conditional" else None
            found.append(
                AwaitedStart(
                    start.id,
                    start.kind,
                    start.name or start.timer or start.condition or "",
                    needs_all=start.needs_all,
                    has_happened=gathered.count((start.id, start.kind, start.name or str(start.number))),
                    due_at=due.get((start.id, start.number)) if start.kind == "timer" else None,
                    holds=condition.holds if condition else None,
                    since=condition.since if condition else None,
                    problem=condition.problem if condition else None,
                )
            )
        return tuple(found)

    def _watch_starts(self, tx: Transaction, definition: ProcessDefinition) -> None:
        """From now on this version's timers and conditions start cases, and no other version's.

        A condition that held in the version before holds in this one: a new version alone starts no case.
        """
        start_timers.disarm_process(tx, definition.key)
        held = conditions.disarm_process(tx, definition.key)
        source = self._sources.get(tx, definition.id)
        starts = [s for s in outline_of(self._executor, source).starts if s.process_id == definition.key]
        for start in starts:
            if start.kind == "timer":
                due_at = self._steps.starts.following(source, start.id, start.number)
                address = start_timers.address(start.id, start.number)
                start_timers.arm(tx, definition.id, address, due_at)
                if due_at is not None:
                    self._steps.defer(tx, [start_timer_job(definition.id, address, due_at)])
            elif start.kind == "conditional":
                key = (definition.id, start.id, start.number)
                conditions.arm(tx, key, holds=held.get(key[1:], False), now=self._clock.now())
        gone = arrivals.forget_others(tx, definition.key, [start.id for start in starts if start.needs_all])
        for element_id, kind, name in gone:
            _log.warning("version %s of %s begins no more at %s: %s %s that had come is dropped",
                         definition.version, definition.key, element_id, kind, name)  # fmt: skip
