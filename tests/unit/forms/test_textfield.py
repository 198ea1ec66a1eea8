"""One line of text."""

from __future__ import annotations

import pytest

TEXT = {"type": "textfield"}


@pytest.mark.parametrize(
    ("raw", "value"),
    [("  王小明 ", "王小明"), ("a\r\nb\tc", "a b c"), ("", None), ("   ", None), (None, None), (12, "12"), ("é", "é")],
)
def test_text_is_trimmed_composed_and_kept_on_one_line(ask, raw, value):
    assert ask(TEXT, raw).value == value


@pytest.mark.parametrize("raw", ["a\x00b", "\ud800", "a\x1bb", "\u202ereversed", "\x7f"])
def test_what_cannot_be_stored_or_would_mislead_is_refused(ask, raw):
    assert ask(TEXT, raw).codes == ["bad-characters"]


@pytest.mark.parametrize("raw", [{"a": 1}, ["a", "b"], [[]]])
def test_structures_are_no_text(ask, raw):
    assert ask(TEXT, raw).codes == ["format"]


def test_lengths_count_characters_not_bytes(ask):
    limited = {**TEXT, "validate": {"minLength": 2, "maxLength": 3}}
    assert ask(limited, "高雄市").value == "高雄市"
    assert ask(limited, "高").codes == ["too-short"]
    assert ask(limited, "高雄市府").codes == ["too-long"]


def test_a_text_without_limit_of_its_own_still_has_one(ask):
    assert ask(TEXT, "x" * 2000).value
    assert ask(TEXT, "x" * 2001).codes == ["too-long"]


def test_pattern_is_searched_and_says_the_authors_words(ask):
    asked = ask({**TEXT, "validate": {"pattern": "^[A-Z]{2}$", "patternErrorMessage": "兩個大寫字母"}}, "ab")
    assert asked.codes == ["pattern"]
    assert asked.result.errors["x"][0].params["text"] == "兩個大寫字母"


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        (
            "tw-phone",
            ["07-3368333#2101", "(07)336-8333轉2101", "0912-345-678", "+886-7-3368333", "+81 3 1234 5678"],
            ["12", "call me", "0912-34", "07-33683339999"],
        ),
        ("tw-mobile", ["0912345678", "+886912345678"], ["07-3368333", "091234567"]),
        ("tw-company-no", ["04595257", "10458575", "１０４５８５７５"], ["04595258", "1234567", "abcdefgh"]),
        ("email", ["a.b+c@kcg.gov.tw"], ["a@b", "a b@c.tw", "a..b@c.tw", "@c.tw", "a@-c.tw"]),
        ("url", ["https://www.kcg.gov.tw/x?y=1"], ["javascript:alert(1)", "ftp://x.tw", "https://x", "http://a@b.tw"]),
        (
            "doc-no",
            ["高市府四維研秘字第1000009080號", "高市府民區字第11231557600號"],
            ["字第1000009080號", "府字第123號"],
        ),
    ],
)
def test_formats(ask, name, good, bad):
    component = {**TEXT, "properties": {"format": name}}
    for raw in good:
        assert ask(component, raw).value, raw
    for raw in bad:
        assert ask(component, raw).codes == [name], raw


def test_validation_type_of_the_editor_works_too(ask):
    assert ask({**TEXT, "validate": {"validationType": "email"}}, "no").codes == ["email"]
    assert ask({**TEXT, "validate": {"validationType": "phone"}}, "no").codes == ["tw-phone"]


def test_blocked_words_are_named(ask):
    asked = ask({**TEXT, "properties": {"blockWords": "限男性, 限女性、35歲以下"}}, "限女性，35歲以下")
    assert asked.codes == ["blocked-words"]
    assert asked.result.errors["x"][0].params["words"] == "限女性、35歲以下"
