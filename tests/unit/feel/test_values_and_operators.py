"""What FEEL expressions give: literals, operators, three-valued logic."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import feel
from engine.feel import YearsMonthsDuration

TAIPEI = timezone(timedelta(hours=8))


def value(text, names=None, **more):
    return feel.parse(text, names=tuple(names or ())).evaluate({**(names or {}), **more}).value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1),
        ("1.50", Decimal("1.50")),
        (".5", Decimal("0.5")),
        ("1e3", 1000),
        ('"高雄\\n市"', "高雄\n市"),
        ('"\\u9ad8\\uD83D\\uDE00"', "高😀"),
        ("true", True),
        ("null", None),
        ("[1, [2], {a: 3}]", [1, [2], {"a": 3}]),
        ('{a: 1, "b c": a + 1}', {"a": 1, "b c": 2}),
        ("{if: 1, in: 2}.in", 2),
        ('@"2018-05-29"', date(2018, 5, 29)),
        ('@"17:30:00"', time(17, 30)),
        ('@"2018-05-29T17:30:00+08:00"', datetime(2018, 5, 29, 17, 30, tzinfo=TAIPEI)),
        ('@"P1DT2H"', timedelta(days=1, hours=2)),
        ('@"-P1Y2M"', YearsMonthsDuration(-14)),
        ("1 + 2 * 3 - 4 / 2", 5),
        ("2 ** 3 ** 2", 64),
        ("-2 ** 2", 4),
        ("10 / 3", Decimal("3.333333333333333333333333333333333")),
        ("0.1 + 0.2 = 0.3", True),
        ('"a" + "b"', "ab"),
        ("(1 + 2) * 3", 9),
        ("/* why */ 1 // really", 1),
        ("5 between 1 and 5", True),
        ("1 < 2 and 2 <= 2 and 3 > 2 and 3 >= 3 and 1 != 2", True),
        ('if 1 > 2 then "a" else "b"', "b"),
        ("for i in 1..3 return i * i", [1, 4, 9]),
        ("for i in 3..1 return i", [3, 2, 1]),
        ("for i in [1..3] return i", [1, 2, 3]),
        ("for i in (1..4) return i", [2, 3]),
        ("for i in [1, 2], j in [i, 10] return i * j", [1, 10, 4, 20]),
        ('for d in @"2018-02-27"..@"2018-03-01" return d.day', [27, 28, 1]),
        ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", [1, 1, 2, 6, 24]),
        ("some x in [1, 2] satisfies x > 1", True),
        ("every x in [1, 2] satisfies x > 1", False),
        ("every x in [] satisfies x > 1", True),
        ("[1, 2, 3][item > 1]", [2, 3]),
        ("[1, 2, 3][-1]", 3),
        ("[{n: 1}, {n: 2}][n > 1].n", [2]),
        ("[][item > 1]", []),
        ("{a: {b: 1}}.a.b", 1),
        ("function(a, b) a - b", None),
        ("(function(a, b) a - b)(5, 3)", 2),
        ("(function(a, b) a - b)(b: 5, a: 3)", -2),
        ("{double: function(n: number) n * 2, r: double(4)}.r", 8),
        ("1 in [1..3]", True),
        ("3 in [1..3)", False),
        ("3 in [1..3[", False),
        ("1 in ]1..3]", False),
        ("5 in (< 3, > 4)", True),
        ('"b" in ("a", "b")', True),
        ("5 in >= 5", True),
        ("[1..5[.end included", False),
        ("1 instance of number", True),
        ('["a"] instance of list<number>', False),
        ("{a: 1} instance of context<a: number>", True),
        ("[1..2] instance of range<number>", True),
        ("null instance of string", False),
        ('@"2018-05-29".weekday', 2),
        ('@"P1DT25H".days', 2),
    ],
)
def test_an_expression_has_its_value(text, expected):
    found = value(text)
    if expected is None and text.startswith("function"):
        assert isinstance(found, feel.Function)
        return
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('@"2018-01-31" + @"P1M"', date(2018, 2, 28)),
        ('@"2018-03-31" - @"P1M"', date(2018, 2, 28)),
        ('@"2018-05-29" + @"P1DT23H"', date(2018, 5, 30)),
        ('@"2018-05-29" - @"2018-05-01"', timedelta(days=28)),
        ('@"2018-05-29T10:00:00+08:00" - @"2018-05-29T01:00:00Z"', timedelta(hours=1)),
        ('@"2018-05-29T23:00:00+08:00" + @"PT2H"', datetime(2018, 5, 30, 1, tzinfo=TAIPEI)),
        ('@"23:00:00" + @"PT2H"', time(1)),
        ('@"10:00:00" - @"09:30:00"', timedelta(minutes=30)),
        ('@"P1D" * 2', timedelta(days=2)),
        ('@"P1Y" / 2', YearsMonthsDuration(6)),
        ('@"P2D" / @"P1D"', 2),
        ('-@"P1D"', timedelta(days=-1)),
        ('@"2018-05-29T10:00:00+08:00" = @"2018-05-29T02:00:00Z"', True),
        ('@"2018-05-29T10:00:00" = @"2018-05-29T02:00:00Z"', True),
        ('@"2018-05-29" < @"2018-05-30"', True),
    ],
)
def test_dates_and_durations_are_computed_with(text, expected):
    assert value(text) == expected


def test_plain_python_values_come_in_and_go_out():
    names = {
        "amount": Decimal("12.50"),
        "count": 3,
        "ratio": 0.1,
        "day": date(2018, 5, 29),
        "moment": datetime(2018, 5, 29, 1, tzinfo=UTC),
        "span": timedelta(days=1),
        "person": {"id": "aia.labor.lin", "label": "林"},
        "units": ("health", "works"),
    }
    assert value("amount * count", names) == Decimal("37.50")
    assert value("ratio", names) == Decimal("0.1")
    assert value("moment + span", names) == datetime(2018, 5, 30, 1, tzinfo=UTC)
    assert value("person.id", names) == "aia.labor.lin"
    assert value('"works" in units', names) is True
    for name, given_value in names.items():
        if name not in ("ratio", "units"):
            assert value(name, names) == given_value


LOGIC = {"true": True, "false": False, "null": None}


@pytest.mark.parametrize("left", LOGIC)
@pytest.mark.parametrize("right", LOGIC)
def test_and_or_follow_three_valued_logic(left, right):
    values = {LOGIC[left], LOGIC[right]}
    expected_and = False if False in values else None if None in values else True
    expected_or = True if True in values else None if None in values else False
    assert value(f"{left} and {right}") is expected_and
    assert value(f"{left} or {right}") is expected_or


@pytest.mark.parametrize(
    "text", ["x > 5", "x.deep.path", "x = 5 and false", "not(x)", "x in [1..3]", "x between 1 and 2"]
)
def test_an_empty_field_makes_null_or_false_but_no_error(text):
    evaluation = feel.parse(text).evaluate({"x": None})
    assert not evaluation.value
    assert evaluation.errors == ()
    assert not evaluation.failed


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("unknown > 5", "unknown"),
        ("x.missing", "missing"),
        ("x + 1", "+"),
        ('1 < "a"', "string"),
        ("1 / 0", "/"),
        ("nothing(1)", "nothing"),
        ('number("abc")', "abc"),
        ("[1, 2][3]", "3"),
        ("max([])", "max"),
        ("now()", "now"),
        ("{a: 1, a: 2}", "a"),
        ("1 and true", "number"),
        ("[2..1]", "範圍"),
    ],
)
def test_a_fault_gives_null_and_says_why(text, says):
    evaluation = feel.parse(text).evaluate({"x": {"a": 1}})
    assert evaluation.value is None
    assert evaluation.failed
    assert says in evaluation.errors[0]
    assert " / " in evaluation.errors[0]


def test_a_fault_beside_a_value_is_told_but_the_value_stands():
    evaluation = feel.parse('if 1 > "a" then 1 else 2').evaluate({})
    assert evaluation.value == 2
    assert evaluation.errors
    assert not evaluation.failed


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=4))
def test_money_is_exact(amount):
    assert value("amount + 0.0001 - 0.0001 = amount", {"amount": amount}) is True


@given(st.dates(), st.integers(-5000, 5000))
def test_days_are_added_as_python_adds_them(day, days):
    try:
        expected = day + timedelta(days=days)
    except OverflowError:
        return
    assert value("day + span", {"day": day, "span": timedelta(days=days)}) == expected


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(TAIPEI)))
def test_moments_are_ordered_across_offsets(one, other):
    names = {"one": one, "other": other}
    assert value("one < other", names) is (one < other)
    assert value("one = other", names) is (one == other)
    assert value("one - other", names) == one - other
