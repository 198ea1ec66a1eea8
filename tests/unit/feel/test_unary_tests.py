"""Unary tests: the cells of decision tables."""

from __future__ import annotations

from datetime import date

import pytest

from engine import feel


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        ("", 5, True),
        ("-", None, True),
        ("5", 5, True),
        ("5", 6, False),
        ('"a","b"', "b", True),
        ('"a","b"', "c", False),
        ('not("a","b")', "c", True),
        ('not("a","b")', "a", False),
        ("< 5", 4, True),
        ("<= 5, > 10", 11, True),
        ("[1..5)", 5, False),
        ("(1..5]", 5, True),
        ("not([1..5])", 6, True),
        ("!= 3", 4, True),
        ("= 3", 3, True),
        ("null", None, True),
        ("null", 1, False),
        ("not(null)", 1, True),
        ("< 5", None, None),
        ("not(< 5)", None, None),
        ("true", False, False),
        ("false", False, True),
        ("? > 5 and ? < 10", 7, True),
        ('contains(?, "b")', "abc", True),
        ('not(contains(?, "b"))', "abc", False),
        ("limit", 7, True),
        ("> limit", 8, True),
        ("allowed", "x", True),
        ("limit > 5", "anything", True),
        ('[@"2018-01-01"..@"2018-12-31"]', date(2018, 5, 29), True),
        ('"甲","乙"', "乙", True),
        ("-5", -5, True),
        ("[1, 2]", [1, 2], True),
    ],
)
def test_a_cell_holds_or_not(cell, value, expected):
    names = {"?": value, "limit": 7, "allowed": ["x", "y"]}
    assert feel.parse(cell, "unary").evaluate(names).value is expected


def test_a_cell_that_compares_different_kinds_is_null_with_the_reason():
    evaluation = feel.parse("< 5", "unary").evaluate({"?": "a"})
    assert evaluation.failed


def test_not_is_an_ordinary_function_outside_of_cells():
    assert feel.parse("not(true)").evaluate({}).value is False
