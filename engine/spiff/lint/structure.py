"""The form of the XML: every attribute and element stands where the standard's schema has it (§15).

What stands elsewhere would be read by nobody, and a value of the wrong kind (`"yes"` for a boolean) as its opposite.
"""

from __future__ import annotations

from collections import Counter

from lxml import etree

from engine.spiff.diagram import Diagram
from engine.spiff.lint.report import Report
from engine.spiff.lint.schema import Shape, schema
from engine.spiff.lint.vocabulary import ELEMENTS
from engine.spiff.xml import XSI, q, tag

SAID_ELSEWHERE = frozenset(
    [
        ("sequenceFlow", "sourceRef"),
        ("sequenceFlow", "targetRef"),
        ("boundaryEvent", "attachedToRef"),
        ("task", "startQuantity"),
        ("task", "completionQuantity"),
        ("participantMultiplicity", "minimum"),
        ("participantMultiplicity", "maximum"),
    ]
)
"""Attributes whose absence or value has a rule of its own."""
QUANTITIES = ("startQuantity", "completionQuantity")
SINGLE_ELSEWHERE = frozenset(["standardLoopCharacteristics", "multiInstanceLoopCharacteristics"])
"""Of these both together have a rule of their own."""


def files_keep_the_schema(report: Report) -> None:
    """Elements and attributes stand where they may, as often as they may, with values that they may have."""
    for diagram in report.diagrams:
        if diagram.root.tag != q("definitions"):
            continue
        todo = [(diagram.root, "tDefinitions")]
        while todo:
            element, kind = todo.pop()
            shape = schema().shape(_said_type(element) or _widest(kind))
            if shape is None:
                continue
            _attributes(report, diagram, element, shape)
            if not shape.is_open:
                todo += _children(report, diagram, element, shape)


def _said_type(element: etree._Element) -> str:
    """The type that an element says it has, if the schema knows it."""
    said = (element.get(q("type", XSI)) or "").rpartition(":")[2]
    return said if schema().shape(said) is not None else ""


def _widest(kind: str) -> str:
    """Expressions are read as formal ones: many tools write their `language` without the `xsi:type` for it."""
    return "tFormalExpression" if kind == "tExpression" else kind


def _attributes(report: Report, diagram: Diagram, element: etree._Element, shape: Shape) -> None:
    kind = tag(element)
    for name, value in element.attrib.items():
        name, value = str(name), str(value)
        if "}" in name:
            continue
        if name not in shape.attributes:
            report.add("unknown-attribute", diagram, element, kind=kind, attribute=name)
        elif not shape.attributes[name].takes(value) and not _is_said_elsewhere(kind, name):
            values = ", ".join(shape.attributes[name].values)
            report.add("attribute-value", diagram, element, attribute=name, value=value[:60], values=values or "0, 1 …")
    for name, attribute in shape.attributes.items():
        if attribute.required and element.get(name) is None and not _is_said_elsewhere(kind, name):
            report.add("attribute-missing", diagram, element, kind=kind, attribute=name)


def _is_said_elsewhere(kind: str, attribute: str) -> bool:
    return attribute in QUANTITIES or (kind, attribute) in SAID_ELSEWHERE


def _children(
    report: Report, diagram: Diagram, element: etree._Element, shape: Shape
) -> list[tuple[etree._Element, str]]:
    """Judge the children of an element; gives those that are at their place, with their types."""
    kind = tag(element)
    placed: list[tuple[etree._Element, str]] = []
    for inner in element.iterchildren():
        name = tag(inner)
        if not name and isinstance(inner.tag, str) and kind != "definitions":
            foreign = etree.QName(inner).localname
            report.add("misplaced-element", diagram, element, kind=foreign, around=kind)
        if not name or name not in ELEMENTS:
            continue
        if name in shape.children:
            placed.append((inner, shape.children[name].type))
        else:
            code = "misplaced-property" if name == "property" else "misplaced-element"
            report.add(code, diagram, inner, kind=name, around=kind)
    counts = Counter(tag(inner) for inner, _ in placed)
    for group in shape.single:
        here = [name for name in counts if name in group]
        both = SINGLE_ELSEWHERE.issuperset(here) and len(here) > 1
        if sum(counts[name] for name in here) > 1 and not both:
            report.add("element-repeated", diagram, element, kind=here[0], around=kind)
    for names in shape.demanded:
        if not any(name in counts for name in names):
            report.add("element-missing", diagram, element, kind=names[0], around=kind)
    return placed


RULES = [files_keep_the_schema]
