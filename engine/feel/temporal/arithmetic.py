"""Adding durations to dates and times, and the distance between two of them."""

from __future__ import annotations

from engine.feel.temporal.dates import (
    DAY_NANOS,
    LOCAL_ZONE,
    FeelDate,
    FeelDateTime,
    FeelTime,
    days_in_month,
)
from engine.feel.temporal.durations import DaysTimeDuration


def add_months(value: FeelDate | FeelDateTime, months: int) -> FeelDate | FeelDateTime:
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
    """Whole months from the day of `start` to the day of `end`, negative when `end` is the earlier one."""
    first = start.date if isinstance(start, FeelDateTime) else start
    second = end.date if isinstance(end, FeelDateTime) else end
    if first > second:
        return -months_between(second, first)
    return (second.year - first.year) * 12 + second.month - first.month - (second.day < first.day)
