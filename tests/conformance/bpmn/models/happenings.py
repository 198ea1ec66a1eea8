"""Events of the reference (BPMN 2.0 §13.5, §10.5): what is awaited, what is thrown, who catches it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.conformance.bpmn.models import dataflow, undoing
from tests.conformance.bpmn.models.clocks import clock
from tests.conformance.bpmn.models.expressions import holds
from tests.conformance.bpmn.models.reading import Event, Node
from tests.conformance.bpmn.models.state import Arm, Scope, Work

if TYPE_CHECKING:
    from tests.conformance.bpmn.models.reference import Reference

CLIMBING = ("error", "escalation", "cancel", "compensate")
"""Kinds that look for their catcher from the inside out; nobody waits for them."""


def arm(case: Reference, arm: Arm) -> None:
    """Begin to wait."""
    if arm.events and all(event.kind in CLIMBING for event in arm.events):
        return
    for index, event in enumerate(arm.events):
        if event.kind == "timer":
            arm.clocks[index] = clock(event.text, case.now)
    case.arms.append(arm)


def listen(case: Reference, scope: Scope) -> None:
    """Arm the event subprocesses of a scope."""
    for subprocess, start in scope.level.listeners:
        arm(case, Arm("listener", start, scope, subprocess=subprocess))


def disarm(case: Reference, work: Work) -> None:
    """Nothing waits for this token any more, nor at its border."""
    case.arms = [arm for arm in case.arms if arm.work is not work]


def waiting(case: Reference, kind: str, name: str) -> list[tuple[Arm, int]]:
    """Who waits for a message or signal."""
    return [
        (arm, index)
        for arm in case.arms
        for index, event in enumerate(arm.events)
        if (event.kind, event.name) == (kind, name) and index not in arm.seen
    ]


def due(case: Reference) -> list[tuple[datetime, Arm, int]]:
    """Timers whose time has come."""
    return [
        (clock.due, arm, index)
        for arm in case.arms
        for index, clock in arm.clocks.items()
        if clock.due <= case.now and index not in arm.seen
    ]


def conditions(case: Reference) -> bool:
    """Let events happen whose condition has become true; whether one did (§10.5.5)."""
    for arm in list(case.arms):
        for index, event in enumerate(arm.events):
            if event.kind != "conditional" or index in arm.seen or arm not in case.arms:
                continue
            inside = arm.work is not None and arm.kind != "boundary"  # a border sees no data of its activity
            names = arm.work.visible() if inside and arm.work is not None else arm.scope.visible()
            was, arm.was[index] = arm.was.get(index, False), holds(event.text, names)
            if arm.was[index] and not was:
                fire(case, arm, index)
                return conditions(case) or True
    return False


def fire(case: Reference, arm: Arm, index: int, payload: dict[str, Any] | None = None) -> None:
    """What was awaited has happened, and has brought this."""
    found = dataflow.item(arm.node, index, payload or {})
    arm.received |= found
    if payload and not found:  # no data is drawn: what came lies over the variables
        (arm.work if arm.kind == "catch" and arm.work else arm.scope).write(payload)
    if arm.node.needs_all:
        arm.seen.add(index)
        if len(arm.seen) < len(arm.events):
            return
        arm.seen.clear()
    came, arm.received = arm.received, {}
    again = arm.clocks[index].turn(case.now) if index in arm.clocks else None
    if again is False and arm.kind in ("boundary", "listener"):
        case.arms.remove(arm)
    if arm.kind == "catch" and again:  # another turn will come: this one goes on beside it
        case.enter(arm.scope, arm.node, finished=True, received=came)
    elif arm.kind == "catch":
        assert arm.work is not None
        arm.work.received = came
        case.arms.remove(arm)
        case.wake(arm.work)
    elif arm.kind == "race":
        gateway = arm.work
        assert gateway is not None
        disarm(case, gateway)
        case.executed.update([gateway.node.id, f"~{arm.flow}"])
        case.enter(arm.scope, arm.node, finished=True, received=came)
        case.drop(gateway)
    elif arm.kind == "boundary":
        assert arm.work is not None
        at_border(case, arm.work, arm.node, came)
    else:
        assert arm.subprocess is not None
        in_scope(case, arm.scope, arm.subprocess, arm.node, came)


def at_border(case: Reference, host: Work, border: Node, came: dict[str, Any]) -> None:
    """A boundary event happens (§13.5.3)."""
    case.enter(host.scope, border, finished=True, received=came)
    if border.interrupting:
        case.cancel(host)


def in_scope(case: Reference, scope: Scope, subprocess: Node, start: Node, came: dict[str, Any]) -> None:
    """An event subprocess begins (§13.5.4)."""
    runs = case.enter(scope, subprocess, entry=start, received=came)
    if start.interrupting:
        case.clear(scope, keep=runs)


def begin(case: Reference, scope: Scope, kind: str, name: str) -> None:
    """The event with which a case begins, empty-handed; of a timer, `name` is the start event's id."""
    for node in scope.level.nodes.values():
        if (kind, name) == ("timer", node.id):
            case.enter(scope, node, finished=True)
            return
        begins = node.kind == "startEvent" or node.get("instantiate") == "true"
        if begins and node.kind != "eventBasedGateway" and any((e.kind, e.name) == (kind, name) for e in node.events):
            case.enter(scope, node, finished=True)
            return
        for flow in node.outgoing if node.kind == "eventBasedGateway" and begins else ():
            target = scope.level.nodes[flow.target]
            if any((event.kind, event.name) == (kind, name) for event in target.events):
                case.executed.update([node.id, f"~{flow.id}"])
                case.enter(scope, target, flow.id, finished=True)
                if node.get("eventGatewayType") == "Parallel":  # the others have to happen, too (§10.5.6)
                    for other in node.outgoing:
                        if other is not flow:
                            case.take(scope, other)
                return
    raise AssertionError((kind, name))


