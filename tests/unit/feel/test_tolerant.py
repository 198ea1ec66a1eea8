"""What other tools write is translated before it is read: the grammar knows the standard only."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import feel
from engine.feel.errors import FeelSyntaxError
from engine.feel.tolerant import translated, unwrapped

NAMES = {"a": 1, "b": 2, "yes": True, "no": False, "s": "x", "things": [1, 2], "p": {"q": True}, "申請 人": True}


@pytest.mark.parametrize(
    "text, standard",
    [
        ("a == 1", "a = 1"),
        ("a==1&&b==2", "a=1 and b=2"),
        ("yes||no", "yes or no"),
        ("!yes", "not(yes)"),
        ("!yes && no", "not(yes) and no"),
        ("!(a == b)", "not((a = b))"),
        ("!!yes", "not(not(yes))"),
        ("!p.q", "not(p.q)"),
        ("!list contains(things, 3) && yes", "not(list contains(things, 3)) and yes"),
        ("!p.q == no", "not(p.q) = no"),
        ("!申請 人 or yes", "not(申請 人) or yes"),
        ("s == 'x'", 's = "x"'),
        ("'it\\'s \"so\"'", '"it\'s \\"so\\""'),
        ('"a == b && !c"', '"a == b && !c"'),
        ("a != 1 // a == b", "a != 1 // a == b"),
        ("some x in things satisfies !(x == 1) && yes", "some x in things satisfies not((x = 1)) and yes"),
    ],
)
def test_signs_become_words_of_the_standard(text, standard):
    assert translated(text) == standard
    feel.parse(standard, names=NAMES)


@pytest.mark.parametrize(
    "text, value",
    [
        ("a == 1 && b == 2", True),
        ("a == 2 || !no", True),
        ("!yes == no", True),
        ("!(a == 1) || s == 'y'", False),
        ("!list contains(things, 3)", True),
        ("!申請 人", False),
        ("-a == -1", True),
        ("if !yes then 'a' else 'b'", "b"),
    ],
)
def test_and_mean_the_same(text, value):
    assert feel.parse(translated(text), names=NAMES).evaluate(NAMES).value == value


@pytest.mark.parametrize("text", ["a == 1", "a && b", "a || b", "!a", "'x'", "a & b", "a | b"])
def test_the_standard_refuses_them(text):
    with pytest.raises(FeelSyntaxError):
        feel.parse(text)


@pytest.mark.parametrize("text", ["agency_hr", "PT5M", "a == b", "= a == b", "${a} and ${b", "", "$", "${", "}"])
def test_only_what_is_wrapped_is_translated(text):
    assert unwrapped(text) == text


@pytest.mark.parametrize(
    ("text", "standard"),
    [("${a == 1}", "=a = 1"), (" #{ a && b } ", "=a and b"), ("${}", "="), ("${'x'}", '="x"')],
)
def test_what_is_wrapped_becomes_marked_feel(text, standard):
    assert unwrapped(text) == standard


def test_the_grammar_holds_nothing_but_the_standard():
    folder = Path(feel.__file__).parent
    for name in ("grammar.lark", "tokens.py", "parser.py", "build.py"):
        text = (folder / name).read_text("utf-8").lower()
        for word in ("bang", "tolera", "&&", "||", "'=='", '"=="'):
            assert word not in text, f"{word} in {name}"
