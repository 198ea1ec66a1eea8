"""Compensation: who undoes what is drawn, once, on the same level (BPMN 2.0 §10.7)."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from engine.spiff.diagram import ACTIVITIES, Scope
from engine.spiff.lint.index import Index
from engine.spiff.lint.report import Report
from engine.spiff.xml import is_true


def compensation_has_its_handler(report: Report) -> None:
    """A compensation event on an activity is associated with the one piece of work that undoes it."""
    for diagram, scope, node in report.nodes("boundaryEvent"):
        if not any(event.kind == "compensate" for event in node.events):
            continue
        if scope.outgoing(node.id):
            report.add("compensation-with-outgoing", diagram, node)
        index = report.index(diagram)
        targets = index.associations.get(node.id)
        handlers = [target for target in targets or () if _undoes(index, target)]
        if not targets:
            report.add("compensation-without-handler", diagram, node, "EXT143")
        elif not handlers or not any(handler in scope.nodes for handler in handlers):
            report.add("compensation-without-handler", diagram, node, "EXT144")
        elif len(handlers) > 1:
            report.add("compensation-handlers", diagram, node)


def _undoes(index: Index, target: str) -> bool:
    found = index.get(target)
    return found is not None and is_true(found.get("isForCompensation"))


def activities_are_undone_once(report: Report) -> None:
    """An activity has one compensation event."""
    for diagram, scope, node in report.nodes(*ACTIVITIES):
        events = [each for each in scope.boundary(node.id) if any(event.kind == "compensate" for event in each.events)]
        for event in events[1:]:
            report.add("compensation-handlers", diagram, event)


def named_activities_can_be_seen(report: Report) -> None:
    """Compensation is thrown for an activity of the same level, or of the one around an event subprocess."""
    scopes = {scope.element: scope for _, _, scope in report.scopes}
    for diagram, scope, node in report.nodes("endEvent", "intermediateThrowEvent"):
        for event in node.events:
            if event.kind == "compensate" and event.ref and not _is_seen(scopes, scope, event.ref):
                report.add("compensation-target", diagram, node, activity=event.ref)


def _is_seen(scopes: Mapping[etree._Element, Scope], scope: Scope, activity: str) -> bool:
    here: Scope | None = scope
    while here is not None:
        found = here.nodes.get(activity)
        if found is not None:
            return found.type in ACTIVITIES
        is_handler = is_true(here.element.get("triggeredByEvent"))
        here = scopes.get(here.element.getparent()) if is_handler else None
    return False


RULES = [compensation_has_its_handler, activities_are_undone_once, named_activities_can_be_seen]
