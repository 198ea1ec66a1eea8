"""The worker on the real queue: timers, connectors, messages; bounded retries; nothing twice."""

from __future__ import annotations

import asyncio
import threading

import psycopg
import pytest

from engine import SYSTEM
from engine.errors import ConnectorError
from engine.feel import expression, parser
from engine.jobs import MAX_ATTEMPTS
from engine.jobs import worker as worker_module
from engine.jobs.worker import Worker
from tests.engine.services.diagrams import CALLING, SENDING, TIMED, WAITING, chain, process, user_task

YEAR_AND_CALL = process(
    "year_and_call",
    """<bpmn:startEvent id="start"/><bpmn:parallelGateway id="fork"/>
    <bpmn:endEvent id="end1"/><bpmn:endEvent id="end2"/>
    <bpmn:intermediateCatchEvent id="year"><bpmn:timerEventDefinition>
      <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P365D</bpmn:timeDuration></bpmn:timerEventDefinition>
    </bpmn:intermediateCatchEvent>
    <bpmn:serviceTask id="ask" name="查詢"><bpmn:extensionElements>
      <spiffworkflow:serviceTaskOperator id="http" resultVariable="found"/></bpmn:extensionElements></bpmn:serviceTask>
    <bpmn:sequenceFlow id="f0" sourceRef="start" targetRef="fork"/>
    <bpmn:sequenceFlow id="f1" sourceRef="fork" targetRef="year"/>
    <bpmn:sequenceFlow id="f2" sourceRef="year" targetRef="end1"/>
    <bpmn:sequenceFlow id="f3" sourceRef="fork" targetRef="ask"/>
    <bpmn:sequenceFlow id="f4" sourceRef="ask" targetRef="end2"/>""",
)
CALL_IN_TIME = process(
    "call_in_time",
    """<bpmn:startEvent id="start"/><bpmn:serviceTask id="ask" name="查詢"><bpmn:extensionElements>
      <spiffworkflow:serviceTaskOperator id="http" resultVariable="found"/></bpmn:extensionElements></bpmn:serviceTask>
    <bpmn:boundaryEvent id="late" attachedToRef="ask" cancelActivity="true"><bpmn:timerEventDefinition>
      <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT0.001S</bpmn:timeDuration></bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>"""
    + user_task("after", "之後", 'camunda:assignee="tsai"')
    + """<bpmn:endEvent id="end1"/><bpmn:endEvent id="end2"/>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="ask"/>
    <bpmn:sequenceFlow id="f2" sourceRef="ask" targetRef="end1"/>
    <bpmn:sequenceFlow id="f3" sourceRef="late" targetRef="after"/>
    <bpmn:sequenceFlow id="f4" sourceRef="after" targetRef="end2"/>""",
)
"""A connector call that a timer interrupts."""
AT_ONCE = process(
    "at_once",
    chain(
        '<bpmn:intermediateCatchEvent id="blink"><bpmn:timerEventDefinition>'
        '<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT0.01S</bpmn:timeDuration></bpmn:timerEventDefinition>'
        "</bpmn:intermediateCatchEvent>",
        user_task("after", "之後", 'camunda:assignee="tsai"'),
        ids=("blink", "after"),
    ),
)


def open_elements(engine, case):
    return sorted(task.element_id for task in engine.tasks.of_case(case.id, SYSTEM) if task.is_open)


def test_a_connector_completes_while_a_timer_of_the_same_case_waits_a_year(begin, live, work, neighbour, jobs):
    case = begin(YEAR_AND_CALL)
    work()
    assert len(neighbour.calls) == 1
    assert live.runtime.variables(case.id, SYSTEM)["found"] == {"ok": True}
    assert jobs() == [("timer", "todo", 0)]


def test_a_due_timer_fires_by_its_job(begin, live, work):
    case = begin(AT_ONCE)
    work()
    assert open_elements(live, case) == ["after"]


