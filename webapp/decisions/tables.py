"""Decision tables as plain tables, for reading and for browsers without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from engine import SourceFile


@dataclass(frozen=True)
class Column:
    """An input or output column.

    Attributes:
        label: its heading; empty for the only output of a table without one.
        name: of an output its name, of an input the expression it tests.
        type: what the author declared, empty when nothing.
    """

    id: str
    label: str
    name: str = ""
    type: str = ""

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True)
class Row:
    """A rule: its cells as written, and what its author says about it."""

    id: str
    number: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    note: str = ""
    cells: tuple[str, ...] = ()
    """The ids of the cells, inputs first."""


@dataclass(frozen=True)
class Decision:
    """One decision of a file. One that is no table has no columns; a literal expression has its `text`."""

    id: str
    name: str
    hit_policy: str = ""
    inputs: tuple[Column, ...] = ()
    outputs: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    text: str = ""
    requires: tuple[str, ...] = ()
    """The ids of the decisions of the same file that it needs."""
    ids: frozenset[str] = field(default=frozenset(), compare=False)
    """Of everything in it: to tell which findings are its own."""

    @property
    def is_table(self) -> bool:
        """Whether it has rows to show."""
        return bool(self.inputs or self.outputs)


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
    needed = [one.get("href", "") for one in element.findall("{*}informationRequirement/{*}requiredDecision")]
    requires = tuple(href.removeprefix("#") for href in needed if href.startswith("#"))
    ids = frozenset(str(inner.get("id")) for inner in element.iter() if inner.get("id"))
    table = element.find("{*}decisionTable")
    if table is None:
        expression = element.find("{*}literalExpression/{*}text")
        text = (expression.text or "") if expression is not None else ""
        return Decision(identity, name, text=text, requires=requires, ids=ids)
    policy = table.get("hitPolicy", "UNIQUE")
    aggregation = table.get("aggregation")
    return Decision(
        identity,
        name,
        f"{policy} ({aggregation})" if aggregation else policy,
        tuple(_input(column) for column in table.findall("{*}input")),
        tuple(_output(column) for column in table.findall("{*}output")),
        tuple(_row(number, rule) for number, rule in enumerate(table.findall("{*}rule"), 1)),
        requires=requires,
        ids=ids,
    )


def _input(column: etree._Element) -> Column:
    expression = column.find("{*}inputExpression")
    text = _text(expression)
    type_ = "" if expression is None else expression.get("typeRef", "")
    return Column(column.get("id", ""), column.get("label") or text, text, type_)


def _output(column: etree._Element) -> Column:
    name = column.get("name") or ""
    return Column(column.get("id", ""), column.get("label") or name, name, column.get("typeRef", ""))


def _row(number: int, rule: etree._Element) -> Row:
    tests, results = rule.findall("{*}inputEntry"), rule.findall("{*}outputEntry")
    return Row(
        rule.get("id", ""),
        number,
        tuple(map(_text, tests)),
        tuple(map(_text, results)),
        _annotation(rule),
        tuple(cell.get("id", "") for cell in (*tests, *results)),
    )


def _text(entry: etree._Element | None) -> str:
    inner = entry.find("{*}text") if entry is not None else None
    return (inner.text or "").strip() if inner is not None else ""


def _annotation(rule: etree._Element) -> str:
    description = rule.find("{*}description")
    texts = [description.text] if description is not None and description.text else []
    texts += [_text(entry) for entry in rule.findall("{*}annotationEntry")]
    return "；".join(text.strip() for text in texts if text and text.strip())
