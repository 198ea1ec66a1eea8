"""Parsed expressions and what comes out of evaluating one."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.feel import range_text as _range_text  # noqa: F401  declares the function `range`
from engine.feel.errors import FeelLimit
from engine.feel.nodes.base import FreeNames, Node
from engine.feel.nodes.control import If
from engine.feel.nodes.literals import ContextNode
from engine.feel.parser import read
from engine.feel.running import Budget, OuterScope, Run
from engine.feel.values import Value, to_python

Mode = Literal["expression", "unary"]
_NO_FUNCTIONS: Mapping[str, Callable[..., Any]] = {}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A value, and why it (or a part of it) is null where something went wrong."""

    value: Any
    """Plain Python (see `engine.feel.values`); whole numbers written without fraction are ints."""
    errors: tuple[str, ...] = ()
    """Chinese and English in one line each. May be there beside a value: `if 1 > "a" then 1 else 2`."""
    notes: tuple[str, ...] = ()
    """Where null came of an empty value (`limit > 3` without limit): no fault, but good to know."""

    @property
    def failed(self) -> bool:
        """Whether the value is null because of an error, and not because a field is empty."""
        return self.value is None and bool(self.errors)


@dataclass(frozen=True)
class Expression:
    """A FEEL text that was read without fault. Made by `parse`; safe to share and to keep."""

    text: str
    mode: Mode
    node: Node = field(repr=False, compare=False)

    @functools.cached_property
    def _free(self) -> FreeNames:
        free = FreeNames()
        self.node.collect(free, frozenset({"?"}))
        return free

    @property
    def names(self) -> frozenset[str]:
        """The names it takes from outside, those that may be entries of a filtered list included."""
        return frozenset(self._free.certain | self._free.possible)

    @property
    def certain_names(self) -> frozenset[str]:
        """The names it takes from outside whatever the data: what a check before deployment can demand."""
        return frozenset(self._free.certain)

    @property
    def keys(self) -> frozenset[str] | None:
        """The entries it may have when it is a context written out (also behind an `if`); None when it is not."""
        return _keys(self.node)

    @property
    def functions(self) -> frozenset[str]:
        """The functions it calls that are neither built in nor its own."""
        return frozenset(self._free.functions)

    def evaluate(
        self,
        names: Mapping[str, Any],
        functions: Mapping[str, Callable[..., Any]] = _NO_FUNCTIONS,
        budget: Budget | None = None,
    ) -> Evaluation:
        """The value for `names` (plain Python values; in unary mode the input is the name `?`).

        `functions` are called with plain positional or named values; what one raises makes
        its call null. They stand before built-in functions of the same name.

        Raises:
            FeelLimit: it ran over its budget.
        """
        run = Run(budget or Budget(), functions)
        try:
            value = self.node.evaluate(OuterScope(run, names))
            return Evaluation(to_python(_paid(run, value)), tuple(run.errors), tuple(run.notes))
        except RecursionError:
            raise FeelLimit("巢狀太深", "nested too deeply") from None


def _keys(node: Node) -> frozenset[str] | None:
    if isinstance(node, ContextNode):
        return frozenset(key for key, _ in node.entries)
    if isinstance(node, If):
        then, otherwise = _keys(node.then), _keys(node.otherwise)
        return None if then is None or otherwise is None else then | otherwise
    return None


def parse(text: str, mode: Mode = "expression", names: Iterable[str] = ()) -> Expression:
    """Read a FEEL expression, or with `mode="unary"` the unary tests of a decision table's cell.

    `names` are known names; only those with operators or keywords in them (`Pre-bureau Risk`)
    need to be told.

    Raises:
        FeelSyntaxError: the text is not FEEL.
    """
    return _parse(text, mode, frozenset(names))


@functools.lru_cache(maxsize=4096)
def _parse(text: str, mode: Mode, names: frozenset[str]) -> Expression:
    return Expression(text, mode, read(text, mode, names))


def _paid(run: Run, value: Value) -> Value:
    """The value itself, after paying for each of its parts: shared parts count as often as they stand."""
    if isinstance(value, list | dict):
        run.spend(len(value))
        for part in value if isinstance(value, list) else value.values():
            _paid(run, part)
    return value
