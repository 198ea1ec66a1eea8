"""FEEL's dates, times and durations (DMN 1.5 section 10.3.2.3): wider and finer than Python's `datetime`."""

from __future__ import annotations

from engine.feel.temporal.arithmetic import add_days_time, add_months, months_between, same_frame
from engine.feel.temporal.dates import FeelDate, FeelDateTime, FeelTime, Temporal, offset_at
from engine.feel.temporal.durations import DaysTimeDuration, Duration, YearsMonthsDuration
from engine.feel.temporal.texts import (
    parse_any,
    parse_date,
    parse_date_time,
    parse_duration,
    parse_time,
)

__all__ = [
    "DaysTimeDuration",
    "Duration",
    "FeelDate",
    "FeelDateTime",
    "FeelTime",
    "Temporal",
    "YearsMonthsDuration",
    "add_days_time",
    "add_months",
    "months_between",
    "offset_at",
    "parse_any",
    "parse_date",
    "parse_date_time",
    "parse_duration",
    "parse_time",
    "same_frame",
]
