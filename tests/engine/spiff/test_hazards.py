# ruff: noqa: E501 (a piece of XML stays in one line)
"""What the pinned library does wrong, each hazard with a test named after it: none of it happens here.

- ids `Start` and `End` typed by an analyst collide with the library's own nodes
- an error in one parallel subprocess is caught by its siblings' boundary events
- an interrupting boundary event acts only after the subprocess drained
- event subprocesses ignore `isInterrupting`
- an error or timer start of an event subprocess runs in every instance
- a condition on an activity's only outgoing flow is ignored
- signals do not cross instances
- a message reaches every catcher
- N parallel gateway pairs in a row predict 2^N tasks
- `is_completed()` and the iterators stop at depth 1000
- lanes vanish when a file without a process was parsed first
- stock parsers do not read the people attributes of a task
- what a tool declares as XPath is taken for an expression language
- generated ids are shown as if they were drawn
- a date without zone means the zone of the machine
- a null because of an error counts as false
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from engine.local import LocalEngine
from engine.model import SourceFile
from engine.spiff import Executor
from tests.engine.spiff.player import START, Player, _sandbox, bpmn, flows, play, process, source

SIGNAL = '<signal id="sg" name="go"/>'
MESSAGE = '<message id="m" name="reply"/>'
ERROR = '<error id="er" errorCode="NO"/>'


def users(*names: str) -> str:
    return "".join(f'<userTask id="{name}" name="{name}"/>' for name in names)


def sub(name: str, inside: str, *lines: str, attributes: str = "") -> str:
    return f'<subProcess id="{name}" {attributes}>{inside}{flows(*lines)}</subProcess>'


def border(name: str, host: str, definition: str, attributes: str = "") -> str:
    return f'<boundaryEvent id="{name}" attachedToRef="{host}" {attributes}>{definition}</boundaryEvent>'


def deployed(*processes: str) -> LocalEngine:
    engine = LocalEngine()
    engine.deploy(*(SourceFile(f"{number}.bpmn", bpmn(each)) for number, each in enumerate(processes)))
    return engine


def test_ids_start_and_end_typed_by_an_analyst():
    body = '<startEvent id="Start"/>' + users("Root") + '<endEvent id="End"/>'
    p = play(body, "Start -> Root", "Root -> End")
    assert p.complete("Root").nodes == ["Start", "Root", "End"]


def test_an_error_in_one_parallel_subprocess_leaves_its_siblings_alone():
    def half(name: str) -> str:
        inside = f'<startEvent id="{name}s"/>{users(f"{name}u")}<endEvent id="{name}e"><errorEventDefinition errorRef="er"/></endEvent>'
        lines = (f"{name}s -> {name}u", f"{name}u -> {name}e")
        return (
            sub(name, inside, *lines)
            + border(f"on_{name}", name, '<errorEventDefinition errorRef="er"/>')
            + users(f"after_{name}")
        )

    body = '<startEvent id="s"/><parallelGateway id="g"/>' + half("a") + half("b") + '<endEvent id="e"/>'
    p = play(
        body,
        "s -> g",
        "g -> a",
        "g -> b",
        "on_a -> after_a",
        "on_b -> after_b",
        "a -> e",
        "b -> e",
        "after_a -> e",
        "after_b -> e",
        top=ERROR,
    )
    p.complete("au")
    assert p.waiting == ["after_a", "bu"]


def test_an_interrupting_boundary_event_acts_at_once():
    inside = '<startEvent id="is"/>' + users("long", "longer") + '<endEvent id="ie"/>'
    body = (
        '<startEvent id="s"/>' + sub("a", inside, "is -> long", "long -> longer", "longer -> ie")
        + border("on", "a", '<signalEventDefinition signalRef="sg"/>') + users("after") + '<endEvent id="e"/>'
    )  # fmt: skip
    p = play(body, "s -> a", "a -> e", "on -> after", "after -> e", top=SIGNAL)
    p.signal("go")
    assert p.waiting == ["after"]
    assert "long" in p.cancelled


@pytest.mark.parametrize(("interrupting", "left"), [("true", ["told"]), ("false", ["told", "u"])])
def test_event_subprocesses_heed_is_interrupting(interrupting, left):
    start = f'<startEvent id="hs" isInterrupting="{interrupting}"><signalEventDefinition signalRef="sg"/></startEvent>'
    handler = sub(
        "h",
        start + users("told") + '<endEvent id="he"/>',
        "hs -> told",
        "told -> he",
        attributes='triggeredByEvent="true"',
    )
    p = play('<startEvent id="s"/>' + users("u") + '<endEvent id="e"/>' + handler, "s -> u", "u -> e", top=SIGNAL)
    assert p.signal("go").waiting == left


def test_an_error_or_timer_start_does_not_run_where_nothing_happened():
    def handler(name: str, definition: str) -> str:
        inside = f'<startEvent id="{name}s">{definition}</startEvent>{users(name + "u")}<endEvent id="{name}e"/>'
        return sub(name, inside, f"{name}s -> {name}u", f"{name}u -> {name}e", attributes='triggeredByEvent="true"')

    body = (
        '<startEvent id="s"/>' + users("u") + '<endEvent id="e"/>'
        + handler("broken", '<errorEventDefinition errorRef="er"/>')
        + handler("late", "<timerEventDefinition><timeDuration>P3D</timeDuration></timerEventDefinition>")
    )  # fmt: skip
    p = play(body, "s -> u", "u -> e", top=ERROR)
    assert p.waiting == ["u"]
    p.complete("u")
    assert p.nodes == ["s", "u", "e"]
    assert p.ended == "completed"


def test_a_condition_on_the_only_outgoing_flow_is_heeded():
    p = play(
        '<startEvent id="s"/><task id="a"/><task id="b"/><endEvent id="e"/>', "s -> a", "a -> b: =x > 1", "b -> e", x=1
    )
    assert "b" not in p.nodes
    assert p.incident("a").kind == "condition"


def test_signals_cross_instances():
    catching = process(
        '<startEvent id="s"/><intermediateCatchEvent id="c"><signalEventDefinition signalRef="sg"/></intermediateCatchEvent><endEvent id="e"/>',
        "s -> c", "c -> e", id="waits", top=SIGNAL,
    )  # fmt: skip
    throwing = process(
        '<startEvent id="s"/><endEvent id="e"><signalEventDefinition signalRef="sg"/></endEvent>',
        "s -> e",
        id="tells",
        top=SIGNAL,
    )
    engine = deployed(catching, throwing)
    waiting = [engine.start("waits") for _ in range(3)]
    engine.start("tells")
    assert {case.state for case in waiting} == {"completed"}


def test_a_message_reaches_one_catcher():
    body = '<startEvent id="s"/><parallelGateway id="g"/><receiveTask id="a" messageRef="m"/><receiveTask id="b" messageRef="m"/><endEvent id="e"/>'
    p = play(body, "s -> g", "g -> a", "g -> b", "a -> e", "b -> e", top=MESSAGE)
    p.message("reply")
    assert [node for node in p.nodes if node in "ab"] == ["a"]
    assert p.message("reply").ended == "completed"


def test_parallel_gateway_pairs_in_a_row_cost_what_is_drawn_and_not_two_to_their_number():
    pairs = 40
    body, lines, before = '<startEvent id="s"/><endEvent id="e"/>', [], "s"
    for n in range(pairs):
        body += f'<parallelGateway id="g{n}"/><task id="a{n}"/><task id="b{n}"/><parallelGateway id="j{n}"/>'
        lines += [f"{before} -> g{n}", f"g{n} -> a{n}", f"g{n} -> b{n}", f"a{n} -> j{n}", f"b{n} -> j{n}"]
        before = f"j{n}"
    p = play(body, *lines, f"{before} -> e")
    assert p.ended == "completed"
    assert len(p.nodes) == 2 + 4 * pairs


def test_a_case_deeper_than_a_thousand_elements_is_seen_to_its_end():
    body, lines = '<startEvent id="n0"/>' + "".join(f'<task id="n{n}"/>' for n in range(1, 1_200)), []
    lines = [f"n{n} -> n{n + 1}" for n in range(1_199)]
    p = play(body + users("last") + '<endEvent id="e"/>', *lines, "n1199 -> last", "last -> e")
    assert p.waiting == ["last"]
    assert p.complete("last").ended == "completed"


def test_lanes_stay_when_a_file_without_a_process_comes_first():
    lane = '<laneSet id="ls"><lane id="l" name="承辦"><flowNodeRef>u</flowNodeRef></lane></laneSet>'
    empty = bpmn(MESSAGE)
    drawn = bpmn(process(lane + '<startEvent id="s"/>' + users("u") + '<endEvent id="e"/>', "s -> u", "u -> e"))
    assert Player(source(empty, drawn)).start().task("u").lane == "承辦"


def test_the_people_attributes_are_read():
    people = 'camunda:assignee="=&quot;amy&quot;" camunda:candidateUsers="bob" camunda:candidateGroups="clerk@x" camunda:dueDate="=date(&quot;2018-02-01&quot;)" camunda:priority="70" camunda:formKey="f"'
    task = play(f'<startEvent id="s"/><userTask id="u" {people}/><endEvent id="e"/>', "s -> u", "u -> e").task("u")
    assert (task.assignee, task.candidate_users, task.candidate_groups) == ("amy", ("bob",), ("clerk@x",))
    assert (task.priority, task.form_key) == (70, "f")
    assert task.due_at is not None


def test_xpath_declared_on_the_file_means_nothing():
    body = '<startEvent id="s"/><exclusiveGateway id="g" default="g_b"/><task id="a"/><task id="b"/><endEvent id="e"/>'
    content = bpmn(process(body, "s -> g", "g -> a: =x > 1", "g -> b", "a -> e", "b -> e")).replace(
        b'id="d" ',
        b'id="d" expressionLanguage="http://www.w3.org/1999/XPath" typeLanguage="http://www.w3.org/2001/XMLSchema" ',
    )
    assert [f.code for f in Executor(_sandbox).lint([SourceFile("p.bpmn", content)]) if f.blocks] == []
    assert "a" in Player(source(content)).start(x=2).nodes


def test_no_generated_id_is_shown():
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    body = (
        '<startEvent id="s"/><userTask id="u" name="u">' + loop + "</userTask>"
        '<intermediateThrowEvent id="t"><linkEventDefinition name="l"/></intermediateThrowEvent>'
        '<intermediateCatchEvent id="c"><linkEventDefinition name="l"/></intermediateCatchEvent><endEvent id="e"/>'
    )
    p = play(body, "s -> u", "u -> t", "c -> e")
    shown = {*p.last.active_elements, *(task.element_id for task in p.open.values())}
    p.complete("u").complete("u")
    assert shown == {"u"}
    assert p.passed == ["s", "~s_u", "u", "u", "~u_t", "t", "c", "~c_e", "e"]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_a_date_without_zone_is_taipeis_wherever_the_machine_is(zone, monkeypatch):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        timer = "<timerEventDefinition><timeDate>2018-02-01T09:00:00</timeDate></timerEventDefinition>"
        body = f'<startEvent id="s"/><intermediateCatchEvent id="t">{timer}</intermediateCatchEvent><endEvent id="e"/>'
        p = play(body, "s -> t", "t -> e")
        assert p.last.timers[0].due_at == datetime(2018, 2, 1, 1, tzinfo=UTC)
        assert p.at(START + timedelta(days=30)).ended == "completed"
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(("value", "incident"), [("nothing > 1", True), ("empty = 1", False)])
def test_a_null_because_of_an_error_is_an_incident_and_a_plain_one_is_false(value, incident):
    body = '<startEvent id="s"/><exclusiveGateway id="g" default="g_b"/><task id="a"/><task id="b"/><endEvent id="e"/>'
    p = play(body, "s -> g", f"g -> a: ={value}", "g -> b", "a -> e", "b -> e", empty=None)
    assert bool(p.incidents) is incident
    assert ("b" in p.nodes) is not incident
