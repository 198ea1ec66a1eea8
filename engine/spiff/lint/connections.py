"""Flows: from somewhere to somewhere, from a start to an end, with conditions where a choice is."""

from __future__ import annotations

from engine.spiff.diagram import EVENTS, GATEWAYS, Node, Scope
from engine.spiff.lint.report import Report
from engine.spiff.xml import is_true, tag

ARTIFACTS = frozenset(["association", "group", "textAnnotation"])
INTERMEDIATE = frozenset(["intermediateCatchEvent", "intermediateThrowEvent"])


def flows_lead_somewhere(report: Report) -> None:
    """Both ends of a sequence flow are nodes of its scope."""
    for diagram, _, scope in report.scopes:
        index = report.index(diagram)
        for flow in scope.flows.values():
            if {index.kind_of(flow.source), index.kind_of(flow.target)} & ARTIFACTS:
                report.add("flow-to-artifact", diagram, flow)
            elif flow.source not in scope.nodes or flow.target not in scope.nodes:
                report.add("flow-dangling", diagram, flow)


def flows_are_immediate(report: Report) -> None:
    """An executable process takes its flows at once (§8.3.13)."""
    for diagram, _, scope in report.scopes:
        for element in scope.element.iterchildren():
            if tag(element) == "sequenceFlow" and not is_true(element.get("isImmediate"), default=True):
                report.add("flow-not-immediate", diagram, element)


def processes_start_and_end(report: Report) -> None:
    """Where there is a start event there is an end event, and the other way round, on each level (§10.5.2)."""
    for diagram, _, scope in report.scopes:
        if is_ad_hoc(scope):
            continue
        if not scope.nodes:
            if tag(scope.element) == "process":
                report.add("process-empty", diagram, scope)
            continue
        ends = any(node.type == "endEvent" for node in scope.nodes.values())
        starts = bool(scope.starts()) or any(_begins_cases(node) for node in scope.nodes.values())
        if ends and not starts:
            report.add("missing-start", diagram, scope)
        if scope.starts() and not ends:
            report.add("missing-end", diagram, scope)


def nodes_have_flows(report: Report) -> None:
    """Every node has a flow that leads to it and one that goes on, except where the path begins or ends."""
    for diagram, _, scope in report.scopes:
        if is_ad_hoc(scope):
            continue
        has_start = bool(scope.starts())
        has_end = any(node.type == "endEvent" for node in scope.nodes.values())
        for node in scope.nodes.values():
            if node.is_event_subprocess or is_handler(node):
                continue
            if not scope.incoming(node.id) and needs_incoming(node, has_start):
                report.add("no-incoming", diagram, node, *_incoming_numbers(node))
            if not scope.outgoing(node.id) and _needs_outgoing(node, has_end):
                report.add("no-outgoing", diagram, node, *_outgoing_numbers(node))


def needs_incoming(node: Node, has_start: bool) -> bool:
    """Without a start event, activities and gateways that nothing leads to begin by themselves (§13.2.6)."""
    if node.type in ("startEvent", "boundaryEvent") or _begins_cases(node) or is_link(node, throwing=False):
        return False
    return has_start or node.type == "endEvent" or node.type in INTERMEDIATE


def _needs_outgoing(node: Node, has_end: bool) -> bool:
    if node.type == "endEvent" or is_link(node, throwing=True):
        return False
    if node.type == "boundaryEvent":
        return not any(event.kind == "compensate" for event in node.events)
    return has_end or node.type == "startEvent" or node.type in INTERMEDIATE


def _incoming_numbers(node: Node) -> tuple[str, ...]:
    if node.type == "endEvent":
        return ("EXT107",)
    return ("EXT115", "EXT150") if node.type in INTERMEDIATE else ("EXT150",)


def _outgoing_numbers(node: Node) -> tuple[str, ...]:
    numbers = {"startEvent": ("EXT101",), "boundaryEvent": ("EXT113",)}
    if node.type in INTERMEDIATE:
        return ("EXT116", "EXT151")
    return numbers.get(node.type, ("EXT151",))


