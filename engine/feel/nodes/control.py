"""Choosing and repeating: if, for, some, every."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from engine.feel.nodes.base import FreeNames, Node
from engine.feel.running import Scope
from engine.feel.temporal.dates import FeelDate
from engine.feel.values import Range, Value, kind


@dataclass(eq=False)
class If(Node):
    """`if condition then one else other`; anything but true means the other."""

    condition: Node
    then: Node
    otherwise: Node

    def evaluate(self, scope: Scope) -> Value:
        condition = self.condition.evaluate(scope)
        if condition is not None and not isinstance(condition, bool):
            scope.run.error(f"if 的條件是 {kind(condition)}", f"the condition of an if is a {kind(condition)}")
        return (self.then if condition is True else self.otherwise).evaluate(scope)

    def children(self) -> Iterator[Node]:
        yield from (self.condition, self.then, self.otherwise)


@dataclass(eq=False)
class Iteration(Node):
    """`name in source`, or `name in source..end`."""

    name: str
    source: Node
    end: Node | None = None

    def elements(self, scope: Scope) -> Iterator[Value] | None:
        """The values one after another; None when there is nothing to go through."""
        source = self.source.evaluate(scope)
        if self.end is not None:
            return _steps(scope, source, self.end.evaluate(scope))
        if isinstance(source, Range):
            return _range_steps(scope, source)
        if source is None:
            scope.run.error("不能走訪 null", "null cannot be gone through")
            return None
        return iter(source if isinstance(source, list) else [source])

    def children(self) -> Iterator[Node]:
        yield self.source
        if self.end is not None:
            yield self.end


@dataclass(eq=False)
class _Loop(Node):
    iterations: tuple[Iteration, ...]
    body: Node

    def children(self) -> Iterator[Node]:
        yield from self.iterations
        yield self.body

    def collect(self, into: FreeNames, bound: frozenset[str], *, certain: bool = True) -> None:
        for iteration in self.iterations:
            iteration.collect(into, bound, certain=certain)
            bound |= {iteration.name}
        self.body.collect(into, bound | self._extra_names(), certain=certain)

    def _extra_names(self) -> frozenset[str]:
        return frozenset()

    def _scopes(self, scope: Scope, depth: int = 0) -> Iterator[Scope | None]:
        """A scope for each combination of the iterations' values; None where one cannot be gone through."""
        if depth == len(self.iterations):
            yield scope
            return
        iteration = self.iterations[depth]
        elements = iteration.elements(scope)
        if elements is None:
            yield None
            return
        for value in elements:
            scope.run.spend(self.body.size)
            yield from self._scopes(scope.inner({iteration.name: value}), depth + 1)


@dataclass(eq=False)
class For(_Loop):
    """`for … return body`; `partial` is the list of the results so far."""

    def __post_init__(self) -> None:
        super().__post_init__()
        used = FreeNames()
        self.body.collect(used, frozenset())
        self.sees_partial = "partial" in used.certain | used.possible

    def evaluate(self, scope: Scope) -> Value:
        results: list[Value] = []
        for inner in self._scopes(scope):
            if inner is None:
                return None
            if self.sees_partial:
                scope.run.spend(len(results))
                inner.bound["partial"] = list(results)
            results.append(self.body.evaluate(inner))
            scope.run.sized(len(results))
        return results

    def _extra_names(self) -> frozenset[str]:
        return frozenset({"partial"})


@dataclass(eq=False)
class Quantified(_Loop):
    """`some … satisfies body` and `every … satisfies body`, in three-valued logic."""

    every: bool

    def evaluate(self, scope: Scope) -> Value:
        unknown = False
        for inner in self._scopes(scope):
            if inner is None:
                return None
            value = self.body.evaluate(inner)
            if isinstance(value, bool):
                if value is not self.every:
                    return value
                continue
            if value is not None:
                scope.run.error(f"satisfies 之後是 {kind(value)}", f"a {kind(value)} after satisfies")
            unknown = True
        return None if unknown else self.every


def _range_steps(scope: Scope, span: Range) -> Iterator[Value] | None:
    steps = _steps(scope, span.low, span.high)
    if steps is None:
        return None
    left_out = [span.low] * (not span.low_included) + [span.high] * (not span.high_included)
    return (step for step in steps if step not in left_out)


def _steps(scope: Scope, start: Value, end: Value) -> Iterator[Value] | None:
    """Whole numbers or days from `start` to `end`, downwards where `end` is less."""
    first, last = _position(start), _position(end)
    if first is None or last is None or type(start) is not type(end):
        scope.run.error(
            f"不能從 {kind(start)} 數到 {kind(end)}", f"no steps lead from a {kind(start)} to a {kind(end)}"
        )
        return None
    step = 1 if first <= last else -1
    positions = range(first, last + step, step)
    if isinstance(start, FeelDate):
        return (FeelDate.from_epoch_days(position) for position in positions)
    return (Decimal(position) for position in positions)


def _position(value: Value) -> int | None:
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    if isinstance(value, FeelDate):
        return value.epoch_days()
    return None
