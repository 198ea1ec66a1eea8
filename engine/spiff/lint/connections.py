"""Flows: from somewhere to somewhere, with conditions where a choice is."""

from __future__ import annotations

from engine.spiff.diagram import Diagram, Node, Process, Scope
from engine.spiff.lint.report import Report
from engine.spiff.xml import is_true

CATCHING = frozenset(["intermediateCatchEvent", "receiveTask"])


def scopes(report: Report) -> list[tuple[Diagram, Process, Scope]]:
    """Every scope of every file."""
    return [
        (diagram, process, scope)
        for diagram in report.diagrams
        for process in diagram.processes.values()
        for scope in process.walk()
    ]


def flows_lead_somewhere(report: Report) -> None:
    """Both ends of a sequence flow are nodes of its scope."""
    for diagram, _, scope in scopes(report):
        for flow in scope.flows.values():
            if flow.source not in scope.nodes or flow.target not in scope.nodes:
                report.add(
                    "flow-dangling",
                    diagram,
                    flow,
                    "流向「{name}」的一端不在同一個流程或子流程裡。",
                    "The flow “{name}” begins or ends outside its process or subprocess.",
                )


def processes_start_and_end(report: Report) -> None:
    """A process has a start event and an end event."""
    for diagram, process, scope in scopes(report):
        if scope is not process or not process.executable:
            continue
        if not scope.starts():
            report.add(
                "missing-start",
                diagram,
                process,
                "流程「{name}」沒有開始事件。",
                "The process “{name}” has no start event.",
            )
        if not any(node.type == "endEvent" for node in scope.nodes.values()):
            report.add(
                "missing-end",
                diagram,
                process,
                "流程「{name}」沒有結束事件。",
                "The process “{name}” has no end event.",
            )


def nodes_are_reached(report: Report) -> None:
    """Every node can be reached from a start, and leads somewhere unless it is an end."""
    for diagram, _, scope in scopes(report):
        reached = _reached(scope)
        for node in scope.nodes.values():
            if node.id not in reached:
                report.add("unreachable", diagram, node, "沒有路可以走到「{name}」。", "No path leads to “{name}”.")
            is_end = node.type == "endEvent" or node.is_event_subprocess or _is_link(node, throwing=True)
            if not is_end and not scope.outgoing(node.id):
                report.warn(
                    "no-outgoing",
                    diagram,
                    node,
                    "「{name}」之後沒有流向,走到這裡就結束。",
                    "Nothing follows “{name}”: the path ends here.",
                )


def _reached(scope: Scope) -> set[str]:
    starts = [node.id for node in scope.starts()]
    nodes = scope.nodes.values()
    if not starts:
        starts = [node.id for node in nodes if not scope.incoming(node.id) and node.attached_to is None]
    starts += [node.id for node in nodes if node.is_event_subprocess]
    thrown = {node.events[0].text for node in nodes if _is_link(node, throwing=True)}
    starts += [node.id for node in nodes if _is_link(node, throwing=False) and node.events[0].text in thrown]
    after: dict[str, list[str]] = {}
    for flow in scope.flows.values():
        after.setdefault(flow.source, []).append(flow.target)
    for node in nodes:
        if node.attached_to:
            after.setdefault(node.attached_to, []).append(node.id)
    found: set[str] = set()
    while starts:
        node_id = starts.pop()
        if node_id not in found:
            found.add(node_id)
            starts += after.get(node_id, [])
    return found


def _is_link(node: Node, *, throwing: bool) -> bool:
    kind = "intermediateThrowEvent" if throwing else "intermediateCatchEvent"
    return node.type == kind and any(event.kind == "link" for event in node.events)


def starts_and_ends_are_ends(report: Report) -> None:
    """Nothing leads into a start event or a boundary event, nothing out of an end event."""
    for diagram, _, scope in scopes(report):
        for node in scope.nodes.values():
            if node.type in ("startEvent", "boundaryEvent") and scope.incoming(node.id):
                report.add(
                    "start-with-incoming", diagram, node, "不可有流向進入「{name}」。", "No flow may enter “{name}”."
                )
            if node.type == "endEvent" and scope.outgoing(node.id):
                report.add(
                    "end-with-outgoing",
                    diagram,
                    node,
                    "不可有流向離開結束事件「{name}」。",
                    "No flow may leave the end event “{name}”.",
                )
            if node.is_event_subprocess and (scope.incoming(node.id) or scope.outgoing(node.id)):
                report.add(
                    "event-subprocess-connected",
                    diagram,
                    node,
                    "事件子流程「{name}」不可有流向。",
                    "No flow may enter or leave the event subprocess “{name}”.",
                )


