"""What may be deployed as a script, and which names a script reads and writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.sandbox import check
from engine.sandbox.names import assigned_names, used_names


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = 1",
        "import datetime\nx = datetime.date(2018, 5, 29)",
        "from decimal import Decimal as D\nx = D('1.5')",
        "def f(a, *b, **c):\n    return a\nx = f(1)",
        "x = [i for i in range(3) if i]",
        "try:\n    x = 1 / 0\nexcept ZeroDivisionError as e:\n    x = str(e)",
        "金額 = 數量 * 2",
        "x = f'{y:.2f}'",
    ],
)
def test_plain_scripts_may_be_deployed(text):
    assert check(text) == ()


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("x = ", "script-syntax", 1),
        ("x = 1\ny = )", "script-syntax", 2),
        ("import os", "script-import", 1),
        ("x = 1\nimport json, sys", "script-import", 2),
        ("from os import path", "script-import", 1),
        ("from . import x", "script-import", 1),
        ("from math import *", "script-import", 1),
        ("import datetime.datetime", "script-import", 1),
        ("import math as _m", "script-underscore", 1),
        ("_x = 1", "script-underscore", 1),
        ("x = ().__class__", "script-underscore", 1),
        ("x = __builtins__", "script-underscore", 1),
        ("def f(_a): return 1", "script-underscore", 1),
        ("def _f(): return 1", "script-underscore", 1),
        ("f(_a=1)", "script-underscore", 1),
        ("try:\n    pass\nexcept Exception as _e:\n    pass", "script-underscore", 3),
        ("match x:\n    case {'a': _b, **_c}:\n        pass", "script-underscore", 2),
        ("del x", "script-statement", 1),
        ("def f():\n    yield 1", "script-statement", 2),
        ("async def f(): pass", "script-statement", 1),
        ("class A: pass", "script-statement", 1),
        ("x = eval('1')", "script-name", 1),
        ("exec('x = 1')", "script-name", 1),
        ("x = open('a')", "script-name", 1),
        ("f = globals", "script-name", 1),
        ("x = 1\nreturn x", "script-return", 2),
        ("if x:\n    return", "script-return", 2),
        ("x = 1 #" + "a" * 20_000, "script-too-long", 1),
        ("x = '" + "字" * 7000 + "'", "script-too-long", 1),
        ("x = " + "(" * 3000 + ")" * 3000, "script-syntax", 1),
        ("x = " + "-" * 15_000 + "1", "script-syntax", 1),
        ("x = '\x00'", "script-syntax", 1),
    ],
)
def test_what_may_not_be_deployed_is_named_with_its_line(text, code, line):
    problems = check(text)
    assert (code, line) in {(problem.code, problem.line) for problem in problems}
    for problem in problems:
        assert problem.message_zh
        assert problem.message_en


def test_every_problem_is_told_at_once():
    codes = [problem.code for problem in check("import os\n_x = 1\ndel _x")]
    assert codes == ["script-import", "script-underscore", "script-statement", "script-underscore"]


@pytest.mark.parametrize("text", ["x = 1", "x; y", "", "import math", "return 1"])
def test_an_expression_is_no_statement(text):
    assert check(text, expression=True)
    assert not check("x > 1 and y == 'a'", expression=True)
    assert not check("  (x\n > 1) ", expression=True)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a = 1\nb, (c, *d) = e", ("a", "b", "c", "d")),
        ("for i in x:\n    a = i", ("i", "a")),
        ("a = [b for b in x]", ("a",)),
        ("a = [(c := b) for b in x]", ("a", "c")),
        ("def f():\n    a = 1\nb = f()", ("b",)),
        ("import math\na = math.pi", ("a",)),
        ("a['k'] = 1\nb.c = 2", ()),
        ("a += 1", ("a",)),
        ("if x:\n    a = 1\nelse:\n    b = 2", ("a", "b")),
        ("try:\n    a = 1\nexcept E as e:\n    b = 2", ("a", "b")),
        (
            "match x:\n case [a, *b]:\n  c = 1\n case {'k': d, **e}:\n  pass\n case f:\n  pass",
            ("a", "b", "c", "d", "e", "f"),
        ),
        ("a: int = 1", ("a",)),
        ("f = lambda q: q", ("f",)),
    ],
)
def test_the_names_assigned_at_the_top_are_known(text, names):
    assert set(assigned_names(text)) == set(names)


def test_only_the_names_in_the_text_are_used():
    assert used_names("a = b.c + d['e']") == {"a", "b", "d"}
    assert used_names("a > 1", expression=True) == {"a"}


@given(st.text(max_size=60))
def test_any_text_is_checked_without_an_exception(text):
    check(text)
    check(text, expression=True)
    assigned_names(text)
