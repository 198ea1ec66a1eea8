"""What may stand where: the standard's XML schema as look-ups, each element's attributes and children.

The schema comes with SpiffWorkflow. It is read for what decides meaning, the names, the values
and how often; the order of children, which tools do not keep and which changes nothing, is left out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from lxml import etree

from engine.spiff.xml import whole_number

_XSD = "{http://www.w3.org/2001/XMLSchema}"
_FILES = ("BPMN20.xsd", "Semantic.xsd")
_NUMBERS = ("xsd:integer", "xsd:int")


@dataclass(frozen=True)
class Attribute:
    """An attribute: which values it may have, if it is no free text."""

    required: bool
    values: tuple[str, ...] = ()
    is_number: bool = False

    def takes(self, text: str) -> bool:
        """Whether it may have this value."""
        bare = text.strip()
        if self.is_number:
            return whole_number(bare) is not None
        return not self.values or bare in self.values


@dataclass(frozen=True)
class Child:
    """Children of one name: their type, and how often they may stand there."""

    type: str
    least: int
    many: bool


@dataclass
class Shape:
    """What an element of one type consists of."""

    attributes: dict[str, Attribute] = field(default_factory=dict)
    children: dict[str, Child] = field(default_factory=dict)
    demanded: list[tuple[str, ...]] = field(default_factory=list)
    """Names of which one has to be there."""
    single: list[frozenset[str]] = field(default_factory=list)
    """Names of which one may be there, once."""
    is_open: bool = False
    """Whether anything may stand in it."""


class Schema:
    """The types of the schema, by name."""

    def __init__(self) -> None:
        folder = files("SpiffWorkflow.bpmn.parser") / "schema"
        roots = [etree.fromstring((folder / name).read_bytes()) for name in _FILES]
        self._types = {e.get("name", ""): e for root in roots for e in root.iterchildren(_XSD + "complexType")}
        self._enums = {
            e.get("name", ""): tuple(v.get("value", "") for v in e.iter(_XSD + "enumeration"))
            for root in roots
            for e in root.iterchildren(_XSD + "simpleType")
            if e.find(_XSD + "union") is None
        }
        self._elements: dict[str, str] = {}
        self._stand_in: dict[str, set[str]] = defaultdict(set)
        for element in (e for root in roots for e in root.iterchildren(_XSD + "element")):
            self._elements[element.get("name", "")] = element.get("type", "")
            if element.get("substitutionGroup"):
                self._stand_in[element.get("substitutionGroup", "")].add(element.get("name", ""))
        self._shapes: dict[str, Shape] = {}

    def shape(self, name: str) -> Shape | None:
        """What an element of this type consists of; None for a plain value."""
        if name not in self._types:
            return None
        if name not in self._shapes:
            self._shapes[name] = self._read(name)
        return self._shapes[name]

    def type_of(self, element: str) -> str:
        """The type of an element that may stand anywhere its group may; empty when there is no such element."""
        return self._elements.get(element, "")

    def _read(self, name: str) -> Shape:
        made = Shape()
        definition = self._types[name]
        extended = definition.find(f".//{_XSD}extension")
        if extended is not None and extended.get("base") in self._types:
            base = self.shape(extended.get("base", ""))
            assert base is not None
            made.attributes |= base.attributes
            made.children |= base.children
            made.demanded += base.demanded
            made.single += base.single
            made.is_open = base.is_open
        made.is_open = made.is_open or definition.get("mixed") == "true" or definition.find(f".//{_XSD}any") is not None
        for attribute in definition.iter(_XSD + "attribute"):
            made.attributes[attribute.get("name", "")] = self._attribute(attribute)
        for element in definition.iter(_XSD + "element"):
            self._add(made, element)
        return made

    def _attribute(self, element: etree._Element) -> Attribute:
        kind = element.get("type", "")
        values = ("true", "false", "1", "0") if kind == "xsd:boolean" else self._enums.get(kind, ())
        return Attribute(element.get("use") == "required", values, kind in _NUMBERS)

    def _add(self, made: Shape, element: etree._Element) -> None:
        reference = (element.get("ref") or "").rpartition(":")
        if reference[0]:  # the drawing, in a namespace of its own
            return
        chosen = next(element.iterancestors(_XSD + "choice"), None) is not None
        least = 0 if chosen else int(element.get("minOccurs", "1"))
        many = "unbounded" in (element.get("maxOccurs"), element.getparent().get("maxOccurs"))
        if element.get("name"):
            names = {element.get("name", ""): element.get("type", "")}
        else:
            names = {name: self._elements[name] for name in self._group(reference[2])}
        made.children |= {name: Child(kind, least, many) for name, kind in names.items()}
        if least:
            made.demanded.append(tuple(sorted(names)))
        if not many:
            made.single.append(frozenset(names))

    def _group(self, head: str) -> set[str]:
        """An element and all that may stand for it."""
        found = {head}
        for name in self._stand_in.get(head, ()):
            found |= self._group(name)
        return found


@cache
def schema() -> Schema:
    """The schema, read once."""
    return Schema()
