"""What one evaluation carries along: names in sight, what went wrong so far, and how much it may still do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.feel.errors import FeelLimit, both
from engine.feel.values import Value, from_python

MISSING: Any = object()
_MOST_ERRORS = 20
_LOOK = 64
"""Steps after which the clock is looked at again."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much an expression may do before `FeelLimit`."""

    steps: int = 500_000
    """Nodes evaluated in loops, filters and function bodies, and list elements touched by functions."""
    depth: int = 40
    """Functions called inside one another."""
    size: int = 1_000_000
    """Characters of one text, elements of one list."""
    seconds: float = 2.0
    """Of the processor, in the thread that evaluates."""


class Run:
    """One evaluation: errors collected and budget left."""

    def __init__(self, budget: Budget, functions: Mapping[str, Callable[..., Any]]) -> None:
        self.budget = budget
        self.functions = functions
        self.errors: list[str] = []
        self.notes: list[str] = []
        self.faults = 0
        """How often something went wrong; `errors` tells each cause once."""
        self._steps = budget.steps
        self._depth = 0
        self._until = time.thread_time() + budget.seconds
        self._unlooked = _LOOK

    def error(self, zh: str, en: str) -> Any:
        """Remember why the value is null; gives null, so that `return run.error(…)` reads well."""
        self.faults += 1
        text = both(zh, en)
        if len(self.errors) < _MOST_ERRORS and text not in self.errors:
            self.errors.append(text)
        return None

    def note(self, zh: str, en: str) -> Any:
        """Remember that a null comes of an empty value, which is no fault; gives null."""
        text = both(zh, en)
        if len(self.notes) < _MOST_ERRORS and text not in self.notes:
            self.notes.append(text)
        return None

    def failed(self, function: str, zh: str, en: str) -> Any:
        """Remember that a function gave no result, and why; gives null."""
        return self.error(f"函式「{function}」：{zh}", f"{function}: {en}")

    def spend(self, steps: int) -> None:
        """Pay for work about to be done; `FeelLimit` when there is nothing left."""
        self._steps -= steps
        if self._steps < 0:
            raise FeelLimit("運算式的步數超過上限", "the expression takes too many steps")
        self._unlooked += steps
        if self._unlooked < _LOOK:
            return
        self._unlooked = 0
        if time.thread_time() > self._until:
            raise FeelLimit("運算式的時間超過上限", "the expression takes too long")

    def sized(self, length: int) -> None:
        """`FeelLimit` when a text or list of that length is too long."""
        if length > self.budget.size:
            raise FeelLimit("文字或清單太長", "a text or list grows too long")

    def enter(self) -> None:
        """A function is called inside another."""
        self._depth += 1
        if self._depth > self.budget.depth:
            raise FeelLimit("函式呼叫的層數超過上限", "functions call one another too deeply")

    def leave(self) -> None:
        """The function has returned."""
        self._depth -= 1


class Scope:
    """Names in sight: those bound here, then those of the parent."""

    __slots__ = ("bound", "parent", "run")

    def __init__(self, run: Run, bound: dict[str, Value], parent: Scope | None) -> None:
        self.run = run
        self.bound = bound
        self.parent = parent

    def inner(self, bound: dict[str, Value]) -> Scope:
        """A scope inside this one."""
        return Scope(self.run, bound, self)

    def lookup(self, name: str) -> Value:
        """The value of `name`, or MISSING."""
        scope: Scope | None = self
        while scope is not None:
            value = scope.get(name)
            if value is not MISSING:
                return value
            scope = scope.parent
        return MISSING

    def get(self, name: str) -> Value:
        """The value bound to `name` in this very scope, or MISSING."""
        return self.bound.get(name, MISSING)


class OuterScope(Scope):
    """The names given from outside: plain Python values, converted when first asked for."""

    __slots__ = ("names",)

    def __init__(self, run: Run, names: Mapping[str, Any]) -> None:
        super().__init__(run, {}, None)
        self.names = names

    def get(self, name: str) -> Value:
        found = self.bound.get(name, MISSING)
        if found is MISSING and name in self.names:
            try:
                found = from_python(self.names[name])
            except (TypeError, ValueError) as error:
                found = self.run.error(
                    f"名稱「{name}」的值無法使用（{error}）", f"the value of {name!r} is unusable ({error})"
                )
            self.bound[name] = found
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)
