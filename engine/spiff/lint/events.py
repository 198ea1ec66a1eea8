"""Events: what they wait for exists, stands where it can happen, and comes in time."""

from __future__ import annotations

from engine.spiff import timers
from engine.spiff.diagram import ACTIVITIES, Diagram, EventDefinition, Node
from engine.spiff.lint.connections import scopes
from engine.spiff.lint.report import Report
from engine.spiff.xml import is_true


def references_are_known(report: Report) -> None:
    """Messages and signals are named; errors and escalations that are named exist."""
    for diagram, _, scope in scopes(report):
        for node in scope.nodes.values():
            for event in node.events:
                if event.kind in ("message", "signal") and not diagram.event_name(event):
                    report.add(
                        f"{event.kind}-unknown",
                        diagram,
                        node,
                        f"「{{name}}」沒有指定{'訊息' if event.kind == 'message' else '信號'}。",
                        f"“{{name}}” names no {event.kind}.",
                    )
                table = {"error": diagram.errors, "escalation": diagram.escalations}.get(event.kind)
                if table is not None and event.ref and event.ref not in table:
                    report.add(
                        f"{event.kind}-unknown",
                        diagram,
                        node,
                        f"「{{name}}」指定的 {event.ref} 不存在。",
                        f"“{{name}}” names {event.ref}, which does not exist.",
                    )
            needs = node.type in ("receiveTask", "sendTask", "boundaryEvent", "intermediateCatchEvent")
            if needs and not node.events:
                report.add(
                    "event-undefined",
                    diagram,
                    node,
                    "「{name}」沒有說明等什麼或送什麼。",
                    "“{name}” does not say what it waits for or sends.",
                )
            if node.type == "endEvent" and len(node.events) > 1 and any(e.kind == "terminate" for e in node.events):
                report.warn(
                    "terminate-with-others",
                    diagram,
                    node,
                    "「{name}」終止之外還有其他事件。",
                    "“{name}” terminates and throws something else.",
                )


def boundary_events_are_attached(report: Report) -> None:
    """A boundary event stands on an activity; errors always interrupt it; one event waits for one thing."""
    for diagram, _, scope in scopes(report):
        for node in scope.nodes.values():
            if node.type != "boundaryEvent":
                continue
            host = scope.nodes.get(node.attached_to or "")
            if host is None or host.type not in ACTIVITIES:
                report.add(
                    "boundary-unattached",
                    diagram,
                    node,
                    "邊界事件「{name}」沒有附在任務上。",
                    "The boundary event “{name}” is attached to no activity.",
                )
            if not node.interrupting and any(event.kind == "error" for event in node.events):
                report.add(
                    "error-not-interrupting",
                    diagram,
                    node,
                    "錯誤邊界事件「{name}」必須中斷任務。",
                    "The error event “{name}” must interrupt its activity.",
                )
            if not scope.outgoing(node.id):
                report.warn(
                    "boundary-leads-nowhere",
                    diagram,
                    node,
                    "邊界事件「{name}」之後沒有流向。",
                    "Nothing follows the boundary event “{name}”.",
                )


def event_subprocesses_start_by_events(report: Report) -> None:
    """An event subprocess has one start event, which waits for something; an embedded one waits for nothing."""
    for diagram, process, scope in scopes(report):
        if scope is process:
            continue
        starts = scope.starts()
        if is_true(scope.element.get("triggeredByEvent")):
            if len(starts) != 1 or not starts[0].events:
                report.add(
                    "event-subprocess-start",
                    diagram,
                    scope.element,
                    "事件子流程「{name}」必須有一個帶事件的開始事件。",
                    "The event subprocess “{name}” needs exactly one start event that waits for something.",
                )
        elif len(starts) > 1 or any(start.events for start in starts):
            report.add(
                "subprocess-start",
                diagram,
                scope.element,
                "子流程「{name}」只能有一個不帶事件的開始事件。",
                "The subprocess “{name}” may have one start event only, and that waits for nothing.",
            )


def links_have_partners(report: Report) -> None:
    """A throwing link has exactly one catching link of its name in its scope."""
    for diagram, _, scope in scopes(report):
        links = [(n, n.events[0].text) for n in scope.nodes.values() if n.events and n.events[0].kind == "link"]
        caught = [name for node, name in links if node.type == "intermediateCatchEvent"]
        for node, name in links:
            if node.type == "intermediateThrowEvent" and caught.count(name) != 1:
                report.add(
                    "link-without-partner",
                    diagram,
                    node,
                    "連結「{name}」沒有唯一的對應連結。",
                    "The link “{name}” does not have exactly one partner.",
                )


def timers_are_bounded(report: Report) -> None:
    """A timer names a time; literals are read here, with their limits (50 years, 1,000 turns, 60 s when endless)."""
    for diagram, _, scope in scopes(report):
        for node in scope.nodes.values():
            for event in node.events:
                if event.kind == "timer":
                    _timer(report, diagram, node, event)


def _timer(report: Report, diagram: Diagram, node: Node, event: EventDefinition) -> None:
    if not event.text or event.timer is None:
        report.add("timer-empty", diagram, node, "計時「{name}」沒有時間。", "The timer “{name}” has no time.")
        return
    literal = timers.as_literal(event.text)
    if literal is None:
        return
    try:
        zoned = _read(literal, event.timer)
    except timers.TimerText as error:
        report.add("timer-invalid", diagram, node, f"計時「{{name}}」:{error}", f"The timer “{{name}}”: {error}")
        return
    if not zoned:
        report.warn(
            "timer-without-zone",
            diagram,
            node,
            "計時「{name}」沒有時區,當作台北時間。",
            "The timer “{name}” has no zone; it is read as Asia/Taipei.",
        )


def _read(literal: str, kind: str) -> bool:
    """Whether the literal needs no zone or names one."""
    if kind == "timeCycle":
        cycle = timers.parse_cycle(literal)
        if cycle.count == 0:
            raise timers.TimerText("重複零次 (zero repetitions)")
        return cycle.start is None or timers.parse_moment(next(p for p in literal.split("/")[1:] if p[0] != "P"))[1]
    if literal.upper().lstrip("-").startswith("P"):
        timers.parse_duration(literal)
        return True
    return timers.parse_moment(literal)[1]


RULES = [
    references_are_known,
    boundary_events_are_attached,
    event_subprocesses_start_by_events,
    links_have_partners,
    timers_are_bounded,
]
