"""Rules over several fields: required-if, checks, warnings."""

from __future__ import annotations

import pytest

from engine import forms
from tests.unit.forms.asking import codes

DECISION = {"type": "radio", "key": "decision", "values": ["agree", "return"]}
OPINION = {
    "type": "textarea",
    "key": "opinion",
    "properties": {
        "requiredIf": '=decision = "return"',
        "requiredReason": "退回時請說明理由",
        "requiredReasonEn": "Say why",
    },
}
START = {"type": "datetime", "subtype": "date", "key": "start"}
END = {
    "type": "datetime",
    "subtype": "date",
    "key": "end",
    "properties": {"check": "=end > start", "checkMessage": "迄日須晚於起日", "checkMessageEn": "After the start"},
}


def test_a_reason_is_demanded_by_the_decision(judge):
    result = judge([DECISION, OPINION], {"decision": "return", "opinion": " "})
    assert result.errors["opinion"][0] == forms.Message(
        "required-reason", {"text": "退回時請說明理由", "text_en": "Say why"}
    )
    assert judge([DECISION, OPINION], {"decision": "agree", "opinion": ""}).ok


def test_whether_a_field_is_demanded_is_known_before_it_is_judged(judge):
    assert judge([DECISION, OPINION], {"decision": "return"}).state.node("opinion").required
    assert not judge([DECISION, OPINION], {"decision": "agree"}).state.node("opinion").required


def test_a_check_that_does_not_hold_says_the_authors_words(judge):
    result = judge([START, END], {"start": "107/5/29", "end": "107/5/29"})
    assert result.errors["end"][0].params["text"] == "迄日須晚於起日"
    assert judge([START, END], {"start": "107/5/29", "end": "107/5/30"}).ok


@pytest.mark.parametrize("raw", [{"start": "", "end": "107/5/29"}, {"start": "107/5/29", "end": ""}, {}])
def test_a_check_over_blank_fields_waits(judge, raw):
    assert judge([START, END], raw).ok


def test_a_check_that_cannot_be_computed_is_not_taken_as_kept(judge):
    field = {"type": "number", "key": "n", "properties": {"check": '=n + "x" > 2', "checkMessage": "規則"}}
    assert codes(judge([field], {"n": "3"}), "n") == ["check-not-computable"]


def test_several_checks_each_with_its_words(judge):
    field = {
        "type": "number",
        "key": "n",
        "properties": {"check": "=n > 0", "checkMessage": "正", "check2": "=modulo(n, 2) = 0", "checkMessage2": "偶"},
    }
    result = judge([field], {"n": "-3"})
    assert [message.params["text"] for message in result.errors["n"]] == ["正", "偶"]


def test_a_field_with_an_error_of_its_own_is_not_checked_further(judge):
    assert codes(judge([START, END], {"start": "107/5/29", "end": "gibberish"}), "end") == ["date"]


def test_warnings_do_not_stand_in_the_way(judge):
    field = {"type": "number", "key": "n", "properties": {"warnIf": "=n > 100", "warning": "偏多", "warningEn": "Many"}}
    result = judge([field], {"n": "101"})
    assert result.ok
    assert result.warnings["n"][0].params == {"text": "偏多", "text_en": "Many"}
    assert not judge([field], {"n": "100"}).warnings


def test_the_form_itself_may_have_checks_and_warnings(judge):
    contact = [{"type": "textfield", "key": "phone"}, {"type": "textfield", "key": "email"}]
    rules = {
        "check": "=phone != null or email != null",
        "checkMessage": "電話或電子郵件擇一",
        "warnIf": "=email = null",
        "warning": "無信箱",
    }
    result = judge(contact, {"phone": "", "email": ""}, properties=rules)
    assert codes(result, "") == ["check"]
    assert result.warnings[""][0].params["text"] == "無信箱"
    assert judge(contact, {"phone": "1", "email": "a@b.tw"}, properties=rules).ok


def test_checks_in_rows_see_their_row(judge):
    row = [
        {"type": "number", "key": "a"},
        {"type": "number", "key": "b", "properties": {"check": "=b >= a", "checkMessage": "b≥a"}},
    ]
    result = judge(
        [{"type": "dynamiclist", "path": "rows", "components": row}],
        {"rows": [{"a": "1", "b": "2"}, {"a": "3", "b": "2"}]},
    )
    assert set(result.errors) == {"rows.1.b"}


def test_a_computed_value_can_be_checked(judge):
    total = {
        "type": "expression",
        "key": "t",
        "expression": "=n * 2",
        "properties": {"check": "=t < 10", "checkMessage": "太多"},
    }
    assert codes(judge([{"type": "number", "key": "n"}, total], {"n": "5"}), "t") == ["check"]


def test_a_hidden_fields_check_is_silent(judge):
    field = {
        "type": "number",
        "key": "n",
        "conditional": {"hide": "=true"},
        "properties": {"check": "=false", "checkMessage": "x"},
    }
    assert judge([field], {}).ok
