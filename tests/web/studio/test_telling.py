"""A comparison in the words of the author: which cell, which field, which script, from what to what."""

from __future__ import annotations

import json

import pytest

from engine import SourceFile
from webapp.studio.telling import told

TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="表" namespace="urn:d">
<decision id="fee" name="規費"><decisionTable id="t" hitPolicy="{policy}">
<input id="i" label="件數"><inputExpression id="ie" typeRef="number"><text>pieces</text></inputExpression></input>
<output id="o" label="金額" name="amount" typeRef="number"/>{rules}</decisionTable></decision></definitions>"""
RULE = (
    '<rule id="{id}"><inputEntry id="{id}a"><text>{left}</text></inputEntry>'
    '<outputEntry id="{id}b"><text>{right}</text></outputEntry></rule>'
)
DIAGRAM = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="urn:d"><process id="p">
<scriptTask id="s" name="計算限辦日"><script>={{days: {days}}}</script></scriptTask>
<userTask id="u" name="審核" camunda:candidateGroups="{who}"/>
<sequenceFlow id="f" sourceRef="s" targetRef="u">
<conditionExpression>=days &gt; 3</conditionExpression></sequenceFlow></process>
<other xmlns="urn:drawing" id="shape" x="{x}"/></definitions>"""


def table(*rules: tuple[str, str, str], policy: str = "UNIQUE") -> SourceFile:
    written = "".join(RULE.format(id=id, left=left, right=right) for id, left, right in rules)
    return SourceFile("d.dmn", TABLE.format(policy=policy, rules=written).encode())


def diagram(days: int = 6, who: str = "head@", x: int = 1) -> SourceFile:
    return SourceFile("d.bpmn", DIAGRAM.format(days=days, who=who, x=x).encode())


def form(*fields: dict) -> SourceFile:
    return SourceFile("d.form", json.dumps({"components": list(fields)}).encode())


@pytest.fixture(autouse=True)
def request_in_chinese(app):
    with app.test_request_context("/", headers={"Accept-Language": "zh-TW"}):
        yield


def said(before: SourceFile, after: SourceFile) -> list[tuple[str, ...]]:
    return [(one.change, one.item, one.what, one.before, one.after) for one in told(before, after)]


def test_a_cell_of_a_table_and_its_policy():
    before = table(("r1", "&lt; 3", "100"), ("r2", "&gt;= 3", "200"))
    after = table(("r1", "&lt; 3", "150"), ("r2", "&gt;= 3", "200"), policy="FIRST")
    assert said(before, after) == [
        ("changed", "規費", "命中規則", "UNIQUE", "FIRST"),
        ("changed", "規費 · 第1列", "「金額」", "100", "150"),
    ]


def test_rows_that_came_and_went_are_told_whole():
    before, after = table(("r1", "1", "100"), ("r2", "2", "200")), table(("r1", "1", "100"), ("r3", "-", "300"))
    assert said(before, after) == [
        ("added", "規費 · 第2列", "", "", "- · 300"),
        ("removed", "規費 · 第2列", "", "2 · 200", ""),
    ]


def test_a_field_of_a_form():
    name = {"id": "a", "type": "textfield", "key": "name", "label": "姓名", "validate": {"required": True}}
    phone = {"id": "b", "type": "textfield", "key": "phone", "label": "電話"}
    group = {"id": "g", "type": "group", "label": "申請人", "components": [name]}
    after = {**group, "components": [{**name, "label": "全名", "validate": {"required": False}}, phone]}
    assert said(form(group), form(after)) == [
        ("changed", "全名", "標籤", "姓名", "全名"),
        ("changed", "全名", "必填", "是", "否"),
        ("added", "電話", "", "", "phone"),
    ]


def test_a_script_and_who_may_but_not_where_a_shape_stands():
    assert said(diagram(), diagram(x=200)) == []
    assert said(diagram(), diagram(days=9, who="chief@")) == [
        ("changed", "計算限辦日", "程式", "={days: 6}", "={days: 9}"),
        ("changed", "審核", "承辦角色", "head@", "chief@"),
    ]
    (condition,) = told(diagram(), SourceFile("d.bpmn", diagram().content.replace(b"days &gt; 3", b"days &gt; 5")))
    assert (condition.item, condition.what) == ("計算限辦日 → 審核", "條件")
    assert condition.parts == ("=days > ", "3", "5", "")


def test_long_sameness_is_cut_around_what_differs():
    long = "一" * 200
    (one,) = told(diagram(who=f"{long}甲{long}"), diagram(who=f"{long}乙{long}"))
    assert one.parts == ("…" + "一" * 40, "甲", "乙", "一" * 40 + "…")


def test_a_draft_that_nobody_can_read_is_left_to_the_lines():
    assert told(SourceFile("d.form", b"{"), form()) == []
    assert told(SourceFile("d.bpmn", b"<broken"), diagram()) == []
    assert told(form({"id": "a", "type": "text"}), SourceFile("d.form", b"[1]")) == []
