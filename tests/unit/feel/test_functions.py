"""Built-in functions, and those that the caller brings."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from engine import feel
from engine.feel import YearsMonthsDuration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # conversion
        ('date("2018-05-29")', date(2018, 5, 29)),
        ("date(2018, 5, 29)", date(2018, 5, 29)),
        ('date(date and time("2018-05-29T10:00:00"))', date(2018, 5, 29)),
        ('date and time(date("2018-05-29"), time("10:00:00Z"))', datetime(2018, 5, 29, 10, tzinfo=UTC)),
        ("time(10, 30, 0)", time(10, 30)),
        ('number("1 234,5", " ", ",")', Decimal("1234.5")),
        ('number(from: "1,234", grouping separator: ",", decimal separator: ".")', 1234),
        ("string(1.50)", "1.50"),
        ('string([1, "a", {b: null}])', '[1, "a", {b: null}]'),
        ('string(@"2018-05-29T10:00:00@Asia/Taipei")', "2018-05-29T10:00:00@Asia/Taipei"),
        ('duration("P1Y")', YearsMonthsDuration(12)),
        ('years and months duration(date("2011-12-22"), date("2013-08-24"))', YearsMonthsDuration(20)),
        ('range("[1..3]") = [1..3]', True),
        # strings
        ('substring("高雄市政府", 3, 2)', "市政"),
        ('substring("foobar", -2)', "ar"),
        ('string length("高雄")', 2),
        ('upper case("aBc")', "ABC"),
        ('substring before("foobar", "bar")', "foo"),
        ('substring after("foobar", "ob")', "ar"),
        ('contains("foobar", "of")', False),
        ('starts with("foobar", "fo")', True),
        ('ends with("foobar", "r")', True),
        ('matches("foobar", "^fo*b")', True),
        ('replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")', "[1=ab][2=]cd"),
        ('split("John Doe", "\\s")', ["John", "Doe"]),
        ('string join(["a", null, "c"], "-")', "a-c"),
        # numbers
        ("decimal(1/3, 2)", Decimal("0.33")),
        ("decimal(2.5, 0)", 2),
        ("decimal(1250, -2)", 1200),
        ("floor(-1.56, 1)", Decimal("-1.6")),
        ("ceiling(1.5)", 2),
        ("round up(5.5, 0)", 6),
        ("round half up(-5.5, 0)", -6),
        ("round half down(5.5, 0)", 5),
        ("round down(1.129, 2)", Decimal("1.12")),
        ("abs(-10)", 10),
        ('abs(@"-P1D")', timedelta(days=1)),
        ("modulo(-12, 5)", 3),
        ("modulo(12, -5)", -3),
        ("sqrt(16)", 4),
        ("odd(5) and even(2)", True),
        ("decimal(exp(log(10)), 10)", Decimal("10.0000000000")),
        # lists
        ("list contains([1, null], null)", True),
        ("count([])", 0),
        ("min(1, 2, 3)", 1),
        ('max(["a", "c", "b"])', "c"),
        ("sum([1.5, 2])", Decimal("3.5")),
        ('sum([@"P1D", @"P2D"])', timedelta(days=3)),
        ("mean(1, 2, 3)", 2),
        ("median([8, 2, 5, 3, 4])", 4),
        ("mode([6, 3, 9, 6, 6])", [6]),
        ("product(2, 3, 4)", 24),
        ("all([true, false])", False),
        ("any([false, true])", True),
        ("sublist([1, 2, 3], 2)", [2, 3]),
        ("append([1], 2, 3)", [1, 2, 3]),
        ("concatenate([1], [2, 3])", [1, 2, 3]),
        ("insert before([1, 3], 2, 2)", [1, 2, 3]),
        ("remove([1, 2, 3], -1)", [1, 2]),
        ("list replace([2, 4], 1, 6)", [6, 4]),
        ("list replace([2, 4, 7], function(item, newItem) item < newItem, 5)", [5, 5, 7]),
        ("reverse([1, 2])", [2, 1]),
        ("index of([1, 2, 1], 1)", [1, 3]),
        ("union([1, 2], [2, 3])", [1, 2, 3]),
        ("distinct values([1, 2, 1])", [1, 2]),
        ("flatten([[1, [2]], 3])", [1, 2, 3]),
        ("sort([3, 1, 2], function(x, y) x > y)", [3, 2, 1]),
        ("sort([3, 1, 2])", [1, 2, 3]),
        # contexts
        ('get value({a: 1}, "a")', 1),
        ("get entries({a: 1})", [{"key": "a", "value": 1}]),
        ('context put({a: 1}, "b", 2)', {"a": 1, "b": 2}),
        ('context put({a: {b: 1}}, ["a", "b"], 2)', {"a": {"b": 2}}),
        ("context merge([{a: 1}, {a: 2}])", {"a": 2}),
        ('context([{key: "a", value: 1}])', {"a": 1}),
        # dates and ranges
        ('day of week(date("2019-09-17"))', "Tuesday"),
        ('day of year(date("2019-09-17"))', 260),
        ('week of year(date("2005-01-01"))', 53),
        ('month of year(date("2019-09-17"))', "September"),
        ('is(@"2012-12-25", @"2012-12-25")', True),
        ("before(1, [2..3])", True),
        ("before([1..5), 5)", True),
        ("after([5..10], [1..5))", True),
        ("meets([1..5], [5..10])", True),
        ("overlaps([1..5], (5..8])", False),
        ("overlaps before([1..5], [3..8])", True),
        ("finishes(5, [1..5])", True),
        ("includes([1..10], [4..6])", True),
        ("during(5, [1..10])", True),
        ("starts([1..5], [1..10])", True),
        ("coincides([1..5], [1..5])", True),
        # names of parameters
        ('substring(string: "foobar", start position: 3)', "obar"),
        # a list of one and its element
        ('string length(["ab"])', 2),
    ],
)
def test_a_function_has_its_result(text, expected):
    evaluation = feel.parse(text).evaluate({})
    assert evaluation.errors == ()
    assert evaluation.value == expected
    assert type(evaluation.value) is type(expected)


@pytest.mark.parametrize(
    "text",
    [
        "substring(1, 2)",
        'substring("a", 1, 0)',
        'date("2018-02-30")',
        'time("25:00:00")',
        'number("1.2.3")',
        "sqrt(-1)",
        "log(0)",
        "modulo(1, 0)",
        "sum([])",
        'sum([1, "a"])',
        'max(1, "a")',
        "count(null)",
        "remove([1], 2)",
        'sort([1, "a"])',
        'matches("a", "[")',
        'replace("a", "x*", "y")',
        'replace("a", "a", "$x")',
        'replace("a", "a", "\\\\")',
        'matches("a", "a", "z")',
        'context put({}, ["a", "b"], 1)',
        'duration("P1Y1D")',
        'range("[3..1]")',
        'range("[a..b]")',
        'substring(string: "a", position: 1)',
        "years and months duration(1, 2)",
        "stddev([1])",
        "odd(1.5)",
        "floor(1, 1e10)",
        "exp(1e10)",
        'before([1..2], "a")',
    ],
)
def test_arguments_without_result_give_null_and_the_name_of_the_function(text):
    evaluation = feel.parse(text).evaluate({})
    assert evaluation.failed
    name = text.partition("(")[0]
    assert any(name in error for error in evaluation.errors)


def test_the_caller_brings_functions_with_plain_values():
    seen = []

    def role(name, unit=None):
        seen.append((name, unit))
        return f"{name}@{unit['id']}" if unit else f"{name}@"

    functions = {"role": role, "now": lambda: datetime(2018, 5, 29, 1, tzinfo=UTC), "days": lambda n: timedelta(days=n)}

    def value(text):
        return feel.parse(text).evaluate({"unit": {"id": "health", "label": "衛生局"}}, functions).value

    assert value('role("agency_hr", unit)') == "agency_hr@health"
    assert value('role(name: "mayor")') == "mayor@"
    assert value("now() + days(2)") == datetime(2018, 5, 31, 1, tzinfo=UTC)
    assert seen == [("agency_hr", {"id": "health", "label": "衛生局"}), ("mayor", None)]
    assert type(seen[0][1]["id"]) is str


def test_a_failing_function_of_the_caller_makes_its_call_null_with_the_reason():
    def broken(value):
        raise LookupError("no such unit")

    evaluation = feel.parse("broken(1)").evaluate({}, {"broken": broken})
    assert evaluation.failed
    assert "no such unit" in evaluation.errors[0]


def test_without_a_clock_from_the_caller_there_is_no_now():
    assert feel.parse("today()").evaluate({}).failed
    assert feel.parse("today()").evaluate({}, {"today": lambda: date(2018, 5, 29)}).value == date(2018, 5, 29)
