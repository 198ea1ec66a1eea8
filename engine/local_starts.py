"""What begins cases of a `LocalEngine` by itself: messages, signals, the clock, conditions that become true."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from engine.cases.gathering import Arrival, complete, events, replaced
from engine.model import Begun, DefinitionSource, StepContext
from engine.spiff import Executor
from engine.spiff.functions import OpenCases
from engine.spiff.outline import StartOutline


@dataclass
class _Timer:
    start: StartOutline
    due: datetime
    fired: int = 0


class LocalStarts:
    """Start events of deployed processes, and what has happened at them.

    Args:
        context: the world as it is now.
        open_cases: counts running cases, for the conditions.
    """

    def __init__(self, executor: Executor, context: Callable[[], StepContext], open_cases: OpenCases) -> None:
        self._executor = executor
        self._context = context
        self._open_cases = open_cases
        self._sources: dict[str, DefinitionSource] = {}
        self._starts: dict[str, tuple[StartOutline, ...]] = {}
        self._timers: list[_Timer] = []
        self._held: dict[tuple[str, str, int], bool] = {}
        self._arrived: dict[tuple[str, str], list[Arrival]] = {}

    def watch(self, source: DefinitionSource, starts: Sequence[StartOutline]) -> None:
        """From now on these start events begin cases of the process, in place of those before.

        Raises:
            StepFailed: a timer's text gives no time.
        """
        self._sources[source.process_id] = source
        self._starts[source.process_id] = tuple(starts)
        self._timers = [timer for timer in self._timers if timer.start.process_id != source.process_id]
        for start in starts:
            if start.kind == "timer":
                due = self._executor.next_start(source, start.id, self._context(), number=start.number)
                self._timers += [_Timer(start, due)] if due is not None else []
        conditions = {_key(start) for start in starts if start.kind == "conditional"}
        kept = {key: held for key, held in self._held.items() if key[0] != source.process_id or key in conditions}
        self._held = {**dict.fromkeys(conditions, False), **kept}

    def called_by(self, kind: str, name: str) -> list[StartOutline]:
        """The start events that wait for this message or signal."""
        return [
            start for starts in self._starts.values() for start in starts if (start.kind, start.name) == (kind, name)
        ]

    def _all(self) -> Iterator[StartOutline]:
        return (start for starts in self._starts.values() for start in starts)

    def next_due(self) -> datetime | None:
        """When the clock starts the next case."""
        return min((timer.due for timer in self._timers), default=None)

    def fire(self) -> StartOutline:
        """The start event whose timer is due first; its next turn is armed."""
        timer = min(self._timers, key=lambda timer: timer.due)
        timer.fired += 1
        source = self._sources[timer.start.process_id]
        following = self._executor.next_start(
            source, timer.start.id, self._context(), number=timer.start.number, last=timer.due, fired=timer.fired
        )
        if following is None:
            self._timers.remove(timer)
        else:
            timer.due = following
        return timer.start

    @property
    def has_conditions(self) -> bool:
        """Whether a condition starts cases."""
        return bool(self._held)

    def risen(self) -> list[StartOutline]:
        """The start events whose condition has become true since it was last looked at.

        Raises:
            StepFailed: a condition cannot be worked out.
        """
        found = []
        for start in (start for start in self._all() if start.kind == "conditional"):
            source = self._sources[start.process_id]
            holds = self._executor.start_holds(source, start.id, self._context(), self._open_cases, number=start.number)
            if holds and not self._held[_key(start)]:
                found.append(start)
            self._held[_key(start)] = holds
        return found

    def happened(self, start: StartOutline, variables: Mapping[str, Any]) -> Begun | Literal[False]:
        """What a case begins with because this has happened; False when the start event needs more."""
        what = Arrival(uuid.uuid4(), start.kind, start.name or str(start.number), variables, self._context().now)
        gathered = self._gathered(start, what)
        return False if gathered is None else events(gathered)

    def _gathered(self, start: StartOutline, what: Arrival) -> list[Arrival] | None:
        if not start.needs_all:
            return [what]
        needed = self._executor.start_needs(self._sources[start.process_id], start.id)
        waiting = self._arrived.setdefault((start.process_id, start.id), [])
        for stale in replaced(waiting, what):
            waiting.remove(stale)
        waiting.append(what)
        found = complete(needed, waiting)
        for arrival in found or ():
            waiting.remove(arrival)
        return found


def _key(start: StartOutline) -> tuple[str, str, int]:
    return start.process_id, start.id, start.number
