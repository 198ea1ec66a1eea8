# ruff: noqa: E501 (a piece of XML stays in one line)
"""Corners where several rules meet: compensation of called processes, handlers that fail, transactions many times over."""

from __future__ import annotations

import pytest

from tests.engine.spiff.player import Player, StraightPlayer, bpmn, flows, process, source

START, END = '<startEvent id="start"/>', '<endEvent id="end"/>'
ERROR = '<error id="er" errorCode="NO"/>'


@pytest.fixture(params=[Player, StraightPlayer], ids=["restored", "straight"])
def play(request):
    def start(body: str, *lines: str, top: str = ERROR, more: str = "", **values):
        definition = source(bpmn(process(body, *lines, top=top), more))
        assert [f.code for f in Player(definition).executor.lint(definition.files) if f.level == "error"] == []
        return request.param(definition).start(log=[], **values)

    return start


def script(name: str, attributes: str = "", text: str = "") -> str:
    text = text or f'={{log: append(log, "{name}")}}'
    return f'<scriptTask id="{name}" name="{name}" {attributes}><script>{text}</script></scriptTask>'


def undone_by(host: str, handler: str) -> str:
    """A compensation event on `host` that leads to `handler`."""
    return (
        f'<boundaryEvent id="on_{host}" attachedToRef="{host}"><compensateEventDefinition id="c_{host}"/></boundaryEvent>'
        f'<association id="as_{host}" associationDirection="One" sourceRef="on_{host}" targetRef="{handler}"/>'
    )


def step(name: str) -> str:
    """A script with the handler `un<name>`."""
    return script(name) + script(f"un{name}", 'isForCompensation="true"') + undone_by(name, f"un{name}")


UNDO = '<intermediateThrowEvent id="undo"><compensateEventDefinition id="d_undo"/></intermediateThrowEvent>'
CALL = '<callActivity id="call" calledElement="q"/>'


def called(body: str, *lines: str) -> str:
    return process('<startEvent id="qs"/><endEvent id="qe"/>' + body, *lines, id="q")


def test_a_called_process_is_undone_inside_on_the_variables_it_had(play):
    more = called(
        step("a") + script("inner", text="={log: append(log, secret), secret: 9}"),
        "qs -> inner",
        "inner -> a",
        "a -> qe",
    )
    p = play(START + CALL + UNDO + END, "start -> call", "call -> undo", "undo -> end", more=more, secret="s")
    assert p.nodes == ["start", "qs", "inner", "a", "qe", "call", "una", "undo", "end"]
    assert p.variables["log"] == [
        "s",
        "a",
    ]  # what the handler writes goes to the called process's own variables, which are gone


def test_a_handler_of_a_call_activity_undoes_it_as_a_whole(play):
    more = called(step("a"), "qs -> a", "a -> qe")
    body = START + CALL + undone_by("call", "uncall") + script("uncall", 'isForCompensation="true"') + UNDO + END
    p = play(body, "start -> call", "call -> undo", "undo -> end", more=more)
    assert p.variables["log"] == ["a", "uncall"]


def test_an_error_out_of_a_handler_is_caught_around_it_and_what_waited_is_over(play):
    handler = (
        '<subProcess id="fails" isForCompensation="true"><startEvent id="fs"/>'
        '<endEvent id="fe"><errorEventDefinition id="ed" errorRef="er"/></endEvent>'
        + flows("fs -> fe")
        + "</subProcess>"
    )
    inside = '<startEvent id="is"/>' + script("a") + undone_by("a", "fails") + handler + UNDO + '<endEvent id="ie"/>'
    body = (
        START + f'<subProcess id="s">{inside}{flows("is -> a", "a -> undo", "undo -> ie")}</subProcess>'
        '<boundaryEvent id="caught" attachedToRef="s"><errorEventDefinition id="ed2" errorRef="er"/></boundaryEvent>'
        + script("sorry") + END + '<endEvent id="end2"/>'
    )  # fmt: skip
    p = play(body, "start -> s", "s -> end", "caught -> sorry", "sorry -> end2")
    assert p.variables["log"] == ["a", "sorry"]
    assert p.ended == "completed"
    assert "end" not in p.nodes


def test_a_handler_that_fails_is_an_incident_and_goes_on_when_mended(play):
    body = START + step("a") + script("b") + script("unb", 'isForCompensation="true"', "=answer")
    p = play(body + undone_by("b", "unb") + UNDO + END, "start -> a", "a -> b", "b -> undo", "undo -> end", answer=None)
    assert p.incident("unb").kind == "script"
    assert p.ended is None
    p.retry("unb", answer={"log": ["told"]})
    assert p.variables["log"] == ["told", "una"]
    assert p.ended == "completed"


