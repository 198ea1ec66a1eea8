"""Hidden, read-only, disabled and computed: what a request cannot change."""

from __future__ import annotations

import time

import pytest

from engine import forms
from tests.unit.forms.asking import NOW, codes, make_form

KIND = {"type": "radio", "key": "kind", "values": ["a", "b"]}
DETAIL = {"type": "textfield", "key": "detail", "validate": {"required": True}, "conditional": {"hide": '=kind != "a"'}}


def test_a_hidden_field_is_not_judged_and_its_posted_value_is_ignored(judge):
    result = judge([KIND, DETAIL], {"kind": "b", "detail": "smuggled"})
    assert result.ok
    assert result.values == {"kind": "b", "detail": None}, "a field the form declares is known to tables and conditions"
    assert result.hidden == {"detail"}


def test_the_same_field_in_view_is_judged(judge):
    assert codes(judge([KIND, DETAIL], {"kind": "a", "detail": ""}), "detail") == ["required"]


def test_an_answer_that_hides_a_field_clears_its_old_value(judge):
    assert judge([KIND, DETAIL], {"kind": "b"}, {"detail": "old"}).values == {"kind": "b", "detail": None}


def test_a_field_hidden_by_the_case_keeps_its_old_value(judge):
    secret = {"type": "textfield", "key": "secret", "conditional": {"hide": '=role != "ethics"'}}
    assert "secret" not in judge([secret], {"secret": "x"}, {"role": "clerk", "secret": "kept"}).values


def test_hiding_a_group_hides_all_in_it(judge):
    group = {"type": "group", "conditional": {"hide": '=kind = "b"'}, "components": [DETAIL]}
    result = judge([KIND, group], {"kind": "b", "detail": "x"})
    assert result.values == {"kind": "b", "detail": None}


def test_hiding_rows_hides_every_cell(judge):
    row = {"type": "textfield", "key": "name", "validate": {"required": True}}
    rows = {"type": "dynamiclist", "path": "rows", "conditional": {"hide": '=kind = "b"'}, "components": [row]}
    result = judge([KIND, rows], {"kind": "b", "rows": [{"name": ""}]}, {"rows": [{"name": "old"}]})
    assert result.values == {"kind": "b", "rows": []}


def test_hiding_follows_hiding(judge):
    last = {"type": "textfield", "key": "last", "conditional": {"hide": '=detail != "show"'}}
    assert judge([last, DETAIL, KIND], {"kind": "b", "detail": "show", "last": "x"}).hidden == {"detail", "last"}
    assert judge([last, DETAIL, KIND], {"kind": "a", "detail": "show", "last": "x"}).values["last"] == "x"


def test_conditions_in_a_circle_end_and_are_reported(judge):
    one = {"type": "textfield", "key": "one", "conditional": {"hide": "=two = null"}}
    two = {"type": "textfield", "key": "two", "conditional": {"hide": "=one != null"}}
    result = judge([one, two], {"one": "x", "two": "y"})
    assert any("circle" in problem for problem in result.state.problems)


def test_a_condition_that_fails_hides_nothing_and_is_reported(judge):
    broken = {"type": "textfield", "key": "x", "conditional": {"hide": "=nobody_knows(1)"}}
    result = judge([broken], {"x": "v"})
    assert result.values == {"x": "v"}
    assert result.state.problems


@pytest.mark.parametrize("fixed", [{"readonly": True}, {"disabled": True}, {"readonly": "=stage = 2"}])
def test_posted_values_of_read_only_fields_are_ignored(judge, fixed):
    field = {"type": "textfield", "key": "x", **fixed}
    result = judge([field], {"x": "forged"}, {"x": "known", "stage": 2})
    assert "x" not in result.values
    assert result.state.node("x").value == "known"


def test_a_field_read_only_by_expression_may_be_written_when_it_is_not(judge):
    assert judge([{"type": "textfield", "key": "x", "readonly": "=stage = 2"}], {"x": "new"}, {"stage": 1}).values == {
        "x": "new"
    }


