# ruff: noqa: E501 (a piece of XML stays in one line)
"""One activity many times: multi-instance in parallel and in sequence, standard loops."""

from __future__ import annotations

import pytest

from tests.engine.spiff.player import Player, play, properties

LINE = ["s -> a", "a -> e"]
START_END = '<startEvent id="s"/><endEvent id="e"/>'

VOTES = properties(outputCollection="votes", outputElement="={member: member, vote: decision}", label="=member")


def many(extra: str = "", sequential: str = "false", outputs: str = VOTES, attributes: str = "", **values) -> Player:
    body = (
        f'{START_END}<userTask id="a" camunda:assignee="=member" {attributes}>{outputs}'
        f'<multiInstanceLoopCharacteristics isSequential="{sequential}" camunda:collection="=members" '
        f'camunda:elementVariable="member">{extra}</multiInstanceLoopCharacteristics></userTask><userTask id="b"/>'
    )
    return play(body, "s -> a", "a -> b", "b -> e", members=["x", "y", "z"], **values)


def test_one_task_for_each_member_in_parallel():
    case = many()
    assert sorted(task.assignee for task in case.open.values()) == ["x", "y", "z"]
    assert sorted(task.label for task in case.open.values()) == ["x", "y", "z"]
    case.complete("a", nth=2, decision="no").complete("a", nth=0, decision="yes")
    assert case.waiting == ["a"]
    case.complete("a", decision="yes")
    assert case.waiting == ["b"]
    assert case.variables["votes"] == [
        {"member": "x", "vote": "yes"},
        {"member": "y", "vote": "yes"},
        {"member": "z", "vote": "no"},
    ]
    assert "decision" not in case.variables
    assert "member" not in case.variables


def test_one_after_the_other():
    case = many(sequential="true")
    for member in "xyz":
        assert [task.assignee for task in case.open.values()] == [member]
        case.complete("a", decision=member)
    assert [vote["vote"] for vote in case.variables["votes"]] == ["x", "y", "z"]
    assert case.waiting == ["b"]


def test_a_completion_condition_cancels_the_rest():
    condition = "<completionCondition>=count(votes[vote = &quot;yes&quot;]) &gt;= 2 or nrOfCompletedInstances = nrOfInstances</completionCondition>"
    case = many(condition).complete("a", decision="yes")
    assert case.waiting == ["a", "a"]
    case.complete("a", decision="yes")
    assert case.waiting == ["b"]
    assert len(case.variables["votes"]) == 2
    assert [closed.reason for closed in case.last.closed].count("cancelled") == 1


def test_without_an_output_collection_the_answers_reach_the_case():
    case = many(outputs="")
    for _ in range(3):
        case.complete("a", decision="yes", note=1)
    assert case.variables["decision"] == "yes"
    assert "member" not in case.variables


def test_nobody_to_ask_means_no_task():
    gathered = properties(outputCollection="votes", outputElement="=decision")
    body = f'{START_END}<userTask id="a">{gathered}<multiInstanceLoopCharacteristics camunda:collection="=members"/></userTask>'
    case = play(body, *LINE, members=[])
    assert case.ended == "completed"
    assert case.variables["votes"] == []
    assert case.last.facts[2].detail == {"instances": 0}


@pytest.mark.parametrize(
    ("text", "kind"), [("=missing", "definition"), ("=1.5", "definition"), ("=-1", "definition"), ("=1000000", "limit")]
)
def test_a_number_of_instances_that_makes_no_sense_is_an_incident(text, kind):
    body = f'{START_END}<task id="a"><multiInstanceLoopCharacteristics><loopCardinality>{text}</loopCardinality></multiInstanceLoopCharacteristics></task>'
    assert play(body, *LINE).incident("a").kind == kind


def test_an_output_that_fails_keeps_that_answer_and_the_other_tasks():
    case = many(outputs=properties(outputCollection="votes", outputElement="={vote: decision + 1}"))
    case.complete("a", nth=1)  # null + 1
    assert case.waiting == ["a", "a"]
    assert case.incident("a").kind == "script"
    case.complete("a", decision=1).complete("a", decision=1)
    assert case.waiting == []
    case.retry("a", decision=2)
    assert case.waiting == ["b"]
    assert [vote["vote"] for vote in case.variables["votes"]] == [2, 3, 2]


def test_a_field_that_the_form_has_hidden_is_null_in_what_is_gathered():
    case = many()
    case.complete("a").complete("a").complete("a", decision="yes")
    assert [vote["vote"] for vote in case.variables["votes"]] == [None, None, "yes"]


def test_a_subprocess_for_each_member():
    sub = (
        '<subProcess id="a">'
        + properties(outputCollection="all", outputElement="=opinion")
        + '<multiInstanceLoopCharacteristics camunda:collection="=members" camunda:elementVariable="m"/>'
        '<startEvent id="s2"/><userTask id="ask" camunda:assignee="=m"/><scriptTask id="calc"><script>={opinion: m + "!" + said}</script></scriptTask>'
        '<sequenceFlow id="i1" sourceRef="s2" targetRef="ask"/><sequenceFlow id="i2" sourceRef="ask" targetRef="calc"/></subProcess>'
    )
    case = play(START_END + sub, *LINE, members=["x", "y"])
    case.complete("ask", nth=1, said="b").complete("ask", said="a")
    assert case.variables["all"] == ["x!a", "y!b"]
    assert case.ended == "completed"


def test_a_standard_loop_repeats_while_its_condition_holds():
    body = f'{START_END}<scriptTask id="a"><standardLoopCharacteristics testBefore="true"><loopCondition>=n &lt; 5</loopCondition></standardLoopCharacteristics><script>={{n: n + 1}}</script></scriptTask>'
    assert play(body, *LINE, n=0).variables["n"] == 5
    assert play(body, *LINE, n=9).variables["n"] == 9
    maximum = body.replace("<loopCondition>=n &lt; 5</loopCondition>", "").replace(
        "testBefore", 'loopMaximum="3" testBefore'
    )
    assert play(maximum, *LINE, n=0).variables["n"] == 3
