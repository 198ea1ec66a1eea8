"""Ids, names, processes and lanes: everything has one, once."""

from __future__ import annotations

from collections import Counter

from lxml import etree

from engine.spiff.diagram import NODES, Diagram, Process
from engine.spiff.lint.report import Report
from engine.spiff.lint.vocabulary import ELEMENTS
from engine.spiff.xml import MAX_NAME, children, q, tag, text_of

_CONTROL = frozenset(map(chr, (*range(32), 127)))


def files_hold_processes(report: Report) -> None:
    """A BPMN file holds an executable process."""
    for diagram in report.diagrams:
        processes = list(diagram.processes.values())
        if diagram.root.tag != q("definitions"):
            report.add("not-bpmn", diagram, None)
        elif not processes:
            report.add("no-process", diagram, None)
        elif not any(process.executable for process in processes):
            report.add("not-executable", diagram, processes[0])
        for process in processes:
            if process.executable and process.element.get("processType") == "Public":
                report.add("public-executable", diagram, process)


def processes_are_unique(report: Report) -> None:
    """No two files of a deployment hold the same process."""
    seen: dict[str, str] = {}
    for diagram in report.diagrams:
        for process in diagram.processes.values():
            if process.id in seen:
                report.add("duplicate-process", diagram, process, other=seen[process.id])
            seen[process.id] = diagram.file


def ids_are_unique(report: Report) -> None:
    """Ids are unique in their file."""
    for diagram in report.diagrams:
        elements = [element for element in diagram.root.iter() if tag(element) and element.get("id")]
        counts = Counter(element.get("id") for element in elements)
        for element in elements:
            if counts[element.get("id")] > 1:
                counts[element.get("id")] = 0
                report.add("duplicate-id", diagram, element, id=element.get("id", ""))


def names_are_short(report: Report) -> None:
    """Names and ids have at most 255 characters and no control characters."""
    for diagram in report.diagrams:
        for element in diagram.root.iter():
            for value in (element.get("id") or "", element.get("name") or ""):
                if len(value) > MAX_NAME or not _CONTROL.isdisjoint(value):
                    report.add("name-refused", diagram, element)


def elements_have_ids(report: Report) -> None:
    """A node without an id cannot be shown where the case is."""
    for diagram in report.diagrams:
        for element in diagram.root.iter():
            if (tag(element) in NODES or tag(element) == "process") and "[" in element.get("id", ""):
                report.add("no-id", diagram, element)


def elements_are_known(report: Report) -> None:
    """What stands in BPMN's namespace is an element of BPMN, or nobody would look at it."""
    for diagram in report.diagrams:
        index = report.index(diagram)
        for kind in sorted(index.kinds() - ELEMENTS):
            for element in index.all(kind):
                about = element if element.get("id") else _named(element)
                report.add("unknown-element", diagram, about, kind=kind)


def _named(element: etree._Element) -> etree._Element:
    return next((above for above in element.iterancestors() if above.get("id")), element)


def lanes_name_nodes(report: Report) -> None:
    """Lanes name nodes that exist, each in one lane; in a process with lanes every user task stands in one."""
    for diagram in report.diagrams:
        for process in diagram.processes.values():
            known = {node.id for node in process.all_nodes()}
            for lane in process.element.iter(q("lane")):
                for ref in children(lane, "flowNodeRef"):
                    if (text_of(ref) or "") not in known:
                        report.add("lane-unknown-node", diagram, lane, ref=text_of(ref) or "")
            _one_lane_each(report, diagram, process)
            if process.lanes:
                for node in process.nodes.values():
                    if node.lane is None and node.type in ("userTask", "manualTask"):
                        report.add("node-without-lane", diagram, node)


def _one_lane_each(report: Report, diagram: Diagram, process: Process) -> None:
    for lane_set in process.element.iter(q("laneSet"), q("childLaneSet")):
        lanes_of: dict[str, list[str]] = {}
        for lane in children(lane_set, "lane"):
            for ref in dict.fromkeys(text_of(ref) or "" for ref in children(lane, "flowNodeRef")):
                lanes_of.setdefault(ref, []).append(lane.get("name") or lane.get("id", ""))
        for ref, lanes in lanes_of.items():
            if len(lanes) > 1 and ref in process.nodes:
                report.add("lane-twice", diagram, process.nodes[ref], lanes=("、".join(lanes), ", ".join(lanes)))


RULES = [
    files_hold_processes,
    processes_are_unique,
    ids_are_unique,
    names_are_short,
    elements_have_ids,
    elements_are_known,
    lanes_name_nodes,
]
