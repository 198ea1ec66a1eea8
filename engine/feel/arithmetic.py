"""`+ - * / **` and negation over numbers, texts, dates and durations (DMN 1.5 section 10.3.2.13, tables 55 to 58)."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import Decimal

from engine.feel.running import Run
from engine.feel.temporal.arithmetic import add_days_time, add_months, same_frame, time_frame
from engine.feel.temporal.dates import FeelDate, FeelDateTime, FeelTime
from engine.feel.temporal.durations import DaysTimeDuration, YearsMonthsDuration
from engine.feel.values import DECIMAL128, Value, kind

_NUMERIC: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": DECIMAL128.add,
    "-": DECIMAL128.subtract,
    "*": DECIMAL128.multiply,
    "/": DECIMAL128.divide,
    "**": DECIMAL128.power,
}


def calculate(run: Run, operator: str, left: Value, right: Value) -> Value:
    """`left operator right`; null with an error when the two do not go together or the result is no number."""
    try:
        if isinstance(left, Decimal) and isinstance(right, Decimal):
            return _NUMERIC[operator](left, right)
        result = _TEMPORAL[operator](run, left, right) if operator in _TEMPORAL else None
    except decimal.DecimalException:
        return run.error(f"{left} {operator} {right} 算不出數字", f"{left} {operator} {right} has no result")
    except (ValueError, OverflowError):
        return run.error("日期或期間超出範圍", "the date or duration is out of range")
    if result is None:
        return run.error(
            f"{kind(left)} 與 {kind(right)} 不能做「{operator}」運算",
            f"{operator!r} does not apply to {kind(left)} and {kind(right)}",
        )
    return result


def negate(run: Run, value: Value) -> Value:
    """`-value` of a number or a duration."""
    if isinstance(value, Decimal):
        return DECIMAL128.minus(value)
    if isinstance(value, DaysTimeDuration):
        return DaysTimeDuration(-value.nanoseconds)
    if isinstance(value, YearsMonthsDuration):
        return YearsMonthsDuration(-value.months)
    return run.error(f"{kind(value)} 不能取負號", f"a {kind(value)} cannot be negated")


def _add(run: Run, left: Value, right: Value) -> Value:
    if isinstance(left, str) and isinstance(right, str):
        run.sized(len(left) + len(right))
        return left + right
    if isinstance(left, DaysTimeDuration | YearsMonthsDuration) and not _is_duration(right):
        left, right = right, left
    if isinstance(right, DaysTimeDuration):
        if isinstance(left, DaysTimeDuration):
            return DaysTimeDuration(left.nanoseconds + right.nanoseconds)
        if isinstance(left, FeelDate | FeelTime | FeelDateTime):
            return add_days_time(left, right)
    if isinstance(right, YearsMonthsDuration):
        if isinstance(left, YearsMonthsDuration):
            return YearsMonthsDuration(left.months + right.months)
        if isinstance(left, FeelDate | FeelDateTime):
            return add_months(left, right.months)
    return None


def _subtract(run: Run, left: Value, right: Value) -> Value:
    if _is_duration(right):
        return None if left is None else _subtract_duration(run, left, right)
    if isinstance(left, FeelTime) and isinstance(right, FeelTime):
        first, second = time_frame(left, right)
        return DaysTimeDuration(first - second)
    if isinstance(left, FeelDate | FeelDateTime) and isinstance(right, FeelDate | FeelDateTime):
        first, second = same_frame(_midnight(left, right), _midnight(right, left))
        return DaysTimeDuration(first - second)
    return None


def _subtract_duration(run: Run, left: Value, right: Value) -> Value:
    if _is_duration(left) and type(left) is not type(right):
        return None
    if isinstance(left, FeelDate | FeelTime | FeelDateTime) or _is_duration(left):
        return _add(run, left, negate(run, right))
    return None


def _midnight(value: FeelDate | FeelDateTime, beside: FeelDate | FeelDateTime) -> FeelDateTime:
    # A date beside a zoned moment is the midnight that begins it in UTC (DMN 1.5 section 10.3.2.3.5).
    if isinstance(value, FeelDateTime):
        return value
    zoned = isinstance(beside, FeelDateTime) and not beside.time.is_local
    return FeelDateTime(value, FeelTime(0, 0, 0, offset=0 if zoned else None))


def _multiply(run: Run, left: Value, right: Value) -> Value:
    if isinstance(left, Decimal):
        left, right = right, left
    if not isinstance(right, Decimal):
        return None
    if isinstance(left, DaysTimeDuration):
        return DaysTimeDuration(int(DECIMAL128.multiply(Decimal(left.nanoseconds), right)))
    if isinstance(left, YearsMonthsDuration):
        return YearsMonthsDuration(int(DECIMAL128.multiply(Decimal(left.months), right)))
    return None


def _divide(run: Run, left: Value, right: Value) -> Value:
    if isinstance(left, DaysTimeDuration) and isinstance(right, DaysTimeDuration):
        return DECIMAL128.divide(Decimal(left.nanoseconds), Decimal(right.nanoseconds))
    if isinstance(left, YearsMonthsDuration) and isinstance(right, YearsMonthsDuration):
        return DECIMAL128.divide(Decimal(left.months), Decimal(right.months))
    if not isinstance(right, Decimal):
        return None
    if isinstance(left, DaysTimeDuration):
        return DaysTimeDuration(int(DECIMAL128.divide(Decimal(left.nanoseconds), right)))
    if isinstance(left, YearsMonthsDuration):
        return YearsMonthsDuration(int(DECIMAL128.divide(Decimal(left.months), right)))
    return None


def _is_duration(value: Value) -> bool:
    return isinstance(value, DaysTimeDuration | YearsMonthsDuration)


_TEMPORAL: dict[str, Callable[[Run, Value, Value], Value]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
}
