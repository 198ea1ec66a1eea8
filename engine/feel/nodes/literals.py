"""Values written down: constants, lists, contexts, ranges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.feel import compare
from engine.feel.nodes.base import FreeNames, Node
from engine.feel.running import Scope
from engine.feel.values import Range, Value, kind


@dataclass(eq=False)
class Literal(Node):
    """A constant."""

    value: Value

    def evaluate(self, scope: Scope) -> Value:
        return self.value


@dataclass(eq=False)
class ListNode(Node):
    """`[a, b, c]`"""

    items: tuple[Node, ...]

    def evaluate(self, scope: Scope) -> Value:
        return [item.evaluate(scope) for item in self.items]

    def children(self) -> Iterator[Node]:
        return iter(self.items)


@dataclass(eq=False)
class ContextNode(Node):
    """`{a: 1, b: a + 1}`: an entry sees the entries before it. A key given twice makes it null."""

    entries: tuple[tuple[str, Node], ...]

    def evaluate(self, scope: Scope) -> Value:
        result: dict[str, Value] = {}
        inner = scope.inner({})
        for key, node in self.entries:
            if key in result:
                return scope.run.error(f"鍵「{key}」重複", f"the key {key!r} is given twice")
            inner.bound[key] = result[key] = node.evaluate(inner)
        return result

    def children(self) -> Iterator[Node]:
        return (node for _, node in self.entries)

    def collect(self, into: FreeNames, bound: frozenset[str], *, certain: bool = True) -> None:
        for key, node in self.entries:
            node.collect(into, bound, certain=certain)
            bound |= {key}


@dataclass(eq=False)
class RangeNode(Node):
    """`[low..high]`, `(low..high)` and so on."""

    low: Node
    high: Node
    low_included: bool
    high_included: bool

    def evaluate(self, scope: Scope) -> Value:
        low, high = self.low.evaluate(scope), self.high.evaluate(scope)
        if low is not None and high is not None and not compare.comparable(low, high):
            return scope.run.error(
                f"範圍的兩端是 {kind(low)} 與 {kind(high)}", f"a range from a {kind(low)} to a {kind(high)}"
            )
        if compare.before(scope.run, high, low) is True:
            return scope.run.error("範圍的起點在終點之後", "the range begins after its end")
        return Range(low, high, self.low_included, self.high_included)

    def children(self) -> Iterator[Node]:
        yield self.low
        yield self.high
