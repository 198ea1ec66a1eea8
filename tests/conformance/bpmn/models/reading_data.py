"""Data of a BPMN file for the reference: objects, inputs, outputs, associations, mappings (BPMN 2.0 §10.4)."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

NAMESPACE = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
STANDS_FOR = {"dataObjectReference": "dataObjectRef", "dataStoreReference": "dataStoreRef"}

Names = dict[str, str]


@dataclass
class Move:
    """A data association: from the sources, or what is made of them, to the target; all by their names."""

    sources: list[str]
    target: str
    made: str | None
    assigned: list[tuple[str, str]]


@dataclass
class Traffic:
    """What an activity or event takes in before it works and gives out after."""

    own: list[str] = field(default_factory=list)
    inputs: list[set[str]] = field(default_factory=list)
    """Of these sets one has to be there as a whole before the work begins."""
    outputs: list[set[str]] = field(default_factory=list)
    brings: list[Move] = field(default_factory=list)
    takes: list[Move] = field(default_factory=list)


@dataclass
class Passed:
    """One `camunda:in` or `camunda:out`."""

    target: str | None
    expression: str | None


def names_of(root: etree._Element) -> Names:
    """The name that expressions know each data item by."""
    found = {one.get("id", ""): one.get("name") or one.get("id", "") for one in root.iter() if isinstance(one.tag, str)}
    for symbol, reference in STANDS_FOR.items():
        for one in root.iter(NAMESPACE + symbol):
            found[one.get("id", "")] = found[one.get(reference, "")]
    return found


def declared(scope: etree._Element, names: Names) -> frozenset[str]:
    """The data objects and properties of a level: a subprocess keeps them to itself."""
    kinds = (NAMESPACE + "dataObject", NAMESPACE + "property")
    return frozenset(names[one.get("id", "")] for one in scope if one.tag in kinds)


def traffic(element: etree._Element, names: Names) -> Traffic | None:
    """The data of an activity or event; None where it has none of its own."""
    specification = element.find(NAMESPACE + "ioSpecification")
    holder = element if specification is None else specification
    own = [names[one.get("id", "")] for kind in ("dataInput", "dataOutput") for one in holder.findall(NAMESPACE + kind)]
    if not own:
        return None
    return Traffic(
        own,
        _sets(holder, "Input", names),
        _sets(holder, "Output", names),
        [_move(one, names) for one in element.findall(NAMESPACE + "dataInputAssociation")],
        [_move(one, names) for one in element.findall(NAMESPACE + "dataOutputAssociation")],
    )


def _sets(holder: etree._Element, word: str, names: Names) -> list[set[str]]:
    def refs(group: etree._Element, name: str) -> set[str]:
        return {names[(one.text or "").strip()] for one in group.findall(NAMESPACE + name)}

    groups = holder.findall(f"{NAMESPACE}{word.lower()}Set")
    return [refs(group, f"data{word}Refs") - refs(group, f"optional{word}Refs") for group in groups]


def _move(association: etree._Element, names: Names) -> Move:
    return Move(
        [names[(one.text or "").strip()] for one in association.findall(NAMESPACE + "sourceRef")],
        names[association.findtext(NAMESPACE + "targetRef", "").strip()],
        association.findtext(NAMESPACE + "transformation"),
        [
            (one.findtext(NAMESPACE + "from", ""), one.findtext(NAMESPACE + "to", ""))
            for one in association.findall(NAMESPACE + "assignment")
        ],
    )


def mappings(call: etree._Element, direction: str) -> list[Passed]:
    """What a call activity hands over (`in`) or back (`out`); without any, everything."""
    return [
        Passed(one.get("target"), None if one.get("variables") else one.get("sourceExpression") or one.get("source"))
        for one in call.findall(f"{NAMESPACE}extensionElements/{CAMUNDA}{direction}")
    ]