def nodes_are_reached(report: Report) -> None:
    """Every node can be reached from where the path begins."""
    for diagram, _, scope in report.scopes:
        reached = _reached(scope)
        for node in scope.nodes.values():
            if node.id not in reached:
                report.add("unreachable", diagram, node)


def _reached(scope: Scope) -> set[str]:
    """From the starts; what nothing leads to has its own finding, so the way on from there counts as reached."""
    nodes = scope.nodes.values()
    ahead = [n.id for n in nodes if not scope.incoming(n.id) and n.attached_to is None and not is_handler(n)]
    ahead += [node.id for node in nodes if node.type == "startEvent" or node.is_event_subprocess]
    ahead += [handler for node in nodes for handler in node.handlers if _compensates(node)]
    if is_ad_hoc(scope):
        ahead += [node.id for node in nodes]
    found: set[str] = set()
    while ahead:
        node_id = ahead.pop()
        if node_id not in found:
            found.add(node_id)
            ahead += [flow.target for flow in scope.outgoing(node_id)]
            ahead += [event.id for event in scope.boundary(node_id)]
    return found


def _compensates(node: Node) -> bool:
    return any(event.kind == "compensate" for event in node.events)


def starts_and_ends_are_ends(report: Report) -> None:
    """Nothing leads into a start event or a boundary event, nothing out of an end event."""
    for diagram, scope, node in report.nodes():
        if node.type in ("startEvent", "boundaryEvent") and scope.incoming(node.id):
            report.add("start-with-incoming", diagram, node, "EXT096" if node.type == "startEvent" else "EXT112")
        if node.type == "endEvent" and scope.outgoing(node.id):
            report.add("end-with-outgoing", diagram, node)
        if node.is_event_subprocess and (scope.incoming(node.id) or scope.outgoing(node.id)):
            report.add("event-subprocess-connected", diagram, node)
        if _begins_cases(node) and scope.incoming(node.id):
            number = "EXT049" if node.type == "receiveTask" else "EXT142"
            report.add("instantiate-with-incoming", diagram, node, number)


def defaults_leave_their_node(report: Report) -> None:
    """A default flow leaves the node that names it, and needs no condition."""
    for diagram, scope, node in report.nodes():
        if node.default is None:
            continue
        flow = scope.flows.get(node.default)
        if flow is None or flow.source != node.id:
            report.add("default-unknown", diagram, node)
        elif flow.condition:
            report.add("default-with-condition", diagram, flow)


def conditions_have_a_choice(report: Report) -> None:
    """A condition stands where there is another way; behind an event there is none (§8.3.13)."""
    for diagram, scope, node in report.nodes():
        flows = scope.outgoing(node.id)
        conditional = [flow for flow in flows if flow.condition]
        if node.type == "parallelGateway":
            for flow in conditional:
                report.add("condition-ignored", diagram, flow)
        elif node.type in EVENTS:
            for flow in conditional:
                report.add("condition-after-event", diagram, flow, event=node.name or node.id)
        elif node.type not in GATEWAYS and len(flows) == 1 and conditional:
            report.add("condition-alone", diagram, conditional[0], source=node.name or node.id)


def is_handler(node: Node) -> bool:
    """Whether it is work that undoes other work: an association leads to it, no flow."""
    return is_true(node.element.get("isForCompensation"))


def is_ad_hoc(scope: Scope) -> bool:
    """Whether people decide the order of what is in it."""
    return tag(scope.element) == "adHocSubProcess"


def is_link(node: Node, *, throwing: bool) -> bool:
    """Whether it is one end of a link."""
    kind = "intermediateThrowEvent" if throwing else "intermediateCatchEvent"
    return node.type == kind and any(event.kind == "link" for event in node.events)


def _begins_cases(node: Node) -> bool:
    """A receive task or event-based gateway that starts the process."""
    return node.type in ("receiveTask", "eventBasedGateway") and is_true(node.element.get("instantiate"))


RULES = [
    flows_lead_somewhere,
    flows_are_immediate,
    processes_start_and_end,
    nodes_have_flows,
    nodes_are_reached,
    starts_and_ends_are_ends,
    defaults_leave_their_node,
    conditions_have_a_choice,
]
