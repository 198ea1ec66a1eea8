"""What of the standard a model shows: so that all models together can be held to all of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.conformance.bpmn.models.contest import Verdict
from tests.conformance.bpmn.models.reading import NAMESPACE, Level, Node, read


def executed(verdict: Verdict) -> Counter[str]:
    """How often a run has executed what: `userTask`, `endEvent (error)`, `boundaryEvent (timer), beside` …"""
    found: Counter[str] = Counter()
    nodes = {node.id: node for level in read(verdict.xml.encode()).values() for node in _all(level)}
    for name, times in verdict.executed.items():
        if name in nodes:
            for label in {*_event(nodes[name]), *_activity(nodes[name])}:
                found[label] += times
    return found


def _all(level: Level) -> Iterator[Node]:
    for node in level.nodes.values():
        yield node
        if node.inner is not None:
            yield from _all(node.inner)


def _event(node: Node) -> Iterator[str]:
    if not node.kind.endswith("Event"):
        return
    for kind in {event.kind for event in node.events} or {"none"}:
        yield f"{node.kind} ({kind})" + ("" if node.kind != "boundaryEvent" or node.interrupting else ", beside")
    if len(node.events) > 1:
        yield "parallel multiple event" if node.needs_all else "multiple event"
    if node.element.find(NAMESPACE + "eventDefinitionRef") is not None:
        yield "referenced definition"


def _activity(node: Node) -> Iterator[str]:
    if node.kind.endswith("Event"):
        return
    yield node.kind
    if node.loop is not None:
        yield f"{node.kind}, {node.loop.kind} loop"
        yield f"behaviour {node.loop.behaviour}"
    if node.is_event_subprocess and node.inner is not None:
        start = node.inner.starts[0]
        yield f"event subprocess ({start.events[0].kind})" + ("" if start.interrupting else ", beside")
    if node.is_handler:
        yield "compensation handler"
    if node.get("instantiate") == "true":
        yield f"{node.kind}, instantiating {node.get('eventGatewayType')}".strip()
    for name in ("startQuantity", "completionQuantity"):
        if int(node.get(name, "1")) > 1:
            yield name
    if node.is_activity and any(flow.condition for flow in node.outgoing):
        yield "conditional flows out of an activity"