def test_a_timer_that_is_early_or_late_does_nothing(begin, live, service):
    case = begin(TIMED)
    for _ in range(2):
        service.handle("timer", {"instance_id": str(case.id), "due_at": "2001-01-01T00:00:00+00:00"}, 0)
    assert open_elements(live, case) == ["reply"]
    live.runtime.cancel(case.id, reason="測試", actor=SYSTEM)
    service.handle("timer", {"instance_id": str(case.id), "due_at": "2001-01-01T00:00:00+00:00"}, 0)


def test_a_job_of_a_case_that_is_not_there_does_nothing(service):
    nowhere = "00000000-0000-7000-8000-000000000000"
    service.handle("timer", {"instance_id": nowhere, "due_at": "2001-01-01T00:00:00+00:00"}, 0)
    service.handle("service_call", {"instance_id": nowhere, "task_id": nowhere}, 0)
    service.handle("notify", {"kind": "arrived", "instance_id": nowhere, "task_ids": [nowhere]}, 0)
    service.handle("notice_mail", {"notification_id": nowhere}, 0)


def test_the_connector_is_called_with_the_service_task_as_key_and_only_once(begin, live, work, service, neighbour):
    case = begin(CALLING)
    work()
    ((arguments, key),) = neighbour.calls
    assert arguments == {"url": f"https://example.org/{case.business_key}"}
    service.handle("service_call", {"instance_id": str(case.id), "task_id": key}, 0)
    assert len(neighbour.calls) == 1
    assert open_elements(live, case) == ["read"]


def test_a_failing_connector_is_tried_a_bounded_number_of_times_then_waits_for_an_operator(
    begin, live, work, neighbour, bring_forward, jobs, owner_url
):
    neighbour.answers = [ConnectorError("503", host="x") for _ in range(20)]
    case = begin(CALLING)
    for attempt in range(1, MAX_ATTEMPTS):
        work()
        assert len(neighbour.calls) == attempt
        (call,) = live.monitor.calls(SYSTEM)
        assert (call.attempts, call.last_error) == (attempt, "503 (host=x)")
        assert ("service_call", "todo", attempt) in jobs()
        bring_forward()
    work()
    work()
    assert len(neighbour.calls) == MAX_ATTEMPTS
    assert len({key for _arguments, key in neighbour.calls}) == 1
    assert live.monitor.calls(SYSTEM) == ()
    (incident,) = [found for found in live.incidents.incidents(SYSTEM).rows if found.instance_id == case.id]
    assert (incident.kind, incident.element_id) == ("service", "ask")
    assert "503" in incident.message
    neighbour.answers = []
    live.incidents.retry(incident.id, actor=SYSTEM)
    work()
    assert open_elements(live, case) == ["read"]
    assert _answered_twice(live) == (), "a call that an operator has run again is answered again"
    with psycopg.connect(owner_url.replace("+psycopg", "")) as db:
        db.execute(
            "insert into history_entry"
            " (instance_id, seq, occurred_at, recorded_at, actor, actor_name, verb, task, digest)"
            " select instance_id, seq + 1000, occurred_at, recorded_at, actor, actor_name, verb, task, digest"
            " from history_entry where instance_id = %s and verb = 'service.finished'",
            [case.id],
        )
        db.commit()
        assert len(_answered_twice(live)) == 1
        db.execute("delete from history_entry where seq > 1000")


def _answered_twice(live):
    return tuple(breach.named for breach in live.integrity.check() if breach.kind == "answered-twice")


@pytest.mark.parametrize(
    "failure",
    [ConnectorError("gone", retryable=False), {"n": float("nan")}, {"big": "x" * 1_500_000}],
    ids=["final", "unstorable", "too large"],
)
def test_what_another_try_cannot_help_is_an_incident_at_once(begin, live, work, neighbour, failure):
    neighbour.answers = [failure]
    case = begin(CALLING)
    work()
    assert len(neighbour.calls) == 1
    assert live.runtime.instance(case.id, SYSTEM).has_incident


def test_a_connector_with_a_fault_of_its_own_costs_no_case(begin, live, work, neighbour, bring_forward):
    neighbour.answers = [ZeroDivisionError("oops")]
    case = begin(CALLING)
    work()
    assert not live.runtime.instance(case.id, SYSTEM).has_incident
    bring_forward()
    work()
    assert open_elements(live, case) == ["read"]


