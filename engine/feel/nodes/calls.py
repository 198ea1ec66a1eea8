"""Calling functions and making them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.feel.functions.registry import BUILTINS, builtin, call_outer, invoke
from engine.feel.nodes.base import FreeNames, Node
from engine.feel.nodes.names import Name
from engine.feel.running import MISSING, Scope
from engine.feel.types import FeelType
from engine.feel.values import Function, Value, kind


@dataclass(eq=False)
class Call(Node):
    """`function(a, b)` or `function(name: a, other: b)`; `names` is empty for the first form."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()

    def evaluate(self, scope: Scope) -> Value:
        arguments = [argument.evaluate(scope) for argument in self.arguments]
        scope.run.spend(1)
        if isinstance(self.function, Name):
            return self._by_name(scope, self.function.name, arguments)
        return self._invoke(scope, self.function.evaluate(scope), arguments)

    def _by_name(self, scope: Scope, name: str, arguments: list[Value]) -> Value:
        function = scope.lookup(name)
        if function is not MISSING:
            return self._invoke(scope, function, arguments)
        if name in scope.run.functions:
            return call_outer(scope.run, name, arguments, self.names)
        if name in BUILTINS:
            return self._invoke(scope, builtin(scope.run, name), arguments)
        return scope.run.error(f"沒有函式「{name}」", f"there is no function {name!r}")

    def _invoke(self, scope: Scope, function: Value, arguments: list[Value]) -> Value:
        if not isinstance(function, Function):
            return scope.run.error(f"{kind(function)} 不是函式", f"a {kind(function)} is no function")
        return invoke(scope.run, function, arguments, self.names)

    def children(self) -> Iterator[Node]:
        yield self.function
        yield from self.arguments

    def collect(self, into: FreeNames, bound: frozenset[str], *, certain: bool = True) -> None:
        for argument in self.arguments:
            argument.collect(into, bound, certain=certain)
        if not isinstance(self.function, Name):
            self.function.collect(into, bound, certain=certain)
        elif self.function.name not in bound and self.function.name not in BUILTINS:
            into.functions.add(self.function.name)


@dataclass(eq=False)
class FunctionNode(Node):
    """`function(a, b: number) body`"""

    parameters: tuple[tuple[str, FeelType | None], ...]
    body: Node

    def evaluate(self, scope: Scope) -> Value:
        names = tuple(name for name, _ in self.parameters)

        def call(arguments: list[Value]) -> Value:
            scope.run.spend(self.body.size)
            return self.body.evaluate(scope.inner(dict(zip(names, arguments, strict=True))))

        return Function("function", names, call, tuple(type_ for _, type_ in self.parameters))

    def children(self) -> Iterator[Node]:
        yield self.body

    def collect(self, into: FreeNames, bound: frozenset[str], *, certain: bool = True) -> None:
        self.body.collect(into, bound | {name for name, _ in self.parameters}, certain=certain)
