"""FEEL's values and how Python's plain values become them and they become Python's again.

    FEEL                        inside the evaluator     plain Python
    null, boolean, string       None, bool, str          the same
    number                      Decimal (34 digits)      int when written without fraction, else Decimal
    date, time, date and time   FeelDate …               date, time, datetime
    days and time duration      DaysTimeDuration         timedelta
    years and months duration   YearsMonthsDuration      YearsMonthsDuration
    list, context               list, dict               list, dict
    range, function             Range, Function          the same (they cannot be stored)

A date or time that Python cannot hold exactly (year 20000, a nanosecond) stays the FEEL value.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from engine.feel.temporal import dates
from engine.feel.temporal.dates import FeelDate, FeelDateTime, FeelTime
from engine.feel.temporal.durations import DaysTimeDuration, YearsMonthsDuration

Value = Any
"""A FEEL value, as the table above has it."""

DECIMAL128 = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[decimal.DivisionByZero, decimal.InvalidOperation, decimal.Overflow],
)


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`. Where an end is open (`>= 10`) its value is None."""

    low: Value
    high: Value
    low_included: bool
    high_included: bool
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """Something that can be called. `call(args)` takes FEEL values in the order of `parameters`."""

    name: str
    parameters: tuple[str, ...]
    call: Callable[[list[Value]], Value]
    types: tuple[Any, ...] = ()
    """The declared types of the parameters; empty when none were declared."""


def from_python(value: Any) -> Value:
    """The FEEL value for a plain Python value.

    Raises:
        TypeError: FEEL has no such value.
        ValueError: NaN or an infinity.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, int):
        return _number(Decimal(value))
    if isinstance(value, float):
        return _number(Decimal(repr(value)))
    if isinstance(value, Mapping):
        return {_key(key): from_python(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [from_python(item) for item in value]
    for types, convert in _CONVERSIONS:
        if isinstance(value, types):
            return convert(value)
    if isinstance(value, FEEL_ONLY):
        return value
    raise TypeError(f"no FEEL value for {type(value).__name__}")


_CONVERSIONS: tuple[tuple[type, Callable[[Any], Value]], ...] = (
    (datetime, dates.from_python_datetime),
    (date, dates.from_python_date),
    (time, dates.from_python_time),
    (timedelta, DaysTimeDuration.from_timedelta),
    (UUID, str),
)
FEEL_ONLY = (FeelDate, FeelTime, FeelDateTime, DaysTimeDuration, YearsMonthsDuration, Range, Function)


def to_python(value: Value) -> Any:
    """The plain Python value for a FEEL value."""
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, list):
        return [to_python(item) for item in value]
    if isinstance(value, dict):
        return {key: to_python(item) for key, item in value.items()}
    plain: Any = None
    if isinstance(value, FeelDateTime):
        plain = dates.to_python_datetime(value)
    elif isinstance(value, FeelDate):
        plain = dates.to_python_date(value)
    elif isinstance(value, FeelTime):
        plain = dates.to_python_time(value)
    elif isinstance(value, DaysTimeDuration):
        plain = value.to_timedelta()
    return value if plain is None else plain


def plain_number(value: Decimal) -> int | Decimal:
    """An int when the number was written without fraction (and is no longer than 34 digits), else itself."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= 0 and value.adjusted() < 34:
        return int(value)
    return value


def kind(value: Value) -> str:
    """The FEEL name of the value's type."""
    for types, name in _KINDS:
        if isinstance(value, types):
            return name
    return "null"


_KINDS: tuple[tuple[Any, str], ...] = (
    (bool, "boolean"),
    (str, "string"),
    (Decimal, "number"),
    (list, "list"),
    (dict, "context"),
    (FeelDateTime, "date and time"),
    (FeelDate, "date"),
    (FeelTime, "time"),
    (DaysTimeDuration, "days and time duration"),
    (YearsMonthsDuration, "years and months duration"),
    (Range, "range"),
    (Function, "function"),
)


def _number(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError("NaN and infinities are no FEEL numbers")
    try:
        return DECIMAL128.plus(value)
    except decimal.Overflow:
        raise ValueError("the number is too large") from None


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError("a context's keys are texts")
    return key
