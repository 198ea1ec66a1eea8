"""Read-only tables of a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.forms import Field, Node
from engine.forms.expressions import Functions, compile_rule, is_expression
from engine.forms.nodes import Scope
from engine.forms.parsing import read_options
from engine.forms.properties import texts
from engine.forms.types.computed import display_plain

MAX_ROWS = 500


@dataclass
class TableView:
    """Column headings and cells in words; `numeric` columns stand to the right."""

    headings: list[str]
    rows: list[list[str]]
    numeric: list[bool]


def table_view(node: Node, lang: str, scope: Scope, functions: Functions) -> TableView:
    """The rows of a table component; at most 500. A column may say `format` (money, roc-year,
    plain) and list `values` with their labels, as a select does.
    """
    listed = node.value if isinstance(node.value, (list, tuple)) else []
    rows = [row for row in listed if isinstance(row, Mapping)][:MAX_ROWS]
    columns = _columns(node.field, scope, functions)
    cells = [[row.get(str(column.get("key", ""))) for column in columns] for row in rows]
    numeric = [
        bool(cells) and all(isinstance(line[at], (int, Decimal)) and not isinstance(line[at], bool) for line in cells)
        for at in range(len(columns))
    ]
    headings = [
        str((column.get("label_en") if lang != "zh" else None) or column.get("label") or "") for column in columns
    ]
    looks = [_look(node.field, column) for column in columns]
    words = [[display_plain(look, value, lang) for look, value in zip(looks, line, strict=True)] for line in cells]
    return TableView(headings, words, numeric)


def _look(field: Field, column: Mapping[str, Any]) -> Field:
    """How the cells of a column read: its `format`, and labels for values it lists."""
    values = column.get("values")
    options = tuple(read_options(values)) if isinstance(values, list) else ()
    return Field(id=field.id, type="expression", properties=texts(column), options=options)


def _columns(field: Field, scope: Scope, functions: Functions) -> list[Mapping[str, Any]]:
    listed = field.attributes.get("columns")
    expression = field.attributes.get("columnsExpression")
    if is_expression(expression):
        try:
            listed = compile_rule(str(expression)).evaluate(scope.context, functions).value
        except ValueError:
            listed = None
    return [column for column in listed if isinstance(column, Mapping)][:50] if isinstance(listed, list) else []
