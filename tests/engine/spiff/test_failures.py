# ruff: noqa: E501 (a piece of XML stays in one line)
"""What fails, runs over its limit or can never end: the person's answer stays, the rest is an incident."""

from __future__ import annotations

import time

import pytest

from engine import feel
from engine.errors import IntegrityError, StepFailed, TaskNotOpen
from engine.model import CompleteTask, Execution, RetryIncident, StepContext
from engine.spiff import serializer
from engine.spiff.case import MAX_NESTING
from engine.spiff.specs.activities import ScriptTask
from engine.spiff.specs.gateways import ExclusiveGateway
from tests.engine.spiff.player import Player, bpmn, flows, play, process, source

START_END = '<startEvent id="s"/><endEvent id="e"/>'


def script(id: str, text: str) -> str:
    return f'<scriptTask id="{id}"><script>{text}</script></scriptTask>'


BRANCHES = (
    START_END
    + '<parallelGateway id="f"/><parallelGateway id="j"/><userTask id="a"/><userTask id="b"/><userTask id="after"/>'
    + script("count", "={n: n + 1}")
    + script("calc", "={share: total / parts}")
)
LINES = ["s -> f", "f -> a", "f -> b", "a -> count", "count -> calc", "calc -> j", "b -> j", "j -> after", "after -> e"]


def test_a_failing_script_keeps_the_answer_and_the_other_branch():
    case = play(BRANCHES, *LINES, n=0, total=10).complete("a", note="done", parts=0)
    assert case.variables["note"] == "done"
    assert case.variables["n"] == 1
    assert case.incident("calc").kind == "script"
    assert case.incident("calc").element_id == "calc"
    assert case.waiting == ["b"]
    with pytest.raises(TaskNotOpen):
        case.step(CompleteTask(case.last.closed[0].id, {}))
    case.complete("b")
    assert case.last.incidents == ()  # the failed step did not run again
    assert case.waiting == []
    case.retry("calc", parts=4)
    assert case.variables["n"] == 1  # nor did the step before it
    assert case.variables["share"] * 4 == 10
    assert case.waiting == ["after"]


def test_a_retry_that_fails_again_stays_one_incident():
    case = play(BRANCHES, *LINES, n=0, total=10).complete("a", parts=0)
    first = case.incident("calc").task_id
    case.retry("calc", total=None, parts=1)
    assert case.last.resolved_incidents == ()
    assert case.incident("calc").task_id == first
    assert list(case.incidents) == [first]
    assert case.retry("calc", total=1).incidents == {}


def test_only_an_incident_can_be_retried():
    case = play(BRANCHES, *LINES, n=0, total=10)
    with pytest.raises(TaskNotOpen):
        case.step(RetryIncident(case.task("a").id))


def test_an_incident_that_is_interrupted_is_over():
    body = START_END + '<userTask id="late"/>' + '<subProcess id="a"><startEvent id="is"/>' + script("x", "={y: 1 + z}")
    body += flows("is -> x") + "</subProcess>"
    body += '<boundaryEvent id="t" attachedToRef="a"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent>'
    case = play(body, "s -> a", "a -> e", "t -> late", "late -> e")
    assert case.incident("x")
    case.after(days=1)
    assert not case.incidents
    assert case.waiting == ["late"]


def test_cancel_ends_everything():
    case = play(BRANCHES, *LINES, n=0, total=10).complete("a", parts=0).cancel()
    assert case.ended == "cancelled"
    assert [c.reason for c in case.last.closed] == ["cancelled"]
    assert not case.incidents
    assert case.last.active_elements == ()


# -- limits -------------------------------------------------------------------------------------------

LOOP = START_END + '<userTask id="a"/><exclusiveGateway id="g" default="g_e"/>' + script("turn", "={n: n + 1}")
ROUND = ["s -> a", "a -> turn", "turn -> g", "g -> turn: =n < limit", "g -> e"]


def test_an_endless_loop_is_rolled_back_to_the_answer():
    case = Player(source(bpmn(process(LOOP, *ROUND))), max_tasks=500).start(n=0)
    case.complete("a", limit=10**9)
    assert case.variables == {"n": 0, "limit": 10**9}
    assert case.incident("a").kind == "limit"
    assert [c.reason for c in case.last.closed] == ["completed"]
    assert [fact.element_id for fact in case.last.facts] == []
    case.retry("a", limit=3)
    assert case.ended == "completed"
    assert case.variables["n"] == 3
    assert case.nodes.count("a") == 1


