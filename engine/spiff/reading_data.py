"""Data objects, properties, stores and the associations between them and activities, read as variable names.

BPMN refers to data by id; expressions know them by name. A data object is called by its
own name, else by that of the symbol that stands for it, else by its id. BPMN 2.0 §10.4.
"""

from __future__ import annotations

from lxml import etree

from engine.spiff.diagram import DataFlow, DataItem, DataMove
from engine.spiff.xml import child, children, tag, text_of

ITEMS = frozenset(["property", "dataInput", "dataOutput", "inputDataItem", "outputDataItem", "dataStore", "dataObject"])
SYMBOLS = {"dataObjectReference": "dataObjectRef", "dataStoreReference": "dataStoreRef"}
PLACEHOLDER = "__targetRef_placeholder"
"""What an editor draws an association to when the activity declares no data: it moves nothing."""

Names = dict[str, str]


def names_of(root: etree._Element) -> Names:
    """Data ids of a file and the variable each of them is."""
    names: Names = {}
    symbols: list[tuple[etree._Element, str]] = []
    for element in root.iter():
        kind = tag(element)
        if kind in ITEMS and element.get("id"):
            names[element.get("id", "")] = element.get("name") or ""
        elif kind in SYMBOLS:
            symbols.append((element, element.get(SYMBOLS[kind]) or ""))
    for symbol, target in symbols:
        if not names.get(target):
            names[target] = symbol.get("name") or target
        names[symbol.get("id", "")] = names[target] or symbol.get("id", "")
    return {key: name or key for key, name in names.items() if key}


def declared(scope: etree._Element, names: Names) -> tuple[str, ...]:
    """The data objects and properties of a process or subprocess."""
    found = (
        names[element.get("id", "")]
        for element in scope.iterchildren()
        if tag(element) in ("property", "dataObject") and element.get("id") in names
    )
    return tuple(name for name in dict.fromkeys(found) if name != PLACEHOLDER)


def data_flow(element: etree._Element, names: Names) -> DataFlow | None:
    """What an activity or event takes in and gives out; None where nothing is declared or moved."""
    holder = child(element, "ioSpecification")
    holder = element if holder is None else holder
    inputs, input_sets = _items(holder, "dataInput", "inputSet", "Input", names)
    outputs, output_sets = _items(holder, "dataOutput", "outputSet", "Output", names)
    own = {item.id for item in (*inputs, *outputs)}
    moves_in = tuple(
        move for each in children(element, "dataInputAssociation") if (move := _move(each, names, own, "targetRef"))
    )
    moves_out = tuple(
        move for each in children(element, "dataOutputAssociation") if (move := _move(each, names, own, "sourceRef"))
    )
    if not (inputs or outputs):
        return None
    return DataFlow(inputs, outputs, input_sets, output_sets, moves_in, moves_out)


def _items(
    holder: etree._Element, kind: str, set_kind: str, word: str, names: Names
) -> tuple[tuple[DataItem, ...], tuple[tuple[str, ...], ...]]:
    optional: set[str] = set()
    sets: list[tuple[str, ...]] = []
    for each in children(holder, set_kind):
        spare = set(_refs(each, f"optional{word}Refs"))
        optional |= spare
        sets.append(tuple(names[ref] for ref in _refs(each, f"data{word}Refs") if ref not in spare and ref in names))
    items = tuple(
        DataItem(item.get("id", ""), names[item.get("id", "")], item.get("id", "") in optional)
        for item in children(holder, kind)
        if item.get("id") in names
    )
    return items, tuple(sets) or (tuple(item.name for item in items),)


def _refs(element: etree._Element, name: str) -> list[str]:
    return [(ref.text or "").strip() for ref in children(element, name)]


def _move(association: etree._Element, names: Names, own: set[str], end: str) -> DataMove | None:
    """An association, if one end of it is data of the activity itself: else it is only drawn."""
    sources, targets = _refs(association, "sourceRef"), _refs(association, "targetRef")
    ends = targets if end == "targetRef" else sources
    assignments = tuple(
        (text_of(child(each, "from")) or "", (text_of(child(each, "to")) or "").lstrip("=").strip())
        for each in children(association, "assignment")
    )
    if not targets or targets[0] not in names or not (set(ends) & own or (assignments and not ends)):
        return None
    return DataMove(
        sources=tuple(names[ref] for ref in sources if ref in names),
        target=names[targets[0]],
        transformation=text_of(child(association, "transformation")),
        assignments=tuple((text, names.get(to, to)) for text, to in assignments),
    )
