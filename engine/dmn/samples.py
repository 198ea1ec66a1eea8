"""Samples of a column's inputs: one of each stretch that the column's cells can tell apart."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from engine.feel import compare
from engine.feel.nodes.base import FreeNames, Node
from engine.feel.nodes.literals import RangeNode
from engine.feel.nodes.tests import ExpressionTest, OperatorTest, UnaryTests
from engine.feel.running import Budget, OuterScope, Run, Scope
from engine.feel.temporal.dates import FeelDate, FeelDateTime, FeelTime
from engine.feel.temporal.durations import NANOS, DaysTimeDuration, YearsMonthsDuration
from engine.feel.values import DECIMAL128, Range, Value, kind

_OTHER = "（其他）"
_UNCLOCKED = {"now", "today"}


def of(tests: Sequence[Node], type_name: str = "") -> list[Value] | None:
    """One value of each stretch; None when a cell is more than values, comparisons, ranges and lists of them."""
    found = cuts(tests)
    if found is None:
        return None
    values = [value for value in found if value is not None]
    kinds = {kind(value) for value in values}
    if len(kinds) > 1:
        return None
    null = [None] if len(values) < len(found) else []  # an empty input counts where a cell speaks of it
    if not values:
        return [True, False, *null] if type_name == "boolean" else [_OTHER, None] if null else [None]
    if kinds == {"boolean"}:
        return [True, False, *null]
    if kinds == {"string"}:
        return None if _ordered(tests) else [*dict.fromkeys(values), _OTHER, *null]
    stretched = _stretched(values)
    return None if stretched is None else [*stretched, *null]


def cuts(tests: Iterable[Node]) -> list[Value] | None:
    """The values that the cells name; None when one is not plain."""
    found: list[Value] = []
    for test in tests:
        if not isinstance(test, UnaryTests):
            return None
        for one in test.tests:
            node = one.end if isinstance(one, OperatorTest) else one.expression
            if (isinstance(one, ExpressionTest) and one.about_input) or not constant(node):
                return None
            ends = _ends(node.evaluate(scope()), node)
            if ends is None:
                return None
            found += ends
    return found


def constant(node: Node) -> bool:
    """Whether the node needs nothing from outside, not even the time."""
    free = FreeNames()
    node.collect(free, frozenset())
    return not (free.certain or free.possible or free.functions) and not _clock(node)


def scope() -> Scope:
    """A scope without names, for constants."""
    return OuterScope(Run(Budget(), {}), {})


def _clock(node: Node) -> bool:
    name = getattr(getattr(node, "function", None), "name", None)
    return name in _UNCLOCKED or any(_clock(child) for child in node.children())


def _ends(value: Value, node: Node) -> list[Value] | None:
    if isinstance(value, Range):
        return [end for end in (value.low, value.high) if end is not None]
    if isinstance(value, list):
        parts = [_ends(item, node) for item in value]
        return None if any(part is None for part in parts) else [end for part in parts for end in part or ()]
    if value is None and isinstance(node, RangeNode):
        return None
    return None if isinstance(value, dict) else [value]


def _ordered(tests: Iterable[Node]) -> bool:
    """Whether texts are compared by order, where between two texts there is always a third."""
    for test in tests:
        for one in test.tests if isinstance(test, UnaryTests) else ():
            if isinstance(one, OperatorTest) and one.operator not in ("=", "!="):
                return True
            if isinstance(one, ExpressionTest) and isinstance(one.expression, RangeNode):
                return True
    return False


def _stretched(values: list[Value]) -> list[Value] | None:
    """The cuts themselves, something between each two, something below and above."""
    sample = values[0]
    scale = _scale(sample)
    if scale is None or any(not compare.comparable(sample, value) for value in values):
        return None
    place, value_at, step = scale
    places = sorted({place(value) for value in values})
    inner = [(low + high) / 2 for low, high in itertools.pairwise(places)]
    wanted = sorted({*places, *inner, places[0] - step, places[-1] + step})
    made = [made for at in wanted if (made := value_at(at)) is not None]
    return [one for at, one in enumerate(made) if at == 0 or not compare.same(one, made[at - 1])]


_Scale = tuple[Callable[[Any], Decimal], Callable[[Decimal], Value], Decimal]


def _scale(sample: Value) -> _Scale | None:
    """How values of this kind lie on a line: to a number, back again, and a step that leads outside."""
    if isinstance(sample, Decimal):
        return (lambda v: v), _number, Decimal(1)
    if isinstance(sample, FeelDate):
        return (lambda v: Decimal(v.epoch_days())), (lambda at: FeelDate.from_epoch_days(int(at))), Decimal(1)
    if isinstance(sample, DaysTimeDuration):
        return (
            (lambda v: Decimal(v.nanoseconds)),
            (lambda at: DaysTimeDuration(int(at))),
            Decimal(86_400 * NANOS),
        )
    if isinstance(sample, YearsMonthsDuration):
        return (lambda v: Decimal(v.months)), (lambda at: YearsMonthsDuration(int(at))), Decimal(1)
    if isinstance(sample, FeelDateTime):
        return (
            (lambda v: Decimal(v.utc_nanos())),
            (lambda at: sample.at_local_nanos(sample.local_nanos() + int(at) - sample.utc_nanos())),
            Decimal(3600 * NANOS),
        )
    if isinstance(sample, FeelTime):
        return (lambda v: Decimal(v.day_nanos())), (lambda at: _time(sample, int(at))), Decimal(60 * NANOS)
    return None


def _number(at: Decimal) -> Decimal:
    return DECIMAL128.plus(at)


def _time(sample: FeelTime, at: int) -> FeelTime | None:
    return sample.at_nanos(at) if 0 <= at < 86_400 * NANOS else None
