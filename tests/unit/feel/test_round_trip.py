"""Properties: what is printed reads back the same; numbers count as `decimal` does, days as the standard library does.

The examples are the same on every run.
"""

from __future__ import annotations

import calendar
import dataclasses
import decimal
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import feel
from engine.feel.nodes import calls, control, literals, names, operators, tests
from engine.feel.nodes.base import Node
from engine.feel.printing import _WRITERS
from engine.feel.types import FeelType
from engine.feel.values import DECIMAL128

always = settings(derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=100)

# -- trees ---------------------------------------------------------------------------------------

words = st.sampled_from(["a", "b1", "x_y", "申請人數", "單位"])
numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**9, places=3).map(abs)
texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=6)
constants = st.one_of(
    numbers,
    texts,
    st.sampled_from([None, True, False]),
    st.sampled_from(
        ["2020-02-29", "03:04:05", "03:04:05.5+08:00", "2020-01-02T03:04:05@Asia/Taipei", "P1DT2H", "-P1Y2M"]
    ).map(lambda text: feel.parse(f'@"{text}"').node.value),
).map(literals.Literal)
types = st.recursive(
    st.sampled_from(["number", "string", "boolean", "date", "date and time", "Any"]).map(FeelType),
    lambda inner: st.one_of(
        inner.map(lambda of: FeelType("list", of)), inner.map(lambda of: FeelType("context", None, (("k", of),)))
    ),
    max_leaves=3,
)


def _nodes(inner):
    pairs = st.tuples(inner, inner)
    several = st.lists(inner, max_size=3).map(tuple)
    tested = st.one_of(
        st.tuples(st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), inner).map(lambda at: tests.OperatorTest(*at)),
        inner.map(tests.ExpressionTest),
    )
    iterations = st.lists(
        st.tuples(words, inner, st.none() | inner).map(lambda at: control.Iteration(*at)), min_size=1, max_size=2
    )
    return st.one_of(
        pairs.map(lambda at: operators.Or(*at)),
        pairs.map(lambda at: operators.And(*at)),
        st.tuples(inner, inner, st.sampled_from(["+", "-", "*", "/", "**"])).map(lambda at: operators.Arithmetic(*at)),
        st.tuples(inner, inner, st.sampled_from(["=", "!=", "<", "<=", ">", ">="])).map(
            lambda at: operators.Comparison(*at)
        ),
        inner.map(operators.Negate),
        st.tuples(inner, inner, inner).map(lambda at: operators.Between(*at)),
        st.tuples(inner, types).map(lambda at: operators.InstanceOf(*at)),
        st.tuples(inner, st.lists(tested, min_size=1, max_size=2).map(tuple)).map(lambda at: tests.Membership(*at)),
        several.map(literals.ListNode),
        st.lists(st.tuples(texts.filter(bool), inner), max_size=2).map(lambda at: literals.ContextNode(tuple(at))),
        st.tuples(inner, inner, st.booleans(), st.booleans()).map(lambda at: literals.RangeNode(*at)),
        st.tuples(inner, words).map(lambda at: names.Path(*at)),
        pairs.map(lambda at: names.Filter(*at)),
        st.tuples(words.map(names.Name), several).map(lambda at: calls.Call(*at)),
        st.tuples(words.map(names.Name), inner).map(lambda at: calls.Call(at[0], (at[1],), ("n",))),
        st.tuples(st.lists(st.tuples(words, st.none() | types), max_size=2), inner).map(
            lambda at: calls.FunctionNode(tuple(at[0]), at[1])
        ),
        st.tuples(inner, inner, inner).map(lambda at: control.If(*at)),
        st.tuples(iterations, inner).map(lambda at: control.For(tuple(at[0]), at[1])),
        st.tuples(iterations, inner, st.booleans()).map(
            lambda at: control.Quantified(tuple(at[0]), at[1], every=at[2])
        ),
    )


trees = st.recursive(constants | words.map(names.Name), _nodes, max_leaves=12)


def shape(part):
    """What a tree is, for comparing: its classes and fields."""
    if dataclasses.is_dataclass(part) and not isinstance(part, FeelType) and type(part) in {*_WRITERS, *_INNER}:
        fields = {one.name: shape(getattr(part, one.name)) for one in dataclasses.fields(part)}
        return type(part).__name__, fields
    return [shape(one) for one in part] if isinstance(part, tuple) else part


_INNER = {control.Iteration, tests.ExpressionTest}


@always
@given(trees)
def test_what_is_printed_reads_back_as_the_same_tree(tree):
    text = feel.written(tree)
    assert shape(feel.parse(text).node) == shape(tree), text


@always
@given(trees)
def test_printing_what_was_read_changes_nothing_more(tree):
    text = feel.written(tree)
    assert feel.written(feel.parse(text).node) == text


def test_every_kind_of_node_can_be_printed():
    modules = (operators, literals, names, calls, control, tests)
    made = {one for module in modules for one in vars(module).values() if isinstance(one, type)}
    concrete = {one for one in made if dataclasses.is_dataclass(one) and one.__module__.startswith("engine.feel.nodes")}
    concrete = {one for one in concrete if issubclass(one, Node) and not one.__name__.startswith("_")}
    assert concrete - set(_WRITERS) == _INNER


@pytest.mark.parametrize("text", ["-", "1, 2", '"a", "b"', "not(< 3, > 9)", "[1..3], (5..7)", "? > 3 and ? < 9", "< 3"])
def test_cells_read_back_the_same(text):
    assert feel.written(feel.parse(text, "unary").node) == text


