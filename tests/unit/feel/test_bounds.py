"""The list of bounds: each holds up to its number, and what goes over it ends soon and says why.

The documents for process owners name the same numbers.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from engine import dmn, feel
from engine.dmn.findings import LONGEST_CELL
from engine.dmn.xml import MAX_BYTES, MAX_NODES
from engine.feel import Budget, FeelLimit, FeelSyntaxError
from engine.feel.parser import DEEPEST, LONGEST
from engine.feel.regex import program, syntax

DOCS = Path(__file__).resolve().parents[3] / "docs"
SECONDS = 20
"""Much more than the two seconds of the budget: other work may run on the machine."""
PATIENT = Budget(seconds=60)
"""The budget in all but time, for what must be let through."""

DEEP_LIST = "(for i in 1..40 return if i = 1 then [1] else [partial[-1], partial[-1]])[-1]"
MANY = "(for i in 1..100000 return i)"

READING = [
    ("length of a text", " " * (LONGEST - 1) + "1", " " * LONGEST + "1"),
    ("depth of nesting", "1" + " + 1" * (DEEPEST - 1), "1" + " + 1" * DEEPEST),
    ("depth of lists", "[" * (DEEPEST - 1) + "1" + "]" * (DEEPEST - 1), "[" * DEEPEST + "1" + "]" * DEEPEST),
    ("size of a number", "9.9e6144", "1e6145"),
]
RUNNING = [
    (
        "calls inside one another",
        "{f: function(n) if n = 0 then 0 else f(n - 1), x: f(39)}.x",
        "{f: function(n) f(n), x: f(1)}.x",
    ),
    ("steps of a loop", "count(for i in 1..1000, j in 1..50 return 1)", "for i in 1..1000, j in 1..1000000 return 1"),
    ("a range that is gone through", "count(for i in 1..50000 return i)", "some i in 1..10**30 satisfies i < 0"),
    (
        "a range of days",
        'count(for d in date("2020-01-01")..date("2029-12-31") return d)',
        'for d in date("-9999-01-01")..date("9999-01-01") return d',
    ),
    ("elements of a list", "count(concatenate(for i in 1..9 return i, [1]))", f"concatenate({', '.join([MANY] * 12)})"),
    ("lists that double", "1", f"count(flatten({DEEP_LIST}))"),
    ("lists that are compared", "[1] = [1]", f"{DEEP_LIST} = {DEEP_LIST}"),
    ("lists that are given out", "[[1]]", DEEP_LIST),
    ("lists without doubles", "count(distinct values([1, 1]))", f"distinct values({MANY})"),
    ("sorting", "sort([2, 1], function(a, b) a < b)[1]", f"sort({MANY}, function(a, b) a > b)"),
    ("elements looked for in a loop", "1 in [1]", f"every x in {MANY} satisfies not(list contains({MANY}, x + 0.5))"),
    (
        "characters of a text",
        'string length(string join(for i in 1..100 return "ab"))',
        'string length(string join(for i in 1..60000 return "aaaaaaaaaaaaaaaaaaaaaaa", "bb"))',
    ),
    (
        "a text that replaces",
        'replace("aa", "a", "bb")',
        f'replace(string join(for i in 1..9999 return "a"), "a", "{"b" * 200}")',
    ),
    ("the text of a list", "string([1])", f"string length(string({DEEP_LIST}))"),
    (
        "a pattern that tries on",
        'matches("aaab", "(a+)+b")',
        'matches(string join(for i in 1..40000 return "a"), "(a|b|ab)*\\\\1c")',
    ),
]
NULLS = [
    ("powers", "2 ** 100 > 0", "2 ** 999999999"),
    ("places", "decimal(1.5, 0)", "decimal(1, 1e9)"),
    ("years", '@"999999999-01-01".year', 'date("999999999-01-01") + duration("P1Y")'),
    ("durations", 'duration("P1D").days', 'duration("P9999999999999D")'),
    (
        "repetitions in a pattern",
        f'matches("a", "a{{1,{syntax._MOST_REPEATS}}}")',
        f'matches("a", "a{{{syntax._MOST_REPEATS + 1}}}")',
    ),
    (
        "brackets in a pattern",
        'matches("a", "((a))")',
        f'matches("a", "{"(" * (syntax._DEEPEST + 2)}a{")" * (syntax._DEEPEST + 2)}")',
    ),
    ("size of a pattern", 'matches("a", "a{1000}|a")', 'matches("a", "((a{1000}){1000}){1000}")'),
]


def ids(rows):
    return [row[0] for row in rows]


@pytest.mark.parametrize(("bound", "within", "over"), READING, ids=ids(READING))
def test_what_is_too_large_to_read_is_refused(bound, within, over):
    assert feel.parse(within).evaluate({}, budget=PATIENT).errors == ()
    with pytest.raises(FeelSyntaxError):
        feel.parse(over)


@pytest.mark.parametrize(("bound", "within", "over"), RUNNING, ids=ids(RUNNING))
def test_what_runs_over_its_budget_is_stopped(bound, within, over):
    assert feel.parse(within).evaluate({}, budget=PATIENT).errors == ()
    started = time.monotonic()
    with pytest.raises(FeelLimit) as caught:
        feel.parse(over).evaluate({})
    assert time.monotonic() - started < SECONDS
    assert caught.value.message_zh
    assert caught.value.message_en


@pytest.mark.parametrize(("bound", "within", "over"), NULLS, ids=ids(NULLS))
def test_what_has_no_value_is_null_with_the_reason_soon(bound, within, over):
    assert feel.parse(within).evaluate({}, budget=PATIENT).errors == ()
    started = time.monotonic()
    assert feel.parse(over).evaluate({}).failed
    assert time.monotonic() - started < SECONDS


def test_a_pattern_has_a_longest_length():
    fits, over = ("a" * length for length in (program.LONGEST - 10, program.LONGEST + 1))
    assert feel.parse('matches("a", x)').evaluate({"x": fits}, budget=PATIENT).value is False
    assert feel.parse('matches("a", x)').evaluate({"x": over}, budget=PATIENT).failed


HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" namespace="urn:m">'


def decision(text, id_="a", requires=""):
    needs = (
        f'<informationRequirement><requiredDecision href="#{requires}"/></informationRequirement>' if requires else ""
    )
    return (
        f'<decision id="{id_}" name="{id_}"><variable name="{id_}"/>{needs}'
        f"<literalExpression><text>{text}</text></literalExpression></decision>"
    )


def codes(body):
    return {finding.code for finding in dmn.parse(f"{HEAD}{body}</definitions>".encode()).findings}


def test_a_file_of_tables_has_bounds_of_its_own():
    assert codes(decision("1")) == set()
    assert codes(f"<!-- {'x' * MAX_BYTES} -->") == {"dmn-xml"}
    assert codes("<textAnnotation/>" * MAX_NODES) == {"dmn-xml"}
    cell = "<decision id='a' name='a'><variable name='a'/><decisionTable><input><inputExpression><text>x</text>"
    cell += (
        "</inputExpression></input><output/><rule><inputEntry><text>%s</text></inputEntry><outputEntry><text>1</text>"
    )
    cell += "</outputEntry></rule></decisionTable></decision>"
    assert codes(cell % ("1" + " " * 5 + "," + "1")) == set()
    assert "dmn-cell-too-long" in codes(cell % ("1, " * LONGEST_CELL + "1"))


def test_a_chain_of_decisions_has_a_bound():
    long = "".join(decision("1", f"d{at}", f"d{at + 1}" if at < 2999 else "") for at in range(3000))
    model = dmn.parse(f"{HEAD}{long}</definitions>".encode())
    if not any(finding.code == "dmn-too-deep" for finding in model.findings):
        with pytest.raises(FeelLimit):
            model.evaluate("d0", {})


def test_the_documents_name_the_same_numbers():
    budget = Budget()
    for page in (DOCS / "feel.md", DOCS / "zh" / "feel.md"):
        text = page.read_text("utf-8")
        for number in (LONGEST, DEEPEST, LONGEST_CELL, budget.steps, budget.size, budget.depth, program.LONGEST):
            assert f"{number:,}" in text, f"{number:,} is not in {page.name}"
