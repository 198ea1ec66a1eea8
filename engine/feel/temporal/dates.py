"""Dates, times of day, and both together, in the proleptic Gregorian calendar, years ±999,999,999.

A time carries no offset (local), an offset in seconds, or the name of a zone. Values with
and without offset are compared as if the local one stood in `LOCAL_ZONE`.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from engine.feel.temporal.durations import NANOS

LOCAL_ZONE = "Asia/Taipei"
MAX_YEAR = 999_999_999
MAX_OFFSET = 18 * 3600
DAY_NANOS = 86_400 * NANOS
_EPOCH = date(1970, 1, 1).toordinal()


def days_in_month(year: int, month: int) -> int:
    """28 to 31."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


@dataclass(frozen=True, slots=True, order=True)
class FeelDate:
    """A calendar day. `ValueError` when there is no such day."""

    year: int
    month: int
    day: int

    def __post_init__(self) -> None:
        if not (-MAX_YEAR <= self.year <= MAX_YEAR and 1 <= self.month <= 12):
            raise ValueError("no such date")
        if not 1 <= self.day <= days_in_month(self.year, self.month):
            raise ValueError("no such date")

    def epoch_days(self) -> int:
        """Days since 1970-01-01."""
        cycle, year = divmod(self.year - 1, 400)
        return date(year + 1, self.month, self.day).toordinal() - _EPOCH + cycle * 146_097

    @classmethod
    def from_epoch_days(cls, days: int) -> FeelDate:
        """The day so many days after 1970-01-01."""
        cycle, rest = divmod(days + _EPOCH - 1, 146_097)
        found = date.fromordinal(rest + 1)
        return cls(found.year + cycle * 400, found.month, found.day)

    def weekday(self) -> int:
        """1 is Monday, 7 is Sunday."""
        return (self.epoch_days() + 3) % 7 + 1

    def in_python(self) -> bool:
        """Whether Python's `date` reaches that far."""
        return 1 <= self.year <= 9999

    def __str__(self) -> str:
        return f"{'-' if self.year < 0 else ''}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"


@dataclass(frozen=True, slots=True)
class FeelTime:
    """A time of day. `ValueError` when there is no such time, offset or zone."""

    hour: int
    minute: int
    second: int
    nanosecond: int = 0
    offset: int | None = None
    """Seconds east of UTC; None for local time, or when `zone` says it."""
    zone: str | None = None

    def __post_init__(self) -> None:
        if not (0 <= self.hour <= 23 and 0 <= self.minute <= 59 and 0 <= self.second <= 59):
            raise ValueError("no such time")
        if self.offset is not None and not -MAX_OFFSET <= self.offset <= MAX_OFFSET:
            raise ValueError("no such offset")
        if self.zone is not None:
            zone_info(self.zone)

    @property
    def is_local(self) -> bool:
        """Whether neither offset nor zone is known."""
        return self.offset is None and self.zone is None

    def day_nanos(self) -> int:
        """Nanoseconds since midnight, as the clock on the wall shows them."""
        return ((self.hour * 60 + self.minute) * 60 + self.second) * NANOS + self.nanosecond

    def at_nanos(self, nanos: int) -> FeelTime:
        """Another time of day with the same offset or zone."""
        seconds, nanosecond = divmod(nanos, NANOS)
        minutes, second = divmod(seconds, 60)
        hour, minute = divmod(minutes, 60)
        return FeelTime(hour, minute, second, nanosecond, self.offset, self.zone)

    def utc_nanos(self) -> int:
        """Nanoseconds since midnight in UTC; may lie outside one day."""
        return self.day_nanos() - (offset_at(None, self) or 0) * NANOS

    def __str__(self) -> str:
        fraction = f".{self.nanosecond:09d}".rstrip("0") if self.nanosecond else ""
        return f"{self.hour:02d}:{self.minute:02d}:{self.second:02d}{fraction}{_zone_text(self)}"


