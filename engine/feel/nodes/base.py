"""What all nodes have: their value in a scope, their size, and the names they need from outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.feel.running import Scope
from engine.feel.values import Value


@dataclass(slots=True)
class FreeNames:
    """Names an expression takes from outside."""

    certain: set[str] = field(default_factory=set)
    possible: set[str] = field(default_factory=set)
    """Inside a filter, where they may as well be entries of the filtered list's contexts."""
    functions: set[str] = field(default_factory=set)


class Node:
    """A part of an expression."""

    size: int = 1
    depth: int = 1

    def __post_init__(self) -> None:
        for child in self.children():
            self.size += child.size
            self.depth = max(self.depth, child.depth + 1)

    def evaluate(self, scope: Scope) -> Value:
        """The node's value; null with an error in `scope.run` when it has none."""
        raise NotImplementedError

    def children(self) -> Iterator[Node]:
        """The nodes right below."""
        return iter(())

    def collect(self, into: FreeNames, bound: frozenset[str], *, certain: bool = True) -> None:
        """Add the names this node needs, apart from those in `bound`."""
        for child in self.children():
            child.collect(into, bound, certain=certain)
