"""XPath regular expressions, compared with Python's where both read the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel.regex import PatternError, compile_pattern, find_all, search
from engine.feel.running import Budget, Run


def run():
    return Run(Budget(), {})


def found(pattern, text, flags=""):
    match = search(run(), compile_pattern(pattern, flags), text)
    return None if match is None else match.group(0)


@pytest.mark.parametrize(
    ("pattern", "flags", "text", "expected"),
    [
        ("b.d", "", "abcd", "bcd"),
        ("b.d", "", "ab\nd", None),
        ("b.d", "s", "ab\nd", "b\nd"),
        ("^b", "", "a\nb", None),
        ("^b", "m", "a\nb", "b"),
        ("ABC", "i", "xabc", "abc"),
        ("[A-Z]+", "i", "abc", "abc"),
        ("a b c", "x", "abc", "abc"),
        ("a[ ]b", "x", "a b", "a b"),
        ("a.c", "q", "abc a.c", "a.c"),
        ("r.*?t", "", "reluctant", "reluct"),
        ("[a-z-[aeiou]]+", "", "aeibcd", "bcd"),
        ("[^a-c]+", "", "abcdef", "def"),
        (r"\p{IsCJKUnifiedIdeographs}+", "", "abc高雄", "高雄"),
        (r"\P{Lu}+", "", "ABcd", "cd"),
        (r"[\d-]+", "", "ab12-3", "12-3"),
        (r"(a)(b)?\1", "", "aba aa", "aba"),
        (r"\i\c*", "", "9abc-1", "abc-1"),
        ("(?:ab)+", "", "xababx", "abab"),
        ("a{2,3}", "", "aaaa", "aaa"),
        ("a{2}", "", "aaaa", "aa"),
        ("x|", "", "a", ""),
        (r"\$\.", "", "a$.", "$."),
    ],
)
def test_a_pattern_is_found(pattern, flags, text, expected):
    assert found(pattern, text, flags) == expected


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        ")",
        "a)",
        "[",
        "[]",
        "a**",
        "*a",
        "a{",
        "a{2,1}",
        "a{x}",
        "a{9999}",
        r"\y",
        r"\p{Xx}",
        r"\p{L",
        r"\1",
        r"(\1)",
        "(?=a)",
        "(?<n>a)",
        "[b-a]",
        "^*",
        "a{1000}{1000}",
        "(" * 60 + ")" * 60,
        "\\",
        "}",
        "]",
    ],
)
def test_what_is_no_pattern_is_refused(pattern):
    with pytest.raises(PatternError):
        compile_pattern(pattern)


def test_an_unknown_flag_is_refused():
    with pytest.raises(PatternError):
        compile_pattern("a", "u")


atoms = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "(a|b)", "(ab)", "(?:b|)", "^", "$"])
parts = st.builds(
    lambda atom, sign: atom if atom in "^$" else atom + sign,
    atoms,
    st.sampled_from(["", "?", "*", "+", "*?", "+?", "{1,2}"]),
)
patterns = st.lists(parts, min_size=1, max_size=5).map("".join)


@given(patterns, st.text(alphabet="abc", max_size=12))
def test_python_finds_the_same(pattern, text):
    theirs = re.search(pattern.replace("$", r"\Z"), text)
    assert found(pattern, text) == (None if theirs is None else theirs.group(0))


@given(patterns, st.text(alphabet="abc", max_size=12))
def test_python_finds_as_many(pattern, text):
    theirs = [match.span() for match in re.finditer(pattern.replace("$", r"\Z"), text)]
    ours = [(match.start, match.end) for match in find_all(run(), compile_pattern(pattern), text)]
    if all(start < end for start, end in theirs):
        assert ours == theirs