@dataclass(frozen=True, slots=True)
class FeelDateTime:
    """A date and a time of day."""

    date: FeelDate
    time: FeelTime

    def local_nanos(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00 on the same clock on the wall."""
        return self.date.epoch_days() * DAY_NANOS + self.time.day_nanos()

    def utc_nanos(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00 UTC; a local value counts as `LOCAL_ZONE`."""
        offset = offset_at(self.date, self.time)
        if offset is None:
            offset = _zone_offset(LOCAL_ZONE, self.date, self.time)
        return self.local_nanos() - offset * NANOS

    def at_local_nanos(self, nanos: int) -> FeelDateTime:
        """Another moment on the same clock on the wall."""
        days, rest = divmod(nanos, DAY_NANOS)
        return FeelDateTime(FeelDate.from_epoch_days(days), self.time.at_nanos(rest))

    def __str__(self) -> str:
        return f"{self.date}T{self.time}"


Temporal = FeelDate | FeelTime | FeelDateTime


@functools.lru_cache(maxsize=512)
def zone_info(name: str) -> ZoneInfo:
    """The zone of that name; `ValueError` when there is none."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_+\-]*(/[A-Za-z0-9_+\-]+)*", name):
        raise ValueError("no such zone")
    try:
        return ZoneInfo(name)
    except (OSError, LookupError, ValueError) as error:
        raise ValueError("no such zone") from error


def _zone_offset(zone: str, day: FeelDate | None, clock: FeelTime) -> int:
    # A year outside Python's range has the rules of the year 400·n away from it.
    year = 1970 if day is None else day.year if 2 <= day.year <= 9998 else 2000 + day.year % 400
    month, number = (1, 1) if day is None else (day.month, day.day)
    moment = datetime(year, month, number, clock.hour, clock.minute, clock.second, tzinfo=zone_info(zone))
    return int((moment.utcoffset() or timedelta()).total_seconds())


def offset_at(day: FeelDate | None, clock: FeelTime) -> int | None:
    """Seconds east of UTC on that day; None for a local time."""
    if clock.zone is not None:
        return _zone_offset(clock.zone, day, clock)
    return clock.offset


def _zone_text(clock: FeelTime) -> str:
    if clock.zone is not None:
        return f"@{clock.zone}"
    if clock.offset is None:
        return ""
    if clock.offset == 0:
        return "Z"
    minutes, seconds = divmod(abs(clock.offset), 60)
    tail = f":{seconds:02d}" if seconds else ""
    return f"{'-' if clock.offset < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}{tail}"


def from_python_date(value: date) -> FeelDate:
    """The same day."""
    return FeelDate(value.year, value.month, value.day)


def from_python_time(value: time | datetime) -> FeelTime:
    """The same time of day, with its zone's name where it has one."""
    zone, offset = None, None
    if isinstance(value.tzinfo, ZoneInfo) and value.tzinfo.key:
        zone = value.tzinfo.key
    elif value.tzinfo is not None:
        offset = int((value.utcoffset() or timedelta()).total_seconds())
    return FeelTime(value.hour, value.minute, value.second, value.microsecond * 1000, offset, zone)


def from_python_datetime(value: datetime) -> FeelDateTime:
    """The same moment."""
    return FeelDateTime(from_python_date(value), from_python_time(value))


def to_python_date(value: FeelDate) -> date | None:
    """The same day, or None where Python's calendar ends."""
    return date(value.year, value.month, value.day) if value.in_python() else None


def to_python_time(value: FeelTime) -> time | None:
    """The same time of day, or None where it is finer than a microsecond."""
    if value.nanosecond % 1000:
        return None
    return time(value.hour, value.minute, value.second, value.nanosecond // 1000, tzinfo=_tzinfo(value))


def to_python_datetime(value: FeelDateTime) -> datetime | None:
    """The same moment, or None where Python cannot hold it exactly."""
    clock = to_python_time(value.time)
    day = to_python_date(value.date)
    return datetime.combine(day, clock) if day is not None and clock is not None else None


def _tzinfo(value: FeelTime) -> tzinfo | None:
    if value.zone is not None:
        return zone_info(value.zone)
    if value.offset is None:
        return None
    return timezone(timedelta(seconds=value.offset))
