# ruff: noqa: E501 (a piece of XML stays in one line)
"""Gateways: who passes, who waits, what an undecidable choice leaves."""

from __future__ import annotations

from tests.engine.spiff.player import play

TWO = '<startEvent id="s"/><userTask id="a"/><userTask id="b"/><userTask id="c"/><endEvent id="e"/>'


def test_an_exclusive_gateway_takes_the_first_flow_that_holds():
    body = TWO + '<exclusiveGateway id="g" default="g_c"/>'
    lines = ["s -> g", "g -> a: =x > 10", "g -> b: =x > 5", "g -> c", "a -> e", "b -> e", "c -> e"]
    assert play(body, *lines, x=11).waiting == ["a"]
    assert play(body, *lines, x=7).waiting == ["b"]
    assert play(body, *lines, x=1).waiting == ["c"]


def test_a_gateway_that_cannot_decide_leaves_an_incident_that_can_be_mended():
    body = TWO + '<exclusiveGateway id="g"/>'
    lines = ["s -> a", "a -> g", "g -> b: =x > 5", "g -> c: =x <= 5", "b -> e", "c -> e"]
    case = play(body, *lines).complete("a", y=1)
    assert case.waiting == []
    assert case.incident("g").kind == "condition"
    assert case.variables["y"] == 1
    assert "a" in case.passed
    case.retry("g", x=9)
    assert case.waiting == ["b"]
    assert not case.incidents


def test_a_plain_null_condition_is_false():
    body = TWO + '<exclusiveGateway id="g" default="g_b"/>'
    assert play(
        body, "s -> g", "g -> a: =flag", "g -> b", "a -> e", "b -> e", "s -> c", "c -> e", flag=None
    ).waiting == ["b", "c"]


def test_a_parallel_gateway_waits_for_each_flow():
    body = TWO + '<parallelGateway id="f"/><parallelGateway id="j"/>'
    case = play(body, "s -> f", "f -> a", "f -> b", "a -> j", "b -> j", "j -> c", "c -> e")
    assert case.waiting == ["a", "b"]
    assert case.complete("b").waiting == ["a"]
    assert case.complete("a").waiting == ["c"]
    assert case.complete("c").ended == "completed"
    assert case.nodes.count("j") == 1


def test_a_parallel_join_does_not_take_two_tokens_of_one_flow():
    body = (
        '<startEvent id="s"/><parallelGateway id="f"/><exclusiveGateway id="m"/><parallelGateway id="j"/>'
        '<userTask id="a"/><userTask id="b"/><userTask id="c"/><endEvent id="e"/>'
    )
    case = play(body, "s -> f", "f -> a", "f -> b", "a -> m", "b -> m", "m -> j", "f -> c", "c -> j", "j -> e")
    case.complete("a").complete("b")
    assert case.ended is None
    assert "e" not in case.passed
    assert case.complete("c").ended is None  # one token is left at the join: an incident, not a silent end
    assert case.incident("j").kind == "definition"


def test_an_inclusive_gateway_takes_all_that_hold_and_joins_them():
    body = TWO + '<inclusiveGateway id="f" default="f_c"/><inclusiveGateway id="j"/>'
    lines = ["s -> f", "f -> a: =x > 1", "f -> b: =x > 2", "f -> c", "a -> j", "b -> j", "c -> j", "j -> e"]
    case = play(body, *lines, x=3)
    assert case.waiting == ["a", "b"]
    case.complete("a")
    assert case.ended is None
    case.complete("b")
    assert case.ended == "completed"
    assert case.nodes.count("j") == 1
    assert play(body, *lines, x=0).complete("c").ended == "completed"
    assert play(body, *lines, x=2).complete("a").ended == "completed"


def test_conditions_on_the_flows_of_a_task_are_honoured():
    """The library ignores a condition on an activity's only outgoing flow."""
    case = play(TWO, "s -> a", "a -> b: =ok", "b -> e").complete("a", ok=False)
    assert case.waiting == []
    assert case.incident("a").kind == "condition"
    assert case.retry("a", ok=True).waiting == ["b"]
    assert case.nodes.count("a") == 1


