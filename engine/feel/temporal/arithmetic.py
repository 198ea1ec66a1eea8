"""Adding durations to dates and times, and the distance between two of them."""

from __future__ import annotations

from typing import TypeVar

from engine.feel.temporal.dates import (
    DAY_NANOS,
    LOCAL_ZONE,
    FeelDate,
    FeelDateTime,
    FeelTime,
    days_in_month,
    offset_at,
)
from engine.feel.temporal.durations import DaysTimeDuration

Dated = TypeVar("Dated", FeelDate, FeelDateTime)


def add_months(value: Dated, months: int) -> Dated:
    """The same day so many months on, or the last of that month where it has no such day."""
    day = value.date if isinstance(value, FeelDateTime) else value
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    moved = FeelDate(year, month, min(day.day, days_in_month(year, month)))
    return FeelDateTime(moved, value.time) if isinstance(value, FeelDateTime) else moved


def add_days_time(
    value: FeelDate | FeelTime | FeelDateTime, span: DaysTimeDuration
) -> FeelDate | FeelTime | FeelDateTime:
    """`value` moved by `span`. A time goes round the clock; a date counts from its midnight and stays a date."""
    if isinstance(value, FeelTime):
        return value.at_nanos((value.day_nanos() + span.nanoseconds) % DAY_NANOS)
    if isinstance(value, FeelDate):
        return FeelDate.from_epoch_days((value.epoch_days() * DAY_NANOS + span.nanoseconds) // DAY_NANOS)
    return value.at_local_nanos(value.local_nanos() + span.nanoseconds)


def same_frame(first: FeelDateTime, second: FeelDateTime) -> tuple[int, int]:
    """Both moments in nanoseconds on one scale: the wall clock when both are local, else UTC."""
    if first.time.is_local and second.time.is_local:
        return first.local_nanos(), second.local_nanos()
    return first.utc_nanos(), second.utc_nanos()


def time_frame(first: FeelTime, second: FeelTime) -> tuple[int, int]:
    """Two times of day on one scale; a local one beside a zoned one counts as `LOCAL_ZONE`."""
    if first.is_local and second.is_local:
        return first.day_nanos(), second.day_nanos()
    return _zoned(first).utc_nanos(), _zoned(second).utc_nanos()


def _zoned(value: FeelTime) -> FeelTime:
    if not value.is_local:
        return value
    return FeelTime(value.hour, value.minute, value.second, value.nanosecond, None, LOCAL_ZONE)


def months_between(start: FeelDate | FeelDateTime, end: FeelDate | FeelDateTime) -> int:
    """Whole months from `start` to `end`, negative when `end` is the earlier one."""
    first, second = _moment(start), _moment(end)
    if same_frame(first, second)[0] > same_frame(first, second)[1]:
        return -months_between(second, first)
    if offset_at(first.date, first.time) is None or offset_at(second.date, second.time) is None:
        first, second = _wall(first), _wall(second)
    months = (second.date.year - first.date.year) * 12 + second.date.month - first.date.month
    if (second.date.day, second.time.day_nanos()) < (first.date.day, first.time.day_nanos()):
        months -= 1
    return max(months, 0)


def _moment(value: FeelDate | FeelDateTime) -> FeelDateTime:
    return value if isinstance(value, FeelDateTime) else FeelDateTime(value, FeelTime(0, 0, 0))


def _wall(value: FeelDateTime) -> FeelDateTime:
    clock = value.time
    return FeelDateTime(value.date, FeelTime(clock.hour, clock.minute, clock.second, clock.nanosecond))
