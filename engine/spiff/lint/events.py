"""Events: of a kind that can stand there, and what they wait for or throw exists (BPMN 2.0 §10.5)."""

from __future__ import annotations

from lxml import etree

from engine.spiff.diagram import ACTIVITIES, Diagram, EventDefinition, Node
from engine.spiff.lint.index import in_executable
from engine.spiff.lint.report import Report
from engine.spiff.xml import children, is_true, tag, text_of

STANDARD_AT = {
    "startEvent": {"message", "signal", "timer", "conditional", "error", "escalation", "compensate"},
    "endEvent": {"message", "signal", "error", "escalation", "terminate", "cancel", "compensate"},
    "intermediateCatchEvent": {"message", "signal", "timer", "conditional", "link"},
    "intermediateThrowEvent": {"message", "signal", "escalation", "link", "compensate"},
    "boundaryEvent": {"message", "signal", "timer", "conditional", "error", "escalation", "cancel", "compensate"},
}
"""What the standard allows each event to be; start events of error, escalation and compensation only inside."""
STARTS_PROCESSES = {"message", "signal", "timer", "conditional"}
ALWAYS_INTERRUPTS = {"error", "cancel", "compensate"}
WORDS = {
    "none": "無",
    "message": "訊息",
    "signal": "信號",
    "timer": "計時",
    "conditional": "條件",
    "error": "錯誤",
    "escalation": "升級",
    "compensate": "補償",
    "cancel": "取消",
    "link": "連結",
    "terminate": "終止",
}
MANY_LINKS = 50
"""So many links of one name are looked through for the one in the same scope."""
_MISPLACED = {
    "endEvent": "end-kind",
    "intermediateCatchEvent": "catch-kind",
    "intermediateThrowEvent": "throw-kind",
    "boundaryEvent": "boundary-kind",
}
_NUMBERS = {("catch-kind", "compensate"): ("EXT122", "EXT148"), ("start-kind", "compensate"): ("EXT098", "EXT121")}


def kinds_fit_their_place(report: Report) -> None:
    """Every event is of a kind that the standard allows there."""
    for diagram, _, node in report.nodes(*_MISPLACED):
        for event in node.events:
            if event.kind not in STANDARD_AT[node.type]:
                _misplaced(report, _MISPLACED[node.type], diagram, node, event.kind)
        if node.type == "boundaryEvent":
            _boundary(report, diagram, node)


def _boundary(report: Report, diagram: Diagram, node: Node) -> None:
    if not node.events:
        _misplaced(report, "boundary-kind", diagram, node, "none")
    for event in node.events:
        if event.kind in ALWAYS_INTERRUPTS and not node.interrupting:
            _misplaced(report, "boundary-kind", diagram, node, event.kind)


def starts_fit_their_scope(report: Report) -> None:
    """A process starts by an event from outside or none, a subprocess by none, an event subprocess by its event."""
    for diagram, process, scope in report.scopes:
        starts = scope.starts()
        if scope is process:
            for start in starts:
                for event in start.events:
                    if event.kind not in STARTS_PROCESSES:
                        _misplaced(report, "start-kind", diagram, start, event.kind)
        elif is_true(scope.element.get("triggeredByEvent")):
            if len(starts) != 1:
                report.add("event-subprocess-start", diagram, scope)
            for start in starts:
                _event_start(report, diagram, start)
        elif tag(scope.element) != "adHocSubProcess" and (len(starts) > 1 or any(start.events for start in starts)):
            report.add("subprocess-start", diagram, scope)


def _event_start(report: Report, diagram: Diagram, start: Node) -> None:
    if not start.events:
        _misplaced(report, "event-subprocess-kind", diagram, start, "none", "EXT059", "EXT129")
    for event in start.events:
        interrupts = start.interrupting or event.kind not in ALWAYS_INTERRUPTS
        if event.kind not in STANDARD_AT["startEvent"] or not interrupts:
            _misplaced(report, "event-subprocess-kind", diagram, start, event.kind, "EXT059")


def _misplaced(report: Report, code: str, diagram: Diagram, node: Node, kind: str, *numbers: str) -> None:
    report.add(code, diagram, node, *(numbers or _NUMBERS.get((code, kind), ())), kind=(WORDS.get(kind, kind), kind))


def references_are_known(report: Report) -> None:
    """Messages and signals are named; errors and escalations that are named exist, and can be caught."""
    for diagram, _, node in report.nodes():
        for event in node.events:
            _reference(report, diagram, node, event)
        if node.type in ("receiveTask", "sendTask", "intermediateCatchEvent") and not node.events:
            report.add("event-undefined", diagram, node)
        if node.type == "endEvent" and len(node.events) > 1 and any(e.kind == "terminate" for e in node.events):
            report.add("terminate-with-others", diagram, node)