def test_a_read_only_field_is_not_demanded(judge):
    assert judge([{"type": "textfield", "key": "x", "readonly": True, "validate": {"required": True}}], {}).ok


def test_the_default_of_a_read_only_field_is_stored_once(judge):
    field = {"type": "textfield", "key": "x", "readonly": True, "defaultValue": "=initiator.label"}
    names = {"initiator": {"id": "w", "label": "王小明"}}
    assert judge([field], {"x": "forged"}, names).values == {"x": "王小明"}
    assert judge([field], {}, {**names, "x": None}).values == {}


def test_read_only_group_makes_its_fields_read_only(judge):
    group = {"type": "group", "readonly": True, "components": [{"type": "textfield", "key": "x"}]}
    assert judge([group], {"x": "forged"}, {"x": "known"}).values == {}


def test_computed_values_are_the_servers(judge):
    total = {"type": "expression", "key": "total", "expression": "=a * 2"}
    result = judge([{"type": "number", "key": "a"}, total], {"a": "4", "total": "1000000"})
    assert result.values == {"a": 4, "total": 8}


def test_computed_values_may_build_on_later_ones(judge):
    components = [
        {"type": "expression", "key": "c", "expression": "=b + 1"},
        {"type": "expression", "key": "b", "expression": "=a + 1"},
        {"type": "number", "key": "a"},
    ]
    assert judge(components, {"a": "1"}).values == {"a": 1, "b": 2, "c": 3}


def test_now_and_today_are_the_callers(judge):
    components = [
        {"type": "expression", "key": "d", "expression": "=today()"},
        {"type": "expression", "key": "y", "expression": "=roc_year(today())"},
    ]
    values = judge(components, {}).values
    assert values["d"].isoformat() == "2018-05-29"
    assert values["y"] == 107


def test_further_functions_come_from_the_caller(judge):
    component = {"type": "expression", "key": "x", "expression": "=double(4)"}
    assert judge([component], {}, functions={"double": lambda n: n * 2}).values["x"] == 8


def test_fields_missing_from_the_input_keep_what_is_known_and_blank_ones_do_not(judge):
    components = [{"type": "textfield", "key": "x"}, {"type": "textfield", "key": "y", "defaultValue": "d"}]
    assert judge(components, {}, {"x": "known"}).values == {"x": "known", "y": "d"}
    assert judge(components, {"x": "", "y": ""}, {"x": "known"}).values == {"x": None, "y": None}


def test_a_field_that_is_not_on_the_form_is_not_stored(judge):
    assert judge([{"type": "textfield", "key": "x"}], {"x": "1", "admin": "true"}).values == {"x": "1"}


def test_a_form_opens_with_what_the_case_knows_or_its_defaults():
    form = make_form(
        {"type": "number", "key": "n", "defaultValue": 3},
        {"type": "datetime", "subtype": "date", "key": "d", "defaultValue": "=today()"},
        {"type": "checkbox", "key": "b", "defaultValue": True},
        {"type": "expression", "key": "twice", "expression": "=n * 2"},
    )
    opened = forms.initial(form, {}, NOW)
    assert opened == {"n": 3, "d": NOW.date(), "b": True, "twice": 6}
    assert forms.initial(form, {"n": 5, "b": None}, NOW)["twice"] == 10


def test_a_form_full_of_heavy_expressions_ends_soon_and_does_not_pass_unchecked(judge):
    heavy = "=count(for a in 1..300, b in 1..300 return a * b) > 0"
    fields = [
        {"type": "textfield", "key": f"x{n}", "conditional": {"hide": f"{heavy} and {n} < 0"},
         "properties": {"check": heavy, "checkMessage": "規則"}}
        for n in range(200)
    ]  # fmt: skip
    started = time.perf_counter()
    result = judge(fields, {f"x{n}": "v" for n in range(200)})
    assert time.perf_counter() - started < 15
    assert not result.ok
    assert {message.code for messages in result.errors.values() for message in messages} == {"check-not-computable"}
