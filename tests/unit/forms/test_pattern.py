"""Patterns in linear time."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.forms.pattern import PatternError, compile_pattern

PATTERNS = ["^[A-Z]{2}\\d{3}$", "a|b|", "(ab)+c?", "[^a-c]+", "^.+字第\\d{10,11}號$", "\\bx\\b", "a{2,4}",
    "(?:a|bc)*d", "\\w+@\\w+",
            "[\\d\\-]+", "^$", "a.c", "x{0,3}y", "\\u4e00", "(?<year>\\d{4})-\\d{2}", "[]a]", "a{,3}", "a+?b",
                "^(a|b){1,3}$"]  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("text", ["", "a", "ab", "abab", "AB123", "xAB123", "x", "ax", " x ", "aaaa", "aaaaa",
    "bcd", "d", "y", "xxxy",
                                  "一", "2018-05", "]", "a{,3}", "me@here", "高市府民區字第11231557600號",
                                      "a\nc", "1-2", "aab", "bab"])  # fmt: skip
def test_they_agree_with_pythons_where_both_can(pattern, text):
    python = re.compile(
        pattern.replace("(?<year>", "(?P<year>")
        .replace("[]a]", "[\\]a]")
        .replace("a{,3}", "a\\{,3\\}")
        .replace("$", "\\Z"),
        re.ASCII,
    )
    assert compile_pattern(pattern).matches(text) == bool(python.search(text))


@pytest.mark.parametrize("pattern", ["(a", "a)", "[a", "a**b)", "*a", "(?=a)", "(?!a)", "(?<=a)b", "(a)\\1",
    "a{9999}", "(a{200}){200}", "[z-a]", "\\", "\\q",
                                     "a{3,1}", "\\uZZZZ", "(" * 200])  # fmt: skip
def test_what_cannot_be_matched_is_refused(pattern):
    with pytest.raises(PatternError):
        compile_pattern(pattern)


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$", "^(a*)*b$", "(x+x+)+y", "^([a-zA-Z]+)*$", "^(.*?,){11}P"])
def test_patterns_that_stop_other_engines_end_soon(pattern):
    started = time.perf_counter()
    compile_pattern(pattern).matches("a" * 1990 + "!")
    assert time.perf_counter() - started < 2


def test_texts_have_a_length():
    assert not compile_pattern("a").matches("a" * 2001)


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_is_a_pattern_or_refused(pattern, text):
    try:
        compiled = compile_pattern(pattern)
    except PatternError:
        return
    assert compiled.matches(text) in (True, False)


@given(st.from_regex(r"\A[A-Z]{2}-[0-9]{1,3}\Z"))
def test_what_a_pattern_describes_it_matches(text):
    assert compile_pattern("^[A-Z]{2}-\\d{1,3}$").matches(text)
