"""Start events that wait for several timers, conditions, or several things at once: one case, on any machine."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import escape

import pytest

from engine import SYSTEM, NoJobs, ProcessEngine, SetClock
from engine.cases.values import InstanceQuery
from engine.errors import MessageNotCorrelated, StepFailed
from tests.engine.conftest import HISTORY_KEY, MORNING
from tests.engine.services.diagrams import APPROVAL, process

MESSAGES = '<bpmn:message id="m1" name="{0}_letter"/><bpmn:message id="m2" name="{0}_opinion"/>'
DAY = timedelta(days=1)


def timer(text: str) -> str:
    cycle = f'<bpmn:timeCycle xsi:type="bpmn:tFormalExpression">{text}</bpmn:timeCycle>'
    return f"<bpmn:timerEventDefinition>{cycle}</bpmn:timerEventDefinition>"


def condition(text: str) -> str:
    return (
        '<bpmn:conditionalEventDefinition><bpmn:condition xsi:type="bpmn:tFormalExpression">'
        f"{escape(text)}</bpmn:condition></bpmn:conditionalEventDefinition>"
    )


def message(ref: str) -> str:
    return f'<bpmn:messageEventDefinition messageRef="{ref}"/>'


def begun_by(key: str, *definitions: str, attributes: str = "", task: str = "look", properties: str = "") -> str:
    """A process whose one start event waits for these, before a task."""
    return process(
        key,
        f'<bpmn:startEvent id="begin" name="開始" {attributes}>{"".join(definitions)}</bpmn:startEvent>'
        f'<bpmn:userTask id="{task}" name="看" camunda:candidateGroups="labor_handler@"/><bpmn:endEvent id="end"/>'
        f'<bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="{task}"/>'
        f'<bpmn:sequenceFlow id="f2" sourceRef="{task}" targetRef="end"/>',
        extra=MESSAGES.format(key),
        properties=properties,
    )


def cases(engine, key):
    return engine.runtime.find(InstanceQuery(process_key=key), SYSTEM).rows


@pytest.fixture
def look(engine):
    """One round of a worker; the processes of the cases that began."""

    def go():
        begun = [engine.machine.look_at(key) for key in engine.machine.watched_conditions()]
        return [case.process_key for case in begun if case is not None]

    return go


# -- several timers ----------------------------------------------------------------------------------


def test_each_timer_of_a_start_event_is_armed_and_fires_by_itself(engine, deploy, queue, clock):
    definition = deploy(begun_by("by_two_timers", timer("R2/P1D"), timer("R/P3D")))
    assert sorted(job.args["due_at"] for job in queue.take()) == [(MORNING + days * DAY).isoformat() for days in (1, 3)]
    for days, begun in ((1, 1), (2, 2), (3, 3), (6, 4)):
        clock.set(MORNING + days * DAY)
        (due,) = [start for start in engine.machine.due_starts() if start[0] == definition.id]
        assert engine.machine.start_by_timer(*due).process_key == "by_two_timers"
        assert engine.machine.start_by_timer(*due) is None, "a firing is taken once"
        assert len(cases(engine, "by_two_timers")) == begun
    due = {start.text: start.due_at for start in engine.repository.awaited_starts(definition.id)}
    assert due == {"R2/P1D": None, "R/P3D": MORNING + 9 * DAY}


# -- conditions --------------------------------------------------------------------------------------


def test_a_condition_starts_one_case_each_time_it_becomes_true(engine, deploy, look, people):
    definition = deploy(begun_by("by_condition", condition('=open_cases("approval") >= 1')))
    deploy(APPROVAL)
    assert look() == []
    for begun in (1, 2):
        case = engine.runtime.start("approval", actor=people["kuo"], variables={"headcount": 1})
        assert look() == ["by_condition"]
        assert look() == [], "it stays true"
        engine.runtime.cancel(case.id, reason="撤案", actor=people["kuo"])
        assert look() == []
        assert len(cases(engine, "by_condition")) == begun
    (start,) = engine.repository.awaited_starts(definition.id)
    assert (start.kind, start.holds, start.problem) == ("conditional", False, None)
    (entry, *_) = engine.history.timeline(cases(engine, "by_condition")[0].id, SYSTEM)
    assert (entry.verb, entry.params["condition"]) == ("case.started", "begin")


def test_what_was_found_last_outlives_the_process_and_a_new_version(engine, deploy, look, store, executor, clock):
    text = condition('=today() >= date("2018-06-01")')
    deploy(begun_by("by_day", text))
    assert look() == []
    clock.advance(3 * DAY)
    assert look() == ["by_day"]
    restarted = ProcessEngine(store, executor, history_key=HISTORY_KEY, clock=SetClock(clock.now()), queue=NoJobs())
    assert [restarted.machine.look_at(key) for key in restarted.machine.watched_conditions()].count(None) >= 1
    deploy(begun_by("by_day", text, task="review"))
    assert look() == [], "a new version alone starts no case"
    assert len(cases(engine, "by_day")) == 1


def test_several_machines_that_look_at_once_start_one_case(engine, deploy, store, executor, clock):
    definition = deploy(begun_by("by_many_machines", condition("=true")))
    (key,) = [key for key in engine.machine.watched_conditions() if key[0] == definition.id]
    barrier = threading.Barrier(4)

    def machine(_):
        other = ProcessEngine(store, executor, history_key=HISTORY_KEY, clock=SetClock(clock.now()), queue=NoJobs())
        barrier.wait(10)
        return other.machine.look_at(key)

    with ThreadPoolExecutor(4) as pool:
        begun = [case for case in pool.map(machine, range(4)) if case is not None]
    assert len(begun) == len(cases(engine, "by_many_machines")) == 1


def test_a_condition_that_cannot_be_worked_out_is_kept_for_operators_and_mended_by_itself(
    engine, deploy, look, clock, people, caplog
):
    text = 'if today() < date("2018-06-01") then date("soon") > today() else true'
    definition = deploy(begun_by("by_riddle", condition(f"={text}")))
    with caplog.at_level(logging.ERROR):
        assert look() == look() == []
    assert caplog.text.count("start event begin") == 1, "told once, not every round"
    (told,) = [c for c in engine.monitor.start_conditions(people["operator"]) if c.definition_id == definition.id]
    assert "soon" in told.problem
    assert told.process_name == "測試流程"
    assert engine.monitor.start_problems(people["operator"]) >= 1
    clock.advance(3 * DAY)
    assert "by_riddle" in look()
    (start,) = engine.repository.awaited_starts(definition.id)
    assert (start.holds, start.problem) == (True, None)


def test_a_case_that_cannot_be_started_is_tried_again(engine, deploy, look, monkeypatch):
    definition = deploy(begun_by("by_trouble", condition("=true")))

    def fail(*args, **given):
        raise StepFailed("no start today")

    with monkeypatch.context() as broken:
        broken.setattr(engine.executor, "start", fail)
        assert look() == look() == []
    (start,) = engine.repository.awaited_starts(definition.id)
    assert (start.holds, start.problem) == (False, "no start today")
    assert look() == ["by_trouble"]
    assert engine.repository.awaited_starts(definition.id)[0].problem is None


def test_looking_without_a_change_writes_nothing(engine, deploy, look, count_statements):
    deploy(begun_by("by_nothing", condition('=open_cases("nothing") > 0')))
    look()
    with count_statements() as counted:
        look()
    assert not [text for text in counted.statements if text.lstrip().lower().startswith(("update", "insert", "delete"))]


# -- all of several ------------------------------------------------------------------------------------


def all_of(key: str, *definitions: str, **more: str) -> str:
    return begun_by(key, *definitions, attributes='parallelMultiple="true"', **more)


def test_messages_of_one_number_begin_its_case_together(engine, deploy):
    deploy(all_of("by_both", message("m1"), message("m2")))
    runtime = engine.runtime
    assert runtime.start_by_message("by_both_letter", variables={"pages": 1}, business_key="K-1", token="k1") is None
    assert runtime.start_by_message("by_both_letter", variables={"pages": 1}, business_key="K-1", token="k1") is None
    assert runtime.start_by_message("by_both_letter", variables={"pages": 2}, business_key="K-2") is None
    assert runtime.correlate("by_both_opinion", business_key="K-2", variables={"said": "可"}, token="o2") is None
    assert runtime.correlate("by_both_opinion", business_key="K-2", variables={"said": "可"}, token="o2") is None
    (case,) = cases(engine, "by_both")
    assert case.business_key == "K-2"
    assert runtime.variables(case.id, SYSTEM) == {"pages": 2, "said": "可"}
    second = runtime.start_by_message("by_both_opinion", variables={}, business_key="K-1")
    assert second.business_key == "K-1"
    with pytest.raises(MessageNotCorrelated):
        runtime.correlate("nobody_needs_it", business_key="K-3", variables={})


def test_a_timer_and_a_message_begin_a_case_together_also_over_a_new_version(engine, deploy, clock):
    definition = deploy(all_of("by_all", message("m1"), timer("R/P1D")))
    assert engine.runtime.start_by_message("by_all_letter", variables={"n": 1}) is None
    assert engine.runtime.start_by_message("by_all_letter", variables={"n": 2}) is None
    waits = {start.kind: start.has_happened for start in engine.repository.awaited_starts(definition.id)}
    assert waits == {"message": 2, "timer": 0}
    definition = deploy(all_of("by_all", message("m1"), timer("R/P1D"), task="review"))
    for days in (1, 2, 3):
        clock.set(MORNING + days * DAY)
        (due,) = [start for start in engine.machine.due_starts() if start[0] == definition.id]
        assert (engine.machine.start_by_timer(*due) is None) == (days == 3)
    assert [engine.runtime.variables(case.id, SYSTEM)["n"] for case in cases(engine, "by_all")] == [2, 1]
    assert engine.runtime.start_by_message("by_all_letter", variables={"n": 3}) is not None, "the third turn waited"


def test_a_signal_begins_at_each_start_event_that_waits_for_it(engine, deploy):
    body = process(
        "by_signal",
        '<bpmn:startEvent id="one"><bpmn:signalEventDefinition signalRef="s"/></bpmn:startEvent>'
        '<bpmn:startEvent id="two"><bpmn:signalEventDefinition signalRef="s"/></bpmn:startEvent>'
        '<bpmn:endEvent id="end"/><bpmn:sequenceFlow id="f1" sourceRef="one" targetRef="end"/>'
        '<bpmn:sequenceFlow id="f2" sourceRef="two" targetRef="end"/>',
        extra='<bpmn:signal id="s" name="by_signal_alarm"/>',
    )
    deploy(body)
    assert len(engine.runtime.signal("by_signal_alarm", {}, id="once")) == 2
    assert engine.runtime.signal("by_signal_alarm", {}, id="once") == []
