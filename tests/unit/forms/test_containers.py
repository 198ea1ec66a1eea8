"""Groups and repeated rows."""

from __future__ import annotations

import pytest

from engine import forms
from tests.unit.forms.asking import NOW, codes, make_form, parse_form

NAME = {"type": "textfield", "key": "name", "label": "姓名", "validate": {"required": True}}
DAYS = {"type": "number", "key": "days", "label": "天數"}


def members(**more):
    return {"type": "dynamiclist", "path": "members", "components": [NAME, DAYS], **more}


def test_a_group_with_a_path_nests_its_values_over_what_was_there(judge):
    group = {"type": "group", "path": "address", "components": [{"type": "textfield", "key": "street"}]}
    result = judge([group], {"address": {"street": "四維路"}}, {"address": {"street": "舊", "city": "高雄"}})
    assert result.values == {"address": {"street": "四維路", "city": "高雄"}}


def test_a_group_without_a_path_does_not(judge):
    group = {"type": "group", "components": [{"type": "textfield", "key": "street"}]}
    assert judge([group], {"street": "四維路"}).values == {"street": "四維路"}


def test_a_key_with_a_dot_nests_too(judge):
    assert judge([{"type": "textfield", "key": "a.b"}], {"a": {"b": "c"}}).values == {"a": {"b": "c"}}


def test_rows_become_a_list_and_blank_ones_are_left_out(judge):
    result = judge([members()], {"members": [{"name": "王", "days": "3"}, {"name": "", "days": ""}, {"name": "林"}]})
    assert result.values["members"] == [{"name": "王", "days": 3}, {"name": "林", "days": None}]


def test_errors_in_rows_name_the_row_as_it_stands_on_the_page(judge):
    result = judge([members()], {"members": [{"name": "", "days": ""}, {"name": "", "days": "x"}]})
    assert set(result.errors) == {"members.1.name", "members.1.days"}


def test_demanded_rows_are_counted_without_blank_ones(judge):
    needed = members(properties={"minRows": "2"})
    assert codes(judge([needed], {"members": [{"name": "王"}, {}]}), "members") == ["too-few-rows"]
    assert codes(judge([members(validate={"required": True})], {"members": []}), "members") == ["required"]


def test_too_many_rows_are_said_and_not_kept(judge):
    result = judge([members(properties={"maxRows": "2"})], {"members": [{"name": str(n)} for n in range(9)]})
    assert codes(result, "members") == ["too-many-rows"]
    assert len(result.state.node("members").rows) == 2


@pytest.mark.parametrize("raw", ["x", 3, {"0": {}}])
def test_rows_that_are_no_list_are_refused(judge, raw):
    assert codes(judge([members()], {"members": raw}), "members") == ["format"]


def test_a_row_keeps_what_the_form_does_not_show_even_after_others_are_gone(judge):
    known = {"members": [{"name": "甲", "id": 1}, {"name": "乙", "id": 2}]}
    result = judge([members()], {"members": [{"#": "1", "name": "乙二"}, {"#": "", "name": "丙"}]}, known)
    assert result.values["members"] == [{"name": "乙二", "id": 2, "days": None}, {"name": "丙", "days": None}]


def test_a_row_cannot_be_claimed_twice(judge):
    known = {"members": [{"name": "甲", "id": 1}]}
    result = judge([members()], {"members": [{"#": "0", "name": "甲"}, {"#": "0", "name": "冒"}]}, known)
    assert [row.get("id") for row in result.values["members"]] == [1, None]


def test_read_only_cells_come_from_the_case(judge):
    fixed = {"type": "textfield", "key": "name", "readonly": True}
    component = {"type": "dynamiclist", "path": "members", "components": [fixed, DAYS]}
    result = judge([component], {"members": [{"#": "0", "name": "改名", "days": "2"}]}, {"members": [{"name": "甲"}]})
    assert result.values["members"] == [{"name": "甲", "days": 2}]


def test_rows_that_may_not_be_added_stay_as_many_as_they_were(judge):
    fixed = members(allowAddRemove=False)
    known = {"members": [{"name": "甲"}, {"name": "乙"}]}
    result = judge([fixed], {"members": [{"name": "甲二"}, {"name": "乙二"}, {"name": "丙"}]}, known)
    assert [row["name"] for row in result.values["members"]] == ["甲二", "乙二"]
    assert [row["name"] for row in judge([fixed], {"members": []}, known).values["members"]] == ["甲", "乙"]


def test_expressions_in_a_row_see_the_row_before_the_form(judge):
    row = [DAYS, {"type": "expression", "key": "total", "expression": "=days * rate + this.days + parent.rate"}]
    components = [{"type": "number", "key": "rate"}, {"type": "dynamiclist", "path": "rows", "components": row}]
    result = judge(components, {"rate": "10", "rows": [{"days": "2"}, {"days": "3"}]})
    assert [line["total"] for line in result.values["rows"]] == [32, 43]


def test_the_form_can_sum_its_rows(judge):
    total = {"type": "expression", "key": "total", "expression": "=sum(members.days)"}
    result = judge([members(), total], {"members": [{"name": "a", "days": "2"}, {"name": "b", "days": "5"}]})
    assert result.values["total"] == 7


def test_rows_inside_rows(judge):
    inner = {"type": "dynamiclist", "path": "trips", "components": [{"type": "textfield", "key": "city"}]}
    outer = {"type": "dynamiclist", "path": "people", "components": [NAME, inner]}
    raw = {"people": [{"name": "王", "trips": [{"city": "東京"}, {"city": ""}]}, {"name": "林", "trips": []}]}
    assert judge([outer], raw).values == {
        "people": [{"name": "王", "trips": [{"city": "東京"}]}, {"name": "林", "trips": []}]
    }


def test_a_list_opens_with_its_known_rows_or_as_many_as_it_says():
    form = make_form(members(defaultRepetitions=2))
    assert len(forms.open_form(form, {}, NOW).nodes[0].rows) == 2
    assert len(forms.open_form(form, {"members": [{"name": "a"}]}, NOW).nodes[0].rows) == 1


def test_rows_without_a_path_are_a_finding():
    assert [f.code for f in parse_form({"type": "dynamiclist", "components": []}).findings] == [
        "form-rows-without-path"
    ]


def test_rows_and_groups_in_words():
    form = make_form(members(), {"type": "group", "path": "g", "components": [DAYS]})
    rows, group = form.components
    assert forms.display(rows, [{"name": "王", "days": 3}, {"name": "林"}]) == "王 3；林"
    assert forms.display(group, {"days": 2}) == "2"
