"""Data items, their sets and associations: what they say of one another agrees (BPMN 2.0 §10.4)."""

from __future__ import annotations

from lxml import etree

from engine.spiff.diagram import Diagram
from engine.spiff.lint.index import Index, local, refs
from engine.spiff.lint.interfaces import same_type
from engine.spiff.lint.report import Report
from engine.spiff.xml import child, children, is_true, tag, text_of

ASSOCIATIONS = ("dataInputAssociation", "dataOutputAssociation")
TYPED_EVENTS = {"message": "itemRef", "error": "structureRef", "escalation": "structureRef", "signal": "structureRef"}
OPTIONAL_REFS = {
    "inputSet": ("dataInputRefs", {"optionalInputRefs": "EXT085", "whileExecutingInputRefs": "EXT086"}),
    "outputSet": ("dataOutputRefs", {"optionalOutputRefs": "EXT089", "whileExecutingOutputRefs": "EXT090"}),
}


def collections_agree(report: Report) -> None:
    """A data item is a collection when its item definition is one."""
    numbers = {"dataInput": ("EXT020", "EXT081"), "dataOutput": ("EXT020", "EXT083"), "dataObject": ("EXT020",)}
    for diagram in report.diagrams:
        index = report.index(diagram)
        for kind, broken in numbers.items():
            for item in index.all(kind):
                definition = index.get(item.get("itemSubjectRef"))
                if definition is not None and _differ(item, definition):
                    report.add("data-collection", diagram, item, *broken)


def _differ(item: etree._Element, definition: etree._Element) -> bool:
    return is_true(item.get("isCollection")) != is_true(definition.get("isCollection"))


def states_are_in_the_name(report: Report) -> None:
    """A data reference with a state is called `name [state]` (§10.4.1)."""
    for diagram in report.diagrams:
        index = report.index(diagram)
        for reference in index.all("dataObjectReference"):
            state, data = child(reference, "dataState"), index.get(reference.get("dataObjectRef"))
            if state is None or data is None or not (reference.get("name") and data.get("name") and state.get("name")):
                continue
            expected = f"{data.get('name')} [{state.get('name')}]"
            if reference.get("name") != expected:
                report.add("data-state-name", diagram, reference, expected=expected)


def subprocesses_declare_no_data(report: Report) -> None:
    """A subprocess sees the data around it and declares none of its own as input."""
    for diagram in report.diagrams:
        for element in report.index(diagram).all("subProcess", "transaction", "adHocSubProcess"):
            if child(element, "ioSpecification") is not None:
                report.add("data-in-subprocess", diagram, element)


def items_are_in_sets(report: Report) -> None:
    """Every input and output is in a set; what a set calls optional is among its data."""
    for diagram in report.diagrams:
        index = report.index(diagram)
        for kind, listing, number in (
            ("dataInput", "dataInputRefs", "EXT084"),
            ("dataOutput", "dataOutputRefs", "EXT088"),
        ):
            listed = {local(text_of(ref)) for ref in index.all(listing)}
            for item in index.all(kind):
                if item.get("id") not in listed:
                    report.add("data-without-set", diagram, item, number)
        for kind, (listing, numbers) in OPTIONAL_REFS.items():
            for group in index.all(kind):
                known = refs(group, listing)
                for name, number in numbers.items():
                    for ref in refs(group, name):
                        if ref not in known:
                            about = group if group.get("id") else _owner(group)
                            report.add("data-set-reference", diagram, about, number, ref=ref, kind=name)
        _pairs(report, diagram, index)


def _pairs(report: Report, diagram: Diagram, index: Index) -> None:
    for kind, theirs, ours in (
        ("inputSet", "outputSetRefs", "inputSetRefs"),
        ("outputSet", "inputSetRefs", "outputSetRefs"),
    ):
        for group in index.all(kind):
            others = [index.get(ref) for ref in refs(group, theirs)]
            if any(other is None or group.get("id") not in refs(other, ours) for other in others):
                report.add("data-sets-apart", diagram, group if group.get("id") else _owner(group))


