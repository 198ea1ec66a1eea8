"""List functions (DMN 1.5 section 10.3.4.4)."""

from __future__ import annotations

from decimal import Decimal

from engine.feel import compare
from engine.feel.errors import FeelError
from engine.feel.functions.registry import feel, invoke
from engine.feel.running import Run
from engine.feel.values import Function, Value


@feel("list contains(list: list, element: any)")
def list_contains(run: Run, items: list[Value], element: Value) -> Value:
    return any(_equal(run, item, element) for item in items)


@feel("count(list: list)")
def count(run: Run, items: list[Value]) -> Value:
    return Decimal(len(items))


@feel("all(list: list)", "all(list: any...)")
def all_(run: Run, items: list[Value]) -> Value:
    if any(item is False for item in items):
        return False
    return None if any(item is not True for item in items) else True


@feel("any(list: list)", "any(list: any...)")
def any_(run: Run, items: list[Value]) -> Value:
    if any(item is True for item in items):
        return True
    return None if any(item is not False for item in items) else False


@feel("sublist(list: list, start position: number, length: number?)")
def sublist(run: Run, items: list[Value], start: Decimal, length: Decimal | None = None) -> Value:
    first = _position(start, len(items))
    if length is None:
        return items[first:]
    if length < 1 or first + int(length) > len(items):
        raise FeelError("長度超出清單", "the length does not fit the list")
    return items[first : first + int(length)]


@feel("append(list: list, item: any...)")
def append(run: Run, items: list[Value], more: list[Value]) -> Value:
    return _sized(run, [*items, *more])


@feel("concatenate(list: list...)")
def concatenate(run: Run, lists: list[Value]) -> Value:
    return _sized(run, [item for one in lists for item in _as_list(one)])


@feel("union(list: list...)")
def union(run: Run, lists: list[Value]) -> Value:
    return distinct_values(run, concatenate(run, lists))


@feel("distinct values(list: list)")
def distinct_values(run: Run, items: list[Value]) -> list[Value]:
    kept: list[Value] = []
    for item in items:
        run.spend(len(kept))
        if not any(_equal(run, item, other) for other in kept):
            kept.append(item)
    return kept


@feel("flatten(list: list)")
def flatten(run: Run, items: list[Value]) -> list[Value]:
    flat: list[Value] = []
    for item in items:
        run.spend(1)
        flat.extend(flatten(run, item) if isinstance(item, list) else [item])
    return _sized(run, flat)


@feel("insert before(list: list, position: number, newItem: any)")
def insert_before(run: Run, items: list[Value], position: Decimal, item: Value) -> Value:
    at = _position(position, len(items))
    return _sized(run, [*items[:at], item, *items[at:]])


@feel("remove(list: list, position: number)")
def remove(run: Run, items: list[Value], position: Decimal) -> Value:
    at = _position(position, len(items))
    return [*items[:at], *items[at + 1 :]]


@feel("list replace(list: list, position: number, newItem: any)")
def list_replace_at(run: Run, items: list[Value], position: Decimal, item: Value) -> Value:
    at = _position(position, len(items))
    return [*items[:at], item, *items[at + 1 :]]


@feel("list replace(list: list, match: function, newItem: any)")
def list_replace_matching(run: Run, items: list[Value], match: Function, item: Value) -> Value:
    replaced = []
    for old in items:
        hit = invoke(run, match, [old, item])
        if not isinstance(hit, bool):
            raise FeelError("match 函式的結果不是真假值", "the match function gives neither true nor false")
        replaced.append(item if hit else old)
    return replaced


@feel("reverse(list: list)")
def reverse(run: Run, items: list[Value]) -> Value:
    return items[::-1]


@feel("index of(list: list, match: any)")
def index_of(run: Run, items: list[Value], match: Value) -> Value:
    return [Decimal(at) for at, item in enumerate(items, 1) if _equal(run, item, match)]


@feel("sort(list: list, precedes: function?)")
def sort(run: Run, items: list[Value], precedes: Function | None = None) -> Value:
    return _merge_sort(run, items, precedes)


def _merge_sort(run: Run, items: list[Value], precedes: Function | None) -> list[Value]:
    # A stable merge: an inconsistent `precedes` still ends, each element kept once.
    run.spend(len(items))
    if len(items) < 2:
        return list(items)
    middle = len(items) // 2
    left, right = _merge_sort(run, items[:middle], precedes), _merge_sort(run, items[middle:], precedes)
    merged: list[Value] = []
    one = other = 0
    while one < len(left) and other < len(right):
        if _precedes(run, right[other], left[one], precedes):
            merged.append(right[other])
            other += 1
        else:
            merged.append(left[one])
            one += 1
    return merged + left[one:] + right[other:]


def _precedes(run: Run, first: Value, second: Value, precedes: Function | None) -> bool:
    result = compare.before(run, first, second) if precedes is None else invoke(run, precedes, [first, second])
    if not isinstance(result, bool):
        raise FeelError("兩個元素無法排序", "two elements cannot be ordered")
    return result


def _equal(run: Run, one: Value, other: Value) -> bool:
    run.spend(1)
    return compare.same(one, other)


def _as_list(value: Value) -> list[Value]:
    if value is None:
        raise FeelError("清單是 null", "a list is null")
    return value if isinstance(value, list) else [value]


def _position(position: Decimal, length: int) -> int:
    """A FEEL position (from 1; -1 is the last) as an index."""
    at = int(position)
    if at != position or at == 0 or abs(at) > length:
        raise FeelError(f"清單沒有第 {position} 項", f"the list has no element {position}")
    return at - 1 if at > 0 else length + at


def _sized(run: Run, items: list[Value]) -> list[Value]:
    run.sized(len(items))
    run.spend(len(items))
    return items
