"""Properties of dates, times, durations and ranges (DMN 1.5 table 65)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel.running import MISSING
from engine.feel.temporal.dates import FeelDate, FeelDateTime, FeelTime, offset_at
from engine.feel.temporal.durations import NANOS, DaysTimeDuration, YearsMonthsDuration
from engine.feel.values import Range, Value

_DATE: dict[str, Callable[[Any], Any]] = {
    "year": lambda value: value.year,
    "month": lambda value: value.month,
    "day": lambda value: value.day,
    "weekday": lambda value: value.weekday(),
}
_TIME: dict[str, Callable[[Any], Any]] = {
    "hour": lambda value: value.hour,
    "minute": lambda value: value.minute,
    "second": lambda value: value.second,
    "time offset": lambda value: _offset(None, value),
    "timezone": lambda value: value.zone,
}
_DAYS_TIME: dict[str, Callable[[Any], Any]] = {
    "days": lambda value: _signed(value, 0),
    "hours": lambda value: _signed(value, 1),
    "minutes": lambda value: _signed(value, 2),
    "seconds": lambda value: _seconds(value),
}
_MONTHS: dict[str, Callable[[Any], Any]] = {
    "years": lambda value: _whole(value.months, 12),
    "months": lambda value: value.months - 12 * _whole(value.months, 12),
}
_RANGE: dict[str, Callable[[Any], Any]] = {
    "start": lambda value: value.low,
    "end": lambda value: value.high,
    "start included": lambda value: value.low_included,
    "end included": lambda value: value.high_included,
}
_OF_TYPE: dict[type, dict[str, Callable[[Any], Any]]] = {
    FeelDate: _DATE,
    FeelTime: _TIME,
    DaysTimeDuration: _DAYS_TIME,
    YearsMonthsDuration: _MONTHS,
    Range: _RANGE,
}


def property_of(value: Value, name: str) -> Value:
    """The property `name` of `value`, or MISSING where it has none such."""
    if isinstance(value, FeelDateTime):
        if name == "time offset":
            return _offset(value.date, value.time)
        return property_of(value.date if name in _DATE else value.time, name)
    read = _OF_TYPE.get(type(value), {}).get(name)
    if read is None:
        return MISSING
    result = read(value)
    return Decimal(result) if isinstance(result, int) and not isinstance(result, bool) else result


def _offset(day: FeelDate | None, clock: FeelTime) -> DaysTimeDuration | None:
    seconds = offset_at(day, clock)
    return None if seconds is None else DaysTimeDuration(seconds * NANOS)


def _signed(value: DaysTimeDuration, part: int) -> int:
    number = value.parts()[part]
    return -number if value.nanoseconds < 0 else number


def _seconds(value: DaysTimeDuration) -> Decimal | int:
    nanos = value.parts()[4]
    number = _signed(value, 3)
    fraction = Decimal(-nanos if value.nanoseconds < 0 else nanos) / NANOS
    return number + fraction.normalize() if nanos else number


def _whole(months: int, unit: int) -> int:
    years = abs(months) // unit
    return -years if months < 0 else years
