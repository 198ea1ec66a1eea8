"""Compensation and transactions: what was completed is undone, the last first, on the data it had. BPMN 2.0 §10.6."""

from __future__ import annotations

import pytest

from tests.engine.spiff.player import Player, StraightPlayer, bpmn, flows, process, source


@pytest.fixture(params=[Player, StraightPlayer], ids=["restored", "straight"])
def play(request):
    def start(body: str, *lines: str, top: str = "", **values):
        definition = source(bpmn(process(body, *lines, top=top)))
        assert [f.code for f in Player(definition).executor.lint(definition.files) if f.level == "error"] == []
        return request.param(definition).start(log=[], **values)

    return start


def script(name: str, text: str = "", attributes: str = "") -> str:
    text = text or f'={{log: append(log, "{name}")}}'
    return f'<scriptTask id="{name}" name="{name}" {attributes}><script>{text}</script></scriptTask>'


def step(name: str, text: str = "") -> str:
    """A script with the handler `un<name>`."""
    return (
        script(name, text)
        + f'<boundaryEvent id="on_{name}" attachedToRef="{name}">'
        + f'<compensateEventDefinition id="c_{name}"/></boundaryEvent>'
        + script(f"un{name}", attributes='isForCompensation="true"')
        + f'<association id="as_{name}" associationDirection="One" sourceRef="on_{name}" targetRef="un{name}"/>'
    )


START, END = '<startEvent id="start"/>', '<endEvent id="end"/>'


def undo(name: str = "undo", attributes: str = "") -> str:
    return (
        f'<intermediateThrowEvent id="{name}" name="{name}">'
        f'<compensateEventDefinition id="d_{name}" {attributes}/></intermediateThrowEvent>'
    )


def test_the_last_is_undone_first(play):
    p = play(START + step("a") + step("b") + step("c") + undo() + script("z") + END,
             "start -> a", "a -> b", "b -> c", "c -> undo", "undo -> z", "z -> end")  # fmt: skip
    assert p.variables["log"] == ["a", "b", "c", "unc", "unb", "una", "z"]
    assert p.ended == "completed"


def test_only_the_activity_that_is_named(play):
    p = play(START + step("a") + step("b") + undo(attributes='activityRef="a"') + END,
             "start -> a", "a -> b", "b -> undo", "undo -> end")  # fmt: skip
    assert p.variables["log"] == ["a", "b", "una"]


def test_what_is_undone_is_not_undone_again(play):
    p = play(
        START + step("a") + undo() + undo("again") + END, "start -> a", "a -> undo", "undo -> again", "again -> end"
    )
    assert p.variables["log"] == ["a", "una"]


def test_what_was_not_completed_is_not_undone(play):
    p = play(
        START + '<parallelGateway id="g"/>' + step("a") + '<userTask id="u" name="u"/>' + undo() + END
        + '<boundaryEvent id="on_u" attachedToRef="u"><compensateEventDefinition id="c_u"/></boundaryEvent>'
        + script("unu", attributes='isForCompensation="true"')
        + '<association id="as_u" associationDirection="One" sourceRef="on_u" targetRef="unu"/><endEvent id="end2"/>',
        "start -> g", "g -> a", "g -> u", "a -> undo", "undo -> end", "u -> end2",
    )  # fmt: skip
    assert p.variables["log"] == ["a", "una"]
    assert p.waiting == ["u"]


def test_a_person_undoes_and_the_thrower_waits(play):
    body = (START + script("a") + undo() + script("z") + END
            + '<boundaryEvent id="on_a" attachedToRef="a"><compensateEventDefinition id="c_a"/></boundaryEvent>'
            + '<userTask id="refund" name="refund" isForCompensation="true"/>'
            + '<association id="as" sourceRef="on_a" targetRef="refund"/>')  # fmt: skip
    p = play(body, "start -> a", "a -> undo", "undo -> z", "z -> end")
    assert p.waiting == ["refund"]
    assert p.variables["log"] == ["a"]
    assert p.last.active_elements == ("undo", "refund")
    p.complete("refund")
    assert p.variables["log"] == ["a", "z"]
    assert p.ended == "completed"


def test_who_does_not_wait_goes_on_but_the_case_stays(play):
    body = (START + script("a") + undo(attributes='waitForCompletion="false"') + script("z") + END
            + '<boundaryEvent id="on_a" attachedToRef="a"><compensateEventDefinition id="c_a"/></boundaryEvent>'
            + '<userTask id="refund" name="refund" isForCompensation="true"/>'
            + '<association id="as" sourceRef="on_a" targetRef="refund"/>')  # fmt: skip
    p = play(body, "start -> a", "a -> undo", "undo -> z", "z -> end")
    assert p.variables["log"] == ["a", "z"]
    assert p.ended is None
    p.complete("refund")
    assert p.ended == "completed"


def sub(name: str, inside: str, *lines: str, kind: str = "subProcess", attributes: str = "") -> str:
    return f'<{kind} id="{name}" name="{name}" {attributes}>{inside}{flows(*lines)}</{kind}>'


INNER = ("s_start -> b", "b -> c", "c -> s_end")
S_START, S_END = '<startEvent id="s_start"/>', '<endEvent id="s_end"/>'


