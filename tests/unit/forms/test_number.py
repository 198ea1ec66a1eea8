"""Numbers, money and ROC years."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine import forms
from tests.unit.forms.asking import make_form

NUMBER = {"type": "number"}
MONEY = {"type": "number", "properties": {"format": "money"}}


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("12", 12),
        ("1,200", 1200),
        ("１２．５", Decimal("12.5")),
        ("-3", -3),
        ("−3", -3),
        (" 7 ", 7),
        (".5", Decimal("0.5")),
        ("12.0", 12),
        ("", None),
        (None, None),
        (3, 3),
        (Decimal("2.50"), Decimal("2.50")),
        ("0", 0),
        ("1e3", 1000),
    ],
)
def test_numbers_as_people_type_them(ask, raw, value):
    assert ask(NUMBER, raw).value == value


def test_whole_numbers_are_int_and_others_never_float(ask):
    assert type(ask(NUMBER, "12.00").value) is int
    assert type(ask(NUMBER, "0.1").value) is Decimal


@pytest.mark.parametrize(
    "raw", ["abc", "1,2,3", "NaN", "Infinity", "1e999", "--1", "0x10", "١٢x", True, [1, 2], {"a": 1}]
)
def test_what_is_no_number_is_refused(ask, raw):
    assert ask(NUMBER, raw).codes in (["number"], ["format"])


@pytest.mark.parametrize("raw", ["9" * 31, "1e31"])
def test_numbers_have_a_size(ask, raw):
    assert ask(NUMBER, raw).codes == ["number-too-large"]


def test_decimal_places_are_counted_without_trailing_zeros(ask):
    assert ask({**NUMBER, "decimalDigits": 2}, "1.2300").value == Decimal("1.23")
    assert ask({**NUMBER, "decimalDigits": 2}, "1.234").codes == ["too-many-decimals"]
    assert ask({**NUMBER, "decimalDigits": 0}, "1.5").codes == ["not-whole"]


def test_limits_and_steps(ask):
    limited = {**NUMBER, "increment": "5", "validate": {"min": 5, "max": 20}}
    assert ask(limited, "20").value == 20
    assert ask(limited, "0").codes == ["too-small"]
    assert ask(limited, "25").codes == ["too-large"]
    assert ask(limited, "7").codes == ["not-a-step"]


def test_zero_is_an_answer(ask):
    assert ask({**NUMBER, "validate": {"required": True}}, "0").value == 0
    assert ask({**NUMBER, "validate": {"required": True}}, "").codes == ["required"]


def test_limits_may_be_computed_from_the_case(ask):
    limited = {**NUMBER, "validate": {"max": "=headcount_requested"}}
    assert ask(limited, "3", {"headcount_requested": 3}).value == 3
    assert ask(limited, "4", {"headcount_requested": 3}).codes == ["too-large"]


@pytest.mark.parametrize("raw", ["NT$77,604,000", "新臺幣77604000元", "77,604,000元整", "$77604000"])
def test_money_is_whole_dollars_however_it_is_written(ask, raw):
    assert ask(MONEY, raw).value == 77604000


def test_money_has_no_cents_unless_it_says_so(ask):
    assert ask(MONEY, "12.5").codes == ["not-whole"]
    assert ask({**MONEY, "decimalDigits": 1}, "12.5").value == Decimal("12.5")


@pytest.mark.parametrize(
    ("properties", "value", "zh", "en"),
    [
        ({"format": "money"}, 77604000, "新臺幣77,604,000元", "NT$77,604,000"),
        ({"format": "roc-year"}, 107, "107年", "2018"),
        ({"format": "plain"}, 2018, "2018", "2018"),
        ({"unit": "人", "unit_en": "people"}, 1200, "1,200 人", "1,200 people"),
        ({}, Decimal("0.50"), "0.50", "0.50"),
        ({}, None, "", ""),
    ],
)
def test_numbers_in_words(properties, value, zh, en):
    field = make_form({"type": "number", "key": "x", "properties": properties}).fields[0]
    assert forms.display(field, value, "zh") == zh
    assert forms.display(field, value, "en") == en
