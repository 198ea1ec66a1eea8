"""Who does the work, and with what."""

from __future__ import annotations

from engine.spiff.diagram import Node
from engine.spiff.lint.report import Report

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


RULES = [tasks_have_candidates, tasks_have_forms]
