"""What of the standard a model shows: so that all models together can be held to all of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from tests.conformance.bpmn.models.contest import Verdict
from tests.conformance.bpmn.models.reading import NAMESPACE, Level, Loop, Node, read
from tests.conformance.bpmn.models.reading_data import Traffic

Found = tuple[Counter[str], Counter[str]]
"""How many of what were drawn, and how often it was executed."""


def found(verdict: Verdict) -> Found:
    """What a model holds and what of it ran: `userTask`, `endEvent (error)`, `boundaryEvent (timer), beside` …"""
    drawn: Counter[str] = Counter()
    done: Counter[str] = Counter()
    for level in read(verdict.xml.encode()).values():
        for node, around in _all(level):
            for label in {*_event(node), *_activity(node), *_data(node, around)}:
                drawn[label] += 1
                done[label] += verdict.executed.get(node.id, 0)
    return drawn, +done


def executed(verdict: Verdict) -> Counter[str]:
    """How often a run has executed what."""
    return found(verdict)[1]


def table(drawn: Counter[str], done: Counter[str]) -> Iterator[str]:
    """Lines that say of each element how often it was drawn and how often executed."""
    width = max(map(len, drawn), default=0)
    yield f"{'element':{width}}     drawn  executed"
    for label in sorted(drawn, key=str.casefold):
        yield f"{label:{width}} {drawn[label]:9} {done[label]:9}"


def _all(level: Level) -> Iterator[tuple[Node, Level]]:
    for node in level.nodes.values():
        yield node, level
        if node.inner is not None:
            yield from _all(node.inner)


def _event(node: Node) -> Iterator[str]:
    if not node.kind.endswith("Event"):
        return
    for event in node.events:
        yield f"{node.kind} ({event.kind})" + ("" if node.kind != "boundaryEvent" or node.interrupting else ", beside")
        if event.kind == "timer":
            yield f"timer, {_timer(event.text)}"
    if not node.events:
        yield f"{node.kind} (none)"
    if len(node.events) > 1:
        yield "parallel multiple event" if node.needs_all else "multiple event"
    if node.element.find(NAMESPACE + "eventDefinitionRef") is not None:
        yield "referenced definition"


def _timer(text: str) -> str:
    if text.startswith("="):
        return "expression"
    if text.startswith("R"):
        return "cycle with a start" if text.count("/") > 1 else "endless cycle" if text[1] == "/" else "cycle"
    return "duration" if text.startswith("P") else "date"


def _activity(node: Node) -> Iterator[str]:
    if node.kind.endswith("Event"):
        return
    yield node.kind
    if node.loop is not None:
        yield from _loop(node, node.loop)
    if node.is_event_subprocess and node.inner is not None:
        for event in node.inner.starts[0].events:
            yield f"event subprocess ({event.kind})" + ("" if node.inner.starts[0].interrupting else ", beside")
    if node.is_handler:
        yield "compensation handler"
    if node.get("instantiate") == "true":
        yield f"{node.kind}, instantiating {node.get('eventGatewayType')}".strip()
    for name in ("startQuantity", "completionQuantity"):
        if int(node.get(name, "1")) > 1:
            yield name
    if node.is_activity and any(flow.condition for flow in node.outgoing):
        yield "conditional flows out of an activity"
    if node.kind == "adHocSubProcess":
        yield f"adHocSubProcess, {node.get('ordering')}" + (
            ", by a condition" if node.text("completionCondition") else ""
        )
    if node.kind == "callActivity" and (node.passed("in") or node.passed("out")):
        yield "callActivity, mapped"


def _loop(node: Node, loop: Loop) -> Iterator[str]:
    yield f"{node.kind}, {loop.kind} loop"
    if loop.kind == "standard":
        return
    yield f"behaviour {loop.behaviour}"
    yield from (f"behaviour {loop.behaviour} ({event.kind})" for _, event in loop.throws)
    if loop.collection:
        yield f"{loop.kind} multi-instance over a collection"
    if loop.collected:
        yield "multi-instance that collects"
    if loop.condition:
        yield "multi-instance with a completion condition"
    for border in node.boundary:
        yield f"multi-instance with a border ({border.events[0].kind})" + ("" if border.interrupting else ", beside")


def _data(node: Node, around: Level) -> Iterator[str]:
    if node.data is not None:
        place = "activity" if node.is_activity else node.kind
        yield from (f"{place}, {what}" for what in _moves(node.data))
    if node.inner is not None and node.inner.declared:
        yield "subprocess with data of its own"
    read_here = {name for flow in node.outgoing for name in around.declared if name in (flow.condition or "")}
    if read_here:
        yield "condition that reads a data object"


def _moves(data: Traffic) -> Iterable[str]:
    for word, moves in (("in", data.brings), ("out", data.takes)):
        for move in moves:
            yield f"data {word}, " + ("transformed" if move.made else "assigned" if move.assigned else "copied")
    if len(data.inputs) > 1:
        yield "several input sets"
    if data.brings and not all(data.inputs):
        yield "optional input"
