"""Work that nobody would notice is late."""

from __future__ import annotations

from engine.spiff.diagram import Node, Process, Scope
from engine.spiff.lint.report import Report
from engine.spiff.lint.usage import usage
from engine.spiff.xml import is_true


def deadlines_are_kept(report: Report) -> None:
    """A user task has a due date, a timer watches it or what is around it, or the case itself has a deadline."""
    for diagram, process, scope in report.scopes:
        if scope is not process or _has_deadline(report, process):
            continue
        for inner, watched in _watched(process):
            for node in inner.nodes.values():
                if node.type == "userTask" and not (node.camunda("dueDate") or watched or _has_timer(inner, node)):
                    report.add("task-without-deadline", diagram, node)


def _has_deadline(report: Report, process: Process) -> bool:
    """Whether something writes the case's own deadline, `due_at`."""
    return any(
        "due_at" in usage(report, scope, node).writes for scope in process.walk() for node in scope.nodes.values()
    )


def _watched(process: Process) -> list[tuple[Scope, bool]]:
    """Each scope, and whether a timer watches all of it."""
    found: list[tuple[Scope, bool]] = [(process, _timed_inside(process))]
    for scope, watched in found:
        found += [
            (node.inner, watched or _has_timer(scope, node) or _timed_inside(node.inner))
            for node in scope.nodes.values()
            if node.inner is not None
        ]
    return found


def _has_timer(scope: Scope, node: Node) -> bool:
    return any(event.kind == "timer" for boundary in scope.boundary(node.id) for event in boundary.events)


def _timed_inside(scope: Scope) -> bool:
    """Whether an event subprocess of the scope starts by a timer."""
    return any(
        node.inner is not None
        and is_true(node.element.get("triggeredByEvent"))
        and any(event.kind == "timer" for start in node.inner.starts() for event in start.events)
        for node in scope.nodes.values()
    )


RULES = [deadlines_are_kept]
