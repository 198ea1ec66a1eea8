"""Who does the work: every user task finds somebody."""

from __future__ import annotations

from engine.spiff.lint.connections import scopes
from engine.spiff.lint.report import Report


def tasks_have_candidates(report: Report) -> None:
    """A user task names a person, candidates, or stands in a lane that does."""
    for diagram, _, scope in scopes(report):
        for node in scope.nodes.values():
            if node.type not in ("userTask", "manualTask"):
                continue
            named = any(node.camunda(name) for name in ("assignee", "candidateUsers", "candidateGroups"))
            if not named and not (node.lane and node.lane.candidate_groups):
                report.warn(
                    "nobody-assigned",
                    diagram,
                    node,
                    "「{name}」沒有指定承辦人或候選群組,會落到管理者的待辦。",
                    "“{name}” names no assignee and no candidates; it will fall to the administrators.",
                )


RULES = [tasks_have_candidates]
