"""Hostile expressions end in an error, soon."""

from __future__ import annotations

import time

import pytest

from engine import feel
from engine.feel import Budget, FeelLimit, FeelSyntaxError


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1..1000000000 return i",
        "for i in 1..100000, j in 1..100000 return i",
        "some i in 1..1000000000 satisfies i < 0",
        "{f: function(n) f(n), x: f(1)}.x",
        "(function(x) x(x))(function(x) x(x))",
        "{f: function(n) [f(n), f(n)], x: f(1)}.x",
        "for i in 1..30 return [partial, partial]",
        'string join(for i in 1..100000 return "aaaaaaaaaaaaaaaaaaaa", "b")',
        "count(for i in 1..100000 return distinct values(for j in 1..100000 return j))",
        '(for i in 1..40 return if i = 1 then "a" else partial[-1] + partial[-1])[-1]',
        "sort(for i in 1..100000 return -i, function(a, b) a < b)",
        'matches(string join(for i in 1..40000 return "a"), "(a|b|ab)*\\\\1c")',
    ],
)
def test_an_expression_without_end_is_stopped(text):
    started = time.monotonic()
    with pytest.raises(FeelLimit) as caught:
        feel.parse(text).evaluate({})
    assert time.monotonic() - started < 5
    assert caught.value.message_zh


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a+)+$")', False),
        ('matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "(a?){30}a{30}")', True),
        ('matches("x", "(a*)*(b*)*$")', True),
    ],
)
def test_patterns_that_explode_elsewhere_do_not_here(text, expected):
    started = time.monotonic()
    assert feel.parse(text).evaluate({}).value is expected
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("text", ["-" * 5000 + "1", "1" + " + 1" * 5000, "[" * 300 + "]" * 300, "a" * 20_001])
def test_texts_too_long_or_too_deep_are_refused_when_read(text):
    with pytest.raises(FeelSyntaxError):
        feel.parse(text)


@pytest.mark.parametrize("depth", [40, 199])
def test_what_is_read_is_not_too_deep_to_evaluate(depth):
    assert feel.parse("1" + " + 1" * (depth - 1)).evaluate({}).value == depth


def test_a_small_budget_is_kept_to():
    loop = feel.parse("for i in 1..100 return i")
    assert len(loop.evaluate({}).value) == 100
    with pytest.raises(FeelLimit):
        loop.evaluate({}, budget=Budget(steps=50))
    with pytest.raises(FeelLimit):
        loop.evaluate({}, budget=Budget(size=50))
    with pytest.raises(FeelLimit):
        loop.evaluate({}, budget=Budget(seconds=0))


def test_the_budget_also_holds_in_functions_that_call_back():
    def outer():
        raise FeelLimit("滿", "full")

    with pytest.raises(FeelLimit):
        feel.parse("outer()").evaluate({}, {"outer": outer})


def test_nan_and_infinity_from_outside_are_no_numbers():
    for value in (float("nan"), float("inf")):
        assert feel.parse("x").evaluate({"x": value}).failed
    assert feel.parse("x").evaluate({"x": {1, 2}}).failed
