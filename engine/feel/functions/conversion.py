"""Conversion functions (DMN 1.5 section 10.3.4.1): texts and parts to numbers, dates, times, durations, and back."""

from __future__ import annotations

import re
from decimal import Decimal

from engine.feel.errors import FeelError
from engine.feel.functions.registry import feel
from engine.feel.running import Run
from engine.feel.temporal import months_between
from engine.feel.temporal.dates import FeelDate, FeelDateTime, FeelTime
from engine.feel.temporal.durations import NANOS, DaysTimeDuration, YearsMonthsDuration
from engine.feel.temporal.texts import parse_date, parse_date_time, parse_duration, parse_time
from engine.feel.text import text_of
from engine.feel.values import DECIMAL128, Value

_SEPARATORS = {" ", ",", "."}
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


@feel("string(from: any)")
def string(run: Run, value: Value) -> Value:
    return None if value is None else text_of(run, value)


@feel("number(from: string, grouping separator: string?, decimal separator: string?)")
def number(run: Run, text: str, grouping: str | None = None, point: str | None = None) -> Value:
    if grouping not in {None, *_SEPARATORS} or point not in {None, ",", "."} or (grouping and grouping == point):
        raise FeelError(
            "分隔符號只能是空白、逗號、句點，且不得相同", "separators are space, comma or period, and differ"
        )
    plain = text.replace(grouping, "") if grouping else text
    plain = plain.replace(point, ".") if point else plain
    if not _NUMBER.fullmatch(plain):
        raise FeelError(f"「{text[:40]}」不是數字", f"{text[:40]!r} is no number")
    return DECIMAL128.create_decimal(plain)


@feel("number(from: number)")
def number_itself(run: Run, value: Decimal) -> Value:
    return value


@feel("date(from: string)")
def date_from_text(run: Run, text: str) -> Value:
    return parse_date(text)


@feel("date(from: date|date and time)")
def date_from_moment(run: Run, value: FeelDate | FeelDateTime) -> Value:
    return value.date if isinstance(value, FeelDateTime) else value


@feel("date(year: number, month: number, day: number)")
def date_from_parts(run: Run, year: Decimal, month: Decimal, day: Decimal) -> Value:
    return FeelDate(_whole(year), _whole(month), _whole(day))


@feel("time(from: string)")
def time_from_text(run: Run, text: str) -> Value:
    return parse_time(text)


@feel("time(from: time|date|date and time)")
def time_from_moment(run: Run, value: FeelTime | FeelDate | FeelDateTime) -> Value:
    if isinstance(value, FeelDateTime):
        return value.time
    return FeelTime(0, 0, 0, offset=0) if isinstance(value, FeelDate) else value


@feel("time(hour: number, minute: number, second: number, offset: days and time duration?)")
def time_from_parts(
    run: Run, hour: Decimal, minute: Decimal, second: Decimal, offset: DaysTimeDuration | None = None
) -> Value:
    whole, fraction = divmod(second, 1)
    seconds = None if offset is None else offset.nanoseconds // NANOS
    return FeelTime(_whole(hour), _whole(minute), int(whole), int(fraction * NANOS), seconds)


@feel("date and time(from: string)")
def moment_from_text(run: Run, text: str) -> Value:
    return parse_date_time(text)


@feel("date and time(date: date|date and time, time: time)")
def moment_from_parts(run: Run, day: FeelDate | FeelDateTime, clock: FeelTime) -> Value:
    return FeelDateTime(day.date if isinstance(day, FeelDateTime) else day, clock)


@feel("date and time(from: date|date and time)")
def moment_itself(run: Run, value: FeelDate | FeelDateTime) -> Value:
    return value if isinstance(value, FeelDateTime) else FeelDateTime(value, FeelTime(0, 0, 0, offset=0))


@feel("date and time(date: date and time, timezone: string)")
def moment_in_zone(run: Run, value: FeelDateTime, zone: str) -> Value:
    clock = value.time
    return FeelDateTime(value.date, FeelTime(clock.hour, clock.minute, clock.second, clock.nanosecond, None, zone))


@feel("duration(from: string)")
def duration(run: Run, text: str) -> Value:
    return parse_duration(text)


@feel("duration(from: days and time duration|years and months duration)")
def duration_itself(run: Run, value: Value) -> Value:
    return value


@feel("years and months duration(from: date|date and time, to: date|date and time)")
def months_duration(run: Run, start: FeelDate | FeelDateTime, end: FeelDate | FeelDateTime) -> Value:
    return YearsMonthsDuration(months_between(start, end))


def _whole(value: Decimal) -> int:
    if value != value.to_integral_value():
        raise FeelError("不是整數", "not a whole number")
    return int(value)
