"""Inputs and outputs against what they serve: operations, messages, called processes (BPMN 2.0 §10.3.3, §10.4.1)."""

from __future__ import annotations

from collections import Counter

from lxml import etree

from engine.spiff.diagram import Diagram
from engine.spiff.lint.index import Index, local
from engine.spiff.lint.report import Report
from engine.spiff.xml import CAMUNDA, child, children, q, text_of

SETS = {"inputSet": ("輸入組", "input sets"), "outputSet": ("輸出組", "output sets")}
ITEMS = {"dataInput": ("資料輸入", "data inputs"), "dataOutput": ("資料輸出", "data outputs")}


def tasks_fit_their_operation(report: Report) -> None:
    """A service, send or receive task has the sets and the types of the operation or message it names."""
    for diagram in report.diagrams:
        index = report.index(diagram)
        for task in index.all("serviceTask"):
            if task.get("operationRef"):
                _service(report, diagram, index, task)
        for task in index.all("sendTask"):
            if task.get("messageRef"):
                _at_most_one(report, diagram, task, {"inputSet": "EXT046", "dataInput": "EXT047"})
            _fits(report, diagram, index, task, "dataInput", task.get("messageRef"), "EXT048")
        for task in index.all("receiveTask"):
            if task.get("messageRef"):
                _at_most_one(report, diagram, task, {"outputSet": "EXT050", "dataOutput": "EXT051"})
            _fits(report, diagram, index, task, "dataOutput", task.get("messageRef"), "EXT052")


def _service(report: Report, diagram: Diagram, index: Index, task: etree._Element) -> None:
    if _count(task, "inputSet") != 1:
        what = SETS["inputSet"]
        count = _count(task, "inputSet")
        report.add("operation-sets", diagram, task, "EXT042", what=what, what_zh=what[0], count=count)
    _at_most_one(report, diagram, task, {"outputSet": "EXT043"})
    operation = index.get(task.get("operationRef"))
    if operation is not None:
        incoming, outgoing = (text_of(child(operation, name)) for name in ("inMessageRef", "outMessageRef"))
        _fits(report, diagram, index, task, "dataInput", incoming, "EXT044")
        if outgoing:
            _fits(report, diagram, index, task, "dataOutput", outgoing, "EXT045", demanded=True)


def _at_most_one(report: Report, diagram: Diagram, task: etree._Element, numbers: dict[str, str]) -> None:
    for name, number in numbers.items():
        if (count := _count(task, name)) > 1:
            what = {**SETS, **ITEMS}[name]
            report.add("operation-sets", diagram, task, number, what=what, what_zh=what[0], count=count)


def _fits(
    report: Report,
    diagram: Diagram,
    index: Index,
    task: etree._Element,
    item: str,
    message: str | None,
    number: str,
    *,
    demanded: bool = False,
) -> None:
    """Some data item has the item definition of the message, or one of the same structure."""
    specification = child(task, "ioSpecification")
    items = [] if specification is None else list(children(specification, item))
    if not items and not (demanded and specification is not None):
        return
    sent = index.get(message)
    wanted = None if sent is None else local(sent.get("itemRef"))
    if not any(each.get("itemSubjectRef") and same_type(index, each.get("itemSubjectRef"), wanted) for each in items):
        report.add("operation-type", diagram, task, number)


def same_type(index: Index, one: str | None, other: str | None) -> bool:
    """Whether two item definitions are the same or have the same structure."""
    if local(one) == local(other):
        return True
    definitions = [index.get(one), index.get(other)]
    structures = [None if found is None else found.get("structureRef") for found in definitions]
    return structures[0] is not None and structures[0] == structures[1]


def calls_fit_what_they_call(report: Report) -> None:
    """A call activity declares the inputs and outputs of what it calls, unless it maps variables (§10.3.6)."""
    for diagram in report.diagrams:
        index = report.index(diagram)
        for call in index.all("callActivity"):
            called = index.get(call.get("calledElement"))
            if called is None or _maps_variables(call):
                continue
            own, theirs = child(call, "ioSpecification"), child(called, "ioSpecification")
            if (own is not None or theirs is not None) and _shape(index, own) != _shape(index, theirs):
                report.add("call-data", diagram, call, process=called.get("name") or called.get("id") or "")


def _maps_variables(call: etree._Element) -> bool:
    holder = child(call, "extensionElements")
    own = child(call, "ioSpecification")
    return own is None and holder is not None and any(True for _ in holder.iterchildren(q("in", CAMUNDA)))


def _shape(index: Index, specification: etree._Element | None) -> Counter[tuple[str, str]]:
    """How many items of each type, and how many sets with how many items, an ioSpecification has."""
    found: Counter[tuple[str, str]] = Counter()
    for element in () if specification is None else specification.iterchildren():
        name = etree.QName(element).localname
        if name in ITEMS:
            definition = index.get(element.get("itemSubjectRef"))
            found[name, "" if definition is None else definition.get("structureRef", "")] += 1
        elif name in SETS:
            listed = sum(1 for _ in children(element, "dataInputRefs" if name == "inputSet" else "dataOutputRefs"))
            found[name, ""] += 1
            found[f"{name}Refs", ""] += listed
    return found


def interfaces_are_bound(report: Report) -> None:
    """What is offered as a service binds its data to the operation (§10.3.6)."""
    for diagram in report.diagrams:
        index = report.index(diagram)
        for reference in index.all("supportedInterfaceRef"):
            offering = reference.getparent()
            bindings = list(children(offering, "ioBinding"))
            if not bindings:
                report.add("interface-unbound", diagram, offering)
            for binding in bindings:
                if not _is_bound(index, binding):
                    report.add("interface-binding", diagram, offering)


def _is_bound(index: Index, binding: etree._Element) -> bool:
    operation = index.get(binding.get("operationRef"))
    if operation is None:
        return False
    for attribute, name in (("inputDataRef", "inMessageRef"), ("outputDataRef", "outMessageRef")):
        item, message = index.get(binding.get(attribute)), index.get(text_of(child(operation, name)))
        if item is None:
            return False
        if message is not None and not same_type(index, item.get("itemSubjectRef"), message.get("itemRef")):
            return False
    return True


def _count(task: etree._Element, name: str) -> int:
    specification = child(task, "ioSpecification")
    return 0 if specification is None else sum(1 for _ in children(specification, name))


RULES = [tasks_fit_their_operation, calls_fit_what_they_call, interfaces_are_bound]
