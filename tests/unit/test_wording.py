"""Free texts: what is kept is what was written, or it is refused; rare characters of names are as good as any."""

from __future__ import annotations

import pytest

from engine.errors import InvalidFields
from engine.wording import is_of_a_line, written

YOUNG = "\U00031350"
"""Of CJK extension H: younger than the tables of this Python, which take it for no character."""


@pytest.mark.parametrize(
    "text", ["前後", "一\n二\t三", "𠮷" + YOUNG, "\ue000\U000f0000", "👩‍👩‍👧", "零\u200b寬", "Z\u0351\u036b"]
)
def test_what_people_write_is_kept_as_it_is(text):
    assert written(f" {text}\r\n", "reason", most=50) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("前\x00後", "characters"),
        ("a\x1b[31m", "characters"),
        ("a\x85b", "characters"),
        ("\ud83d", "characters"),
        ("\u202etxt.exe", "characters"),
        ("a\uffffb", "characters"),
        ("\ufdd0", "characters"),
        (" \u3000\n", "required"),
        ("\u200b\ufeff", "required"),
        ("長" * 51, "too-long"),
    ],
)
def test_what_no_text_may_hold_is_refused_at_its_field(text, code):
    with pytest.raises(InvalidFields) as refused:
        written(text, "reason", most=50)
    assert refused.value.fields == {"reason": code}


def test_what_need_not_be_said_may_be_left_out():
    assert written(" ", "reason", most=50, required=False) == ""


def test_a_name_may_have_rare_characters_and_nothing_that_is_not_seen():
    assert all(map(is_of_a_line, f"林𡻕{YOUNG}\ue000é"))
    assert not any(map(is_of_a_line, "\n\t\x00\u200b\u202e\u2028\ud800"))
