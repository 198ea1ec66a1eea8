"""A decision table out of its XML; what cannot be read is named by row and column."""

from __future__ import annotations

from typing import get_args

from engine.dmn.boxed import Boxed, LiteralExpression, Unreadable
from engine.dmn.findings import Findings
from engine.dmn.table import Aggregation, DecisionTable, HitPolicy, Input, Output, Rule
from engine.dmn.types import Types
from engine.dmn.xml import Element, child, children, text_of
from engine.feel.nodes.base import Node
from engine.feel.nodes.literals import Literal
from engine.feel.nodes.tests import UnaryTests

_SHORT = {"U": "UNIQUE", "A": "ANY", "F": "FIRST", "P": "PRIORITY", "R": "RULE ORDER", "O": "OUTPUT ORDER",
          "C": "COLLECT"}  # fmt: skip


class TableReader:
    """Reads one table of one decision."""

    def __init__(self, element: Element, name: str, findings: Findings, types: Types) -> None:
        self.element = element
        self.name = name
        self.findings = findings
        self.types = types

    def read(self) -> DecisionTable:
        """The table; unreadable parts are null with an error when they are reached."""
        policy, aggregation = self._policy()
        inputs = tuple(self._input(at, column) for at, column in enumerate(children(self.element, "input"), 1))
        outputs = tuple(self._output(at, column) for at, column in enumerate(children(self.element, "output"), 1))
        if not outputs:
            self._add("dmn-table-output", self.element, "沒有輸出欄", "no output column")
        if len(outputs) > 1 and aggregation:
            self._add(
                "dmn-hit-policy", self.element, "多個輸出欄不能彙總", "several output columns cannot be aggregated"
            )
        if policy in ("PRIORITY", "OUTPUT ORDER") and all(output.order is None for output in outputs):
            self._add("dmn-hit-policy", self.element, "命中規則需要輸出值的順序", "the hit policy needs output values")
        names = [output.name for output in outputs]
        if len(names) > 1 and (len(set(names)) < len(names) or "" in names):
            self._add("dmn-table-output", self.element, "輸出欄要有不同的名稱", "output columns need different names")
        rules = tuple(
            self._rule(number, rule, inputs, outputs) for number, rule in enumerate(children(self.element, "rule"), 1)
        )
        return DecisionTable(self.name, inputs, outputs, rules, policy, aggregation)

    def _policy(self) -> tuple[HitPolicy, Aggregation]:
        text = (self.element.get("hitPolicy") or "UNIQUE").strip().upper()
        policy = _SHORT.get(text, text)
        aggregation = (self.element.get("aggregation") or "").strip().upper()
        if policy not in get_args(HitPolicy):
            self._add("dmn-hit-policy", self.element, f"沒有命中規則「{text}」", f"there is no hit policy {text!r}")
            policy = "UNIQUE"
        if aggregation not in get_args(Aggregation) or (aggregation and policy != "COLLECT"):
            self._add(
                "dmn-hit-policy", self.element, f"不能彙總「{aggregation}」", f"{aggregation!r} cannot be aggregated"
            )
            aggregation = ""
        return policy, aggregation  # type: ignore[return-value]

    def _input(self, at: int, column: Element) -> Input:
        expression = child(column, "inputExpression")
        text = text_of(expression)
        label = column.get("label") or text or f"{at}"
        where = f"決策表「{self.name}」輸入欄 {at}", f"decision table {self.name!r}, input column {at}"
        boxed = self._literal(text, column if expression is None else expression, *where)
        values = child(column, "inputValues")
        allowed = self._tests(text_of(values), values, *where) if values is not None and text_of(values) else None
        type_ = self.types.named(None if expression is None else expression.get("typeRef"))
        return Input(label, boxed, type_, allowed, column.get("id") or "")

    def _output(self, at: int, column: Element) -> Output:
        where = f"決策表「{self.name}」輸出欄 {at}", f"decision table {self.name!r}, output column {at}"
        values, default = child(column, "outputValues"), child(column, "defaultOutputEntry")
        order: Node | None = None
        if values is not None and text_of(values):
            expression = self.findings.feel(f"[{text_of(values)}]", values, *where)
            order = expression.node if expression else None
        boxed = self._literal(text_of(default), default, *where) if default is not None and text_of(default) else None
        return Output(column.get("name") or "", self.types.named(column.get("typeRef")), order, boxed)

    def _rule(self, number: int, rule: Element, inputs: tuple[Input, ...], outputs: tuple[Output, ...]) -> Rule:
        tests, cells = list(children(rule, "inputEntry")), list(children(rule, "outputEntry"))
        if len(tests) != len(inputs) or len(cells) != len(outputs):
            self._add("dmn-rule", rule, f"第 {number} 列的欄數不符", f"row {number} has another number of cells")
        read_tests = []
        for at, column in enumerate(inputs):
            where = self._where(number, column.label)
            cell = tests[at] if at < len(tests) else None
            read_tests.append(self._tests(text_of(cell), cell, *where))
        read_outputs: list[Boxed] = []
        for at, output in enumerate(outputs):
            where = self._where(number, output.name or str(len(inputs) + at + 1))
            read_outputs.append(self._cell(cells[at] if at < len(cells) else None, *where))
        notes = tuple(text_of(note) for note in children(rule, "annotationEntry"))
        description = child(rule, "description")
        if description is not None and description.text:
            notes = (*notes, description.text.strip())
        return Rule(rule.get("id") or "", number, tuple(read_tests), tuple(read_outputs), notes)

    def _cell(self, cell: Element | None, zh: str, en: str) -> Boxed:
        text = text_of(cell)
        if cell is None or not text:
            self.findings.add(
                "dmn-empty-output", cell, f"{zh}：空白，結果是 null", f"{en}: empty, the result is null", "warning"
            )
            return LiteralExpression(Literal(None))
        return self._literal(text, cell, zh, en, cell=True)

    def _literal(self, text: str, element: Element, zh: str, en: str, *, cell: bool = False) -> Boxed:
        expression = self.findings.feel(text, element, zh, en, cell=cell)
        return LiteralExpression(expression.node) if expression else Unreadable(zh)

    def _tests(self, text: str, element: Element | None, zh: str, en: str) -> Node:
        if element is None or not text:
            return UnaryTests(())
        expression = self.findings.feel(text, element, zh, en, "unary", cell=True)
        return expression.node if expression else Literal(None)

    def _where(self, number: int, column: str) -> tuple[str, str]:
        return (
            f"決策表「{self.name}」第 {number} 列「{column}」欄",
            f"decision table {self.name!r}, row {number}, column {column!r}",
        )

    def _add(self, code: str, element: Element, zh: str, en: str) -> None:
        self.findings.add(code, element, f"決策表「{self.name}」：{zh}", f"decision table {self.name!r}: {en}")