def _reference(report: Report, diagram: Diagram, node: Node, event: EventDefinition) -> None:
    if event.kind in ("message", "signal") and not diagram.event_name(event):
        report.add(f"{event.kind}-unknown", diagram, node)
    table = {"error": diagram.errors, "escalation": diagram.escalations}.get(event.kind)
    if table is not None and event.ref and event.ref not in table:
        report.add(f"{event.kind}-unknown", diagram, node, ref=event.ref)
    throws = node.type in ("endEvent", "intermediateThrowEvent")
    if event.kind == "error" and throws and not diagram.errors.get(event.ref or "", ("", None))[1]:
        report.add("error-without-code", diagram, node)
    if event.kind == "escalation" and throws and not diagram.escalations.get(event.ref or "", ("", None))[1]:
        report.add("escalation-without-code", diagram, node)


def messages_name_their_operation(report: Report) -> None:
    """Where a file binds messages to operations, each message event names its own (§10.5.5)."""
    for diagram, _, node in report.nodes():
        if not any(True for _ in report.index(diagram).all("operation")):
            continue
        for definition in children(node.element, "messageEventDefinition"):
            if text_of(next(children(definition, "operationRef"), None)) is None:
                report.add("message-unbound", diagram, node)


def boundary_events_are_attached(report: Report) -> None:
    """A boundary event stands on an activity; cancelling belongs to transactions."""
    for diagram, scope, node in report.nodes("boundaryEvent", "endEvent"):
        cancels = any(event.kind == "cancel" for event in node.events)
        if node.type == "endEvent":
            if cancels and not any(tag(above) == "transaction" for above in node.element.iterancestors()):
                report.add("cancel-outside-transaction", diagram, node, "EXT106")
            continue
        host = scope.nodes.get(node.attached_to or "")
        if host is None or host.type not in ACTIVITIES:
            report.add("boundary-unattached", diagram, node)
        elif cancels and host.type != "transaction":
            report.add("cancel-outside-transaction", diagram, node, "EXT111", "EXT120")


def conditions_are_written(report: Report) -> None:
    """A conditional event has its condition."""
    for diagram, _, node in report.nodes():
        if any(event.kind == "conditional" and not event.text for event in node.events):
            report.add("condition-missing", diagram, node)


def thrown_definitions_are_their_own(report: Report) -> None:
    """What is defined inside a throwing event is referenced by no other."""
    for diagram in report.diagrams:
        index = report.index(diagram)
        referenced = {text_of(ref) for ref in index.all("eventDefinitionRef")}
        for thrower in index.all("endEvent", "intermediateThrowEvent"):
            inner = [e for e in thrower.iterchildren() if tag(e).endswith("EventDefinition")]
            if any(definition.get("id") in referenced for definition in inner if definition.get("id")):
                report.add("throw-definition-shared", diagram, thrower)


def links_have_partners(report: Report) -> None:
    """A throwing link has exactly one catching link in its scope, by reference or by name (§10.5.4)."""
    for diagram in report.diagrams:
        definitions = list(report.index(diagram).all("linkEventDefinition"))
        catching = [d for d in definitions if tag(d.getparent()) == "intermediateCatchEvent"]
        by_id, by_name = _grouped(catching, "id"), _grouped(catching, "name")
        for thrown in definitions:
            event = thrown.getparent()
            if tag(event) == "intermediateThrowEvent" and in_executable(event):
                number = _unlinked(thrown, by_id, by_name)
                if number:
                    report.add("link-without-partner", diagram, event, number)
    for diagram, scope, node in report.nodes("intermediateThrowEvent", "intermediateCatchEvent"):
        is_link = any(event.kind == "link" for event in node.events)
        if is_link and len(node.events) > 1:
            report.add("link-with-others", diagram, node)
        wrong = scope.outgoing(node.id) if node.type == "intermediateThrowEvent" else scope.incoming(node.id)
        if is_link and wrong:
            report.add("link-both-ways", diagram, node)


Links = dict[str | None, list[etree._Element]]


def _grouped(definitions: list[etree._Element], attribute: str) -> Links:
    found: Links = {}
    for definition in definitions:
        found.setdefault(definition.get(attribute), []).append(definition)
    return found


def _unlinked(thrown: etree._Element, by_id: Links, by_name: Links) -> str | None:
    """The rule broken by a throwing link's definition, if any."""
    event = thrown.getparent()
    target = text_of(next(children(thrown, "target"), None))
    partners = by_id.get(target, []) if target else by_name.get(thrown.get("name"), [])
    sources = {text_of(source) for definition in partners[:MANY_LINKS] for source in children(definition, "source")}
    if target:
        if not sources:
            return "EXT124"
        if thrown.get("id") not in sources:
            return "EXT118"
    elif sources:
        return "EXT125"
    here = sum(definition.getparent().getparent() is event.getparent() for definition in partners[:MANY_LINKS])
    if here == 1:
        return None
    return "EXT126" if partners and not here else "EXT118"


RULES = [
    kinds_fit_their_place,
    starts_fit_their_scope,
    references_are_known,
    messages_name_their_operation,
    boundary_events_are_attached,
    conditions_are_written,
    thrown_definitions_are_their_own,
    links_have_partners,
]
