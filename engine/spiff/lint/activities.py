"""Tasks: what they call, show and repeat is there."""

from __future__ import annotations

from engine.spiff import diagram as drawn
from engine.spiff.diagram import Diagram, Node
from engine.spiff.lint.connections import scopes
from engine.spiff.lint.report import Report
from engine.spiff.specs.loops import MAX_INSTANCES
from engine.spiff.xml import child


def called_things_exist(report: Report) -> None:
    """Forms, decisions and processes that are named are among the files."""
    for diagram, _, scope in scopes(report):
        for node in scope.nodes.values():
            form = node.camunda("formKey") or node.camunda("formRef")
            if form and not form.startswith("=") and form not in report.forms:
                report.add(
                    "unknown-form",
                    diagram,
                    node,
                    f"「{{name}}」的表單 {form} 不在檔案裡。",
                    f"“{{name}}”: its form {form} is not among the files.",
                )
            if node.type == "businessRuleTask":
                _decision(report, diagram, node)
            elif node.type == "callActivity":
                _call(report, diagram, node)
            elif node.type == "serviceTask":
                _connector(report, diagram, node)
            elif node.type == "scriptTask" and drawn.script_of(node) is None:
                report.add(
                    "script-empty",
                    diagram,
                    node,
                    "指令碼任務「{name}」沒有內容。",
                    "The script task “{name}” has no script.",
                )


def _decision(report: Report, diagram: Diagram, node: Node) -> None:
    called = drawn.decision_id(node)
    if called is None:
        report.add("decision-missing", diagram, node, "「{name}」沒有指定決策表。", "“{name}” names no decision.")
    elif called not in report.decisions:
        report.add(
            "unknown-decision",
            diagram,
            node,
            f"「{{name}}」的決策 {called} 不在檔案裡。",
            f"“{{name}}”: its decision {called} is not among the files.",
        )


def _call(report: Report, diagram: Diagram, node: Node) -> None:
    called = node.element.get("calledElement")
    if not called:
        report.add(
            "call-missing", diagram, node, "「{name}」沒有指定要呼叫的流程。", "“{name}” names no process to call."
        )
    elif called not in report.processes:
        report.add(
            "unknown-process",
            diagram,
            node,
            f"「{{name}}」呼叫的流程 {called} 不在檔案裡。",
            f"“{{name}}” calls the process {called}, which is not among the files.",
        )


def _connector(report: Report, diagram: Diagram, node: Node) -> None:
    if drawn.connector(node)[0] is None:
        report.add(
            "connector-missing",
            diagram,
            node,
            "服務任務「{name}」沒有指定連接器。",
            "The service task “{name}” names no connector.",
        )


def calls_do_not_circle(report: Report) -> None:
    """A process that calls itself, directly or through others, may never come back."""
    calls = {
        process.id: {n.element.get("calledElement") for n in process.all_nodes() if n.type == "callActivity"}
        for process in report.processes.values()
    }
    for diagram, process, scope in scopes(report):
        for node in scope.nodes.values():
            called = node.element.get("calledElement")
            if node.type == "callActivity" and process.id in _all_called(calls, called):
                report.warn(
                    "call-circle",
                    diagram,
                    node,
                    "「{name}」會再呼叫自己所在的流程;最多 200 層。",
                    "“{name}” leads back to its own process; at most 200 levels are run.",
                )


def _all_called(calls: dict[str, set[str | None]], first: str | None) -> set[str]:
    found: set[str] = set()
    todo = [first]
    while todo:
        key = todo.pop()
        if key and key not in found:
            found.add(key)
            todo += calls.get(key, set())
    return found


def repetitions_end(report: Report) -> None:
    """A loop has a condition or a maximum; a multi-instance has a collection or a number up to 1,000."""
    for diagram, _, scope in scopes(report):
        for node in scope.nodes.values():
            loop = node.loop
            if loop is None:
                continue
            if loop.kind == "standard":
                if loop.loop_condition is None and loop.maximum is None:
                    report.add(
                        "loop-endless",
                        diagram,
                        node,
                        "迴圈「{name}」沒有條件也沒有次數上限。",
                        "The loop “{name}” has neither a condition nor a maximum.",
                    )
                if loop.maximum is not None and not 0 <= loop.maximum <= MAX_INSTANCES:
                    report.add(
                        "loop-maximum",
                        diagram,
                        node,
                        f"迴圈「{{name}}」的次數上限必須是 0 到 {MAX_INSTANCES}。",
                        f"The maximum of the loop “{{name}}” must be between 0 and {MAX_INSTANCES}.",
                    )
            elif loop.cardinality is None and loop.collection is None:
                report.add(
                    "many-without-collection",
                    diagram,
                    node,
                    "多重任務「{name}」沒有集合也沒有數量。",
                    "“{name}” is repeated without a collection or a number.",
                )
            elif (
                loop.cardinality
                and loop.cardinality.lstrip("-").isdigit()
                and not 0 <= int(loop.cardinality) <= MAX_INSTANCES
            ):
                report.add(
                    "many-cardinality",
                    diagram,
                    node,
                    f"多重任務「{{name}}」的數量必須是 0 到 {MAX_INSTANCES}。",
                    f"The number of “{{name}}” must be between 0 and {MAX_INSTANCES}.",
                )
            elif (loop.output_collection is None) != (loop.output_element is None):
                report.add(
                    "many-output",
                    diagram,
                    node,
                    "「{name}」的 outputCollection 與 outputElement 要一起寫。",
                    "“{name}”: outputCollection and outputElement belong together.",
                )


def behaviour_is_all(report: Report) -> None:
    """A multi-instance throws no events of its own between its instances."""
    for diagram, _, scope in scopes(report):
        for node in scope.nodes.values():
            many = child(node.element, "multiInstanceLoopCharacteristics")
            if many is not None and many.get("behavior", "All") != "All":
                report.warn(
                    "many-behaviour",
                    diagram,
                    node,
                    "「{name}」的 behavior 不會被看:全部做完才往下走。",
                    "“{name}”: its behavior means nothing; it goes on when all are done.",
                )


RULES = [behaviour_is_all, called_things_exist, calls_do_not_circle, repetitions_end]
