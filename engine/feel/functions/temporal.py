"""Functions about dates and times (DMN 1.5 sections 10.3.4.7 and 10.3.4.10)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from engine.feel import compare
from engine.feel.errors import FeelError
from engine.feel.functions.registry import feel
from engine.feel.running import Run
from engine.feel.temporal.dates import FeelDate, FeelDateTime, FeelTime, days_in_month
from engine.feel.values import Value, kind

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@feel("is(value1: any?, value2: any?)")
def is_(run: Run, first: Value = None, second: Value = None) -> Value:
    """The same value of the same kind, written with the same offset or zone."""
    if kind(first) != kind(second):
        return False
    if isinstance(first, FeelTime | FeelDateTime):
        return _identity(first) == _identity(second)
    return compare.same(first, second)


@feel("now()", "today()")
def without_clock(run: Run) -> Value:
    # Which time it is, the caller says by giving these functions: there is one clock.
    raise FeelError("這裡沒有時鐘", "there is no clock here")


@feel("day of year(date: date|date and time)")
def day_of_year(run: Run, value: FeelDate | FeelDateTime) -> Value:
    day = _day(value)
    return Decimal(sum(days_in_month(day.year, month) for month in range(1, day.month)) + day.day)


@feel("day of week(date: date|date and time)")
def day_of_week(run: Run, value: FeelDate | FeelDateTime) -> Value:
    return _DAYS[_day(value).weekday() - 1]


@feel("month of year(date: date|date and time)")
def month_of_year(run: Run, value: FeelDate | FeelDateTime) -> Value:
    return _MONTHS[_day(value).month - 1]


@feel("week of year(date: date|date and time)")
def week_of_year(run: Run, value: FeelDate | FeelDateTime) -> Value:
    day = _day(value)
    # Weeks repeat every 400 years.
    return Decimal(date((day.year - 1) % 400 + 401, day.month, day.day).isocalendar().week)


def _day(value: FeelDate | FeelDateTime) -> FeelDate:
    return value.date if isinstance(value, FeelDateTime) else value


def _identity(value: Value) -> object:
    if isinstance(value, FeelDateTime):
        return value.date, _identity(value.time)
    return value.day_nanos(), value.offset, value.zone
