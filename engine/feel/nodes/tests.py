"""Tests of one value: the right side of `in`, and the cells of a decision table (DMN 1.5 section 10.3.2.9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.feel import compare
from engine.feel.nodes.base import FreeNames, Node
from engine.feel.nodes.operators import compared
from engine.feel.running import MISSING, Scope
from engine.feel.values import Range, Value

INPUT = "?"


@dataclass(eq=False)
class OperatorTest(Node):
    """`< end`, `!= end` and so on."""

    operator: str
    end: Node

    def holds(self, scope: Scope, value: Value) -> bool | None:
        """Whether `value` passes."""
        return compared(scope, self.operator, value, self.end.evaluate(scope))

    def evaluate(self, scope: Scope) -> Value:
        """As a value of its own it is the range that it describes."""
        end = self.end.evaluate(scope)
        if self.operator in ("<", "<="):
            return Range(None, end, False, self.operator == "<=", low_open=True)
        if self.operator in (">", ">="):
            return Range(end, None, self.operator == ">=", False, high_open=True)
        if self.operator == "=":
            return Range(end, end, True, True)
        return scope.run.error("「!=」不是範圍", "'!=' describes no range")

    def children(self) -> Iterator[Node]:
        yield self.end


@dataclass(eq=False)
class ExpressionTest(Node):
    """An expression: a condition on `?`, or a value, list or range that the input must be, or be in."""

    expression: Node
    about_input: bool = False
    """Whether it speaks of `?`; then it is a condition."""

    def __post_init__(self) -> None:
        super().__post_init__()
        used = FreeNames()
        self.expression.collect(used, frozenset())
        self.about_input = INPUT in used.certain | used.possible

    def holds(self, scope: Scope, value: Value) -> bool | None:
        """Whether `value` passes."""
        wanted = self.expression.evaluate(scope)
        if self.about_input:
            return wanted if isinstance(wanted, bool) else None
        if isinstance(wanted, bool) and not isinstance(value, bool) and value is not None:
            return wanted
        return passes(scope, value, wanted)

    def children(self) -> Iterator[Node]:
        yield self.expression


Test = OperatorTest | ExpressionTest


@dataclass(eq=False)
class Membership(Node):
    """`value in test` and `value in (test, test)`: true if one of them holds."""

    value: Node
    tests: tuple[Test, ...]

    def evaluate(self, scope: Scope) -> Value:
        value = self.value.evaluate(scope)
        return _any(test.holds(scope, value) for test in self.tests)

    def children(self) -> Iterator[Node]:
        yield self.value
        yield from self.tests


@dataclass(eq=False)
class UnaryTests(Node):
    """A cell: true if one of its tests holds for `?`, or with `negated` if none does. No tests: always true."""

    tests: tuple[Test, ...]
    negated: bool = False

    def evaluate(self, scope: Scope) -> Value:
        if not self.tests:
            return True
        value = scope.lookup(INPUT)
        if value is MISSING:
            return scope.run.error("沒有輸入值", "there is no input value")
        result = _any(test.holds(scope, value) for test in self.tests)
        return not result if self.negated and result is not None else result

    def children(self) -> Iterator[Node]:
        return iter(self.tests)


def passes(scope: Scope, value: Value, wanted: Value) -> bool | None:
    """Whether `value` is `wanted`, or in it when that is a range or a list."""
    run = scope.run
    if isinstance(wanted, Range) and not isinstance(value, Range):
        return compare.includes(run, wanted, value)
    if isinstance(wanted, list):
        if isinstance(value, list):
            return compare.same(value, wanted) or any(compare.same(value, item) for item in wanted)
        run.spend(len(wanted))
        return _any(_in_element(scope, value, item) for item in wanted)
    return compare.equal(run, value, wanted)


def _in_element(scope: Scope, value: Value, item: Value) -> bool | None:
    if isinstance(item, Range) and not isinstance(value, Range):
        return compare.includes(scope.run, item, value)
    return compare.same(value, item)


def _any(results: Iterator[bool | None]) -> bool | None:
    unknown = False
    for result in results:
        if result is True:
            return True
        unknown = unknown or result is None
    return None if unknown else False