def defaults_leave_their_node(report: Report) -> None:
    """A default flow leaves the node that names it, and needs no condition."""
    for diagram, _, scope in scopes(report):
        for node in scope.nodes.values():
            if node.default is None:
                continue
            flow = scope.flows.get(node.default)
            if flow is None or flow.source != node.id:
                report.add(
                    "default-unknown",
                    diagram,
                    node,
                    "「{name}」的預設流向不是從它出去的。",
                    "The default flow of “{name}” does not leave it.",
                )
            elif flow.condition:
                report.warn(
                    "default-with-condition",
                    diagram,
                    flow,
                    "預設流向「{name}」的條件不會被看。",
                    "The condition of the default flow “{name}” means nothing.",
                )


def choices_have_conditions(report: Report) -> None:
    """Each flow out of an exclusive choice has a condition or is the default; a choice without default may end nowhere.

    An inclusive gateway takes a flow without condition always.
    """
    for diagram, _, scope in scopes(report):
        for node in scope.nodes.values():
            outgoing = scope.outgoing(node.id)
            if node.type not in ("exclusiveGateway", "inclusiveGateway") or len(outgoing) < 2:
                continue
            bare = [flow for flow in outgoing if flow.condition is None and flow.id != node.default]
            for flow in bare if node.type == "exclusiveGateway" else ():
                report.add(
                    "gateway-without-condition",
                    diagram,
                    flow,
                    f"閘道「{node.name or node.id}」的流向「{{name}}」沒有條件,也不是預設流向。",
                    f"The flow “{{name}}” of “{node.name or node.id}” has no condition and is not the default.",
                )
            if node.default is None and not bare:
                report.warn(
                    "gateway-without-default",
                    diagram,
                    node,
                    "閘道「{name}」沒有預設流向:條件都不成立時會停在這裡。",
                    "The gateway “{name}” has no default flow: when no condition holds, the case stops here.",
                )


def conditions_stand_where_they_count(report: Report) -> None:
    """Parallel and event-based gateways and start events take every flow, whatever its condition."""
    for diagram, _, scope in scopes(report):
        for node in scope.nodes.values():
            if node.type in ("parallelGateway", "eventBasedGateway"):
                for flow in scope.outgoing(node.id):
                    if flow.condition:
                        report.warn(
                            "condition-ignored",
                            diagram,
                            flow,
                            "這裡的條件「{name}」不會被看。",
                            "The condition of “{name}” means nothing here.",
                        )


def event_gateways_lead_to_events(report: Report) -> None:
    """Behind an event-based gateway stand events that wait, each reached only from it."""
    for diagram, _, scope in scopes(report):
        for node in scope.nodes.values():
            if node.type != "eventBasedGateway":
                continue
            if is_true(node.element.get("instantiate")):
                report.add(
                    "unsupported-instantiate",
                    diagram,
                    node,
                    "不支援由事件閘道「{name}」啟動流程。",
                    "A process cannot be started by the event-based gateway “{name}”.",
                )
            targets = [scope.nodes.get(flow.target) for flow in scope.outgoing(node.id)]
            wrong = [t for t in targets if t is None or t.type not in CATCHING or len(scope.incoming(t.id)) > 1]
            if wrong or not targets:
                report.add(
                    "event-gateway-target",
                    diagram,
                    node,
                    "事件閘道「{name}」之後只能接等待事件或接收任務,且各自只能由它進入。",
                    "Behind “{name}” only catching events and receive tasks may stand, each reached from it alone.",
                )


RULES = [
    flows_lead_somewhere,
    processes_start_and_end,
    nodes_are_reached,
    starts_and_ends_are_ends,
    defaults_leave_their_node,
    choices_have_conditions,
    conditions_stand_where_they_count,
    event_gateways_lead_to_events,
]
