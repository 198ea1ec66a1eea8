"""Decision tables and forms as plain tables, for reading and for browsers without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import etree

from engine import SourceFile, forms


@dataclass(frozen=True)
class Decision:
    """One decision of a file. A literal expression has `text` and no rules."""

    id: str
    name: str
    hit_policy: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    rules: tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...] = ()
    """Each rule's input entries, output entries and annotation."""
    text: str = ""


@dataclass(frozen=True)
class FieldRow:
    """One field of a form, in the words of its author."""

    label: str
    key: str
    type: str
    required: bool
    depth: int
    note: str = ""


def decisions(file: SourceFile) -> list[Decision] | None:
    """What a table file decides; None when the file cannot be read."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(file.content, parser)
    except etree.XMLSyntaxError:
        return None
    return [_decision(element) for element in root.iter("{*}decision")]


def _decision(element: etree._Element) -> Decision:
    identity, name = element.get("id", ""), element.get("name") or element.get("id", "")
    table = element.find("{*}decisionTable")
    if table is None:
        expression = element.find("{*}literalExpression/{*}text")
        return Decision(identity, name, text=(expression.text or "") if expression is not None else "")
    policy = table.get("hitPolicy", "UNIQUE")
    aggregation = table.get("aggregation")
    return Decision(
        identity,
        name,
        f"{policy} ({aggregation})" if aggregation else policy,
        tuple(_input(column) for column in table.findall("{*}input")),
        tuple(column.get("label") or column.get("name") or "" for column in table.findall("{*}output")),
        tuple(
            (
                tuple(_text(entry) for entry in rule.findall("{*}inputEntry")),
                tuple(_text(entry) for entry in rule.findall("{*}outputEntry")),
                _annotation(rule),
            )
            for rule in table.findall("{*}rule")
        ),
    )


def _input(column: etree._Element) -> str:
    label = column.get("label")
    return label or _text(column.find("{*}inputExpression"))


def _text(entry: etree._Element | None) -> str:
    inner = entry.find("{*}text") if entry is not None else None
    return (inner.text or "").strip() if inner is not None else ""


def _annotation(rule: etree._Element) -> str:
    description = rule.find("{*}description")
    texts = [description.text] if description is not None and description.text else []
    texts += [_text(entry) for entry in rule.findall("{*}annotationEntry")]
    return "；".join(text.strip() for text in texts if text and text.strip())


def fields(file: SourceFile, lang: str) -> list[FieldRow]:
    """The fields of a form in the order of the page; what cannot be read is left out."""
    form = forms.parse(file.content, file.name)
    rows: list[FieldRow] = []
    for field in form.components:
        _add(rows, field, 0, lang)
    return rows


def _add(rows: list[FieldRow], field: Any, depth: int, lang: str) -> None:
    label = field.label if lang == "zh" else field.properties.get("label_en") or field.label
    text = field.attributes.get("text")
    required = bool(field.rules.get("required")) or field.required_if is not None
    rows.append(FieldRow(label or (text[:60] if isinstance(text, str) else ""), field.key, field.type, required, depth))
    for child in field.components:
        _add(rows, child, depth + 1, lang)
