"""What a decision asks for: the names from outside, with heading, type and the texts that the cells name."""

from __future__ import annotations

import pytest

from engine import dmn
from engine.errors import RecordNotFound

HEAD = "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' name='m' namespace='urn:m'>"
BODY = """
<itemDefinition name='Speed'><typeRef>string</typeRef>
  <allowedValues><text>"fast", "slow"</text></allowedValues></itemDefinition>
<inputData id='i' name='amount'><variable name='amount' typeRef='number'/></inputData>
<decision id='share' name='share'><variable name='share'/><decisionTable>
  <input label='申請人別'><inputExpression typeRef='string'><text>kind</text></inputExpression></input><output/>
  <rule><inputEntry><text>"a", "b"</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>
  <rule><inputEntry><text>not("a", "b")</text></inputEntry><outputEntry><text>2</text></outputEntry></rule>
</decisionTable></decision>
<decision id='fee' name='fee'><variable name='fee'/>
  <informationRequirement><requiredDecision href='#share'/></informationRequirement>
  <informationRequirement><requiredInput href='#i'/></informationRequirement>
  <decisionTable>
  <input label='速別'><inputExpression typeRef='Speed'><text>speed</text></inputExpression></input>
  <input label='比例'><inputExpression><text>share</text></inputExpression></input>
  <input label='過期'><inputExpression><text>due &lt; limit</text></inputExpression></input><output/>
  <rule><inputEntry><text>-</text></inputEntry><inputEntry><text>1</text></inputEntry><inputEntry><text>-</text></inputEntry>
  <outputEntry><text>amount * factor</text></outputEntry></rule>
</decisionTable></decision>"""


@pytest.fixture
def model():
    found = dmn.parse(f"{HEAD}{BODY}</definitions>".encode())
    assert [finding for finding in found.findings if finding.level == "error"] == []
    return found


def test_tested_columns_come_first_then_input_data_then_what_stands_in_expressions(model):
    found = dmn.asked(model, "fee")
    assert [one.name for one in found] == ["speed", "amount", "kind", "due", "factor", "limit"]


def test_a_required_decision_is_not_asked_for(model):
    assert "share" not in {one.name for one in dmn.asked(model, "fee")}


def test_headings_types_and_texts_are_those_of_the_tables(model):
    found = {one.name: one for one in dmn.asked(model, "fee")}
    assert found["speed"] == dmn.Asked("speed", "速別", "string", ("fast", "slow"))
    assert found["kind"] == dmn.Asked("kind", "申請人別", "string", ("a", "b"))
    assert found["amount"] == dmn.Asked("amount", "", "number")
    assert found["due"] == dmn.Asked("due")


def test_what_is_not_there_is_not_found(model):
    with pytest.raises(RecordNotFound):
        dmn.asked(model, "nothing")
