"""Who does the work, with what, and until when."""

from __future__ import annotations

from engine.spiff.diagram import Node, Process, Scope
from engine.spiff.lint.report import Report
from engine.spiff.xml import is_true

WORK = ("userTask", "manualTask")
PEOPLE = ("assignee", "candidateUsers", "candidateGroups")


def tasks_have_candidates(report: Report) -> None:
    """A user task names a person, candidates, or stands in a lane that does; a lane without is named once."""
    for diagram, process, scope in report.scopes:
        if scope is not process:
            continue
        silent: dict[str, list[Node]] = {}
        staffed = {node.lane.id for node in process.all_nodes() if node.lane and node.type in WORK and _named(node)}
        for node in process.all_nodes():
            if node.type not in WORK or _named(node) or (node.lane and node.lane.candidate_groups):
                continue
            if node.lane and node.lane.id not in staffed:
                silent.setdefault(node.lane.id, []).append(node)
            else:
                report.add("nobody-assigned", diagram, node)
        for lane in process.lanes:
            if lane.id in silent:
                names = [node.name or node.id for node in silent[lane.id]]
                report.add("lane-unstaffed", diagram, lane, tasks=("、".join(names), ", ".join(names)))


def _named(node: Node) -> bool:
    return any(node.camunda(name) for name in PEOPLE)


def tasks_have_forms(report: Report) -> None:
    """A user task without a form asks nothing; a manual task needs none."""
    for diagram, _, node in report.nodes("userTask"):
        if not (node.camunda("formKey") or node.camunda("formRef")):
            report.add("task-without-form", diagram, node)


def tasks_have_deadlines(report: Report) -> None:
    """A user task has a due date, or a timer watches it or the subprocess around it.

    A process that keeps no deadline at all is left in peace: it is meant so.
    """
    for diagram, process, scope in report.scopes:
        if scope is not process or not _keeps_time(process):
            continue
        for inner, watched in _watched(process):
            for node in inner.nodes.values():
                late = node.camunda("dueDate") or watched or _has_timer(inner, node)
                if node.type == "userTask" and not late:
                    report.add("task-without-deadline", diagram, node)


def _keeps_time(process: Process) -> bool:
    return any(
        node.camunda("dueDate") or any(event.kind == "timer" for event in node.events) for node in process.all_nodes()
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


RULES = [tasks_have_candidates, tasks_have_forms, tasks_have_deadlines]
