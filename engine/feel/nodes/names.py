"""Reaching values: names, paths into them, filters over lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from engine.feel.functions.registry import BUILTINS, builtin
from engine.feel.nodes.base import FreeNames, Node
from engine.feel.properties import property_of
from engine.feel.running import MISSING, Scope
from engine.feel.values import Value, kind


@dataclass(eq=False)
class Name(Node):
    """A variable, or a built-in function by its name."""

    name: str

    def evaluate(self, scope: Scope) -> Value:
        value = scope.lookup(self.name)
        if value is not MISSING:
            return value
        first, dot, rest = self.name.rpartition(".")
        if dot and first:
            # A known name with a period in it that is not in sight here is a path after all.
            return Path(Name(first), rest).evaluate(scope)
        if self.name in BUILTINS:
            return builtin(scope.run, self.name)
        return scope.run.error(f"找不到名稱「{self.name}」", f"there is no name {self.name!r}")

    def collect(self, into: FreeNames, bound: frozenset[str], *, certain: bool = True) -> None:
        if self.name not in bound and self.name not in BUILTINS:
            (into.certain if certain else into.possible).add(self.name)


@dataclass(eq=False)
class Path(Node):
    """`source.name`: an entry, a property, or that of each element of a list."""

    source: Node
    name: str

    def evaluate(self, scope: Scope) -> Value:
        return self._of(scope, self.source.evaluate(scope))

    def _of(self, scope: Scope, value: Value) -> Value:
        if isinstance(value, list):
            scope.run.spend(len(value))
            return [self._of(scope, item) for item in value]
        if value is None:
            return scope.run.note(f"空值（null）沒有「{self.name}」", f"null without {self.name!r}")
        found = value.get(self.name, MISSING) if isinstance(value, dict) else property_of(value, self.name)
        if found is MISSING:
            return scope.run.error(f"{kind(value)} 沒有「{self.name}」", f"a {kind(value)} without {self.name!r}")
        return found

    def children(self) -> Iterator[Node]:
        yield self.source


@dataclass(eq=False)
class Filter(Node):
    """`source[condition]`: the elements for which it is true, or the one at a position (from 1; -1 is the last)."""

    source: Node
    condition: Node

    def evaluate(self, scope: Scope) -> Value:
        source = self.source.evaluate(scope)
        items = source if isinstance(source, list) else [] if source is None else [source]
        probe = self._probe(scope, items)
        if isinstance(probe, Decimal):
            return self._at(scope, items, probe)
        if items and probe is not None and not isinstance(probe, bool):
            return scope.run.error(f"篩選條件不能是 {kind(probe)}", f"a filter cannot be a {kind(probe)}")
        kept = []
        for item in items:
            scope.run.spend(self.condition.size)
            if self.condition.evaluate(_item_scope(scope, item)) is True:
                kept.append(item)
        return kept

    def _probe(self, scope: Scope, items: list[Value]) -> Value:
        """What the condition is for the first element: a number means a position."""
        errors, notes, faults = len(scope.run.errors), len(scope.run.notes), scope.run.faults
        value = self.condition.evaluate(_item_scope(scope, items[0] if items else None))
        del scope.run.errors[errors:], scope.run.notes[notes:]
        scope.run.faults = faults
        return value

    @staticmethod
    def _at(scope: Scope, items: list[Value], position: Decimal) -> Value:
        index = int(position)
        if index != position or index == 0 or abs(index) > len(items):
            return scope.run.error(f"清單沒有第 {position} 項", f"the list has no element {position}")
        return items[index - 1 if index > 0 else index]

    def children(self) -> Iterator[Node]:
        yield self.source
        yield self.condition

    def collect(self, into: FreeNames, bound: frozenset[str], *, certain: bool = True) -> None:
        self.source.collect(into, bound, certain=certain)
        self.condition.collect(into, bound | {"item"}, certain=False)


def _item_scope(scope: Scope, item: Value) -> Scope:
    return scope.inner({"item": item, **item} if isinstance(item, dict) else {"item": item})
