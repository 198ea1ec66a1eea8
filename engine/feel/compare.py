"""Equality, order and membership in FEEL's three-valued logic (DMN 1.5 section 10.3.2.13, tables 53 and 54).

Null beside a value makes `=` false and an order null, without an error: an empty field is
no fault. Values of different kinds make both null, with an error.
"""

from __future__ import annotations

from typing import Any

from engine.feel.running import Run
from engine.feel.temporal.arithmetic import same_frame, time_frame
from engine.feel.temporal.dates import FeelDate, FeelDateTime, FeelTime
from engine.feel.values import Range, Value, kind

_ORDERED = {
    "number", "string", "date", "time", "date and time", "days and time duration", "years and months duration",
}  # fmt: skip


def equal(run: Run, left: Value, right: Value) -> bool | None:
    """`left = right`: true, false, or null when they cannot be compared."""
    if left is None or right is None:
        return left is right
    if isinstance(left, FeelDate | FeelDateTime) and isinstance(right, FeelDate | FeelDateTime):
        if type(left) is not type(right):
            return _different(run, left, right)
        first, second = order_keys(left, right)
        return bool(first == second)
    if kind(left) != kind(right):
        return _different(run, left, right)
    if isinstance(left, FeelTime):
        first, second = time_frame(left, right)
        return first == second
    if isinstance(left, list):
        return _equal_lists(run, left, right)
    if isinstance(left, dict):
        return _equal_contexts(run, left, right)
    if isinstance(left, Range):
        return _equal_ranges(run, left, right)
    return bool(left == right)


def same(left: Value, right: Value) -> bool:
    """Equality for `list contains`, `distinct values` and the like: never null, never an error."""
    return equal(_SILENT, left, right) is True


def before(run: Run, left: Value, right: Value) -> bool | None:
    """`left < right`: true, false, or null."""
    return _ordered(run, left, right, strict=True)


def at_most(run: Run, left: Value, right: Value) -> bool | None:
    """`left <= right`: true, false, or null."""
    return _ordered(run, left, right, strict=False)


def includes(run: Run, span: Range, value: Value) -> bool | None:
    """Whether `value` lies in the range; null for null."""
    if value is None:
        return _empty(run)
    low: bool | None = True
    high: bool | None = True
    if not span.low_open:
        low = _ordered(run, span.low, value, strict=not span.low_included)
    if not span.high_open:
        high = _ordered(run, value, span.high, strict=not span.high_included)
    if low is False or high is False:
        return False
    return None if low is None or high is None else True


def conjunction(values: list[bool | None]) -> bool | None:
    """False if one is false, else null if one is null, else true."""
    if any(value is False for value in values):
        return False
    return None if any(value is None for value in values) else True


def order_keys(left: Any, right: Any) -> tuple[Any, Any]:
    """Two values of one ordered kind as Python values that compare the same way."""
    if isinstance(left, FeelDateTime):
        return same_frame(left, right)
    if isinstance(left, FeelTime):
        return time_frame(left, right)
    return left, right


def comparable(left: Value, right: Value) -> bool:
    """Whether the two values are of one kind that has an order."""
    return kind(left) == kind(right) and kind(left) in _ORDERED


def _ordered(run: Run, left: Value, right: Value, *, strict: bool) -> bool | None:
    if left is None or right is None:
        return _empty(run)
    if not comparable(left, right):
        return _different(run, left, right)
    first, second = order_keys(left, right)
    return bool(first < second if strict else first <= second)


def _empty(run: Run) -> bool | None:
    run.note("空值（null）沒有大小，比較的結果是 null", "null has no order; the comparison is null")
    return None


def _different(run: Run, left: Value, right: Value) -> bool | None:
    run.error(f"無法比較 {kind(left)} 與 {kind(right)}", f"a {kind(left)} cannot be compared with a {kind(right)}")
    return None


def _equal_lists(run: Run, left: list[Value], right: list[Value]) -> bool | None:
    run.spend(len(left))
    if len(left) != len(right):
        return False
    return conjunction([equal(run, one, other) for one, other in zip(left, right, strict=True)])


def _equal_contexts(run: Run, left: dict[str, Value], right: dict[str, Value]) -> bool | None:
    run.spend(len(left))
    if left.keys() != right.keys():
        return False
    return conjunction([equal(run, value, right[key]) for key, value in left.items()])


def _equal_ranges(run: Run, left: Range, right: Range) -> bool | None:
    if (left.low_included, left.high_included) != (right.low_included, right.high_included):
        return False
    return conjunction([equal(run, left.low, right.low), equal(run, left.high, right.high)])


class _Silent(Run):
    """A run whose errors nobody reads."""

    def __init__(self) -> None:
        self.errors = []

    def error(self, zh: str, en: str) -> Any:
        """Nothing is kept."""
        return None

    def note(self, zh: str, en: str) -> Any:
        """Nothing is kept."""
        return None

    def spend(self, steps: int) -> None:
        """The caller has paid."""


_SILENT = _Silent()