def _owner(element: etree._Element) -> etree._Element:
    """The nearest element around it that an editor can select."""
    return next((above for above in element.iterancestors() if above.get("id")), element)


def associations_fit(report: Report) -> None:
    """Both ends of a data association have one type; it reads inputs of a process and writes its outputs."""
    for diagram in report.diagrams:
        index = report.index(diagram)
        for association in index.all(*ASSOCIATIONS):
            sources, targets = refs(association, "sourceRef"), refs(association, "targetRef")
            transformed = child(association, "transformation") is not None
            if len(sources) != 1 and not transformed and child(association, "assignment") is None:
                report.add("data-association-sources", diagram, association, count=len(sources))
            for source in sources:
                _process_end(report, diagram, index, source, "dataOutput")
                for target in targets if not transformed else ():
                    one, other = _type(index, source), _type(index, target)
                    if one and other and not same_type(index, one, other):
                        report.add("data-association-type", diagram, association)
            for target in targets:
                _process_end(report, diagram, index, target, "dataInput")


def _process_end(report: Report, diagram: Diagram, index: Index, ref: str, kind: str) -> None:
    """A process's own input is never a target, its output never a source."""
    item = index.get(ref)
    if item is None or tag(item) != kind:
        return
    holder = item.getparent()
    if tag(holder) != "ioSpecification" or tag(holder.getparent()) != "process":
        return  # an event holds its items itself
    code = "process-input-written" if kind == "dataInput" else "process-output-read"
    report.add(code, diagram, item)


def _type(index: Index, ref: str) -> str | None:
    """The item definition of a data item, through references to data objects and stores."""
    item = index.get(ref)
    if item is None:
        return None
    if item.get("itemSubjectRef"):
        return local(item.get("itemSubjectRef"))
    behind = index.get(item.get("dataObjectRef") or item.get("dataStoreRef"))
    return None if behind is None else local(behind.get("itemSubjectRef")) or None


def event_data_fit(report: Report) -> None:
    """An event that carries data has an item for each of its definitions, of the same type (§10.5.1)."""
    for diagram in report.diagrams:
        index = report.index(diagram)
        for kind, item_kind in (
            *((kind, "dataInput") for kind in ("intermediateThrowEvent", "endEvent")),
            *((kind, "dataOutput") for kind in ("startEvent", "intermediateCatchEvent", "boundaryEvent")),
        ):
            for event in index.all(kind):
                items = list(children(event, item_kind))
                definitions = _definitions(index, event)
                if items and len(items) != len(definitions):
                    report.add("event-data-count", diagram, event)
                elif items:
                    _event_types(report, diagram, index, event, list(zip(items, definitions, strict=True)))


def _definitions(index: Index, event: etree._Element) -> list[etree._Element]:
    own = [inner for inner in event.iterchildren() if tag(inner).endswith("EventDefinition")]
    return own + [found for ref in refs(event, "eventDefinitionRef") if (found := index.get(ref)) is not None]


def _event_types(
    report: Report,
    diagram: Diagram,
    index: Index,
    event: etree._Element,
    pairs: list[tuple[etree._Element, etree._Element]],
) -> None:
    words = {"message": "訊息", "error": "錯誤", "escalation": "升級", "signal": "信號"}
    for item, definition in pairs:
        kind = tag(definition).removesuffix("EventDefinition")
        named = index.get(definition.get(f"{kind}Ref"))
        if kind not in TYPED_EVENTS or named is None:
            continue
        wanted, given = named.get(TYPED_EVENTS[kind]), item.get("itemSubjectRef")
        if wanted and given and not same_type(index, wanted, given):
            report.add("event-data-type", diagram, event, kind=kind, kind_zh=words[kind])


RULES = [
    collections_agree,
    states_are_in_the_name,
    subprocesses_declare_no_data,
    items_are_in_sets,
    associations_fit,
    event_data_fit,
]
