"""What other tools write is translated before it is read: the grammar knows the standard only."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import feel
from engine.feel.errors import FeelSyntaxError
from engine.feel.tolerant import parse_tolerantly, translated

NAMES = {"a": 1, "b": 2, "yes": True, "no": False, "s": "x", "things": [1, 2], "p": {"q": True}, "申請 人": True}


@pytest.mark.parametrize(
    "text, standard",
    [
        ("a == 1", "a = 1"),
        ("a==1&&b==2", "a=1 and b=2"),
        ("yes||no", "yes or no"),
        ("!yes", "not(yes)"),
        ("!yes && no", "not(yes)  and  no"),
        ("!(a == b)", "not((a = b))"),
        ("!!yes", "not(not(yes))"),
        ("!p.q", "not(p.q)"),
        ("!list contains(things, 3) && yes", "not(list contains(things, 3))  and  yes"),
        ("!p.q == no", "not(p.q) = no"),
        ("!申請 人 or yes", "not(申請 人) or yes"),
        ("s == 'x'", 's = "x"'),
        ("'it\\'s \"so\"'", '"it\'s \\"so\\""'),
        ('"a == b && !c"', '"a == b && !c"'),
        ("a != 1 // a == b", "a != 1 // a == b"),
        ("some x in things satisfies !(x == 1) && yes", "some x in things satisfies not((x = 1))  and  yes"),
    ],
)
def test_signs_become_words_of_the_standard(text, standard):
    assert translated(text)[0] == standard
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
    assert parse_tolerantly(text, NAMES).evaluate(NAMES).value == value
    assert feel.unwrap("${" + text + "}", NAMES).evaluate(NAMES).value == value


@pytest.mark.parametrize("text", ["a == 1", "a && b", "a || b", "!a", "'x'", "a & b", "a | b"])
def test_the_standard_refuses_them(text):
    with pytest.raises(FeelSyntaxError):
        feel.parse(text)
    with pytest.raises(FeelSyntaxError):
        feel.unwrap(f"={text}")


@pytest.mark.parametrize(
    "text, line, column",
    [("a && b ==", 1, 10), ("a == 1 &&\nb == )", 2, 6), ("!a b == 1 )", 1, 11), ("a & b", 1, 3), ("'abc", 1, 1)],
)
def test_a_fault_is_told_where_it_stands_in_what_was_written(text, line, column):
    with pytest.raises(FeelSyntaxError) as caught:
        parse_tolerantly(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.message_zh.startswith(f"第 {line} 行第 {column} 字：")


def test_the_grammar_holds_nothing_but_the_standard():
    folder = Path(feel.__file__).parent
    for name in ("grammar.lark", "tokens.py", "parser.py", "build.py"):
        text = (folder / name).read_text("utf-8").lower()
        for word in ("bang", "tolera", "&&", "||", "'=='", '"=="'):
            assert word not in text, f"{word} in {name}"
