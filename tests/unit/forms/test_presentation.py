"""What only shows: text, separators, tables, buttons; labels and hints with values in them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine import forms
from engine.forms import texts
from tests.unit.forms.asking import make_form

TEXT = {
    "type": "text",
    "text": "申請人：{{initiator.label}}，{{ 1 + 1 }}件",
    "properties": {"text_en": "By {{initiator.label}}"},
}


@pytest.mark.parametrize("kind", ["text", "separator", "spacer", "button", "table"])
def test_they_hold_no_value(judge, kind):
    assert judge([{"type": kind, "key": "x"}], {"x": "smuggled"}).values == {}


def test_text_is_filled_in_by_language():
    field = make_form(TEXT).components[0]
    names = {"initiator": {"label": "王小明"}}
    assert texts.markdown(field, "zh", names, {}) == "申請人：王小明，2件"
    assert texts.markdown(field, "en", names, {}) == "By 王小明"


def test_values_in_text_cannot_bring_markup():
    field = make_form(TEXT).components[0]
    filled = texts.markdown(field, "zh", {"initiator": {"label": "[x](javascript:1) **b** <i>\n# h"}}, {})
    assert "\\[x\\]\\(javascript\\:1\\)" in filled
    assert "\n" not in filled


def test_what_cannot_be_computed_leaves_nothing():
    assert texts.fill("a{{ nobody }}b{{ ) }}c", "zh", {}, {}) == "abc"


def test_labels_fall_back_to_chinese_and_may_be_expressions():
    form = make_form(
        {"type": "textfield", "key": "a", "label": "計畫", "properties": {"label_en": "Plan"}},
        {"type": "textfield", "key": "b", "label": '="給" + who', "description": "提示"},
    )
    first, second = form.fields
    assert texts.label(first, "en", {}, {}) == "Plan"
    assert texts.label(second, "en", {"who": "局長"}, {}) == "給局長"
    assert texts.description(second, "en", {}, {}) == "提示"


def test_a_table_shows_rows_of_the_case(judge):
    table = {"type": "table", "dataSource": "=prior", "columns": [{"label": "年", "key": "year"}]}
    assert judge([table], {}, {"prior": [{"year": 107}]}).state.nodes[0].value == [{"year": 107}]


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (True, "是", "Yes"),
        (Decimal("12.0"), "12", "12"),
        ([1, 2], "1、2", "1, 2"),
        ({"id": "x", "label": "王"}, "王", "王"),
        (None, "", ""),
    ],
)
def test_computed_values_in_words(value, zh, en):
    field = make_form({"type": "expression", "key": "x", "expression": "=1"}).fields[0]
    assert forms.display(field, value, "zh") == zh
    assert forms.display(field, value, "en") == en


def test_a_choice_is_shown_by_the_options_it_has_in_the_case(judge):
    component = {"type": "select", "key": "x", "readonly": True, "valuesKey": "offers"}
    names = {"x": "a", "offers": [{"value": "a", "label": "甲案"}]}
    assert judge([component], {}, names).state.node("x").display("zh") == "甲案"


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("name", "王小明", "王○明"),
        ("name", "王明", "王○"),
        ("name", "歐陽小明", "歐○○明"),
        ("name", "Mary Ann Smith", "M*** A*** S***"),
        ("phone", "0912345678", "0912***678"),
        ("phone", "12", "1***"),
        ("email", "wang@kcg.gov.tw", "w***@kcg.gov.tw"),
        ("address", "高雄市苓雅區四維三路2號", "高雄市苓雅區***"),
        ("true", "A123456789", "A***9"),
    ],
)
def test_sensitive_values_are_masked_in_lists_only(kind, value, shown):
    field = make_form({"type": "textfield", "key": "x", "properties": {"sensitive": kind}}).fields[0]
    assert forms.display(field, value, masked=True) == shown
    assert forms.display(field, value) == value
