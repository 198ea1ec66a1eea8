"""Operators over one, two or three values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.feel import compare
from engine.feel.arithmetic import calculate, negate
from engine.feel.nodes.base import Node
from engine.feel.running import Scope
from engine.feel.types import FeelType, conforms
from engine.feel.values import Value, kind


@dataclass(eq=False)
class _Pair(Node):
    left: Node
    right: Node

    def children(self) -> Iterator[Node]:
        yield self.left
        yield self.right


@dataclass(eq=False)
class Or(_Pair):
    """True if one is, else false if both are, else null."""

    def evaluate(self, scope: Scope) -> Value:
        left = _truth(scope, self.left.evaluate(scope))
        if left is True:
            return True
        right = _truth(scope, self.right.evaluate(scope))
        if right is True:
            return True
        return False if left is False and right is False else None


@dataclass(eq=False)
class And(_Pair):
    """False if one is, else true if both are, else null."""

    def evaluate(self, scope: Scope) -> Value:
        left = _truth(scope, self.left.evaluate(scope))
        if left is False:
            return False
        right = _truth(scope, self.right.evaluate(scope))
        if right is False:
            return False
        return True if left is True and right is True else None


@dataclass(eq=False)
class Arithmetic(_Pair):
    """`left + right` and its like."""

    operator: str

    def evaluate(self, scope: Scope) -> Value:
        return calculate(scope.run, self.operator, self.left.evaluate(scope), self.right.evaluate(scope))


@dataclass(eq=False)
class Negate(Node):
    """`-operand`"""

    operand: Node

    def evaluate(self, scope: Scope) -> Value:
        return negate(scope.run, self.operand.evaluate(scope))

    def children(self) -> Iterator[Node]:
        yield self.operand


@dataclass(eq=False)
class Comparison(_Pair):
    """`left < right` and its like."""

    operator: str

    def evaluate(self, scope: Scope) -> Value:
        return compared(scope, self.operator, self.left.evaluate(scope), self.right.evaluate(scope))


def compared(scope: Scope, operator: str, left: Value, right: Value) -> bool | None:
    """The outcome of one of `= != < <= > >=`."""
    run = scope.run
    if operator == "=":
        return compare.equal(run, left, right)
    if operator == "!=":
        result = compare.equal(run, left, right)
        return None if result is None else not result
    if operator in ("<", ">"):
        return compare.before(run, left, right) if operator == "<" else compare.before(run, right, left)
    return compare.at_most(run, left, right) if operator == "<=" else compare.at_most(run, right, left)


@dataclass(eq=False)
class Between(Node):
    """`value between low and high`, both ends included."""

    value: Node
    low: Node
    high: Node

    def evaluate(self, scope: Scope) -> Value:
        value = self.value.evaluate(scope)
        low = compare.at_most(scope.run, self.low.evaluate(scope), value)
        high = compare.at_most(scope.run, value, self.high.evaluate(scope))
        return compare.conjunction([low, high])

    def children(self) -> Iterator[Node]:
        yield from (self.value, self.low, self.high)


@dataclass(eq=False)
class InstanceOf(Node):
    """`value instance of type`; null is an instance of `Null` and `Any` only."""

    value: Node
    type: FeelType

    def evaluate(self, scope: Scope) -> Value:
        return conforms(self.value.evaluate(scope), self.type)

    def children(self) -> Iterator[Node]:
        yield self.value


def _truth(scope: Scope, value: Value) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    scope.run.error(f"{kind(value)} 不是真假值", f"a {kind(value)} is neither true nor false")
    return None
