"""Decision tables and their hit policies (DMN 1.5 section 8.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from engine.dmn.boxed import Boxed
from engine.dmn.model import DecisionStep, RuleHit
from engine.dmn.types import ANY, ItemType
from engine.feel import compare
from engine.feel.errors import FeelError
from engine.feel.functions import statistics
from engine.feel.nodes.base import FreeNames, Node
from engine.feel.nodes.tests import INPUT
from engine.feel.running import Budget, Run, Scope
from engine.feel.values import Value, to_python

HitPolicy = Literal["UNIQUE", "ANY", "FIRST", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT"]
Aggregation = Literal["", "SUM", "MIN", "MAX", "COUNT"]


@dataclass(frozen=True)
class Input:
    """An input column."""

    label: str
    expression: Boxed
    type: ItemType = ANY
    allowed: Node | None = None
    id: str = ""


@dataclass(frozen=True)
class Output:
    """An output column. `order` are its output values, the first ranking highest."""

    name: str
    type: ItemType = ANY
    order: Node | None = None
    default: Boxed | None = None


@dataclass(frozen=True)
class Rule:
    """A row."""

    id: str
    number: int
    tests: tuple[Node, ...]
    outputs: tuple[Boxed, ...]
    annotations: tuple[str, ...] = ()


class Recorder(Run):
    """A run that also notes which rules matched, and on what, and the chain of decisions."""

    def __init__(self, budget: Budget, functions: Mapping[str, Callable[..., Any]]) -> None:
        super().__init__(budget, functions)
        self.hits: list[RuleHit] = []
        self.inputs: dict[str, dict[str, Value]] = {}
        self.columns: dict[str, list[Value]] = {}
        self.steps: list[DecisionStep] = []


@dataclass(frozen=True)
class DecisionTable:
    """Rows of tests and outputs."""

    name: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    policy: HitPolicy = "UNIQUE"
    aggregation: Aggregation = ""

    def evaluate(self, scope: Scope) -> Value:
        values = self._input_values(scope)
        if values is None:
            return None
        matching = [rule for rule in self.rules if self._matches(scope, rule, values)]
        if not matching:
            return self._default(scope)
        if self.policy == "UNIQUE" and len(matching) > 1:
            rows = "、".join(str(rule.number) for rule in matching)
            return self._error(scope, f"第 {rows} 列同時符合", f"rows {rows} match at once")
        if self.policy == "FIRST":
            matching = matching[:1]
        results = []
        for rule in matching:
            outputs = self._outputs(scope, rule)
            if outputs is None:
                return None
            results.append(outputs)
        chosen = self._chosen(scope, matching, results)
        self._record(scope, [(rule, result) for rule, result in zip(matching, results, strict=True)
                             if any(result is one for one in chosen)])  # fmt: skip
        return self._combined(scope, chosen) if chosen else None

    def collect(self, into: FreeNames, bound: frozenset[str]) -> None:
        for column in self.inputs:
            column.expression.collect(into, bound)
        for rule in self.rules:
            for test in rule.tests:
                test.collect(into, bound | {INPUT})
            for output in rule.outputs:
                output.collect(into, bound)

    def _input_values(self, scope: Scope) -> list[Value] | None:
        values: list[Value] = []
        for column in self.inputs:
            faults = scope.run.faults
            value, problem = column.type.fit(scope, column.expression.evaluate(scope))
            if not problem and value is None and scope.run.faults > faults:
                problem = "算不出來 / cannot be computed"
            if not problem and not self._allowed(scope, column, value):
                problem = "不在允許的值之內 / not an allowed value"
            if problem:
                zh, _, en = problem.partition(" / ")
                self._error(scope, f"輸入「{column.label}」{zh}", f"input {column.label!r}: {en}")
                return None
            values.append(value)
        if isinstance(scope.run, Recorder):
            labels = [column.label for column in self.inputs]
            scope.run.inputs[self.name] = dict(zip(labels, values, strict=True))
            scope.run.columns[self.name] = values
        return values

    @staticmethod
    def _allowed(scope: Scope, column: Input, value: Value) -> bool:
        if column.allowed is None or value is None:
            return True
        return column.allowed.evaluate(scope.inner({INPUT: value})) is True

    def _matches(self, scope: Scope, rule: Rule, values: list[Value]) -> bool:
        scope.run.spend(sum(test.size for test in rule.tests) + 1)
        return all(
            test.evaluate(scope.inner({INPUT: value})) is True for test, value in zip(rule.tests, values, strict=True)
        )

    def _outputs(self, scope: Scope, rule: Rule) -> list[Value] | None:
        """The row's output values; None, with an error, where one cannot be computed or is of another type."""
        values = []
        for column, cell in zip(self.outputs, rule.outputs, strict=True):
            faults = scope.run.faults
            value, problem = column.type.fit(scope, cell.evaluate(scope))
            if not problem and value is None and scope.run.faults > faults:
                problem = "算不出來 / cannot be computed"
            if problem:
                zh, _, en = problem.partition(" / ")
                row = (
                    f"第 {rule.number} 列輸出「{column.name}」{zh}",
                    f"row {rule.number}, output {column.name!r}: {en}",
                )
                self._error(scope, *row)
                return None
            values.append(value)
        return values

    def _default(self, scope: Scope) -> Value:
        if all(output.default is None for output in self.outputs):
            return self._error(scope, "沒有符合的列，也沒有預設值", "no row matches and there is no default")
        values = [None if output.default is None else output.default.evaluate(scope) for output in self.outputs]
        value = self._shaped(values)
        lists = self.policy in ("RULE ORDER", "OUTPUT ORDER") or (self.policy == "COLLECT" and not self.aggregation)
        return [value] if lists and not isinstance(value, list) else value

    def _chosen(self, scope: Scope, rules: list[Rule], results: list[list[Value]]) -> list[list[Value]]:
        """The results that count; empty, with an error, when the policy is broken."""
        if self.policy == "ANY" and any(not compare.same(result, results[0]) for result in results):
            rows = "、".join(str(rule.number) for rule in rules)
            self._error(scope, f"第 {rows} 列的結果不同", f"rows {rows} give different results")
            return []
        if self.policy in ("PRIORITY", "OUTPUT ORDER"):
            ranked = self._ranked(scope, rules, results)
            return ranked[:1] if self.policy == "PRIORITY" else ranked
        return results[:1] if self.policy in ("ANY", "UNIQUE") else results

    def _ranked(self, scope: Scope, rules: list[Rule], results: list[list[Value]]) -> list[list[Value]]:
        """The results by the order of the output values; empty, with an error, where one is not among them."""
        orders = [None if output.order is None else output.order.evaluate(scope) for output in self.outputs]
        ranks: dict[int, tuple[int, ...]] = {}
        for rule, result in zip(rules, results, strict=True):
            places = []
            for output, value, order in zip(self.outputs, result, orders, strict=True):
                place = _place(value, order)
                if place is None:
                    self._error(
                        scope,
                        f"第 {rule.number} 列輸出「{output.name}」的值不在輸出值之內，無法排序",
                        f"row {rule.number}, output {output.name!r}: the value is not among the output values",
                    )
                    return []
                places.append(place)
            ranks[id(result)] = tuple(places)
        return sorted(results, key=lambda result: ranks[id(result)])

    def _combined(self, scope: Scope, chosen: list[list[Value]]) -> Value:
        shaped = [self._shaped(result) for result in chosen]
        if self.policy in ("RULE ORDER", "OUTPUT ORDER") or (self.policy == "COLLECT" and not self.aggregation):
            return shaped
        if self.aggregation:
            try:
                return _AGGREGATIONS[self.aggregation](scope.run, shaped)
            except FeelError as error:
                return self._error(scope, f"不能彙總：{error.zh}", f"cannot be aggregated: {error.en}")
        return shaped[0]

    def _shaped(self, values: list[Value]) -> Value:
        if len(self.outputs) == 1:
            return values[0]
        return {output.name: value for output, value in zip(self.outputs, values, strict=True)}

    def _record(self, scope: Scope, hits: list[tuple[Rule, list[Value]]]) -> None:
        if not isinstance(scope.run, Recorder):
            return
        for rule, values in hits:
            names = [output.name or self.name for output in self.outputs]
            outputs = {name: to_python(value) for name, value in zip(names, values, strict=True)}
            scope.run.hits.append(RuleHit(self.name, rule.id, rule.number, outputs, rule.annotations))

    def _error(self, scope: Scope, zh: str, en: str) -> Any:
        return scope.run.error(f"決策表「{self.name}」：{zh}", f"decision table {self.name!r}: {en}")


def _place(value: Value, order: list[Value] | None) -> int | None:
    """Where a value stands in the order of output values; an output without one ranks all alike."""
    if not order:
        return 0
    return next((at for at, listed in enumerate(order) if compare.same(value, listed)), None)


def _count(run: Run, values: list[Value]) -> Value:
    return Decimal(len(values))


_AGGREGATIONS: dict[str, Callable[[Run, list[Value]], Value]] = {
    "SUM": statistics.total,
    "MIN": statistics.minimum,
    "MAX": statistics.maximum,
    "COUNT": _count,
}