# -- throwing ---------------------------------------------------------------------------------


def throw(case: Reference, work: Work) -> None:
    """Throw what an event throws; that may take its own token away."""
    brings = [dataflow.carried(work, index) for index in range(len(work.node.events))]
    for event, brought in zip(work.node.events, brings, strict=True):
        if work.state == "gone":
            return
        if event.kind == "message":
            case.throws("message", event.name, brought)
        elif event.kind == "signal":
            case.throws("signal", event.name, brought)
            broadcast(case, event.name, brought)
        elif event.kind == "escalation":
            escalate(case, work.scope, event.name, brought)
        elif event.kind == "error":
            if not throw_error(case, work.scope, event.name, brings=brought):
                case.end("error")
        elif event.kind == "terminate":
            case.clear(work.scope, keep=work)
        elif event.kind == "cancel":
            undoing.cancel(case, work)


def broadcast(case: Reference, name: str, brings: dict[str, Any] | None = None, beside: Work | None = None) -> None:
    """A signal reaches all who wait for it now."""
    reached = waiting(case, "signal", name)
    while reached:
        arm, index = reached.pop(case.pick(len(reached)))
        if arm in case.arms and (beside is None or arm.work is not beside):
            fire(case, arm, index, brings)


def throw_error(
    case: Reference, scope: Scope, code: str, at: Work | None = None, brings: dict[str, Any] | None = None
) -> bool:
    """An error goes outwards to the nearest handler (§10.5.6); whether it was caught."""
    said = "" if at is None else "no"
    return _climb(case, scope, "error", code, at, brings or {"code": code, "message": said})


def escalate(case: Reference, scope: Scope, code: str, brings: dict[str, Any] | None = None) -> bool:
    """An escalation goes outwards; caught by nobody, it is nothing."""
    return _climb(case, scope, "escalation", code, None, brings or {"code": code})


def _climb(case: Reference, scope: Scope, kind: str, code: str, at: Work | None, brings: dict[str, Any]) -> bool:
    host = at
    current: Scope | None = scope
    while current is not None:
        if host is not None:
            whole = host.whole or host
            border = None if host.reopened else _match(whole.node.boundary, kind, code)
            if border is not None:
                at_border(case, whole, border, _came(border, kind, brings))
                return True
        if host is None or not host.node.is_event_subprocess:
            listeners = {start.id: subprocess for subprocess, start in current.level.listeners}
            start = _match([start for _, start in current.level.listeners], kind, code)
            if start is not None:
                in_scope(case, current, listeners[start.id], start, _came(start, kind, brings))
                return True
        host = current.host
        current = host.scope if host is not None else None
    return False


def _came(node: Node, kind: str, brings: dict[str, Any]) -> dict[str, Any]:
    index = next(index for index, event in enumerate(node.events) if event.kind == kind)
    return dataflow.item(node, index, brings)


def _match(nodes: list[Node], kind: str, code: str) -> Node | None:
    """The event that names the code, else one that catches any."""
    for wanted in (code, ""):
        for node in nodes:
            if any((event.kind, event.name) == (kind, wanted) for event in node.events):
                return node
    return None


def announce(case: Reference, whole: Work, event: Event) -> bool:
    """A turn of a multi-instance throws (§13.3.7); whether an interrupting boundary event caught it."""
    interrupted = caught = False
    for border in whole.node.boundary:
        if any(each.kind == event.kind and each.name in (event.name, "") for each in border.events):
            case.enter(whole.scope, border, finished=True)
            caught, interrupted = True, interrupted or border.interrupting
    if event.kind == "signal":
        case.throws("signal", event.name, {})
        broadcast(case, event.name, beside=whole)
    elif event.kind == "message" and not caught:
        case.throws("message", event.name, {})
    elif event.kind == "escalation" and not caught:
        escalate(case, whole.scope, event.name)
    elif event.kind == "error" and not caught and not throw_error(case, whole.scope, event.name):
        case.end("error")
    return interrupted


def landing(scope: Scope, source: Node) -> Node:
    """The catching link of the name of a throwing one."""
    name = source.events[0].name
    return next(
        node
        for node in scope.level.nodes.values()
        if node.kind == "intermediateCatchEvent"
        and node.events
        and (node.events[0].kind, node.events[0].name) == ("link", name)
    )
