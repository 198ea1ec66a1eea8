"""Every rule of the grammar of DMN 1.5 (section 10.3.1.2): what its texts mean, and texts that are none.

The rules bear the standard's names. `Wrong` marks a text that is not FEEL; every other text has a value, written as
FEEL of its own. `?` is 5 in unary tests.
"""

from __future__ import annotations

import pytest

from engine import feel
from engine.feel import FeelSyntaxError


class Wrong:
    """The text is refused when it is read."""


NAMES = {
    "a": 3,
    "b": 4,
    "t": True,
    "f": False,
    "nothing": None,
    "xs": [1, 2, 3, 4],
    "申請人數": 12,
    "Full Name": "Li Mei",
    "m+n": 100,
    "p": {"q": {"r": 7}, "first name": "Mei"},
    "rows": [{"n": 1, "k": "x"}, {"n": 2, "k": "y"}],
}

EXPRESSIONS = {
    "expression": [("a", "3"), ("", Wrong), ("a b c d 1 +", Wrong)],
    "textual expression": [("(a)", "3"), ("((a))", "3"), ("()", Wrong), ("(a", Wrong)],
    "arithmetic expression": [("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("1 +", Wrong), ("* 1", Wrong)],
    "addition": [("a + b", "7"), ('"x" + "y"', '"xy"'), ("1 + + 1", Wrong)],
    "subtraction": [("a - b", "-1"), ("1 - 2 - 3", "-4"), ("1 - - 1", "2")],
    "multiplication": [("a * b", "12"), ("a ** * b", Wrong)],
    "division": [("12 / 4 / 3", "1"), ("1 / / 2", Wrong)],
    "exponentiation": [("2 ** 3 ** 2", "64"), ("-2 ** 2", "4"), ("2 ** -1", "0.5")],
    "arithmetic negation": [("-a", "-3"), ("--a", "3"), ("-(a + b)", "-7"), ("-", Wrong)],
    "qualified name": [("p.q.r", "7"), ("p.first name", '"Mei"'), ("p.", Wrong), (".q", Wrong)],
    "name": [("申請人數 + 1", "13"), ("Full Name", '"Li Mei"'), ("m+n", "100"), ("1a", Wrong)],
    "name start": [("{_x: 1}._x", "1"), ("{é: 2}.é", "2"), ("{人: 3}.人", "3"), ("{1: 1}", Wrong)],
    "name part": [("{a1: 1}.a1", "1"), ("{a_b: 1}.a_b", "1"), ("{單位 名: 1}.單位 名", "1")],
    "additional name symbols": [
        ("{a.b: 1, c: a.b}.c", "1"),
        ("{a-b: 2, c: a-b}.c", "2"),
        ("{a/b*c'd: 3, e: a/b*c'd}.e", "3"),
    ],
    "simple literal": [("1", "1"), ('"x"', '"x"'), ("true", "true"), ("null", "null"), ('@"P1D"', 'duration("P1D")')],
    "string literal": [('""', '""'), ('"中文"', '"中文"'), ('"a', Wrong), ("'a'", Wrong), ('"a\nb"', Wrong)],
    "string escape sequence": [
        (r'"\"\\"', r'"\"\\"'),
        (r'string length("\n\t\r\b\f")', "5"),
        (r'"\u9ad8"', '"高"'),
        (r'"\U01F600"', '"😀"'),
        (r'"\uD83D\uDE00"', '"😀"'),
        (r'"\d"', r'"\\d"'),
    ],
    "boolean literal": [("true", "true"), ("false", "false"), ("t and true", "true")],
    "numeric literal": [
        ("1", "1"),
        ("1.50", "1.5"),
        (".5", "0.5"),
        ("1.5e3", "1500"),
        ("2E-1", "0.2"),
        ("1.", Wrong),
        ("1.2.3", Wrong),
    ],
    "date time literal": [
        ('@"2020-01-02"', 'date("2020-01-02")'),
        ('@"03:04:05Z"', 'time("03:04:05Z")'),
        ('@"2020-01-02T03:04:05@Asia/Taipei"', 'date and time("2020-01-02T03:04:05@Asia/Taipei")'),
        ('@"-P1Y2M"', 'duration("-P1Y2M")'),
        ('@"2020-13-01"', Wrong),
        ('@"x"', Wrong),
        ("@x", Wrong),
    ],
    "function invocation": [
        ("abs(-1)", "1"),
        ('string length("高雄")', "2"),
        ("(function(x) x + 1)(2)", "3"),
        ("abs(", Wrong),
    ],
    "positional parameters": [('substring("高雄市", 2, 1)', '"雄"'), ("abs(,)", Wrong), ("abs(1,)", Wrong)],
    "named parameters": [
        ('substring(string: "高雄市", start position: 3)', '"市"'),
        ("abs(n: )", Wrong),
        ("abs(n: 1, 2)", Wrong),
    ],
    "path expression": [("rows.n", "[1, 2]"), ("{x: {y: 1}}.x.y", "1"), ("[{n: 1}][1].n", "1")],
    "for expression": [
        ("for x in xs return x * 2", "[2, 4, 6, 8]"),
        ("for x in 1..3 return x", "[1, 2, 3]"),
        ("for x in 3..1 return x", "[3, 2, 1]"),
        ("for x in [1, 2], y in [x, 9] return x * y", "[1, 9, 4, 18]"),
        ("for x in [1, 2, 3] return count(partial)", "[0, 1, 2]"),
        ("for x in (1..4) return x", "[2, 3]"),
        ("for x in xs", Wrong),
        ("for in xs return 1", Wrong),
        ("for x xs return x", Wrong),
    ],
    "if expression": [
        ("if a > 2 then 1 else 2", "1"),
        ("if null then 1 else 2", "2"),
        ("if a then 1", Wrong),
        ("if a > 2 else 2", Wrong),
    ],
    "quantified expression": [
        ("some x in xs satisfies x > 3", "true"),
        ("every x in xs satisfies x > 3", "false"),
        ("some x in xs, y in xs satisfies x + y = 8", "true"),
        ("every x in [] satisfies false", "true"),
        ("some x in xs", Wrong),
        ("some satisfies x", Wrong),
    ],
    "disjunction": [
        ("t or f", "true"),
        ("f or f", "false"),
        ("f or null", "null"),
        ("t or null", "true"),
        ("or t", Wrong),
    ],
    "conjunction": [
        ("t and f", "false"),
        ("t and null", "null"),
        ("f and null", "false"),
        ("t or f and f", "true"),
        ("t and", Wrong),
    ],
    "comparison": [
        ("a = 3", "true"),
        ("a != 3", "false"),
        ("a < b", "true"),
        ("a >= b", "false"),
        ("null = null", "true"),
        ("a between 1 and 3", "true"),
        ("a between 4 and 9", "false"),
        ("a in [1..3]", "true"),
        ("a in (1, 3)", "true"),
        ("a in (< 2, > 9)", "false"),
        ("a in < 5", "true"),
        ("a in xs", "true"),
        ("a == 3", Wrong),
        ("a between 1", Wrong),
        ("a <> b", Wrong),
        ("a in", Wrong),
    ],
    "filter expression": [
        ("xs[item > 2]", "[3, 4]"),
        ("xs[1]", "1"),
        ("xs[-1]", "4"),
        ("rows[n = 2].k", '["y"]'),
        ('rows[k = "x"][1].n', "1"),
        ("xs[]", Wrong),
        ("xs[1", Wrong),
    ],
    "instance of": [
        ("a instance of number", "true"),
        ('"x" instance of string', "true"),
        ("xs instance of list<number>", "true"),
        ("p instance of context<q: context<r: number>>", "true"),
        ("[1..3] instance of range<number>", "true"),
        ("abs instance of function<number>->number", "true"),
        ('@"P1Y" instance of years and months duration', "true"),
        ("null instance of Null", "true"),
        ("a instance of", Wrong),
        ("a instance of nosuch", Wrong),
    ],
    "list": [("[]", "[]"), ('[1, [2], "x"]', '[1, [2], "x"]'), ("[1,]", Wrong), ("[1 2]", Wrong), ("[", Wrong)],
    "interval": [
        ("3 in [3..5]", "true"),
        ("3 in (3..5]", "false"),
        ("3 in ]3..5]", "false"),
        ("5 in [3..5)", "false"),
        ("5 in [3..5[", "false"),
        ("[1..3].end", "3"),
        ('"b" in ["a".."c"]', "true"),
        ("[1..]", Wrong),
        ("[..3]", Wrong),
    ],
    "function definition": [
        ("(function(x, y) x * y)(2, 3)", "6"),
        ("(function() 1)()", "1"),
        ("(function(x: number) x)(4)", "4"),
        ("{f: function(n) if n = 0 then 1 else n, x: f(3)}.x", "3"),
        ("function(x", Wrong),
        ("function(1) x", Wrong),
        ('function(x) external {java: {class: "C", method signature: "m()"}}', Wrong),
    ],
    "context": [
        ("{}", "{}"),
        ("{a: 1, b: a + 1}.b", "2"),
        ('{"a b": 1}', '{"a b": 1}'),
        ("{a: 1,}", Wrong),
        ("{a 1}", Wrong),
    ],
    "key": [("{申請 人: 1}.申請 人", "1"), ('{"+": 1}', '{"+": 1}'), ("{: 1}", Wrong)],
    "white space": [("1\t+\n2", "3"), ("1\u00a0+\u30002", "3"), (" 1 ", "1")],
    "comment": [("1 // one\n+ 2", "3"), ("1 /* one\n * two */ + 2", "3"), ("/* a", Wrong)],
}

UNARY = {
    "unary tests": [
        ("-", True),
        ("1, 5", True),
        ("not(5)", False),
        ("not(1, 2)", True),
        ("", True),
        ("not()", Wrong),
        ("1,", Wrong),
    ],
    "positive unary test": [
        ("5", True),
        ("a + 2", True),
        ("? > 4", True),
        ("? > 4 and ? < 5", False),
        ("xs", False),
        ("[5, 6]", True),
    ],
    "simple positive unary test": [
        ("< 6", True),
        ("<= 4", False),
        ("> 5", False),
        (">= 5", True),
        ("= 5", True),
        ("!= 5", False),
        ("< ", Wrong),
    ],
    "interval": [("[5..9]", True), ("(5..9)", False), ("]4..5]", True), ("[1..5[", False), ("[1..5", Wrong)],
    "endpoint": [("< a + 3", True), ("[a..b + 1]", True), ("< p.q.r", True), ("< -1", False)],
}


def cases(table):
    return [pytest.param(text, want, id=f"{rule}: {text}") for rule, rows in table.items() for text, want in rows]


@pytest.mark.parametrize(("text", "want"), cases(EXPRESSIONS))
def test_a_rule_of_the_grammar(text, want):
    if want is Wrong:
        with pytest.raises(FeelSyntaxError) as caught:
            feel.parse(text, names=NAMES)
        assert caught.value.line >= 1
        assert caught.value.column >= 1
        assert caught.value.reason_zh != caught.value.reason_en
        return
    found = feel.parse(text, names=NAMES).evaluate(NAMES)
    assert found.errors == ()
    assert found.value == feel.parse(want).evaluate({}).value


@pytest.mark.parametrize(("text", "want"), cases(UNARY))
def test_a_rule_of_unary_tests(text, want):
    if want is Wrong:
        with pytest.raises(FeelSyntaxError):
            feel.parse(text, "unary")
        return
    assert feel.parse(text, "unary").evaluate({**NAMES, "?": 5}).value is want


def test_every_rule_says_yes_and_the_tokens_say_no():
    for rule, rows in {**EXPRESSIONS, **UNARY}.items():
        assert any(want is not Wrong for _, want in rows), rule
    refused = [text for rows in EXPRESSIONS.values() for text, want in rows if want is Wrong]
    assert len(refused) > 50
