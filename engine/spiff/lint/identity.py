"""Ids, names, processes and lanes: everything has one, once."""

from __future__ import annotations

from collections import Counter

from engine.spiff.diagram import NODES
from engine.spiff.lint.report import Report
from engine.spiff.xml import BPMN, MAX_NAME, children, q, tag

_CONTROL = frozenset(map(chr, (*range(32), 127)))


def files_hold_processes(report: Report) -> None:
    """A BPMN file holds an executable process."""
    for diagram in report.diagrams:
        if diagram.root.tag != q("definitions"):
            report.add("not-bpmn", diagram, None, "這不是 BPMN 檔案。", "This is not a BPMN file.")
        elif not diagram.processes:
            report.add("no-process", diagram, None, "檔案裡沒有流程。", "The file holds no process.")
        elif not any(process.executable for process in diagram.processes.values()):
            report.add(
                "not-executable",
                diagram,
                next(iter(diagram.processes.values())),
                "流程「{name}」沒有標示為可執行。",
                "The process “{name}” is not marked as executable.",
            )


def processes_are_unique(report: Report) -> None:
    """No two files of a deployment hold the same process."""
    seen: dict[str, str] = {}
    for diagram in report.diagrams:
        for process in diagram.processes.values():
            if process.id in seen:
                report.add(
                    "duplicate-process",
                    diagram,
                    process,
                    f"流程「{{name}}」也在 {seen[process.id]} 裡。",
                    f"The process “{{name}}” is in {seen[process.id]} too.",
                )
            seen[process.id] = diagram.file


def ids_are_unique(report: Report) -> None:
    """Ids are unique in their file."""
    for diagram in report.diagrams:
        elements = [e for e in diagram.root.iter() if isinstance(e.tag, str) and e.tag.startswith("{" + BPMN)]
        counts = Counter(element.get("id") for element in elements if element.get("id"))
        for element in elements:
            if counts[element.get("id")] > 1:
                counts[element.get("id")] = 0
                report.add(
                    "duplicate-id",
                    diagram,
                    element,
                    f"識別碼 {element.get('id')} 用了兩次以上。",
                    f"The id {element.get('id')} is used more than once.",
                )


def names_are_short(report: Report) -> None:
    """Names and ids have at most 255 characters and no control characters."""
    for diagram in report.diagrams:
        for element in diagram.root.iter():
            for value in (element.get("id") or "", element.get("name") or ""):
                if len(value) > MAX_NAME or _CONTROL & set(value):
                    report.add(
                        "name-refused",
                        diagram,
                        element,
                        "名稱或識別碼超過 255 字,或含有控制字元。",
                        "A name or id is longer than 255 characters or holds control characters.",
                    )


def elements_have_ids(report: Report) -> None:
    """A node without an id cannot be shown where the case is."""
    for diagram in report.diagrams:
        for element in diagram.root.iter():
            if (tag(element) in NODES or tag(element) == "process") and "[" in element.get("id", ""):
                report.add("no-id", diagram, element, "元件沒有識別碼。", "The element has no id.")


def lanes_name_nodes(report: Report) -> None:
    """Lanes name nodes that exist; in a process with lanes every node stands in one."""
    for diagram in report.diagrams:
        for process in diagram.processes.values():
            known = {node.id for node in process.all_nodes()}
            for lane in process.element.iter(q("lane")):
                for ref in children(lane, "flowNodeRef"):
                    if (ref.text or "").strip() not in known:
                        report.warn(
                            "lane-unknown-node",
                            diagram,
                            lane,
                            f"泳道「{{name}}」列了不存在的元件 {(ref.text or '').strip()}。",
                            f"The lane “{{name}}” lists an element that does not exist: {(ref.text or '').strip()}.",
                        )
            if process.lanes:
                for node in process.nodes.values():
                    if node.lane is None and node.type in ("userTask", "manualTask"):
                        report.add(
                            "node-without-lane",
                            diagram,
                            node,
                            "「{name}」不在任何泳道裡,流程卻有泳道。",
                            "“{name}” stands in no lane, though the process has lanes.",
                        )


RULES = [
    files_hold_processes,
    processes_are_unique,
    ids_are_unique,
    names_are_short,
    elements_have_ids,
    lanes_name_nodes,
]