def transaction(loop: str) -> str:
    inside = (
        loop
        + '<startEvent id="ts"/>'
        + step("a")
        + '<userTask id="u" name="u"/><exclusiveGateway id="g" default="g_te"/>'
        '<endEvent id="te"/><endEvent id="tc"><cancelEventDefinition id="tcd"/></endEvent>'
    )
    lines = flows("ts -> a", "a -> u", "u -> g", "g -> te", "g -> tc: =cancel")
    cancelled = '<boundaryEvent id="cancelled" attachedToRef="t"><cancelEventDefinition id="bcd"/></boundaryEvent>'
    return (
        START
        + f'<transaction id="t">{inside}{lines}</transaction>'
        + cancelled
        + script("sorry")
        + END
        + '<endEvent id="end2"/>'
    )


MANY = '<multiInstanceLoopCharacteristics isSequential="{0}"><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>'
LINES = ("start -> t", "t -> end", "cancelled -> sorry", "sorry -> end2")


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_a_transaction_many_times_is_over_when_each_is(play, sequential):
    p = play(transaction(MANY.format(sequential)), *LINES)
    for _ in range(3):
        p.complete("u", cancel=False)
    assert p.ended == "completed"
    assert p.nodes.count("t") == 3
    assert "sorry" not in p.nodes


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_a_cancelled_turn_of_a_transaction_is_undone_and_leaves_by_the_cancel_event(play, sequential):
    p = play(transaction(MANY.format(sequential)), *LINES)
    p.complete("u", cancel=True)
    assert p.waiting == []
    assert p.nodes.count("una") == 1
    assert p.nodes[-3:] == ["cancelled", "sorry", "end2"]
    assert p.ended == "completed"


def test_an_end_event_undoes_what_was_completed_then_ends_its_path(play):
    end = '<endEvent id="end"><compensateEventDefinition id="ed"/></endEvent>'
    p = play(START + step("a") + step("b") + end, "start -> a", "a -> b", "b -> end")
    assert p.variables["log"] == ["a", "b", "unb", "una"]
    assert p.nodes[-1] == "end"
    assert p.ended == "completed"


REPEATED = {
    "parallel": "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>",
    "sequential": '<multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>',
    "loop": '<standardLoopCharacteristics loopMaximum="3"/>',
}


@pytest.mark.parametrize("kind", REPEATED)
def test_each_of_many_is_undone_by_itself_and_the_handler_knows_which(play, kind):
    task = script("a", text="={log: append(log, loopCounter)}").replace("</script>", f"</script>{REPEATED[kind]}")
    handler = script("una", 'isForCompensation="true"', "={undone: append(undone, loopCounter)}")
    body = START + task + undone_by("a", "una") + handler + UNDO + END
    p = play(body, "start -> a", "a -> undo", "undo -> end", undone=[])
    assert p.nodes == ["start", "a", "a", "a", "una", "una", "una", "undo", "end"]
    assert p.variables["undone"] == [2, 1, 0]
    assert "loopCounter" not in p.variables


@pytest.mark.parametrize(("before", "turns"), [("true", 2), ("false", 2)])
def test_the_condition_of_a_loop_sees_how_many_turns_are_over(play, before, turns):
    loop = f'<standardLoopCharacteristics testBefore="{before}"><loopCondition>=loopCounter &lt; 2</loopCondition></standardLoopCharacteristics>'
    body = START + script("a").replace("</script>", f"</script>{loop}") + END
    p = play(body, "start -> a", "a -> end")
    assert p.variables["log"] == ["a"] * turns


def test_words_of_activiti_and_flowable_are_read_as_camundas():
    words = 'xmlns:f="http://flowable.org/bpmn" f:candidateGroups="clerks" f:formKey="intake"'
    body = START + f'<userTask id="a" {words}/>' + END
    p = Player(source(bpmn(process(body, "start -> a", "a -> end")))).start()
    assert (p.task("a").candidate_groups, p.task("a").form_key) == (("clerks",), "intake")
    ignored = (
        '<extensionElements><f:taskListener xmlns:f="http://activiti.org/bpmn" event="create"/></extensionElements>'
    )
    file = bpmn(process(START + f'<userTask id="a">{ignored}</userTask>' + END, "start -> a", "a -> end"))
    found = p.executor.lint(source(file).files)
    assert [(f.code, f.element_id) for f in found if f.blocks] == [("ignored-extension", "a")]
