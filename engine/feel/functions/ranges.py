"""Relations between points and ranges (DMN 1.5 section 10.3.4.9, table 78)."""

from __future__ import annotations

from collections.abc import Callable

from engine.feel import compare
from engine.feel.errors import FeelError
from engine.feel.functions.registry import feel
from engine.feel.running import Run
from engine.feel.values import Range, Value

_POINT = "number|string|date|time|date and time|days and time duration|years and months duration"


class _Ends:
    """The two ends of a range, or a point as a range of its own, and how ends of two of them lie."""

    def __init__(self, run: Run, value: Value) -> None:
        self.run = run
        self.span = value if isinstance(value, Range) else Range(value, value, True, True)

    def starts_before(self, other: _Ends) -> bool:
        """Whether this one's first point lies before the other's."""
        if self.span.low is None or other.span.low is None:
            return self.span.low is None and other.span.low is not None
        if _less(self.run, self.span.low, other.span.low):
            return True
        return self._low_is(other) and self.span.low_included and not other.span.low_included

    def ends_before(self, other: _Ends) -> bool:
        """Whether this one's last point lies before the other's."""
        if self.span.high is None or other.span.high is None:
            return self.span.high is not None and other.span.high is None
        if _less(self.run, self.span.high, other.span.high):
            return True
        return self._high_is(other) and not self.span.high_included and other.span.high_included

    def wholly_before(self, other: _Ends) -> bool:
        """Whether all of this one lies before all of the other."""
        if self.span.high is None or other.span.low is None:
            return False
        if _less(self.run, self.span.high, other.span.low):
            return True
        touching = _same(self.run, self.span.high, other.span.low)
        return touching and not (self.span.high_included and other.span.low_included)

    def meets(self, other: _Ends) -> bool:
        """Whether this one's end is the other's start, both included."""
        if self.span.high is None or other.span.low is None:
            return False
        return self.span.high_included and other.span.low_included and _same(self.run, self.span.high, other.span.low)

    def starts_with(self, other: _Ends) -> bool:
        """Whether both begin at the same point."""
        return not self.starts_before(other) and not other.starts_before(self)

    def ends_with(self, other: _Ends) -> bool:
        """Whether both end at the same point."""
        return not self.ends_before(other) and not other.ends_before(self)

    def _low_is(self, other: _Ends) -> bool:
        return _same(self.run, self.span.low, other.span.low)

    def _high_is(self, other: _Ends) -> bool:
        return _same(self.run, self.span.high, other.span.high)


def _less(run: Run, one: Value, other: Value) -> bool:
    if not compare.comparable(one, other):
        raise FeelError("兩端的型別不同", "the ends are of different types")
    return compare.before(run, one, other) is True


def _same(run: Run, one: Value, other: Value) -> bool:
    if not compare.comparable(one, other):
        raise FeelError("兩端的型別不同", "the ends are of different types")
    return compare.equal(run, one, other) is True


def _declare(name: str, first: str, second: str, relation: Callable[[_Ends, _Ends], bool]) -> None:
    def related(run: Run, one: Value, other: Value) -> Value:
        return relation(_Ends(run, one), _Ends(run, other))

    names = {(_POINT, _POINT): ("point1", "point2"), ("range", "range"): ("range1", "range2")}
    default = ("point" if first == _POINT else "range", "point" if second == _POINT else "range")
    one, other = names.get((first, second), default)
    feel(f"{name}({one}: {first}, {other}: {second})")(related)


def _declare_all() -> None:
    point, span = _POINT, "range"
    for kinds in ((point, point), (point, span), (span, point), (span, span)):
        _declare("before", *kinds, lambda a, b: a.wholly_before(b))
        _declare("after", *kinds, lambda a, b: b.wholly_before(a))
    _declare("meets", span, span, lambda a, b: a.meets(b))
    _declare("met by", span, span, lambda a, b: b.meets(a))
    _declare("overlaps", span, span, _overlap)
    _declare("overlaps before", span, span, lambda a, b: _overlap(a, b) and a.starts_before(b) and a.ends_before(b))
    _declare("overlaps after", span, span, lambda a, b: _overlap(a, b) and b.starts_before(a) and b.ends_before(a))
    for kinds in ((point, span), (span, span)):
        _declare("finishes", *kinds, lambda a, b: a.ends_with(b) and not a.starts_before(b))
        _declare("during", *kinds, _inside)
        _declare("starts", *kinds, lambda a, b: a.starts_with(b) and not b.ends_before(a))
    for kinds in ((span, point), (span, span)):
        _declare("finished by", *kinds, lambda a, b: a.ends_with(b) and not b.starts_before(a))
        _declare("includes", *kinds, lambda a, b: _inside(b, a))
        _declare("started by", *kinds, lambda a, b: a.starts_with(b) and not a.ends_before(b))
    for kinds in ((point, point), (span, span)):
        _declare("coincides", *kinds, lambda a, b: a.starts_with(b) and a.ends_with(b))


def _overlap(one: _Ends, other: _Ends) -> bool:
    return not one.wholly_before(other) and not other.wholly_before(one)


def _inside(one: _Ends, other: _Ends) -> bool:
    return not one.starts_before(other) and not other.ends_before(one)


_declare_all()