def test_a_step_that_takes_too_long_is_stopped():
    feel.parse("true")  # the grammar is read once a process
    case = Player(source(bpmn(process(LOOP, *ROUND))), max_tasks=10**9, max_seconds=0.2).start(n=0)
    began = time.monotonic()
    case.complete("a", limit=10**9)
    assert time.monotonic() - began < 5
    assert [fact.kind for fact in case.incidents.values()] == ["limit"]  # between two elements or inside one


@pytest.mark.parametrize("condition", ["=sum(for i in 1..20000 return i) = 0", "sum(range(200000)) == 0"])
def test_an_element_of_many_texts_is_stopped_between_them(condition):
    ways = [f"w{n}: g -> e: {condition}" for n in range(40)]
    body = START_END + '<exclusiveGateway id="g" default="g_e"/>'
    case = Player(source(bpmn(process(body, "s -> g", *ways, "g -> e"))), max_seconds=0.1).start()
    assert case.incident("g").kind == "limit"
    assert "took too long" in case.incident("g").message or "takes too long" in case.incident("g").message


def test_a_step_that_may_not_go_on_keeps_what_it_was_told_and_says_why():
    case = play(START_END + '<userTask id="a"/><task id="b"/>', "s -> a", "a -> b", "b -> e")
    case.extra["held"] = "enough"
    case.complete("a", n=1)
    assert (case.variables, case.ended, case.incident("a").message) == ({"n": 1}, None, "enough")
    del case.extra["held"]
    assert case.retry("a").ended == "completed"


def test_a_process_that_calls_itself_stops_at_the_limit_of_nesting():
    body = START_END + '<callActivity id="a" calledElement="p"/>'
    case = Player(source(bpmn(process(body, "s -> a", "a -> e")))).start()
    assert case.incident("a").kind == "limit"
    assert str(MAX_NESTING) in case.incident("a").message
    assert case.cancel().ended == "cancelled"


def test_a_thousand_rounds_and_more_are_all_seen():
    """The library's iterators stop at depth 1,000 and lose the token without an error."""
    body = START_END + '<userTask id="a"/><exclusiveGateway id="g" default="g_e"/>'
    case = play(body, "s -> a", "a -> g", "g -> a: =again", "g -> e")
    size = len(case.last.state)
    for _ in range(1_200):
        case.complete("a", again=True)
        assert case.waiting == ["a"]
    assert len(case.last.state) < size + 100  # finished work is not kept
    assert case.complete("a", again=False).ended == "completed"


def test_a_chain_of_three_thousand_elements_runs():
    """The library's parser recurses along the flows."""
    count = 3_000
    body = START_END + "".join(f'<task id="t{n}"/>' for n in range(count))
    lines = ["s -> t0", *(f"t{n} -> t{n + 1}" for n in range(count - 1)), f"t{count - 1} -> e"]
    case = play(body, *lines)
    assert case.ended == "completed"
    assert len(case.nodes) == count + 2


def test_a_sandboxed_script_that_does_not_end_is_an_incident():
    began = time.monotonic()
    case = play(START_END + script("x", "while True:\n    pass"), "s -> x", "x -> e")
    assert case.incident("x").kind == "limit"
    assert time.monotonic() - began < 10


def test_a_feel_expression_that_does_not_end_is_an_incident():
    text = "={x: for i in 1..100000, j in 1..100000 return i}"
    case = play(START_END + script("x", text), "s -> x", "x -> e")
    assert case.incident("x").kind == "limit"


# -- faults of our own --------------------------------------------------------------------------------


def test_a_fault_of_the_engine_keeps_the_answer(monkeypatch):
    case = play(BRANCHES, *LINES, n=0, total=10)

    def broken(self, token):
        raise RuntimeError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr(ScriptTask, "act", broken)
        case.complete("a", parts=2)
    assert case.variables["parts"] == 2
    assert case.incident("a").kind == "error"
    assert "a bug" in case.incident("a").message
    assert case.waiting == ["b"]
    case.retry("a")
    assert case.variables["share"] == 5
    assert case.complete("b").waiting == ["after"]


def test_a_fault_before_anything_is_done_stores_nothing(monkeypatch):
    case = play(BRANCHES, *LINES, n=0, total=10)
    monkeypatch.setattr(serializer, "save", lambda case: 1 / 0)
    with pytest.raises(StepFailed):
        case.complete("a", parts=2)