def test_a_completed_subprocess_is_undone_inside(play):
    p = play(START + step("a") + sub("s", S_START + step("b") + step("c") + S_END, *INNER) + undo() + END,
             "start -> a", "a -> s", "s -> undo", "undo -> end")  # fmt: skip
    assert p.variables["log"] == ["a", "b", "c", "unc", "unb", "una"]
    assert p.ended == "completed"


def test_its_own_event_subprocess_sees_the_data_it_had(play):
    handler = sub(
        "h",
        '<startEvent id="h_start"><compensateEventDefinition id="hc"/></startEvent>'
        + script("told", "={told: append(told, ours)}") + '<endEvent id="h_end"/>',
        "h_start -> told", "told -> h_end", attributes='triggeredByEvent="true"',
    )  # fmt: skip
    inside = ('<startEvent id="s_start"/><property id="ours" name="ours"/>'
              + script("b", "={ours: turn}") + '<endEvent id="s_end"/>' + handler)  # fmt: skip
    loop = (
        "<standardLoopCharacteristics loopMaximum='9'><loopCondition>=turn &lt; 3</loopCondition>"
        "</standardLoopCharacteristics>"
    )
    count = script("count", "={turn: turn + 1}")
    p = play(
        START + sub("s", loop + inside + count, "s_start -> count", "count -> b", "b -> s_end") + undo() + END,
        "start -> s", "s -> undo", "undo -> end", turn=0, told=[],
    )  # fmt: skip
    assert p.variables["told"] == [3, 2, 1]
    assert "ours" not in p.variables


TX_LINES = ("t_start -> b", "b -> g", "g -> u", "g -> x", "u -> t_end", "x -> t_cancel")


def transaction(body: str = "", handler: bool = True) -> str:
    return sub(
        "t",
        '<startEvent id="t_start"/>' + step("b") + '<parallelGateway id="g"/><userTask id="u" name="u"/>'
        '<userTask id="x" name="x"/><endEvent id="t_end"/>'
        '<endEvent id="t_cancel"><cancelEventDefinition id="tc"/></endEvent>' + body,
        *TX_LINES, kind="transaction",
    ) + '<boundaryEvent id="cancelled" attachedToRef="t"><cancelEventDefinition id="bc"/></boundaryEvent>'  # fmt: skip


def test_a_cancelled_transaction_undoes_and_leaves_by_its_cancel_event(play):
    p = play(START + transaction() + script("sorry") + script("fine") + '<endEvent id="e1"/><endEvent id="e2"/>',
             "start -> t", "t -> fine", "fine -> e1", "cancelled -> sorry", "sorry -> e2")  # fmt: skip
    assert p.waiting == ["u", "x"]
    p.complete("x")
    assert p.variables["log"] == ["b", "unb", "sorry"]
    assert "u" in p.cancelled
    assert p.ended == "completed"


def test_a_transaction_that_is_not_cancelled_goes_on(play):
    p = play(START + transaction().replace("<cancelEventDefinition id=\"tc\"/>", "")
             + script("sorry") + script("fine") + '<endEvent id="e1"/><endEvent id="e2"/>',
             "start -> t", "t -> fine", "fine -> e1", "cancelled -> sorry", "sorry -> e2")  # fmt: skip
    p.complete("x").complete("u")
    assert p.variables["log"] == ["b", "fine"]


def test_a_completed_part_of_what_still_runs_is_undone_by_a_cancel(play):
    inner = sub("s", '<startEvent id="i_start"/>' + step("c") + '<userTask id="w" name="w"/><endEvent id="i_end"/>',
                "i_start -> c", "c -> w", "w -> i_end")  # fmt: skip
    body = sub(
        "t",
        '<startEvent id="t_start"/><parallelGateway id="g"/>' + inner + '<userTask id="x" name="x"/>'
        '<endEvent id="t_end"/><endEvent id="t_cancel"><cancelEventDefinition id="tc"/></endEvent>',
        "t_start -> g", "g -> s", "g -> x", "s -> t_end", "x -> t_cancel", kind="transaction",
    ) + '<boundaryEvent id="cancelled" attachedToRef="t"><cancelEventDefinition id="bc"/></boundaryEvent>'  # fmt: skip
    p = play(START + body + '<endEvent id="e1"/><endEvent id="e2"/>', "start -> t", "t -> e1", "cancelled -> e2")
    p.complete("x")
    assert p.variables["log"] == ["c", "unc"]
    assert p.ended == "completed"
    assert "e2" in p.nodes
    assert "e1" not in p.nodes


def test_nothing_is_remembered_where_nobody_asks(play):
    p = play(START + script("a") + '<userTask id="u" name="u"/>' + END, "start -> a", "a -> u", "u -> end")
    assert b'"f"' not in p.last.state


def test_drawn_ids_only(play):
    p = play(START + step("a") + sub("s", S_START + step("b") + step("c") + S_END, *INNER) + undo() + END,
             "start -> a", "a -> s", "s -> undo", "undo -> end")  # fmt: skip
    drawn = {"start", "a", "una", "s", "s_start", "b", "unb", "c", "unc", "s_end", "undo", "end"}
    assert set(p.nodes) <= drawn
    assert {fact.element_id for fact in p.last.facts if fact.element_type != "sequenceFlow"} <= drawn
