"""Elements and attributes that the engine does not carry out: never passed over in silence."""

from __future__ import annotations

from engine.spiff.lint.events import STANDARD_AT
from engine.spiff.lint.index import refs
from engine.spiff.lint.report import Report
from engine.spiff.parser import RUNNABLE
from engine.spiff.xml import CAMUNDA, DROOLS, SPIFF, ZEEBE, child, children, q, tag

EVENTS_AT = {place: set(kinds) for place, kinds in STANDARD_AT.items()}
"""What the engine runs of what the standard allows there: all of it."""
BEGINS_TOGETHER = {"message", "signal"}
"""What events behind a parallel gateway that instantiates wait for: the first begins the case, and a message or
signal finds it afterwards. The clock or a condition would begin another case each time."""
FOREIGN_WORK = {
    q("executionListener", CAMUNDA): "camunda:executionListener",
    q("taskListener", CAMUNDA): "camunda:taskListener",
    q("inputOutput", CAMUNDA): "camunda:inputOutput",
    q("formData", CAMUNDA): "camunda:formData",
    q("connector", CAMUNDA): "camunda:connector",
    q("field", CAMUNDA): "camunda:field",
    q("formProperty", CAMUNDA): "camunda:formProperty",
    q("ioMapping", ZEEBE): "zeebe:ioMapping",
    q("subscription", ZEEBE): "zeebe:subscription",
    q("executionListeners", ZEEBE): "zeebe:executionListeners",
    q("taskListeners", ZEEBE): "zeebe:taskListeners",
    q("onEntry-script", DROOLS): "drools:onEntry-script",
    q("onExit-script", DROOLS): "drools:onExit-script",
    q("preScript", SPIFF): "spiffworkflow:preScript",
    q("postScript", SPIFF): "spiffworkflow:postScript",
}
FOREIGN_ATTRIBUTES = (
    "class",
    "delegateExpression",
    "expression",
    "type",
    "topic",
    "variableEvents",
    "caseRef",
    "resource",
    "variableMappingClass",
    "variableMappingDelegateExpression",
)
DATA = ("dataInputAssociation", "dataOutputAssociation")
LANGUAGES = ("feel", "python", "xpath", "formal")


def elements_are_supported(report: Report) -> None:
    """Every flow node is of a type that the engine runs."""
    for diagram, _, node in report.nodes():
        if node.type not in RUNNABLE:
            report.add("unsupported-element", diagram, node, kind=node.type)
    for diagram, scope, node in report.nodes("eventBasedGateway"):
        targets = [scope.nodes[flow.target] for flow in scope.outgoing(node.id) if flow.target in scope.nodes]
        parallel = node.instantiate and node.element.get("eventGatewayType") == "Parallel"
        if parallel and any(event.kind not in BEGINS_TOGETHER for t in targets for event in t.events):
            report.add("unsupported-instantiate", diagram, node)


def events_are_supported(report: Report) -> None:
    """Every event that the standard allows is one that the engine knows at that place."""
    for diagram, _, node in report.nodes(*EVENTS_AT):
        for event in node.events:
            if event.kind in STANDARD_AT[node.type] - EVENTS_AT[node.type]:
                report.add("unsupported-event", diagram, node, kind=event.kind)


def stores_are_of_the_case(report: Report) -> None:
    """A data store that is written to or read from outlives no case here, as the standard's does (§10.4.1)."""
    for diagram in report.diagrams:
        index = report.index(diagram)
        used = {ref for association in index.all(*DATA) for ref in refs(association, "sourceRef", "targetRef")}
        for store in index.all("dataStoreReference"):
            if store.get("id") in used:
                report.add("data-store-in-case", diagram, store)


def foreign_work(report: Report) -> None:
    """Work that another engine would do at an element and this one would not."""
    for diagram in report.diagrams:
        for process in diagram.processes.values():
            for element in process.element.iter():
                holder = child(element, "extensionElements") if tag(element) else None
                for inner in () if holder is None else holder.iterchildren():
                    if inner.tag in FOREIGN_WORK:
                        report.add("ignored-extension", diagram, element, extension=FOREIGN_WORK[inner.tag])
                for name in FOREIGN_ATTRIBUTES:
                    if tag(element) and element.get(q(name, CAMUNDA)) is not None:
                        report.add("ignored-attribute", diagram, element, attribute=f"camunda:{name}")


def data_is_not_mapped(report: Report) -> None:
    """An association that leads to no data input or output of its activity is drawn for people, and moves nothing."""
    for diagram, _, node in report.nodes():
        moves = node.data is not None and (node.data.moves_in or node.data.moves_out)
        if not moves and any(next(children(node.element, name), None) is not None for name in DATA):
            report.add("ignored-data", diagram, node)


def behaviour_is_all(report: Report) -> None:
    """A multi-instance that throws events between its instances says which: a signal without a name reaches nobody."""
    for diagram, _, node in report.nodes():
        loop = node.loop
        told = [event for _, events in loop.throws for event in events] if loop is not None else []
        named = told and all(event.kind != "signal" or event.ref for event in told)
        if loop is not None and loop.behaviour != "All" and not named:
            report.add("many-behaviour", diagram, node)


def languages_are_known(report: Report) -> None:
    """Expressions are FEEL or Python; any other declared language is named."""
    for diagram in report.diagrams:
        for process in diagram.processes.values():
            for element in process.element.iter():
                declared = element.get("language") or (
                    element.get("scriptFormat") if tag(element) == "scriptTask" else None
                )
                if tag(element) and declared and not any(word in declared.lower() for word in LANGUAGES):
                    about = element if element.get("id") else element.getparent()
                    report.add("unsupported-language", diagram, about, language=declared)


RULES = [
    elements_are_supported,
    events_are_supported,
    stores_are_of_the_case,
    foreign_work,
    data_is_not_mapped,
    behaviour_is_all,
    languages_are_known,
]
