"""Conditions that only compare are worked out here, and mean what they mean in the sandbox."""

from __future__ import annotations

import itertools
import random
from datetime import date
from decimal import Decimal

import pytest

from engine.sandbox import MontySandbox, ScriptFailed
from engine.sandbox.comparison import Beyond, comparison

_CONSTANTS = ("None", "True", "False", "0", "1", "3", "'urgent'", "''", "'三'")
_VALUES = (None, True, False, 0, 1, 3, -2, "urgent", "", "三")
_SEED = 20261123


@pytest.fixture(scope="module")
def sandbox():
    made = MontySandbox(workers=1)
    yield made
    made.close()


def _expression(draw: random.Random, depth: int) -> str:
    operand = draw.choice(("a", "b", draw.choice(_CONSTANTS)))
    kinds = ("compare", "operand", "none") if depth == 0 else ("compare", "not", "and", "or")
    match draw.choice(kinds):
        case "compare":
            return f"{operand} {draw.choice(('==', '!='))} {draw.choice(('a', 'b', draw.choice(_CONSTANTS)))}"
        case "operand":
            return operand
        case "none":
            return f"{draw.choice('ab')} {draw.choice(('is', 'is not'))} None"
        case "not":
            return f"not ({_expression(draw, depth - 1)})"
        case word:
            return f"({_expression(draw, depth - 1)}) {word} ({_expression(draw, depth - 1)})"


def _in_the_sandbox(sandbox: MontySandbox, text: str, names: dict) -> object:
    """The value that the interpreter gives: the brackets of a call put it beyond comparing."""
    asked = f"(lambda: {text})()"
    assert comparison(asked) is None
    return sandbox.evaluate(asked, names)


def test_random_comparisons_agree_with_the_sandbox(sandbox):
    draw = random.Random(_SEED)
    for _ in range(400):
        text = _expression(draw, draw.randrange(4))
        names = {"a": draw.choice(_VALUES), "b": draw.choice(_VALUES)}
        compared = comparison(text)
        assert compared is not None, text
        ours, theirs = compared(names), _in_the_sandbox(sandbox, text, names)
        assert (type(ours), ours) == (type(theirs), theirs), (text, names)


def test_the_order_of_whole_numbers(sandbox):
    for word, a, b in itertools.product(("<", "<=", ">", ">="), (-1, 0, 5), (0, 5)):
        compared = comparison(f"a {word} {b}")
        assert compared is not None
        assert compared({"a": a}) is _in_the_sandbox(sandbox, f"a {word} {b}", {"a": a})


@pytest.mark.parametrize(
    "text",
    [
        "a == b == 1", "a + 1 == 2", "a.b == 1", "a[0] == 1", "f(a)", "a in b", "a is True", "a is b", "-a == 1",
        "1.5 == a", "(a := 1) == 1", "lambda: a", "[a] == [1]", "a if b else 1", "9223372036854775808 == a",
    ],
)  # fmt: skip
def test_what_does_more_is_left_to_the_sandbox(text):
    assert comparison(text) is None


@pytest.mark.parametrize("value", [Decimal("1"), date(2026, 1, 1), [1], {"a": 1}, 1 << 63, 1.5])
def test_values_that_python_compares_in_ways_of_its_own_are_left_to_the_sandbox(value):
    compared = comparison("a == 1")
    assert compared is not None
    with pytest.raises(Beyond):
        compared({"a": value})


def test_texts_and_truth_have_no_order_here(sandbox):
    for value in ("x", True, None):
        compared = comparison("a < 3")
        assert compared is not None
        with pytest.raises(Beyond):
            compared({"a": value})
    with pytest.raises(ScriptFailed, match="TypeError"):
        sandbox.evaluate("a < 3", {"a": "x"})


def test_an_unknown_name_fails_as_it_does_in_the_sandbox(sandbox):
    with pytest.raises(ScriptFailed, match="NameError"):
        sandbox.evaluate("nobody == 1", {"a": 1})
    assert sandbox.evaluate("a == 1 or nobody == 1", {"a": 1}) is True


def test_a_deep_expression_is_no_recursion_error(sandbox):
    text = "not " * 5000 + "a"
    with pytest.raises(ScriptFailed):
        sandbox.evaluate(text, {"a": True})


def test_what_may_not_be_written_is_refused_before_it_is_compared(sandbox):
    with pytest.raises(ScriptFailed):
        sandbox.evaluate("_secret == 1", {"_secret": 1})
