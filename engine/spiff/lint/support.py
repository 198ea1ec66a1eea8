"""Elements and attributes that the engine does not carry out: never passed over in silence."""

from __future__ import annotations

from engine.spiff.diagram import Node
from engine.spiff.lint.report import Report
from engine.spiff.parser import RUNNABLE
from engine.spiff.xml import CAMUNDA, SPIFF, child, children, is_true, q, tag

EVENTS_AT = {
    "startEvent": {"message", "signal", "timer", "conditional", "error", "escalation"},
    "endEvent": {"message", "signal", "error", "escalation", "terminate"},
    "intermediateCatchEvent": {"message", "signal", "timer", "conditional", "link"},
    "intermediateThrowEvent": {"message", "signal", "escalation", "link"},
    "boundaryEvent": {"message", "signal", "timer", "conditional", "error", "escalation"},
}
ONLY_IN_EVENT_SUBPROCESS = {"error", "escalation"}
FOREIGN_WORK = {
    q("executionListener", CAMUNDA): "camunda:executionListener",
    q("taskListener", CAMUNDA): "camunda:taskListener",
    q("inputOutput", CAMUNDA): "camunda:inputOutput",
    q("formData", CAMUNDA): "camunda:formData",
    q("connector", CAMUNDA): "camunda:connector",
    q("preScript", SPIFF): "spiffworkflow:preScript",
    q("postScript", SPIFF): "spiffworkflow:postScript",
}
FOREIGN_ATTRIBUTES = ("class", "delegateExpression", "expression", "type", "topic", "variableEvents")
MAX_QUANTITY = 100
DATA = ("dataInputAssociation", "dataOutputAssociation", "ioSpecification")


def elements_are_supported(report: Report) -> None:
    """Every flow node is of a type that the engine runs."""
    for diagram in report.diagrams:
        for process in diagram.processes.values():
            for node in process.all_nodes():
                if node.type not in RUNNABLE:
                    report.add(
                        "unsupported-element",
                        diagram,
                        node,
                        f"「{{name}}」是引擎不支援的元件 ({node.type})。",
                        f"“{{name}}” is of a type that the engine does not support ({node.type}).",
                    )


def events_are_supported(report: Report) -> None:
    """Every event waits for, or throws, something the engine knows at that place."""
    for diagram in report.diagrams:
        for process in diagram.processes.values():
            for scope in process.walk():
                in_event_subprocess = is_true(scope.element.get("triggeredByEvent"))
                for node in scope.nodes.values():
                    _event(report, diagram, node, in_event_subprocess)


def _event(report: Report, diagram: object, node: Node, in_event_subprocess: bool) -> None:
    allowed = EVENTS_AT.get(node.type)
    if allowed is None:
        return
    for event in node.events:
        misplaced = node.type == "startEvent" and event.kind in ONLY_IN_EVENT_SUBPROCESS and not in_event_subprocess
        if event.kind not in allowed or misplaced:
            report.add(
                "unsupported-event",
                diagram,  # type: ignore[arg-type]
                node,
                f"「{{name}}」在這裡不支援 {event.kind} 事件。",
                f"“{{name}}”: a {event.kind} event is not supported here.",
            )


def foreign_work(report: Report) -> None:
    """Work that another engine would do at an element and this one would not."""
    for diagram in report.diagrams:
        for process in diagram.processes.values():
            for element in process.element.iter():
                holder = child(element, "extensionElements") if tag(element) else None
                for inner in () if holder is None else holder.iterchildren():
                    if inner.tag in FOREIGN_WORK:
                        report.add(
                            "ignored-extension",
                            diagram,
                            element,
                            f"「{{name}}」的 {FOREIGN_WORK[inner.tag]} 不會被執行。",
                            f"“{{name}}”: {FOREIGN_WORK[inner.tag]} would not be carried out.",
                        )
                for name in FOREIGN_ATTRIBUTES:
                    if tag(element) and element.get(q(name, CAMUNDA)) is not None:
                        report.add(
                            "ignored-attribute",
                            diagram,
                            element,
                            f"「{{name}}」的 camunda:{name} 不會被執行。",
                            f"“{{name}}”: camunda:{name} would not be carried out.",
                        )


def data_is_not_mapped(report: Report) -> None:
    """Data associations are drawn for people; the engine's variables belong to the case."""
    for diagram in report.diagrams:
        for process in diagram.processes.values():
            for node in process.all_nodes():
                if any(next(children(node.element, name), None) is not None for name in DATA):
                    report.warn(
                        "ignored-data",
                        diagram,
                        node,
                        "「{name}」的資料關聯只作說明,不會搬移資料。",
                        "“{name}”: its data associations are documentation; they move no data.",
                    )


def quantities_are_whole(report: Report) -> None:
    """`startQuantity` and `completionQuantity` are whole numbers from 1."""
    for diagram in report.diagrams:
        for process in diagram.processes.values():
            for node in process.all_nodes():
                given = [node.element.get(name, "1") for name in ("startQuantity", "completionQuantity")]
                if not all(number.isdigit() and 1 <= int(number) <= MAX_QUANTITY for number in given):
                    report.add(
                        "quantity-invalid",
                        diagram,
                        node,
                        f"「{{name}}」的 startQuantity 與 completionQuantity 必須是 1 到 {MAX_QUANTITY}。",
                        f"“{{name}}”: startQuantity and completionQuantity must be between 1 and {MAX_QUANTITY}.",
                    )


def languages_are_known(report: Report) -> None:
    """Expressions are FEEL or Python; any other declared language is named."""
    known = ("feel", "python", "xpath", "formal")
    for diagram in report.diagrams:
        for process in diagram.processes.values():
            for element in process.element.iter():
                declared = element.get("language") or (
                    element.get("scriptFormat") if tag(element) == "scriptTask" else None
                )
                if tag(element) and declared and not any(word in declared.lower() for word in known):
                    report.add(
                        "unsupported-language",
                        diagram,
                        element if element.get("id") else element.getparent(),
                        f"「{{name}}」用了不支援的語言 {declared}。",
                        f"“{{name}}” is written in a language that is not supported: {declared}.",
                    )


RULES = [
    elements_are_supported,
    events_are_supported,
    foreign_work,
    data_is_not_mapped,
    quantities_are_whole,
    languages_are_known,
]
