"""When the clock starts the next case, and whether a condition does now: asked before there is a case."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from engine.calendar.working_days import WorkCalendar
from engine.clock import TimeSource
from engine.model import DefinitionSource, StepContext
from engine.spiff import Executor
from engine.spiff.functions import OpenCases


class Calendars(Protocol):
    """Where the working-day calendar comes from."""

    def calendar(self) -> WorkCalendar:
        """The calendar in force."""
        ...


class Starts:
    """Asks the executor, by the clock and the calendar in force."""

    def __init__(self, executor: Executor, clock: TimeSource, calendars: Calendars) -> None:
        self._executor = executor
        self._clock = clock
        self._calendars = calendars

    def following(
        self,
        source: DefinitionSource,
        element_id: str,
        number: int = 0,
        *,
        last: datetime | None = None,
        fired: int = 0,
    ) -> datetime | None:
        """When a timer of a start event fires next; None when it does not any more. Raises StepFailed."""
        return self._executor.next_start(source, element_id, self._context(), number=number, last=last, fired=fired)

    def holds(self, source: DefinitionSource, element_id: str, number: int, open_cases: OpenCases) -> bool:
        """Whether a condition of a start event holds now. Raises StepFailed: it cannot be worked out."""
        return self._executor.start_holds(source, element_id, self._context(), open_cases, number=number)

    def needs(self, source: DefinitionSource, element_id: str) -> tuple[tuple[str, str], ...]:
        """All that a parallel multiple start event needs, by kind and name; empty for any other."""
        return self._executor.start_needs(source, element_id)

    def _context(self) -> StepContext:
        return StepContext(now=self._clock.now(), calendar=self._calendars.calendar())
