"""The lexical forms of dates, times and durations (ISO 8601 as XML Schema has it, plus `@Zone/Name`)."""

from __future__ import annotations

import re

from engine.feel.temporal.dates import DAY_NANOS, FeelDate, FeelDateTime, FeelTime, Temporal
from engine.feel.temporal.durations import NANOS, DaysTimeDuration, Duration, YearsMonthsDuration

_YEAR = r"(-?(?:[1-9]\d{4,8}|\d{4}))"
_DATE = re.compile(rf"{_YEAR}-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:(Z|z)|([+-])(\d\d):(\d\d)(?::(\d\d))?|@([\w/+\-]+))?", re.ASCII)
_MONTHS = re.compile(r"(-)?P(?:(\d+)Y)?(?:(\d+)M)?", re.ASCII)
_DAYS = re.compile(r"(-)?P(?:(\d+)D)?(T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?", re.ASCII)
_LONGEST = 80


def parse_date(text: str) -> FeelDate:
    """`2018-05-29`; `ValueError` when it is no date."""
    match = _DATE.fullmatch(_bounded(text))
    if not match:
        raise ValueError("not a date")
    year, month, day = match.groups()
    return FeelDate(int(year), int(month), int(day))


def parse_time(text: str) -> FeelTime:
    """`17:30:00`, with `Z`, `+08:00` or `@Asia/Taipei` behind it, or nothing; `ValueError` when it is no time."""
    match = _TIME.fullmatch(_bounded(text))
    if not match:
        raise ValueError("not a time")
    hour, minute, second, fraction, zulu, sign, off_hour, off_minute, off_second, zone = match.groups()
    offset = 0 if zulu else None
    if sign:
        if int(off_minute) > 59 or int(off_second or 0) > 59:
            raise ValueError("no such offset")
        offset = (int(off_hour) * 60 + int(off_minute)) * 60 + int(off_second or 0)
        offset = -offset if sign == "-" else offset
    return FeelTime(int(hour), int(minute), int(second), _nanos(fraction), offset, zone)


def parse_date_time(text: str) -> FeelDateTime:
    """`2018-05-29T17:30:00+08:00`, or a date alone for its midnight; `ValueError` when it is neither."""
    day, mark, clock = _bounded(text).partition("T")
    if not mark:
        return FeelDateTime(parse_date(day), FeelTime(0, 0, 0))
    if clock.startswith("24:00:00"):
        moment = FeelDateTime(parse_date(day), parse_time("00" + clock[2:]))
        if moment.time.nanosecond:
            raise ValueError("not a time")
        return moment.at_local_nanos(moment.local_nanos() + DAY_NANOS)
    return FeelDateTime(parse_date(day), parse_time(clock))


def parse_duration(text: str) -> Duration:
    """`P1Y2M` or `P3DT4H5M6S`; `ValueError` when it is neither (the two kinds do not mix)."""
    if match := _MONTHS.fullmatch(_bounded(text)):
        sign, years, months = match.groups()
        if years is not None or months is not None:
            total = int(years or 0) * 12 + int(months or 0)
            return YearsMonthsDuration(-total if sign else total)
    match = _DAYS.fullmatch(text)
    if not match or text.endswith(("P", "T")):
        raise ValueError("not a duration")
    sign, days, _, hours, minutes, seconds, fraction = match.groups()
    total = ((int(days or 0) * 24 + int(hours or 0)) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    nanos = total * NANOS + _nanos(fraction)
    return DaysTimeDuration(-nanos if sign else nanos)


def parse_any(text: str) -> Temporal | Duration:
    """What `@"…"` means: a date, a date and time, a time or a duration; `ValueError` when none of them."""
    if "P" in text[:2]:
        return parse_duration(text)
    if "T" in text.partition("@")[0]:
        return parse_date_time(text)
    if ":" in text:
        return parse_time(text)
    return parse_date(text)


def _bounded(text: str) -> str:
    if len(text) > _LONGEST:
        raise ValueError("too long")
    return text


def _nanos(fraction: str | None) -> int:
    return int((fraction or "")[:9].ljust(9, "0"))
