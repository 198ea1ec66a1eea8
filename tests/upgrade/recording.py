"""Writes down steps of the executor while tests play: the saved state, the command, and what came of it.

A plugin of pytest that stands alone, for it also runs beside the tests of earlier versions of the project:

    PYTHONPATH=<folder of this file> KEPT_STATES=states.json.xz python -m pytest -p recording tests/engine/spiff \
        tests/processes tests/conformance/bpmn

One step is kept for each thing that can be done at each place a definition can stand, up to `MOST` a definition.
"""

from __future__ import annotations

import lzma
import os
from collections import Counter
from pathlib import Path
from typing import Any

import orjson

from engine import codec, model
from engine.spiff import Executor

MOST, MOST_SHIPPED = 4, 16
LARGE = 20_000
"""Bytes of a definition that was drawn for an office, not for a test."""


class Recorder:
    """What was kept so far, each definition and calendar once."""

    def __init__(self) -> None:
        self.sources: dict[Any, dict[str, Any]] = {}
        self.calendars: dict[bytes, Any] = {}
        self.steps: list[dict[str, Any]] = []
        self._places: dict[bytes, tuple[str, ...]] = {}
        self._kept: set[Any] = set()
        self._counts: Counter[Any] = Counter()

    def stood(self, advance: model.Advance) -> None:
        """Where an instance stands, by its state."""
        self._places[advance.state] = advance.active_elements

    def step(
        self, execution: model.Execution, command: Any, context: model.StepContext, advance: model.Advance
    ) -> None:
        """Keep a step, unless one like it is kept."""
        source = execution.source
        content = tuple((file.name, file.content) for file in source.files)
        size = sum(len(text) for _, text in content)
        place = self._places.get(execution.state)
        likeness = (content, source.process_id, place, type(command).__name__, advance.active_elements)
        most = MOST_SHIPPED if size > LARGE else MOST
        if place is None or likeness in self._kept or self._counts[content] >= most:
            return
        if not _plain(context) or _broken(advance):
            return
        self._kept.add(likeness)
        self._counts[content] += 1
        self.steps.append(
            {
                "source": self._source(source, content),
                "calendar": self._calendar(context.calendar),
                "context": codec.encode(
                    {
                        "now": context.now,
                        "instance_id": context.instance_id,
                        "business_key": context.business_key,
                        "initiator": context.initiator,
                        "max_tasks": context.max_tasks,
                    }
                ),
                "state": execution.state.decode(),
                "place": place,
                "command": [type(command).__name__, codec.encode(_fields(command))],
                "seen": seen(advance),
            }
        )

    def write(self, path: Path) -> None:
        """All of it in one file."""
        body = {
            "sources": list(self.sources.values()),
            "calendars": list(self.calendars.values()),
            "steps": self.steps,
        }
        path.write_bytes(lzma.compress(orjson.dumps(body), preset=9 | lzma.PRESET_EXTREME))

    def _source(self, source: model.DefinitionSource, content: Any) -> int:
        key = (source.digest, source.process_id, content)
        if key not in self.sources:
            self.sources[key] = {
                "digest": source.digest,
                "process": source.process_id,
                "files": [[name, text.decode()] for name, text in content],
            }
        return list(self.sources).index(key)

    def _calendar(self, calendar: Any) -> int:
        body = {
            "off": sorted(day.isoformat() for day in calendar.off),
            "work": sorted(day.isoformat() for day in calendar.work),
            "years": sorted(calendar.years),
            "closing": calendar.closing.isoformat(),
        }
        key = orjson.dumps(body)
        self.calendars.setdefault(key, body)
        return list(self.calendars).index(key)


def seen(advance: model.Advance) -> Any:
    """What of a step others can see, as JSON: not the state, and no id that is made anew each time."""
    return codec.encode(
        {
            "ended": advance.ended,
            "active": sorted(advance.active_elements),
            "opened": sorted(
                [
                    task.element_id, task.name, task.lane, task.assignee, sorted(task.candidate_users),
                    sorted(task.candidate_groups), task.form_key, task.due_at, task.priority, task.label,
                ]
                for task in advance.opened
            ) if _sortable(advance.opened) else len(advance.opened),
            "closed": sorted([task.id, task.reason] for task in advance.closed),
            "timers": sorted([wait.element_id, wait.due_at] for wait in advance.timers),
            "awaited": sorted([wait.element_id, wait.kind, wait.name] for wait in advance.subscriptions),
            "thrown": [[event.kind, event.name, dict(event.variables)] for event in advance.thrown],
            "calls": sorted([call.element_id, call.connector] for call in advance.service_calls),
            "incidents": sorted([fact.element_id, fact.kind] for fact in advance.incidents),
            "passed": [[fact.element_id, fact.event] for fact in advance.facts],
            "variables": dict(advance.variables),
        }
    )  # fmt: skip


def _sortable(tasks: Any) -> bool:
    return len({(task.element_id, task.name) for task in tasks}) == len(tasks)


def _plain(context: model.StepContext) -> bool:
    """Whether the context is one that can be made again: that of a step that runs out of time or is held is not."""
    usual = model.StepContext(context.now, context.calendar)
    return not context.calendar.closures and context.max_seconds >= usual.max_seconds and not context.held


def _broken(advance: model.Advance) -> bool:
    """Whether a test made the engine itself fail: nothing was done, and an incident says so."""
    return not advance.facts and any(fact.kind == "error" for fact in advance.incidents)


def _fields(command: Any) -> dict[str, Any]:
    return {name: getattr(command, name) for name in command.__dataclass_fields__}


_recorder = Recorder()


def pytest_configure(config: Any) -> None:
    """Look over the executor's shoulder."""
    if "KEPT_STATES" not in os.environ:
        return
    start, step = Executor.start, Executor.step

    def watched_start(self: Any, *given: Any, **named: Any) -> Any:
        advance = start(self, *given, **named)
        _recorder.stood(advance)
        return advance

    def watched_step(self: Any, execution: Any, command: Any, context: Any) -> Any:
        advance = step(self, execution, command, context)
        _recorder.step(execution, command, context, advance)
        _recorder.stood(advance)
        return advance

    Executor.start, Executor.step = watched_start, watched_step  # type: ignore[method-assign]


def pytest_unconfigure(config: Any) -> None:
    """Write what was kept."""
    if "KEPT_STATES" in os.environ and _recorder.steps:
        _recorder.write(Path(os.environ["KEPT_STATES"]))
