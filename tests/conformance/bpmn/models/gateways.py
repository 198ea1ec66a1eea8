"""Gateways of the reference (BPMN 2.0 §13.4), and which flows a node is left by."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from tests.conformance.bpmn.models import happenings
from tests.conformance.bpmn.models.expressions import holds
from tests.conformance.bpmn.models.reading import Flow, Node
from tests.conformance.bpmn.models.state import Arm, Scope, Work

if TYPE_CHECKING:
    from tests.conformance.bpmn.models.reference import Reference

JOINS = ("parallelGateway", "inclusiveGateway", "complexGateway")


def joins(node: Node) -> bool:
    """Whether tokens wait for one another at this gateway."""
    return node.kind in JOINS and len(node.incoming) > 1


def here(scope: Scope, node: Node) -> list[Work]:
    """Tokens that wait at a node, the oldest first."""
    return [work for work in scope.works if work.node is node and work.state == "waiting"]


def one_each(works: list[Work]) -> dict[str, Work]:
    """The oldest of each incoming flow."""
    found: dict[str, Work] = {}
    for work in works:
        found.setdefault(work.flow, work)
    return found


def arrived(case: Reference, work: Work, quantity: int) -> None:
    """Another token waits: perhaps it is the last that was missing (§13.4.1; §10.3 startQuantity)."""
    waiting = here(work.scope, work.node)
    kind = work.node.kind
    if kind == "parallelGateway":
        found = one_each(waiting)
        if len(found) == len(work.node.incoming):
            merge(case, list(found.values()))
    elif kind == "complexGateway":
        complex_arrived(case, work.scope, work.node)
    elif kind not in JOINS and len(waiting) >= quantity:
        merge(case, waiting[:quantity])


def merge(case: Reference, works: list[Work]) -> Work:
    """Make one token of several, and let it act."""
    for work in works[1:]:
        case.drop(work)
    works[0].state = "ready"
    case.ready.append(works[0])
    return works[0]


def choose(work: Work) -> list[Flow]:
    """The flows that a token leaves by (§13.2.1 for activities and events, §13.4 for gateways)."""
    node = work.node
    flows, kind, default = node.outgoing, node.kind, node.get("default")
    if kind == "complexGateway":
        names = {**work.visible(), "waitingForStart": not work.reset}
        chosen = [
            flow
            for flow in flows
            if flow.id != default and (holds(flow.condition, names) if flow.condition is not None else not work.reset)
        ]
        return chosen if chosen or work.reset else [flow for flow in flows if flow.id == default]
    if kind in ("parallelGateway", "eventBasedGateway") or all(flow.condition is None for flow in flows):
        return list(flows)
    names = work.visible()
    chosen = [flow for flow in flows if flow.id != default and (flow.condition is None or holds(flow.condition, names))]
    if kind == "exclusiveGateway":
        chosen = chosen[:1]
    return chosen or [flow for flow in flows if flow.id == default]


def race(case: Reference, work: Work) -> bool:
    """An event-based gateway waits for the first of the events behind it."""
    for flow in work.node.outgoing:
        target = work.scope.level.nodes[flow.target]
        happenings.arm(case, Arm("race", target, work.scope, work, flow=flow.id))
    return False


# -- joins that look at the whole scope -----------------------------------------------------


def release(case: Reference) -> bool:
    """Everything rests: let a join go on that nothing can come to any more. Whether one did."""
    found = []
    scopes = deque([case.root])
    while scopes:
        scope = scopes.popleft()
        scopes.extend(work.inner for work in scope.works if work.inner is not None)
        nodes = {work.node.id: work.node for work in scope.works if work.state == "waiting" or work.consumed}
        found += [(scope, node) for node in nodes.values() if joins(node) and node.kind != "parallelGateway"]
    while found:
        scope, node = found.pop(case.pick(len(found)))
        if node.kind == "inclusiveGateway" and _inclusive(case, scope, node):
            return True
        if node.kind == "complexGateway" and _complex_rest(case, scope, node):
            return True
    return False


def can_come(scope: Scope, node: Node, filled: set[str], empty: set[str]) -> bool:
    """Whether a token elsewhere may still come on an empty flow, and on no filled one (§13.4.3)."""
    to_filled, to_empty = _before(scope, node, filled), _before(scope, node, empty)
    return any(
        work.node.id in to_empty and work.node.id not in to_filled
        for work in scope.works
        if work.node is not node and work.whole is None and work.node.id in scope.level.nodes and work.consumed is None
    )


def _before(scope: Scope, join: Node, flows: set[str]) -> set[str]:
    """Nodes from which a path leads into one of the flows without touching the join."""
    todo = [flow.source for flow in join.incoming if flow.id in flows]
    found: set[str] = set()
    while todo:
        node = scope.level.nodes[todo.pop()]
        if node is join or node.id in found:
            continue
        found.add(node.id)
        todo += [flow.source for flow in node.incoming]
        if node.get("attachedToRef"):
            todo.append(node.get("attachedToRef"))
        if node.kind == "intermediateCatchEvent" and node.events and node.events[0].kind == "link":
            todo += [
                other.id
                for other in scope.level.nodes.values()
                if other.kind == "intermediateThrowEvent"
                and other.events
                and (other.events[0].kind, other.events[0].name) == ("link", node.events[0].name)
            ]
    return found


def _inclusive(case: Reference, scope: Scope, node: Node) -> bool:
    found = one_each(here(scope, node))
    if can_come(scope, node, set(found), {flow.id for flow in node.incoming} - set(found)):
        return False
    merge(case, list(found.values()))
    return True


# -- the complex gateway (§13.4.5) ------------------------------------------------------------


def complex_arrived(case: Reference, scope: Scope, node: Node) -> None:
    """Whether the gateway starts, or all have come that its reset waits for."""
    waiting = here(scope, node)
    found = one_each(waiting)
    memory = _memory(scope, node)
    flows = {flow.id for flow in node.incoming}
    if memory is not None:
        late = flows - (memory.consumed or set())
        if late <= set(found):
            case.drop(memory)
            merge(case, [found[flow] for flow in late]).reset = True
        return
    if not waiting:
        return
    counts = {flow: sum(work.flow == flow for work in waiting) for flow in flows}
    rule = node.text("activationCondition") or ""
    names = {**waiting[0].visible(), **counts, "activationCount": len(waiting), "waitingForStart": True}
    if holds(rule, names):
        if len(found) < len(flows):
            scope.works.append(Work(node, scope, state="memory", consumed=set(found)))
        merge(case, list(found.values()))


def _memory(scope: Scope, node: Node) -> Work | None:
    return next((work for work in scope.works if work.node is node and work.consumed is not None), None)


def _complex_rest(case: Reference, scope: Scope, node: Node) -> bool:
    memory = _memory(scope, node)
    if memory is None or memory.consumed is None:
        return False
    found = one_each(here(scope, node))
    late = {flow: work for flow, work in found.items() if flow not in memory.consumed}
    empty = {flow.id for flow in node.incoming} - memory.consumed - set(found)
    if can_come(scope, node, memory.consumed | set(found), empty):
        return False
    case.drop(memory)
    if late:
        merge(case, list(late.values())).reset = True
    else:
        complex_arrived(case, scope, node)
        case.settle(scope)
    return True


def look_again(case: Reference, scope: Scope, node: Node) -> None:
    """After the reset: tokens that came twice on a flow belong to the next round."""
    complex_arrived(case, scope, node)
