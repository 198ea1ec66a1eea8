"""Functions over a list of numbers, or of values that have an order; of an empty list they have no result."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from engine.feel import compare
from engine.feel.errors import FeelError
from engine.feel.functions.registry import feel
from engine.feel.running import Run
from engine.feel.temporal.durations import DaysTimeDuration, YearsMonthsDuration
from engine.feel.values import DECIMAL128, Value


@feel("min(list: list)", "min(list: any...)")
def minimum(run: Run, items: list[Value]) -> Value:
    return _extreme(run, items, least=True)


@feel("max(list: list)", "max(list: any...)")
def maximum(run: Run, items: list[Value]) -> Value:
    return _extreme(run, items, least=False)


@feel("sum(list: list)", "sum(list: any...)")
def total(run: Run, items: list[Value]) -> Value:
    if items and all(isinstance(item, DaysTimeDuration) for item in items):
        return DaysTimeDuration(sum(item.nanoseconds for item in items))
    if items and all(isinstance(item, YearsMonthsDuration) for item in items):
        return YearsMonthsDuration(sum(item.months for item in items))
    return _sum(_numbers(run, items))


@feel("mean(list: list)", "mean(list: any...)")
def mean(run: Run, items: list[Value]) -> Value:
    return _mean(_numbers(run, items))


@feel("product(list: list)", "product(list: any...)")
def product(run: Run, items: list[Value]) -> Value:
    result = Decimal(1)
    for number in _numbers(run, items):
        result = DECIMAL128.multiply(result, number)
    return result


@feel("median(list: list)", "median(list: any...)")
def median(run: Run, items: list[Value]) -> Value:
    numbers = sorted(_numbers(run, items))
    middle = len(numbers) // 2
    return numbers[middle] if len(numbers) % 2 else _mean(numbers[middle - 1 : middle + 1])


@feel("stddev(list: list)", "stddev(list: any...)")
def standard_deviation(run: Run, items: list[Value]) -> Value:
    numbers = _numbers(run, items)
    if len(numbers) < 2:
        raise FeelError("至少要兩個數字", "at least two numbers are needed")
    middle = _mean(numbers)
    squares = [DECIMAL128.power(DECIMAL128.subtract(number, middle), 2) for number in numbers]
    return DECIMAL128.sqrt(DECIMAL128.divide(_sum(squares), Decimal(len(numbers) - 1)))


@feel("mode(list: list)", "mode(list: any...)")
def mode(run: Run, items: list[Value]) -> Value:
    counted = Counter(_numbers(run, items) if items else [])
    most = max(counted.values(), default=0)
    return sorted(number for number, times in counted.items() if times == most)


def _extreme(run: Run, items: list[Value], *, least: bool) -> Value:
    _refuse_empty(items)
    best: Value = None
    for at, item in enumerate(items):
        run.spend(1)
        if not compare.comparable(item, item) or (at and not compare.comparable(best, item)):
            raise FeelError("元素之間沒有大小順序", "the elements have no order")
        first, second = compare.order_keys(item, best) if at else (0, 0)
        if not at or (first < second if least else first > second):
            best = item
    return best


def _numbers(run: Run, items: list[Value]) -> list[Decimal]:
    _refuse_empty(items)
    run.spend(len(items))
    if not all(isinstance(item, Decimal) for item in items):
        raise FeelError("元素不全是數字", "not every element is a number")
    return items


def _refuse_empty(items: list[Value]) -> None:
    if not items:
        raise FeelError("清單是空的", "the list is empty")


def _sum(numbers: list[Decimal]) -> Decimal:
    result = Decimal(0)
    for number in numbers:
        result = DECIMAL128.add(result, number)
    return result


def _mean(numbers: list[Decimal]) -> Decimal:
    return DECIMAL128.divide(_sum(numbers), Decimal(len(numbers)))
