"""Gateways: what they promise is drawn, and every choice can be made."""

from __future__ import annotations

from engine.spiff.diagram import GATEWAYS, Diagram, Node, Scope
from engine.spiff.lint.report import Report

WAITED_FOR = frozenset(["message", "signal", "timer", "conditional"])


def gateways_split_or_join(report: Report) -> None:
    """A gateway has several flows in or several out, and as many as its direction says (§10.6.1)."""
    for diagram, scope, node in report.nodes(*GATEWAYS):
        incoming, outgoing = len(scope.incoming(node.id)), len(scope.outgoing(node.id))
        if incoming <= 1 and outgoing <= 1:
            report.add("gateway-single", diagram, node)
        direction = node.element.get("gatewayDirection", "Unspecified")
        number = _broken(direction, incoming, outgoing)
        if number:
            report.add(
                "gateway-direction",
                diagram,
                node,
                number,
                direction=direction,
                incoming=incoming,
                outgoing=outgoing,
            )


def _broken(direction: str, incoming: int, outgoing: int) -> str | None:
    if direction == "Converging" and outgoing > 1:
        return "EXT017"
    if direction == "Diverging" and incoming > 1:
        return "EXT018"
    return "EXT019" if direction == "Mixed" and (incoming < 2 or outgoing < 2) else None


def choices_can_be_made(report: Report) -> None:
    """Each flow out of an exclusive choice has a condition or is the default; a choice without default may end nowhere.

    An inclusive gateway takes a flow without condition always.
    """
    for diagram, scope, node in report.nodes("exclusiveGateway", "inclusiveGateway"):
        outgoing = scope.outgoing(node.id)
        bare = [flow for flow in outgoing if flow.condition is None and flow.id != node.default]
        if len(outgoing) > 1 and node.type == "exclusiveGateway":
            for flow in bare:
                report.add("gateway-without-condition", diagram, flow, gateway=node.name or node.id)
        if outgoing and node.default is None and not bare:
            report.add("gateway-without-default", diagram, node)


def event_gateways_lead_to_events(report: Report) -> None:
    """Behind an event-based gateway stand events that wait, each reached only from it (§10.6.6)."""
    for diagram, scope, node in report.nodes("eventBasedGateway"):
        flows = scope.outgoing(node.id)
        if len(flows) < 2:
            report.add("event-gateway-few", diagram, node)
        if node.element.get("eventGatewayType") == "Parallel" and not node.instantiate:
            report.add("event-gateway-parallel", diagram, node)
        for flow in flows:
            if flow.condition is not None:
                report.add("event-gateway-condition", diagram, flow)
        targets = [scope.nodes[flow.target] for flow in flows if flow.target in scope.nodes]
        for target in targets:
            _target(report, diagram, scope, node, target)
        messages = [t for t in targets if t.type == "intermediateCatchEvent" and _waits_for(t, "message")]
        if messages and any(target.type == "receiveTask" for target in targets):
            report.add("event-gateway-mixed", diagram, node)


def _target(report: Report, diagram: Diagram, scope: Scope, gateway: Node, target: Node) -> None:
    waits = target.type == "intermediateCatchEvent" and all(event.kind in WAITED_FOR for event in target.events)
    if not waits and target.type != "receiveTask":
        report.add("event-gateway-target", diagram, target, gateway=gateway.name or gateway.id)
    if len(scope.incoming(target.id)) > 1:
        report.add("event-gateway-shared", diagram, target)
    if target.type == "receiveTask" and scope.boundary(target.id):
        report.add("event-gateway-boundary", diagram, target)


def _waits_for(node: Node, kind: str) -> bool:
    return any(event.kind == kind for event in node.events)


RULES = [gateways_split_or_join, choices_can_be_made, event_gateways_lead_to_events]
