"""Boxed expressions: what a decision or a function is made of (DMN 1.5 chapters 7 and 10.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from engine.dmn.types import ANY, ItemType
from engine.feel.functions.registry import invoke
from engine.feel.nodes.base import FreeNames, Node
from engine.feel.running import Scope
from engine.feel.values import Function, Value, kind


class Boxed(Protocol):
    """Something with a value in a scope."""

    def evaluate(self, scope: Scope) -> Value:
        """Its value; null with an error in the scope's run when it has none."""

    def collect(self, into: FreeNames, bound: frozenset[str]) -> None:
        """Add the names it needs from outside."""


@dataclass(frozen=True)
class LiteralExpression:
    """One FEEL text."""

    node: Node

    def evaluate(self, scope: Scope) -> Value:
        return self.node.evaluate(scope)

    def collect(self, into: FreeNames, bound: frozenset[str]) -> None:
        self.node.collect(into, bound)


@dataclass(frozen=True)
class Unreadable:
    """What could not be read; the findings say why, and so does its value where a short reason is given."""

    label: str
    zh: str = "無法讀取"
    en: str = "cannot be read"

    def evaluate(self, scope: Scope) -> Value:
        return scope.run.error(f"「{self.label}」{self.zh}", f"{self.label!r} {self.en}")

    def collect(self, into: FreeNames, bound: frozenset[str]) -> None:
        """It needs nothing."""


@dataclass(frozen=True)
class BoxedContext:
    """Named entries, each seeing those before it; `result` is the entry without name, whose value is the whole."""

    entries: tuple[tuple[str, Boxed, ItemType], ...]
    result: Boxed | None = None

    def evaluate(self, scope: Scope) -> Value:
        inner = scope.inner({})
        values: dict[str, Value] = {}
        for name, boxed, type_ in self.entries:
            value, problem = type_.fit(inner, boxed.evaluate(inner))
            if problem:
                scope.run.error(*_typed(name, problem))
            inner.bound[name] = values[name] = value
        return values if self.result is None else self.result.evaluate(inner)

    def collect(self, into: FreeNames, bound: frozenset[str]) -> None:
        for name, boxed, _ in self.entries:
            boxed.collect(into, bound)
            bound |= {name}
        if self.result is not None:
            self.result.collect(into, bound)


@dataclass(frozen=True)
class BoxedList:
    """A list, one boxed expression an element."""

    items: tuple[Boxed, ...]

    def evaluate(self, scope: Scope) -> Value:
        return [item.evaluate(scope) for item in self.items]

    def collect(self, into: FreeNames, bound: frozenset[str]) -> None:
        for item in self.items:
            item.collect(into, bound)


@dataclass(frozen=True)
class Relation:
    """A list of contexts, drawn as a table."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Boxed, ...], ...]

    def evaluate(self, scope: Scope) -> Value:
        return [
            {column: cell.evaluate(scope) for column, cell in zip(self.columns, row, strict=False)} for row in self.rows
        ]

    def collect(self, into: FreeNames, bound: frozenset[str]) -> None:
        for row in self.rows:
            for cell in row:
                cell.collect(into, bound)


@dataclass(frozen=True)
class FunctionDefinition:
    """A function with named and typed parameters."""

    name: str
    parameters: tuple[tuple[str, ItemType], ...]
    body: Boxed
    result: ItemType = ANY

    def evaluate(self, scope: Scope) -> Value:
        names = tuple(name for name, _ in self.parameters)

        def call(arguments: list[Value]) -> Value:
            scope.run.spend(1)
            bound: dict[str, Value] = {}
            for (name, type_), argument in zip(self.parameters, arguments, strict=True):
                bound[name], problem = type_.fit(scope, argument)
                if problem:
                    return scope.run.error(*_typed(name, problem))
            value, problem = self.result.fit(scope, self.body.evaluate(scope.inner(bound)))
            return scope.run.error(*_typed(self.name, problem)) if problem else value

        return Function(self.name, names, call)

    def collect(self, into: FreeNames, bound: frozenset[str]) -> None:
        self.body.collect(into, bound | {name for name, _ in self.parameters})


@dataclass(frozen=True)
class Invocation:
    """A call of a function with its arguments by name."""

    function: Boxed
    bindings: tuple[tuple[str, Boxed], ...]

    def evaluate(self, scope: Scope) -> Value:
        function = self.function.evaluate(scope)
        arguments = [boxed.evaluate(scope) for _, boxed in self.bindings]
        if not isinstance(function, Function):
            return scope.run.error(f"{kind(function)} 不是函式", f"a {kind(function)} is no function")
        return invoke(scope.run, function, arguments, tuple(name for name, _ in self.bindings))

    def collect(self, into: FreeNames, bound: frozenset[str]) -> None:
        self.function.collect(into, bound)
        for _, boxed in self.bindings:
            boxed.collect(into, bound)


@dataclass(frozen=True)
class Conditional:
    """if, then, else."""

    condition: Boxed
    then: Boxed
    otherwise: Boxed

    def evaluate(self, scope: Scope) -> Value:
        condition = self.condition.evaluate(scope)
        if condition is not None and not isinstance(condition, bool):
            return scope.run.error(f"if 的條件是 {kind(condition)}", f"the condition of an if is a {kind(condition)}")
        return (self.then if condition is True else self.otherwise).evaluate(scope)

    def collect(self, into: FreeNames, bound: frozenset[str]) -> None:
        for part in (self.condition, self.then, self.otherwise):
            part.collect(into, bound)


@dataclass(eq=False)
class Gap(Node):
    """A place in a FEEL node where a boxed expression stands: lets loops and filters be FEEL's own."""

    boxed: Boxed
    size: int = 10

    def evaluate(self, scope: Scope) -> Value:
        return self.boxed.evaluate(scope)

    def collect(self, into: FreeNames, bound: frozenset[str], *, certain: bool = True) -> None:
        inner = FreeNames()
        self.boxed.collect(inner, bound)
        (into.certain if certain else into.possible).update(inner.certain)
        into.possible |= inner.possible
        into.functions |= inner.functions


def _typed(name: str, problem: str) -> tuple[str, str]:
    zh, _, en = problem.partition(" / ")
    return f"「{name}」{zh}", f"{name!r} is {en}"
