"""Text of several lines."""

from __future__ import annotations

AREA = {"type": "textarea"}


def test_line_breaks_are_kept_in_one_form(ask):
    assert ask(AREA, "一\r\n二\r三\n").value == "一\n二\n三"


def test_it_is_longer_than_a_line_but_not_endless(ask):
    assert ask(AREA, "x" * 50_000).value
    assert ask(AREA, "x" * 50_001).codes == ["too-long"]


def test_control_characters_are_refused_there_too(ask):
    assert ask(AREA, "a\n\x00").codes == ["bad-characters"]
