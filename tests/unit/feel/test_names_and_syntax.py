"""Names with spaces, operators and Chinese; and what is refused, with the place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import feel
from engine.feel import FeelSyntaxError


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("申請人數 > 5", {"申請人數": 6}, True),
        ("申請 人數 + 1", {"申請 人數": 6}, 7),
        ("Pre-bureau Risk", {"Pre-bureau Risk": 3}, 3),
        ("a-b", {"a-b": 1, "a": 5, "b": 2}, 1),
        ("a - c", {"a": 5, "c": 2}, 3),
        ("before and after", {"before and after": 9}, 9),
        ("person.full name", {"person": {"full name": "林"}}, "林"),
        ("Teacher's note", {"Teacher's note": "ok"}, "ok"),
        ("{a+b: 1, c: a+b + 1}.c", {}, 2),
        ("for line item in [1, 2] return line item * 2", {}, [2, 4]),
        ("some the thing in [1] satisfies the thing = 1", {}, True),
        ("(function(the number) the number + 1)(1)", {}, 2),
        ('date and time("2018-01-01T00:00:00").hour', {}, 0),
        ("count(x) + string length(y)", {"x": [1], "y": "ab"}, 3),
        ("list < 3", {"list": 2}, True),
        ("date.year", {"date": {"year": 1}}, 1),
        ("🐎 = 1", {"🐎": 1}, True),
    ],
)
def test_names_are_found_as_they_are_written(text, names, expected):
    evaluation = feel.parse(text, names=names).evaluate(names)
    assert evaluation.errors == ()
    assert evaluation.value == expected


@pytest.mark.parametrize(
    ("text", "names", "functions"),
    [
        ("a + b.c", {"a", "b"}, set()),
        ("for i in xs return i + y", {"xs", "y"}, set()),
        ("{a: 1, b: a + c}", {"c"}, set()),
        ("function(a) a + b", {"b"}, set()),
        ("some x in xs satisfies x > limit", {"xs", "limit"}, set()),
        ("people[age > limit]", {"people", "age", "limit"}, set()),
        ('role("agency_hr", unit)', {"unit"}, {"role"}),
        ("count(xs) > 1", {"xs"}, set()),
        ("for i in 1..3 return partial", set(), set()),
    ],
)
def test_free_names_and_functions_are_known(text, names, functions):
    expression = feel.parse(text)
    assert expression.names == names
    assert expression.functions == functions


def test_names_inside_a_filter_may_be_entries_of_its_elements():
    assert feel.parse("people[age > limit]").certain_names == {"people"}


@pytest.mark.parametrize(
    ("text", "line", "column", "expected"),
    [
        ("1 +", 1, 4, "一個值"),
        ("a >\n  )", 2, 3, "一個值"),
        ("a b > ", 1, 7, "一個值"),
        ("if a then b", 1, 12, "else"),
        ("[1, 2", 1, 6, "]"),
        ('"abc', 1, 1, '"'),
        ("a ＝ 1", 1, 3, "="),
        ("f(1，2)", 1, 4, ","),
        ("1 2", 1, 3, "運算子"),
        ("a == 1", 1, 4, "一個值"),
        ("a && b", 1, 3, None),
        ("'a'", 1, 1, None),
        ('@"2018-02-30"', 1, 1, None),
        ("x instance of foo", 1, 15, None),
        ("function(a) external {}", 1, 13, None),
        ("1..2", 1, 2, "結尾"),
        ("", 1, 1, "一個值"),
        ("1e99999", 1, 1, None),
        ("x instance of range<foo>", 1, 21, None),
    ],
)
def test_what_is_not_feel_is_refused_at_its_place(text, line, column, expected):
    with pytest.raises(FeelSyntaxError) as caught:
        feel.parse(text)
    error = caught.value
    assert (error.line, error.column) == (line, column)
    assert f"第 {line} 行" in error.message_zh
    assert f"line {line}" in error.message_en
    if expected:
        assert expected in error.expected


@given(st.text(alphabet="ab1 .,:+-*/=<>()[]{}\"'?@!&|\\\n中", max_size=40), st.sampled_from(["expression", "unary"]))
def test_any_text_is_read_or_refused_and_never_anything_else(text, mode):
    try:
        expression = feel.parse(text, mode)
    except FeelSyntaxError:
        return
    expression.evaluate({"a": 1, "b": None, "?": 1})


fragments = st.sampled_from(
    [
        "1",
        "a",
        '"x"',
        "null",
        "true",
        "[1..2]",
        "{a: 1}",
        "[]",
        "(",
        ")",
        "+",
        "-",
        "in",
        "and",
        "for i in",
        "return",
        "if",
        "then",
        "else",
        ".",
        "[",
        "]",
        "item",
        "count(",
        ",",
        "=",
        "<",
        '@"P1D"',
        '@"2018-01-01"',
        "not(",
        '-@"P1M"',
        "date(",
        "string(",
        "function(x)",
        "instance of",
        "number",
        "some y in",
        "satisfies",
        "between",
        "**",
        "..",
        "?",
    ]
)


@given(st.lists(fragments, max_size=14))
def test_any_row_of_words_is_read_or_refused_and_evaluates_without_an_exception(words):
    try:
        expression = feel.parse(" ".join(words))
    except FeelSyntaxError:
        return
    evaluation = expression.evaluate({"a": [1, "x"], "?": 3})
    assert evaluation.value is not None or isinstance(evaluation.errors, tuple)


def test_texts_are_read_once():
    assert feel.parse("a + 1") is feel.parse("a + 1")
