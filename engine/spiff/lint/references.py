"""References: what an element names is in the file, and is what it has to be."""

from __future__ import annotations

from collections import defaultdict

from lxml import etree

from engine.spiff.diagram import EVENT_KINDS, Diagram
from engine.spiff.lint.dialect import is_spiff
from engine.spiff.lint.index import Index, local, refs
from engine.spiff.lint.report import Report

EVENTS = frozenset(EVENT_KINDS)
ITEMS = frozenset(
    ["dataObject", "dataObjectReference", "dataStoreReference", "dataStore", "property", "dataInput", "dataOutput"]
)
ANY: frozenset[str] = frozenset()
REFERENCES: dict[tuple[str, str], frozenset[str]] = {
    ("association", "sourceRef"): ANY,
    ("association", "targetRef"): ANY,
    ("messageFlow", "sourceRef"): ANY,
    ("messageFlow", "targetRef"): ANY,
    ("messageFlow", "messageRef"): frozenset(["message"]),
    ("dataObjectReference", "dataObjectRef"): frozenset(["dataObject"]),
    ("dataStoreReference", "dataStoreRef"): frozenset(["dataStore"]),
    ("multiInstanceLoopCharacteristics", "noneBehaviorEventRef"): EVENTS,
    ("multiInstanceLoopCharacteristics", "oneBehaviorEventRef"): EVENTS,
}
"""Attributes that name an element of the file, and what that has to be; no more than being there where nothing is said.

Messages, signals, errors, escalations, default flows and called processes have rules of their own; item definitions
may be those of another file.
"""
LISTS: dict[str, frozenset[str]] = {
    "eventDefinitionRef": EVENTS,
    "dataInputRefs": frozenset(["dataInput"]),
    "dataOutputRefs": frozenset(["dataOutput"]),
    "loopDataOutputRef": ITEMS,
    "sourceRef": ITEMS,
    "targetRef": ITEMS,
}
"""The same for children whose text is the reference."""


def references_lead_somewhere(report: Report) -> None:
    """What is named is there."""
    for diagram in report.diagrams:
        index = report.index(diagram)
        for (kind, attribute), wanted in REFERENCES.items():
            for element in index.all(kind):
                if element.get(attribute):
                    _judge(report, diagram, index, element, attribute, element.get(attribute, ""), wanted)
        for kind, wanted in LISTS.items():
            # there the name of a variable stands in it
            for element in () if kind == "loopDataOutputRef" and is_spiff(diagram.root) else index.all(kind):
                _judge(report, diagram, index, element, kind, element.text or "", wanted)


def _judge(
    report: Report,
    diagram: Diagram,
    index: Index,
    element: etree._Element,
    name: str,
    reference: str,
    wanted: frozenset[str],
) -> None:
    found = index.kind_of(reference)
    if not found or (wanted and found not in wanted):
        report.add("reference-unknown", diagram, element, attribute=name, ref=local(reference))


def listed_flows_are_drawn(report: Report) -> None:
    """What nodes list as `incoming` and `outgoing` are the flows that are drawn (§8.3.13); listing none is fine."""
    for diagram, _, scope in report.scopes:
        listed: dict[str, dict[str, list[str]]] = defaultdict(dict)
        for element in scope.element.iterchildren():
            for name in ("incoming", "outgoing"):
                found = refs(element, name)
                if found:
                    listed[name][element.get("id", "")] = found
        drawn = {
            "incoming": {flow.id: flow.target for flow in scope.flows.values()},
            "outgoing": {flow.id: flow.source for flow in scope.flows.values()},
        }
        for name, of_nodes in listed.items():
            for node, found in of_nodes.items():
                for flow in found:
                    if drawn[name].get(flow) != node and node in scope.nodes:
                        report.add("flow-listing", diagram, scope.nodes[node], attribute=name, flow=flow)
            for flow, node in drawn[name].items():
                if node in scope.nodes and flow not in of_nodes.get(node, ()) and "[" not in flow:
                    report.add("flow-listing", diagram, scope.nodes[node], attribute=name, flow=flow)


RULES = [references_lead_somewhere, listed_flows_are_drawn]