def test_a_task_with_conditional_and_default_flows():
    body = '<startEvent id="s"/><task id="t" default="t_c"/><userTask id="a"/><userTask id="b"/><userTask id="c"/>'
    lines = ["s -> t", "t -> a: =x > 1", "t -> b: =x > 2", "t -> c"]
    assert play(body, *lines, x=3).waiting == ["a", "b"]
    assert play(body, *lines, x=0).waiting == ["c"]


def test_parallel_pairs_in_a_row_cost_what_they_pass():
    """The library predicts 2^N tasks for N pairs."""
    pairs = 40
    body = '<startEvent id="s"/><endEvent id="e"/>'
    lines = []
    for n in range(pairs):
        body += f'<parallelGateway id="f{n}"/><task id="a{n}"/><task id="b{n}"/><parallelGateway id="j{n}"/>'
        lines += [f"f{n} -> a{n}", f"f{n} -> b{n}", f"a{n} -> j{n}", f"b{n} -> j{n}"]
        lines += [f"j{n} -> f{n + 1}"] if n < pairs - 1 else [f"j{n} -> e"]
    case = play(body, "s -> f0", *lines)
    assert case.ended == "completed"
    assert len(case.nodes) == 4 * pairs + 2


def test_the_first_event_behind_an_event_based_gateway_wins():
    top = '<message id="m" name="reply"/>'
    body = (
        '<startEvent id="s"/><eventBasedGateway id="g"/><endEvent id="e"/><userTask id="a"/><userTask id="b"/>'
        '<intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>P3D</timeDuration>'
        '</timerEventDefinition></intermediateCatchEvent><intermediateCatchEvent id="reply"><messageEventDefinition messageRef="m"/>'
        "</intermediateCatchEvent>"
    )
    lines = ["s -> g", "g -> wait", "g -> reply", "wait -> a", "reply -> b", "a -> e", "b -> e"]
    case = play(body, *lines, top=top).message("reply", answer="yes")
    assert case.waiting == ["b"]
    assert case.variables["answer"] == "yes"
    assert not case.last.timers
    assert case.nodes == ["s", "g", "reply"]
    other = play(body, *lines, top=top).after(days=3)
    assert other.waiting == ["a"]
    assert not other.last.subscriptions


def link(kind: str, node: str, definition: str, name: str, target: str = "") -> str:
    inside = f"<target>{target}</target>" if target else ""
    return f'<{kind} id="{node}"><linkEventDefinition id="{definition}" name="{name}">{inside}</linkEventDefinition></{kind}>'


def test_an_inclusive_join_waits_for_what_comes_over_a_link():
    body = (
        '<startEvent id="start"/><parallelGateway id="g"/><userTask id="a" name="a"/><userTask id="b" name="b"/>'
        + link("intermediateThrowEvent", "jump", "out", "over")
        + link("intermediateCatchEvent", "land", "in", "over")
        + '<inclusiveGateway id="j"/><endEvent id="end"/>'
    )
    p = play(body, "start -> g", "g -> a", "g -> b", "a -> j", "b -> jump", "land -> j", "j -> end")
    assert p.complete("a").ended is None
    assert p.complete("b").ended == "completed"
    assert p.nodes.count("j") == 1


def test_a_link_leads_where_its_target_says_whatever_the_names():
    body = (
        '<startEvent id="start"/>'
        + link("intermediateThrowEvent", "jump", "out", "away", "in2")
        + link("intermediateCatchEvent", "land1", "in1", "away")
        + link("intermediateCatchEvent", "land2", "in2", "here")
        + '<endEvent id="end1"/><endEvent id="end2"/>'
    )
    p = play(body, "start -> jump", "land1 -> end1", "land2 -> end2")
    assert p.nodes == ["start", "jump", "land2", "end2"]