# -- values --------------------------------------------------------------------------------------

plain = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        texts,
        st.integers(-(10**30), 10**30),
        st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6),
        st.dates(),
        st.datetimes(timezones=st.just(UTC)),
        st.timedeltas(timedelta(-10_000), timedelta(10_000)),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts.filter(bool), inner, max_size=3),
    max_leaves=8,
)


@always
@given(plain)
def test_the_source_of_a_value_gives_the_value(value):
    found = feel.parse(feel.source_of(value)).evaluate({})
    assert found.errors == ()
    assert found.value == value


# -- numbers -------------------------------------------------------------------------------------

CONTEXT = decimal.Context(prec=34, rounding=decimal.ROUND_HALF_EVEN)
wide = st.decimals(allow_nan=False, allow_infinity=False, min_value=Decimal("-1e40"), max_value=Decimal("1e40"))
small = st.decimals(allow_nan=False, allow_infinity=False, min_value=-1000, max_value=1000, places=5)


def value(text, **names):
    found = feel.parse(text).evaluate(names)
    assert found.errors == ()
    return found.value


@always
@given(wide, wide)
def test_sums_products_and_quotients_are_those_of_decimal128(a, b):
    left, right = DECIMAL128.create_decimal(a), DECIMAL128.create_decimal(b)
    assert value("a + b", a=a, b=b) == CONTEXT.add(left, right)
    assert value("a - b", a=a, b=b) == CONTEXT.subtract(left, right)
    assert value("a * b", a=a, b=b) == CONTEXT.multiply(left, right)
    if right:
        assert value("a / b", a=a, b=b) == CONTEXT.divide(left, right)
    assert value("a < b", a=a, b=b) is (left < right)
    assert value("-a", a=a) == left.copy_negate()


@always
@given(small, st.integers(-4, 4))
def test_rounding_is_that_of_decimal(number, scale):
    unit = Decimal(1).scaleb(-scale)
    for name, mode in {
        "decimal": decimal.ROUND_HALF_EVEN,
        "floor": decimal.ROUND_FLOOR,
        "ceiling": decimal.ROUND_CEILING,
        "round up": decimal.ROUND_UP,
        "round down": decimal.ROUND_DOWN,
        "round half up": decimal.ROUND_HALF_UP,
        "round half down": decimal.ROUND_HALF_DOWN,
    }.items():
        assert value(f"{name}(n, s)", n=number, s=scale) == number.quantize(unit, rounding=mode), name


@always
@given(small, small.filter(bool))
def test_modulo_takes_the_sign_of_the_divisor(a, b):
    found = Decimal(value("modulo(a, b)", a=a, b=b))
    assert found == CONTEXT.subtract(a, CONTEXT.multiply(b, (a / b).to_integral_value(decimal.ROUND_FLOOR)))
    assert not found or (found < 0) is (b < 0)


@always
@given(st.lists(small, min_size=1, max_size=8))
def test_statistics_are_those_of_exact_fractions(items):
    assert value("sum(x)", x=items) == sum(items)
    assert value("mean(x)", x=items) == CONTEXT.divide(sum(items), Decimal(len(items)))
    assert (value("min(x)", x=items), value("max(x)", x=items)) == (min(items), max(items))
    assert value("sort(x, function(p, q) p < q)", x=items) == sorted(items)


# -- dates ---------------------------------------------------------------------------------------

days = st.dates(date(1, 1, 1), date(9998, 12, 31))


@always
@given(days)
def test_the_parts_of_a_day_are_those_of_the_calendar(day):
    assert [value(f"d.{part}", d=day) for part in ("year", "month", "day")] == [day.year, day.month, day.day]
    assert value("d.weekday", d=day) == day.isoweekday()
    assert value("day of week(d)", d=day) == calendar.day_name[day.weekday()]
    assert value("day of year(d)", d=day) == day.timetuple().tm_yday
    assert value("week of year(d)", d=day) == day.isocalendar().week
    assert value("month of year(d)", d=day) == calendar.month_name[day.month]
    assert value("string(d)", d=day) == day.isoformat()
    assert value("date(string(d))", d=day) == day


@always
@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(-20_000, 20_000))
def test_days_are_added_and_subtracted_as_by_timedelta(day, count):
    later = day + timedelta(count)
    assert value("d + duration(t)", d=day, t=f"{'-' if count < 0 else ''}P{abs(count)}D") == later
    assert value("a - b", a=later, b=day) == timedelta(count)
    assert value("a < b", a=day, b=later) is (day < later)


@always
@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(-600, 600))
def test_months_end_on_the_last_day_a_month_has(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    expected = date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
    sign = "-" if months < 0 else ""
    assert value("d + duration(t)", d=day, t=f"{sign}P{abs(months)}M") == expected
    if months >= 0 and day.day <= 28:
        assert value("years and months duration(a, b)", a=day, b=expected).months == months


@always
@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)), st.integers(-(10**9), 10**9))
def test_moments_are_moved_by_seconds_as_by_timedelta(moment, seconds):
    sign = "-" if seconds < 0 else ""
    assert value("m + duration(t)", m=moment, t=f"{sign}PT{abs(seconds)}S") == moment + timedelta(seconds=seconds)
    assert value("a - b", a=moment + timedelta(seconds=seconds), b=moment) == timedelta(seconds=seconds)