def test_a_cancelled_case_does_not_call(begin, live, work, neighbour):
    case = begin(CALLING)
    live.runtime.cancel(case.id, reason="撤案", actor=SYSTEM)
    work()
    assert neighbour.calls == []
    assert live.monitor.calls(SYSTEM) == ()


def test_a_call_that_was_interrupted_is_not_made(begin, live, work, neighbour):
    case = begin(CALL_IN_TIME)
    assert live.machine.fire_timers(case.id) is not None
    work()
    assert open_elements(live, case) == ["after"]
    assert neighbour.calls == []
    assert live.monitor.calls(SYSTEM) == ()


def test_a_message_reaches_the_case_that_waits_for_it_once(begin, live, work, people, service, sql):
    waiting = begin(WAITING)
    (task,) = [t for t in live.tasks.of_case(waiting.id, SYSTEM) if t.is_open]
    live.tasks.claim(task.id, people["tsai"])
    live.tasks.complete(task.id, actor=people["tsai"], variables={})
    sender = begin(SENDING, target=waiting.business_key, result="通過")
    (task,) = [t for t in live.tasks.of_case(sender.id, SYSTEM) if t.is_open]
    live.tasks.claim(task.id, people["tsai"])
    live.tasks.complete(task.id, actor=people["tsai"], variables={})
    ((args,),) = sql("select args from procrastinate_jobs where task_name = 'siwei:deliver_message'")
    work()
    assert live.runtime.variables(waiting.id, SYSTEM)["outcome"] == "通過"
    assert open_elements(live, waiting) == ["after"]
    service.handle("deliver_message", args, 0)
    assert open_elements(live, waiting) == ["after"]
    assert sql("select count(*) from buffered_message") == [(0,)]


def test_a_message_for_nobody_ends_as_a_failed_job_that_operators_see_and_can_put_back(
    begin, live, work, people, bring_forward, jobs
):
    sender = begin(SENDING, target="XX-999", result="通過")
    (task,) = [t for t in live.tasks.of_case(sender.id, SYSTEM) if t.is_open]
    live.tasks.claim(task.id, people["tsai"])
    live.tasks.complete(task.id, actor=people["tsai"], variables={})
    for _ in range(MAX_ATTEMPTS):
        work()
        bring_forward()
    (failed,) = live.monitor.failed_jobs(people["operator"])
    assert (failed.kind, failed.args["business_key"]) == ("deliver_message", "XX-999")
    live.monitor.retry_job(failed.id, people["operator"])
    assert ("deliver_message", "todo", 0) in jobs()
    assert live.monitor.failed_jobs(people["operator"]) == ()


def test_a_worker_has_read_the_grammar_before_its_first_job(monkeypatch):
    """Four first steps that each read it at once have taken their three seconds on a crowded machine, and failed."""
    read = parser._lark.cache_info
    parser._lark.cache_clear()
    expression._parse.cache_clear()
    known = []

    async def work(self):
        known.append(read().currsize)

    monkeypatch.setattr(Worker, "_run_until_told", work)
    worker = Worker("postgresql://", lambda *_: None, lambda: None, now=lambda: None)
    apart = threading.Thread(target=worker.run)  # a browser of the same process has a loop of its own going
    apart.start()
    apart.join()
    assert known == [1]


def test_a_task_that_passes_over_its_cancellation_once_is_ended_all_the_same():
    """As `asyncio.wait_for` does before Python 3.12 when what it waits for comes in the same moment."""
    passed_over = []

    async def deaf() -> None:
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                passed_over.append(True)
                if len(passed_over) > 1:
                    raise

    async def run() -> None:
        task = asyncio.create_task(deaf())
        await asyncio.sleep(0)
        await worker_module._end([task])
        assert task.cancelled()

    apart = threading.Thread(target=lambda: asyncio.run(run()))
    apart.start()
    apart.join()
    assert len(passed_over) == 2
