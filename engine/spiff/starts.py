"""How a case begins: at which start event, and when the clock or a condition begins the next one. BPMN 2.0 §10.5.2."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from engine.errors import StepFailed
from engine.model import Begun, DeliverMessage, DeliverSignal
from engine.spiff import data, events, timers
from engine.spiff.case import Case
from engine.spiff.parser import Definition
from engine.spiff.problems import StepProblem
from engine.spiff.specs.activities import place_starts
from engine.spiff.specs.base import FlowNode
from engine.spiff.specs.events import Catch, ParallelStart, StartEvent
from engine.spiff.token import Token

Event = DeliverMessage | DeliverSignal
Entry = tuple[FlowNode | None, FlowNode | None]
"""Where a case begins, and the event-based gateway before it."""


def start(case: Case, values: dict[str, Any], begun: Begun, start_id: str | None) -> None:
    """Begin a new instance.

    Raises:
        StepFailed: it has no such start.
    """
    case.begin()
    case.data.update(values)
    happened = begun if isinstance(begun, tuple) else () if begun is None else (begun,)
    entry, gateway = _entry(case.definition, happened[-1] if happened else None, start_id)
    items: dict[str, Any] = {}
    for event in happened:
        items.update(_take(case, entry, event))
    problem = None
    try:
        events.listen(case)
    except StepProblem as found:
        problem = found
    for token in _place(case, entry, gateway, items):
        if problem is not None:
            token.notes["unarmed"] = True
            case.fail(token, problem)


def _take(case: Case, entry: Any, event: Event) -> dict[str, Any]:
    """Lay what came with the event over the variables; or give it back as the data item that is drawn for it."""
    into = entry.node.properties.get("resultVariable")
    index = next(index for index, catch in enumerate(entry.catches) if _is(catch, event))
    item = data.item_of(entry.node.data, index, event.variables)
    if item and not into:
        return item
    case.data.update({into: dict(event.variables)} if into else event.variables)
    return {}


def _place(case: Case, entry: FlowNode | None, gateway: FlowNode | None, items: dict[str, Any]) -> list[Token]:
    """Put the first tokens on a new instance; `items`: the data that the event there has received."""
    if entry is None or isinstance(entry, StartEvent | ParallelStart):
        return place_starts(case, entry.bpmn_id if entry else None, items)
    notes: dict[str, Any] = {"own" if entry.data is not None else "items": items} if items else {}
    if gateway is not None:
        return [case.place(gateway, happened=entry.bpmn_id, brings=notes)]
    return [case.place(entry, done=True, **notes)]


def _is(catch: Catch, event: Event) -> bool:
    kind = "message" if isinstance(event, DeliverMessage) else "signal"
    return catch.kind == kind and catch.name == event.name


def _entry(definition: Definition, event: Event | None, start_id: str | None) -> Entry:
    if event is not None:
        found = [way for way in _ways(definition) if any(_is(catch, event) for catch in way[0].catches)]
        named = [way for way in found if way[0].bpmn_id == start_id]
        if not found:
            raise StepFailed("The process has no start event for this.", process=definition.process_id, name=event.name)
        return (named or found)[0]
    if start_id is not None:
        for entry, gateway in _ways(definition):
            if entry.bpmn_id == start_id:
                return entry, gateway
        raise StepFailed("The process has no such start event.", process=definition.process_id, start=start_id)
    entries = definition.root.entries
    plain = [entry for entry in entries if not entry.catches]
    if len(plain) > 1 or (entries and not plain and len(entries) > 1):
        raise StepFailed("The process has several start events; name one.", process=definition.process_id)
    return None, None


def _ways(definition: Definition) -> Iterator[tuple[Any, FlowNode | None]]:
    """Every element that can begin a case, with the event-based gateway before it."""
    yield from ((entry, None) for entry in definition.root.entries)
    yield from ((entry, gateway) for gateway, entry in definition.root.receivers)


def needed(definition: Definition, start_id: str) -> tuple[tuple[str, str], ...]:
    """All that a parallel multiple start event waits for before a case begins; empty for any other.

    A message or signal is told by its name, a timer or condition by its number among those of the event.
    """
    for entry in definition.root.entries:
        if entry.bpmn_id == start_id and entry.node.parallel_multiple and len(entry.catches) > 1:
            return tuple(_numbered(entry.catches))
    return ()


def _numbered(catches: tuple[Catch, ...]) -> Iterator[tuple[str, str]]:
    seen: dict[str, int] = {}
    for catch in catches:
        number = seen[catch.kind] = seen.get(catch.kind, -1) + 1
        yield catch.kind, (catch.name or "") if catch.kind in ("message", "signal") else str(number)


def next_start(case: Case, start_id: str, number: int, last: datetime | None, fired: int) -> datetime | None:
    """When a timer of a start event begins the next instance; see the executor."""
    timer = _awaited(case, start_id, "timer", number)
    return timers.next_turn(timers.arm(timer.definition, case.begin()), last, fired)


def holds(case: Case, start_id: str, number: int) -> bool:
    """Whether a condition of a start event holds now; see the executor."""
    condition = _awaited(case, start_id, "conditional", number)
    return case.engine.condition(case.begin(), condition.definition.text or "")


def _awaited(case: Case, start_id: str, kind: str, number: int) -> Catch:
    """One of the definitions of a kind that a start event, or an event in its place, waits for."""
    for entry, _ in _ways(case.definition):
        catches: list[Catch] = [catch for catch in entry.catches if catch.kind == kind]
        if entry.bpmn_id == start_id and number < len(catches):
            return catches[number]
    raise StepFailed(
        "The process has no such start.", process=case.definition.process_id, start=start_id, kind=kind, number=number
    )
