"""Numeric functions (DMN 1.5 section 10.3.4.5)."""

from __future__ import annotations

import decimal
from decimal import Decimal

from engine.feel.errors import FeelError
from engine.feel.functions.registry import feel
from engine.feel.running import Run
from engine.feel.temporal.durations import DaysTimeDuration, YearsMonthsDuration
from engine.feel.values import DECIMAL128, Value

_MOST_PLACES = 6176


def rounded(number: Decimal, scale: Decimal, rounding: str) -> Decimal:
    """`number` with `scale` digits behind the point; negative scales round to tens, hundreds …"""
    if scale != scale.to_integral_value():
        scale = scale.to_integral_value(decimal.ROUND_DOWN)
    if not -_MOST_PLACES <= scale <= _MOST_PLACES:
        raise FeelError("小數位數超出範圍", "the scale is out of range")
    exponent = -int(scale)
    if number.is_zero() or number.adjusted() - exponent >= 34:
        # All its digits stay: nothing to round, and no room to write out the zeros.
        return number
    result = number.quantize(Decimal((0, (1,), exponent)), rounding, DECIMAL128)
    return DECIMAL128.plus(Decimal(int(result))) if exponent > 0 else result


@feel("decimal(n: number, scale: number)")
def decimal_(run: Run, number: Decimal, scale: Decimal) -> Value:
    return rounded(number, scale, decimal.ROUND_HALF_EVEN)


@feel("round up(n: number, scale: number)")
def round_up(run: Run, number: Decimal, scale: Decimal) -> Value:
    return rounded(number, scale, decimal.ROUND_UP)


@feel("round down(n: number, scale: number)")
def round_down(run: Run, number: Decimal, scale: Decimal) -> Value:
    return rounded(number, scale, decimal.ROUND_DOWN)


@feel("round half up(n: number, scale: number)")
def round_half_up(run: Run, number: Decimal, scale: Decimal) -> Value:
    return rounded(number, scale, decimal.ROUND_HALF_UP)


@feel("round half down(n: number, scale: number)")
def round_half_down(run: Run, number: Decimal, scale: Decimal) -> Value:
    return rounded(number, scale, decimal.ROUND_HALF_DOWN)


@feel("floor(n: number)", "floor(n: number, scale: number)")
def floor(run: Run, number: Decimal, scale: Decimal = Decimal(0)) -> Value:
    return rounded(number, scale, decimal.ROUND_FLOOR)


@feel("ceiling(n: number)", "ceiling(n: number, scale: number)")
def ceiling(run: Run, number: Decimal, scale: Decimal = Decimal(0)) -> Value:
    return rounded(number, scale, decimal.ROUND_CEILING)


@feel("abs(n: number|days and time duration|years and months duration)")
def absolute(run: Run, value: Value) -> Value:
    if isinstance(value, DaysTimeDuration):
        return DaysTimeDuration(abs(value.nanoseconds))
    if isinstance(value, YearsMonthsDuration):
        return YearsMonthsDuration(abs(value.months))
    return DECIMAL128.abs(value)


@feel("modulo(dividend: number, divisor: number)")
def modulo(run: Run, dividend: Decimal, divisor: Decimal) -> Value:
    if divisor.is_zero():
        raise FeelError("除數是 0", "the divisor is 0")
    rest = DECIMAL128.remainder(dividend, divisor)
    # FEEL's result has the sign of the divisor.
    return rest if rest.is_zero() or (rest < 0) == (divisor < 0) else DECIMAL128.add(rest, divisor)


@feel("sqrt(number: number)")
def square_root(run: Run, number: Decimal) -> Value:
    if number < 0:
        raise FeelError("負數沒有平方根", "a negative number has no square root")
    return DECIMAL128.sqrt(number)


@feel("log(number: number)")
def logarithm(run: Run, number: Decimal) -> Value:
    if number <= 0:
        raise FeelError("只有正數有對數", "only positive numbers have a logarithm")
    return DECIMAL128.ln(number)


@feel("exp(number: number)")
def exponential(run: Run, number: Decimal) -> Value:
    return DECIMAL128.exp(number)


@feel("odd(number: number)")
def odd(run: Run, number: Decimal) -> Value:
    return _parity(number) == 1


@feel("even(number: number)")
def even(run: Run, number: Decimal) -> Value:
    return _parity(number) == 0


def _parity(number: Decimal) -> Decimal:
    if number != number.to_integral_value():
        raise FeelError("不是整數", "not a whole number")
    return abs(DECIMAL128.remainder(number, Decimal(2)))
