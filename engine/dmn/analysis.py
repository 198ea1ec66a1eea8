"""What an author should know about a table before it decides: gaps, overlaps, rows that never decide, types, columns.

Each column is cut at the values its cells name; between two cuts no cell can tell inputs apart, so one
sample of each stretch stands for all of it, and the cells themselves say which samples they match. A table with
cells that are no plain values, comparisons, ranges or lists is not judged for gaps and overlaps.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from engine.dmn import samples
from engine.dmn.boxed import LiteralExpression
from engine.dmn.graph import DecisionModel
from engine.dmn.nodes import DecisionNode
from engine.dmn.table import DecisionTable, Input, Rule
from engine.dmn.types import ItemType
from engine.feel.nodes.base import Node
from engine.feel.nodes.tests import UnaryTests
from engine.feel.running import Scope
from engine.feel.text import text_of
from engine.feel.values import Value, kind
from engine.model import Finding

_MOST_EXAMPLES = 3
_MOST_COMBINATIONS = 100_000
_SINGLE = ("UNIQUE", "ANY")


def analyse(model: DecisionModel, known: frozenset[str] | None = None) -> tuple[Finding, ...]:
    """Warnings about the tables of a model that was read; pure.

    Args:
        model: as `dmn.parse` gives it.
        known: the names a caller brings; when given, what a decision takes from outside and is not among
            them is a finding, with the nearest known name.
    """
    found: list[Finding] = []
    file = model.file
    for node in model.nodes.values():
        if not isinstance(node, DecisionNode):
            continue
        if known is not None:
            found += _unknown_names(model, node, file, known)
        if isinstance(node.logic, DecisionTable):
            found += _Analysis(node.id, node.logic, file).findings()
    return tuple(found)


def _unknown_names(model: DecisionModel, node: DecisionNode, file: str, known: frozenset[str]) -> Iterator[Finding]:
    for name in sorted(model.own_names(node) - known):
        near = difflib.get_close_matches(name, sorted(known), 1, 0.6)
        zh, en = (f"；是否為「{near[0]}」？", f"; did you mean {near[0]!r}?") if near else ("", "")
        yield _finding(
            "dmn-unknown-name",
            node.id,
            file,
            f"決策「{node.name}」用到沒有的名稱「{name}」{zh}",
            f"decision {node.name!r} uses the unknown name {name!r}{en}",
        )


@dataclass(frozen=True)
class _Stretch:
    """Inputs of a column that no row can tell apart: one of them, and the rows that take it, as bits."""

    sample: Value
    rows: int


@dataclass
class _Analysis:
    id: str
    table: DecisionTable
    file: str

    def findings(self) -> list[Finding]:
        found = [*self._types(), *self._unused_columns()]
        columns = [self._stretches(at, column) for at, column in enumerate(self.table.inputs)]
        whole = [one for one in columns if one is not None]
        if self.table.rules and len(whole) == len(columns) and not found:
            combined = _combined(whole, len(self.table.rules))
            if combined is not None:
                found += [*self._gaps(combined), *self._overlaps(combined), *self._unreachable(combined)]
        return found

    def _stretches(self, at: int, column: Input) -> list[_Stretch] | None:
        tests = [rule.tests[at] for rule in self.table.rules]
        allowed = [node for node in (column.allowed, _allowed(column.type)) if node is not None]
        values = samples.of([*tests, *allowed], column.type.base.name if column.type.base else "")
        if values is None:
            return None
        scope = samples.scope()
        stretches: dict[int, _Stretch] = {}
        for value in values:
            inner = scope.inner({"?": value})
            if all(node.evaluate(inner) is True for node in allowed):
                rows = sum(1 << row for row, test in enumerate(tests) if test.evaluate(inner) is True)
                stretches.setdefault(rows, _Stretch(value, rows))
        return list(stretches.values()) or None

    def _gaps(self, combined: list[tuple[tuple[Value, ...], int]]) -> Iterator[Finding]:
        if any(output.default is not None for output in self.table.outputs):
            return
        for values in [values for values, rows in combined if not rows][:_MOST_EXAMPLES]:
            yield self._add(
                "dmn-gap",
                f"沒有一列符合，例如 {self._example(values, '、')}",
                f"no row matches, for example {self._example(values, ', ')}",
            )

    def _overlaps(self, combined: list[tuple[tuple[Value, ...], int]]) -> Iterator[Finding]:
        if self.table.policy not in _SINGLE:
            return
        told: set[tuple[int, int]] = set()
        for values, rows in combined:
            pair = self._clash(rows)
            if pair is None or pair in told or len(told) >= _MOST_EXAMPLES:
                continue
            told.add(pair)
            first, second = pair
            yield self._add(
                "dmn-overlap",
                f"第 {first}、{second} 列同時符合，例如 {self._example(values, '、')}",
                f"rows {first} and {second} both match, for example {self._example(values, ', ')}",
                self.table.rules[second - 1],
            )

    def _clash(self, rows: int) -> tuple[int, int] | None:
        """Two rows that may not match at once, by number."""
        matching = [rule for at, rule in enumerate(self.table.rules) if rows >> at & 1]
        for second in matching[1:]:
            if self.table.policy == "UNIQUE" or _outputs(matching[0]) != _outputs(second):
                return matching[0].number, second.number
        return None

    def _unreachable(self, combined: list[tuple[tuple[Value, ...], int]]) -> Iterator[Finding]:
        reached = 0
        for _, rows in combined:
            reached |= rows & -rows if self.table.policy == "FIRST" else rows
        for at, rule in enumerate(self.table.rules):
            if not reached >> at & 1:
                yield self._add(
                    "dmn-unreachable",
                    f"第 {rule.number} 列永遠不會用到",
                    f"row {rule.number} never decides",
                    rule,
                )

    def _unused_columns(self) -> Iterator[Finding]:
        rows = [rule.tests for rule in self.table.rules]
        unused = [column for at, column in enumerate(self.table.inputs) if all(_is_any(row[at]) for row in rows)]
        # A table of settings only has an input column because it must have one.
        for column in unused if rows and len(unused) < len(self.table.inputs) else ():
            yield self._add(
                "dmn-unused-column",
                f"輸入欄「{column.label}」每一列都空著，沒有作用",
                f"input column {column.label!r} is empty in every row and decides nothing",
                column,
            )

    def _types(self) -> Iterator[Finding]:
        scope = samples.scope()
        for rule in self.table.rules:
            for column, test in zip(self.table.inputs, rule.tests, strict=True):
                wanted = column.type.base.name if column.type.base else ""
                ends = samples.cuts([test]) or []
                wrong = [end for end in ends if wanted not in ("", "Any", kind(end)) and end is not None]
                if wrong and not column.type.is_list:
                    yield self._mismatch(rule, column.label, kind(wrong[0]), wanted)
            for output, cell in zip(self.table.outputs, rule.outputs, strict=True):
                if isinstance(cell, LiteralExpression) and samples.constant(cell.node):
                    value = cell.node.evaluate(scope)
                    if output.type.base is not None and output.type.problem(scope, value):
                        yield self._mismatch(rule, output.name or self.table.name, kind(value), output.type.base.name)

    def _mismatch(self, rule: Rule, column: str, found: str, wanted: str) -> Finding:
        return self._add(
            "dmn-type-mismatch",
            f"第 {rule.number} 列「{column}」欄的值是 {found}，這一欄要 {wanted}",
            f"row {rule.number}, column {column!r}: a {found} where the column takes a {wanted}",
            rule,
        )

    def _example(self, values: tuple[Value, ...], between: str) -> str:
        run = samples.scope().run
        texts = (text_of(run, [value])[1:-1] for value in values)
        return between.join(f"{column.label} = {text}" for column, text in zip(self.table.inputs, texts, strict=True))

    def _add(self, code: str, zh: str, en: str, at: Rule | Input | None = None) -> Finding:
        place = (at.id if at is not None else "") or self.id
        return _finding(
            code, place, self.file, f"決策表「{self.table.name}」：{zh}", f"decision table {self.table.name!r}: {en}"
        )


def _combined(columns: list[list[_Stretch]], rules: int) -> list[tuple[tuple[Value, ...], int]] | None:
    """Every combination of stretches with the rows that take it; None when there are too many."""
    combined: list[tuple[tuple[Value, ...], int]] = [((), (1 << rules) - 1)]
    for column in columns:
        if len(combined) * len(column) > _MOST_COMBINATIONS:
            return None
        combined = [((*values, one.sample), rows & one.rows) for values, rows in combined for one in column]
    return combined


def _is_any(test: Node) -> bool:
    return isinstance(test, UnaryTests) and not test.tests


def _allowed(type_: ItemType) -> Node | None:
    return type_.allowed.node if type_.allowed is not None and not type_.is_list else None


def _outputs(rule: Rule) -> list[Value]:
    """What can be compared of a row's results: the constants."""
    scope: Scope = samples.scope()
    return [
        cell.node.evaluate(scope) if isinstance(cell, LiteralExpression) and samples.constant(cell.node) else None
        for cell in rule.outputs
    ]


def _finding(code: str, element: str, file: str, zh: str, en: str) -> Finding:
    return Finding(code, "warning", file, element, None, zh, en, None)
