"""What changed between two versions of a file, item by item: a cell of a table, a field of a form, a script.

Each kind of file is first laid out as items under stable keys (`_Item`), each with its properties as texts; the two
layouts are then compared. What nobody can see or run (positions, the order of XML attributes) is not laid out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, Literal

from flask_babel import gettext as _
from lxml import etree

from engine import SourceFile
from webapp.i18n import lang
from webapp.studio import words

_CONTEXT = 40
"""Characters that are shown before and after a difference."""
_PARSER = {"resolve_entities": False, "no_network": True, "load_dtd": False}
_TELLING = ("script", "conditionExpression", "candidateGroups", "calledElement", "eventdefinitions")
"""What an element that came or went is told by, the first that it has."""
_NOT_TOLD = {"id", "sourceRef", "targetRef", "processRef", "exporter", "exporterVersion", "schemaVersion"}


@dataclass(frozen=True)
class Told:
    """One thing that is different. `before` and `after` are texts of the author, empty where there was nothing."""

    change: Literal["added", "changed", "removed"]
    item: str
    what: str = ""
    before: str = ""
    after: str = ""

    @property
    def parts(self) -> tuple[str, str, str, str]:
        """What both texts begin with, what each says in between, and what both end with; long sameness is cut."""
        head = _alike(self.before, self.after)
        tail = _alike(self.before[head:][::-1], self.after[head:][::-1])
        middles = (self.before[head : len(self.before) - tail], self.after[head : len(self.after) - tail])
        return _cut(self.after[:head], -1), *middles, _cut(self.after[len(self.after) - tail :] if tail else "", 1)


def _alike(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return sum(1 for _same in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _cut(text: str, side: int) -> str:
    if len(text) <= _CONTEXT:
        return text
    return f"…{text[-_CONTEXT:]}" if side < 0 else f"{text[:_CONTEXT]}…"


@dataclass
class _Item:
    """What has a key of its own: its name, its properties, and in one line what it says as a whole."""

    name: str
    values: dict[str, str] = field(default_factory=dict)
    whole: str = ""


def told(before: SourceFile | None, after: SourceFile | None) -> list[Told]:
    """The differences of two states of one file; nothing for what cannot be read or is not laid out (letters)."""
    if before is None or after is None:
        return []
    try:
        old, new = _layout(before), _layout(after)
    except (ValueError, SyntaxError, AttributeError, TypeError, RecursionError):  # drafts may be anything
        return []
    return [
        *(one for key in new if key in old for one in _changed(old[key], new[key])),
        *(Told("added", item.name, after=item.whole) for key, item in new.items() if key not in old),
        *(Told("removed", item.name, before=item.whole) for key, item in old.items() if key not in new),
    ]


def _changed(old: _Item, new: _Item) -> Iterator[Told]:
    for name in {**old.values, **new.values}:
        was, now = old.values.get(name, ""), new.values.get(name, "")
        if was != now:
            yield Told("changed", new.name or old.name, words.term(name), was, now)


def _layout(file: SourceFile) -> dict[str, _Item]:
    if file.kind == "form":
        return dict(_fields(json.loads(file.content).get("components", ())))
    if file.kind == "yaml":
        return {}
    root = etree.fromstring(file.content, etree.XMLParser(**_PARSER))
    return dict(_decisions(root) if file.kind == "dmn" else _elements(root))


# -- forms


def _fields(components: list[dict[str, Any]]) -> Iterator[tuple[str, _Item]]:
    for number, component in enumerate(components):
        children = component.get("components", [])
        values: dict[str, str] = {}
        _flatten(values, "", {name: part for name, part in component.items() if name not in {"components", "layout"}})
        label = (component.get("properties") or {}).get("label_en") if lang() == "en" else None
        key = str(component.get("id") or component.get("key") or number)
        name = str(label or component.get("label") or component.get("key") or component.get("type"))
        yield key, _Item(name, values, str(component.get("key") or ""))
        yield from _fields(children)


def _flatten(values: dict[str, str], path: str, part: Any) -> None:
    if isinstance(part, dict):
        for name, inner in part.items():
            if name not in _NOT_TOLD:
                _flatten(values, f"{path}.{name}" if path else name, inner)
    elif isinstance(part, list):
        values[path] = "、".join(str(one.get("label", one)) if isinstance(one, dict) else str(one) for one in part)
    else:
        values[path] = (_("是") if part else _("否")) if isinstance(part, bool) else str(part)


# -- decision tables


def _decisions(root: Any) -> Iterator[tuple[str, _Item]]:
    for decision in root.iter("{*}decision"):
        key, name = decision.get("id"), decision.get("name") or decision.get("id")
        table = decision.find("{*}decisionTable")
        expression = decision.find("{*}literalExpression/{*}text")
        values = {"name": decision.get("name", ""), "expression": _text(expression)}
        if table is not None:
            values |= {"hitpolicy": table.get("hitPolicy", "UNIQUE"), "aggregation": table.get("aggregation", "")}
        yield key, _Item(name, values)
        if table is not None:
            yield from _rows(key, name, table)


def _rows(key: str, name: str, table: Any) -> Iterator[tuple[str, _Item]]:
    inputs, outputs = table.findall("{*}input"), table.findall("{*}output")
    columns = [
        column.get("label") or column.get("name") or _text(column.find("{*}inputExpression/{*}text"))
        for column in (*inputs, *outputs)
    ]
    for column, label in zip((*inputs, *outputs), columns, strict=True):
        expression = column.find("{*}inputExpression")
        values = {
            "expression": _text(column.find("{*}inputExpression/{*}text")),
            "typeref": (expression if expression is not None else column).get("typeRef", ""),
            "allowed": _text(column.find("{*}inputValues/{*}text")) + _text(column.find("{*}outputValues/{*}text")),
            "label": label,
        }
        yield f"{key}/{column.get('id')}", _Item(_("%(table)s · 欄「%(column)s」", table=name, column=label), values)
    for number, rule in enumerate(table.findall("{*}rule"), 1):
        cells = [_text(cell.find("{*}text")) for cell in rule if etree.QName(cell).localname.endswith("Entry")]
        texts = {f"「{column}」": cell for column, cell in zip(columns, cells, strict=False)}
        texts["description"] = _text(rule.find("{*}description"))
        whole = " · ".join(cell or "-" for cell in cells)
        item = _Item(_("%(table)s · 第%(number)d列", table=name, number=number), texts, whole)
        yield f"{key}/{rule.get('id') or number}", item


# -- diagrams


def _elements(root: Any) -> Iterator[tuple[str, _Item]]:
    """Every element that has an id, but for the drawing: what it is called and what it does."""
    for element in root.iter("{*}process", "{*}collaboration"):
        for node in element.iter(etree.Element):
            if node.get("id") and node.tag.startswith("{http://www.omg.org/spec/BPMN"):
                values = dict(_properties(node))
                whole = next((values[name] for name in _TELLING if values.get(name)), "")
                yield node.get("id"), _Item(_called(node, root), values, whole)


def _called(node: Any, root: Any) -> str:
    if node.get("name") or not node.get("sourceRef"):
        return str(node.get("name") or node.get("id"))
    ends = (root.find(f".//*[@id='{node.get(side)}']") for side in ("sourceRef", "targetRef"))
    return " → ".join(end.get("name") or end.get("id") for end in ends if end is not None)


def _properties(node: Any) -> Iterator[tuple[str, str]]:
    for name, value in node.attrib.items():
        if (local := etree.QName(name).localname) not in _NOT_TOLD:
            yield local, value
    for child in node:
        local = etree.QName(child).localname if isinstance(child.tag, str) else ""
        if local in {"script", "conditionExpression", "documentation"}:
            yield local, _text(child)
        elif local == "extensionElements":
            yield from _extensions(child)
        elif local.endswith("EventDefinition"):
            yield "eventdefinitions", " ".join(_text(part) for part in child) or local


def _extensions(holder: Any) -> Iterator[tuple[str, str]]:
    for node in holder.iter(etree.Element):
        local = etree.QName(node).localname
        if local == "property":
            yield node.get("name", ""), node.get("value", "")
        elif local == "parameter":
            yield f"「{node.get('id', '')}」", node.get("value", "")
        elif node.get("value"):
            yield local, node.get("value")


def _text(node: Any) -> str:
    return (node.text or "").strip() if node is not None else ""
