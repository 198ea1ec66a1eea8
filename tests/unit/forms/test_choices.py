"""Checkbox, radio, select, checklist, taglist."""

from __future__ import annotations

import pytest

from engine import forms
from tests.unit.forms.asking import make_form, parse_form

OPTIONS = [
    {"label": "同意", "value": "agree"},
    {"label": "退回", "value": "return"},
    {"label": "三", "value": 3},
    {"label": "是", "value": True},
]
ENGLISH = {"options_en": '{"agree": "Agree", "return": "Return"}'}


@pytest.mark.parametrize(
    ("raw", "value"),
    [("true", True), ("on", True), (True, True), (["true"], True), ("", False), (None, False), (False, False)],
)
def test_a_checkbox_is_yes_or_no(ask, raw, value):
    assert ask({"type": "checkbox"}, raw).value is value


@pytest.mark.parametrize("raw", ["maybe", {"a": 1}, ["a", "b"]])
def test_anything_else_is_no_answer_to_a_checkbox(ask, raw):
    assert ask({"type": "checkbox"}, raw).codes == ["format"]


def test_a_required_checkbox_must_be_ticked(ask):
    assert ask({"type": "checkbox", "validate": {"required": True}}, "").codes == ["required"]


@pytest.mark.parametrize("kind", ["radio", "select"])
@pytest.mark.parametrize(
    ("raw", "value"),
    [("agree", "agree"), ("3", 3), ("true", True), ("", None), (None, None), (["agree"], "agree"), (3, 3)],
)
def test_one_of_several_gives_the_options_own_value(ask, kind, raw, value):
    found = ask({"type": kind, "values": OPTIONS}, raw).value
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("kind", ["radio", "select"])
@pytest.mark.parametrize("raw", ["Agree", "drop table", ["agree", "return"], {"id": "x"}, "同意"])
def test_what_is_not_offered_cannot_be_chosen(ask, kind, raw):
    assert ask({"type": kind, "values": OPTIONS}, raw).codes == ["not-an-option"]


@pytest.mark.parametrize("kind", ["checklist", "taglist"])
def test_several_keep_the_order_of_the_options_once_each(ask, kind):
    asked = ask({"type": kind, "values": OPTIONS}, ["3", "agree", "agree"])
    assert asked.value == ["agree", 3]
    assert ask({"type": kind, "values": OPTIONS}, None).value == []
    assert ask({"type": kind, "values": OPTIONS}, ["agree", "x"]).codes == ["not-an-option"]


def test_a_required_checklist_needs_one(ask):
    assert ask({"type": "checklist", "values": OPTIONS, "validate": {"required": True}}, []).codes == ["required"]


def test_options_from_the_case_and_from_an_expression(ask):
    names = {"members": [{"id": "wang", "label": "王小明"}], "codes": ["a", "b"]}
    assert ask({"type": "select", "valuesKey": "members"}, "wang", names).value == {"id": "wang", "label": "王小明"}
    assert ask({"type": "select", "valuesExpression": '=for c in codes return c + "1"'}, "b1", names).value == "b1"
    assert ask({"type": "select", "valuesKey": "members"}, "chen", names).codes == ["not-an-option"]


def test_options_that_follow_another_answer(judge):
    components = [
        {"type": "select", "key": "kind", "values": ["fruit", "tree"]},
        {"type": "select", "key": "which", "valuesExpression": '=if kind = "fruit" then ["fig"] else ["oak"]'},
    ]
    assert judge(components, {"kind": "fruit", "which": "fig"}).values["which"] == "fig"
    assert "which" in judge(components, {"kind": "tree", "which": "fig"}).errors


def test_options_in_words_by_language():
    form = make_form({"type": "checklist", "key": "x", "values": OPTIONS[:2], "properties": ENGLISH})
    field = form.fields[0]
    assert forms.display(field, ["agree", "return"], "zh") == "同意、退回"
    assert forms.display(field, ["agree", "return"], "en") == "Agree, Return"
    assert forms.display(field, ["gone"], "zh") == "gone"


def test_english_labels_in_order():
    form = make_form(
        {"type": "radio", "key": "x", "values": OPTIONS[:2], "properties": {"options_en": "Agree; Return"}}
    )
    assert [option.text("en") for option in form.fields[0].options] == ["Agree", "Return"]


def test_english_labels_that_do_not_fit_are_a_finding():
    form = parse_form({"type": "radio", "key": "x", "values": OPTIONS[:2], "properties": {"options_en": "Agree"}})
    assert [finding.code for finding in form.findings] == ["form-options-en"]


def test_a_choice_without_options_and_one_with_the_same_twice_are_findings():
    assert [f.code for f in parse_form({"type": "radio", "key": "x"}).findings] == ["form-without-options"]
    twice = parse_form({"type": "radio", "key": "x", "values": [OPTIONS[0], OPTIONS[0]]})
    assert [f.code for f in twice.findings] == ["form-duplicate-option"]


def test_the_decision_menu_is_found():
    form = make_form({"type": "radio", "key": "decision", "values": OPTIONS})
    assert form.decision is form.fields[0]
    assert make_form({"type": "textfield", "key": "decision"}).decision is None