def test_a_library_error_does_not_leave_the_folder(monkeypatch):
    from SpiffWorkflow.exceptions import WorkflowException

    def broken(self, token):
        raise WorkflowException("inside")

    body = START_END + '<exclusiveGateway id="g"/><userTask id="a"/>'
    monkeypatch.setattr(ExclusiveGateway, "choose", broken)
    case = play(body, "s -> a", "a -> g", "g -> e").complete("a", x=1)
    assert case.incident("a").kind == "error"
    assert case.variables["x"] == 1


# -- saved state ---------------------------------------------------------------------------------------


def test_a_state_of_another_version_or_definition_is_refused():
    case = play(BRANCHES, *LINES, n=0, total=10)
    command = CompleteTask(case.task("a").id, {})

    def step(state: bytes, definition=case.source):
        return case.executor.step(Execution(definition, state), command, case.context)

    for state in (
        case.last.state.replace(b'"v":1', b'"v":2'),
        case.last.state.replace(b'"v":1', b'"v":null'),
        case.last.state[:-20],
        b"[]",
        b"not json",
        case.last.state.replace(b'"after"', b'"x"').replace(b'"a"', b'"gone"'),
        case.last.state.replace(b'"t":[[', b'"t":[[1,['),
    ):
        with pytest.raises(IntegrityError):
            step(state)
    other = source(bpmn(process(BRANCHES, *LINES), "<!-- another -->"))
    with pytest.raises(IntegrityError):
        step(case.last.state, other)


def test_any_data_comes_back_as_it_was():
    """The library cannot load an instance whose data has a key `typename`, and turns sets and int keys around."""
    from datetime import UTC, date, datetime, timedelta
    from decimal import Decimal

    values = {
        "typename": "datetime",
        "nested": {"typename": "x", "$": "decimal", "v": "1", "list": [{"typename": None}]},
        "money": Decimal("12.50"),
        "day": date(2018, 5, 29),
        "moment": datetime(2018, 5, 29, 12, 30, 0, 123456, tzinfo=UTC),
        "span": timedelta(days=1, microseconds=5),
        "名字": "王小明",
        "none": None,
    }
    case = play(START_END + '<userTask id="a"/>', "s -> a", "a -> e", **values)
    assert case.executor.variables(Execution(case.source, case.last.state)) == values
    assert case.complete("a").variables == values


def test_the_specification_is_not_in_the_state():
    case = play(BRANCHES, *LINES, n=0, total=10)
    assert b"sequenceFlow" not in case.last.state
    assert len(case.last.state) < 600


def test_time_comes_from_the_context_alone(monkeypatch):
    import SpiffWorkflow.bpmn.specs.event_definitions.timer as library

    class Forbidden:
        def __getattr__(self, name):
            raise AssertionError("the machine's clock was read")

    monkeypatch.setattr(library, "datetime", Forbidden())
    body = (
        START_END
        + '<intermediateCatchEvent id="a"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></intermediateCatchEvent>'
    )
    assert play(body, "s -> a", "a -> e").after(days=1).ended == "completed"


def test_variables_of_a_task_that_is_gone():
    case = play(BRANCHES, *LINES, n=0, total=10)
    with pytest.raises(TaskNotOpen):
        case.executor.variables(Execution(case.source, case.last.state), "00000000-0000-0000-0000-000000000000")


def test_a_deadlock_is_an_incident_and_not_silence():
    body = START_END + '<exclusiveGateway id="x" default="x_b"/><task id="a"/><task id="b"/><parallelGateway id="j"/>'
    case = play(body, "s -> x", "x -> a: =left", "x -> b", "a -> j", "b -> j", "j -> e", left=True)
    assert case.incident("j").kind == "definition"


def test_the_context_is_not_kept_from_step_to_step():
    case = play(BRANCHES, *LINES, n=0, total=10)
    late = StepContext(now=case.now, calendar=None, max_tasks=1)
    advance = case.executor.step(
        Execution(case.source, case.last.state), CompleteTask(case.task("a").id, {"parts": 1}), late
    )
    assert advance.incidents[0].kind == "limit"
    assert case.complete("a", parts=1).incidents == {}


def test_a_script_that_makes_the_case_too_large_does_not_cost_the_answer():
    body = START_END + '<userTask id="a"/>' + script("x", "text = 'x' * 600000") + script("y", "more = text")
    case = play(body, "s -> a", "a -> x", "x -> y", "y -> e").complete("a", note="done")
    assert case.variables == {"note": "done"}
    assert case.incident("a").kind == "limit"
