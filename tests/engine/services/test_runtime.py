"""Starting, messages, signals, timers, connector answers, cancelling."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from engine import SYSTEM, InstanceQuery
from engine.errors import (
    DefinitionNotFound,
    InstanceEnded,
    InstanceNotFound,
    Invalid,
    MessageNotCorrelated,
    NotAllowed,
    ValueRefused,
)
from engine.queue import NoJobs
from tests.engine.services.diagrams import (
    ALARMED,
    APPROVAL,
    BY_MESSAGE,
    CALLING,
    CLOCKED,
    NOBODY,
    SENDING,
    TIMED,
    WAITING,
    YEARLY,
)


def open_elements(engine, case_id):
    return [task.element_id for task in engine.tasks.of_case(case_id, SYSTEM) if task.is_open]


def complete_only(engine, case_id, actor, **variables):
    (task,) = [task for task in engine.tasks.of_case(case_id, SYSTEM) if task.is_open]
    engine.tasks.claim(task.id, actor)
    return engine.tasks.complete(task.id, actor=actor, variables=variables)


# -- starting ----------------------------------------------------------------------------------


def test_a_case_has_a_number_and_a_subject(engine, deploy, people):
    deploy(APPROVAL)
    case = engine.runtime.start("approval", actor=people["kuo"], variables={"headcount": 3})
    assert case.business_key.startswith("TS-107-0")
    assert (case.subject, case.process_name, case.version >= 1) == ("進用 3 人", "三步核定", True)
    assert (case.started_by, case.owning_unit, case.status) == ("kuo", "aia.inspection", "active")
    assert case.active_elements == ("check",)


def test_numbers_run_per_prefix_and_roc_year_and_are_never_used_again(engine, deploy, people, clock):
    deploy(APPROVAL)
    first = engine.runtime.start("approval", actor=people["kuo"], variables={"headcount": 1})
    engine.runtime.cancel(first.id, reason="誤登", actor=people["kuo"])
    second = engine.runtime.start("approval", actor=people["kuo"], variables={"headcount": 1})
    assert int(second.business_key[-5:]) == int(first.business_key[-5:]) + 1
    clock.set(clock.now().replace(year=2019))
    assert (
        engine.runtime.start("approval", actor=people["kuo"], variables={"headcount": 1}).business_key == "TS-108-00001"
    )


def test_a_number_that_is_taken_is_refused(engine, deploy, people):
    deploy(APPROVAL)
    engine.runtime.start("approval", actor=people["kuo"], variables={"headcount": 1}, business_key="A-1")
    with pytest.raises(Invalid):
        engine.runtime.start("approval", actor=people["kuo"], variables={"headcount": 1}, business_key="A-1")


def test_the_same_start_form_twice_starts_one_case(engine, deploy, people):
    deploy(APPROVAL)
    starts = [
        engine.runtime.start("approval", actor=people["kuo"], variables={"headcount": 1}, token="start-1")
        for _ in range(2)
    ]
    assert starts[0].id == starts[1].id
    with pytest.raises(NotAllowed):
        engine.runtime.start("approval", actor=people["yang"], variables={}, token="start-1")


def test_what_cannot_be_started(engine, deploy, people):
    with pytest.raises(DefinitionNotFound):
        engine.runtime.start("nothing", actor=people["kuo"], variables={})
    deploy(APPROVAL)
    with pytest.raises(DefinitionNotFound):
        engine.runtime.start("approval", actor=people["kuo"], variables={}, version=999)


def test_a_failed_start_leaves_nothing(engine, deploy, people, count_statements):
    deploy(APPROVAL)
    before = engine.runtime.find(InstanceQuery(limit=500), SYSTEM).rows
    with pytest.raises(ValueRefused):
        engine.runtime.start("approval", actor=people["kuo"], variables={"bad": float("nan")}, token="bad-1")
    assert engine.runtime.find(InstanceQuery(limit=500), SYSTEM).rows == before
    assert engine.runtime.start("approval", actor=people["kuo"], variables={"headcount": 1}, token="bad-1")


def test_a_process_that_names_its_starters_is_started_by_them_only(engine, deploy, people):
    deploy(
        APPROVAL.replace(
            "isExecutable", 'camunda:candidateStarterGroups="=role(&quot;agency_handler&quot;)" isExecutable'
        )
    )
    assert engine.runtime.start("approval", actor=people["kuo"], variables={"headcount": 1})
    with pytest.raises(NotAllowed):
        engine.runtime.start("approval", actor=people["yang"], variables={"headcount": 1})
    assert "approval" not in [d.key for d in engine.repository.startable(people["yang"])]
    assert "approval" in [d.key for d in engine.repository.startable(people["kuo"])]


# -- messages ----------------------------------------------------------------------------------


@pytest.fixture
def waiting(engine, deploy, people):
    deploy(WAITING)
    return engine.runtime.start("waiting", actor=people["kuo"], variables={})


def test_a_message_reaches_the_case_with_its_number(engine, people, waiting):
    complete_only(engine, waiting.id, people["tsai"])
    other = engine.runtime.start("waiting", actor=people["kuo"], variables={})
    complete_only(engine, other.id, people["tsai"])
    advance = engine.runtime.correlate("resolved", business_key=waiting.business_key, variables={"outcome": "同意"})
    assert [task.element_id for task in advance.opened] == ["after"]
    assert engine.runtime.variables(waiting.id, SYSTEM)["outcome"] == "同意"
    assert open_elements(engine, other.id) == []


def test_a_message_that_comes_too_early_waits_for_the_case(engine, people, waiting):
    kept = engine.runtime.correlate("resolved", business_key=waiting.business_key, variables={"outcome": "早"})
    assert kept is None
    advance = complete_only(engine, waiting.id, people["tsai"])
    assert [task.element_id for task in advance.opened] == ["after"]
    assert open_elements(engine, waiting.id) == ["after"]
    assert engine.runtime.variables(waiting.id, SYSTEM)["outcome"] == "早"
    verbs = [entry.verb for entry in engine.history.timeline(waiting.id, SYSTEM)]
    assert verbs[-2:] == ["task.completed", "message.received"]
    assert engine.history.verify(waiting.id).intact


def test_a_message_for_nobody_is_refused(engine, people, waiting):
    with pytest.raises(MessageNotCorrelated):
        engine.runtime.correlate("resolved", business_key="no such case", variables={})
    engine.runtime.cancel(waiting.id, reason="撤案", actor=people["kuo"])
    for _ in range(2):
        with pytest.raises(InstanceEnded):
            engine.runtime.correlate("resolved", business_key=waiting.business_key, variables={"b": 2}, token="late-1")
    *_rest, late = engine.history.timeline(waiting.id, SYSTEM)
    assert (late.verb, late.params, late.values) == ("message.late", {"message": "resolved"}, {"b": 2})
    assert [entry.verb for entry in _rest].count("message.late") == 0, "the same message twice is one"
    assert engine.history.verify(waiting.id).intact


def test_the_same_message_twice_is_one(engine, people, waiting):
    complete_only(engine, waiting.id, people["tsai"])
    for _ in range(2):
        engine.runtime.correlate("resolved", business_key=waiting.business_key, variables={}, token="m-1")
    verbs = [entry.verb for entry in engine.history.timeline(waiting.id, SYSTEM)]
    assert verbs.count("message.received") == 1


def test_a_message_starts_the_process_that_begins_with_it(engine, deploy):
    deploy(BY_MESSAGE)
    case = engine.runtime.start_by_message("come_in", variables={"subject": "來文"}, token="mail-1")
    assert (case.process_key, case.subject, case.business_key[:7]) == ("by_message", "來文", "BM-107-")
    assert engine.runtime.start_by_message("come_in", variables={}, token="mail-1").id == case.id
    with pytest.raises(MessageNotCorrelated):
        engine.runtime.start_by_message("nobody waits", variables={})


def test_a_sent_message_is_a_job_of_the_step(engine, deploy, people, queue, waiting):
    complete_only(engine, waiting.id, people["tsai"])
    deploy(SENDING)
    sender = engine.runtime.start("sending", actor=people["kuo"], variables={"target": waiting.business_key})
    queue.take()
    complete_only(engine, sender.id, people["tsai"], result="通過")
    (job,) = [job for job in queue.take() if job.kind == "deliver_message"]
    assert (job.args["name"], job.args["business_key"]) == ("resolved", waiting.business_key)
    assert job.args["variables"] == {"outcome": "通過"}


# -- signals -----------------------------------------------------------------------------------


def test_a_signal_reaches_every_case_that_waits_and_once(engine, deploy, people):
    deploy(ALARMED)
    cases = [engine.runtime.start("alarmed", actor=people["kuo"], variables={}) for _ in range(3)]
    reached = engine.runtime.signal("typhoon", {"level": "海上"}, id="storm-1")
    assert set(reached) == {case.id for case in cases}
    assert engine.runtime.signal("typhoon", {}, id="storm-1") == []
    assert [open_elements(engine, case.id) for case in cases] == [["react"]] * 3


# -- timers ------------------------------------------------------------------------------------


def test_a_timer_is_a_job_and_fires_when_it_is_due(engine, deploy, people, queue, clock):
    deploy(TIMED)
    case = engine.runtime.start("timed", actor=people["kuo"], variables={})
    (job,) = [job for job in queue.take() if job.kind == "timer"]
    assert job.run_at == clock.now() + timedelta(days=3)
    assert engine.machine.fire_timers(case.id) is None
    assert engine.machine.due() == []
    clock.advance(timedelta(days=3))
    assert case.id in engine.machine.due()
    advance = engine.machine.fire_timers(case.id)
    assert [task.element_id for task in advance.opened] == ["chase"]
    assert open_elements(engine, case.id) == ["chase"]
    assert engine.machine.fire_timers(case.id) is None, "it fires once"
    assert engine.machine.due() == []


def test_a_timer_of_a_task_that_was_completed_does_nothing(engine, deploy, people, clock):
    deploy(TIMED)
    case = engine.runtime.start("timed", actor=people["kuo"], variables={})
    complete_only(engine, case.id, people["tsai"])
    clock.advance(timedelta(days=4))
    assert engine.machine.fire_timers(case.id) is None
    assert engine.runtime.instance(case.id, SYSTEM).status == "completed"


def test_a_process_starts_by_the_clock_as_often_as_it_says(engine, deploy, queue, clock):
    definition = deploy(YEARLY)
    starts = [job for job in queue.take() if job.kind == "start_timer"]
    assert len(starts) == 1
    for _ in range(2):
        (due,) = [at for at in (engine.machine.next_due(clock.now() + timedelta(days=2)),) if at]
        clock.set(due)
        (start,) = engine.machine.due_starts()
        assert engine.machine.start_by_timer(*start).process_key == "yearly"
        assert engine.machine.start_by_timer(*start) is None, "a firing is taken once"
    assert engine.machine.due_starts() == []
    cases = engine.runtime.find(InstanceQuery(process_key="yearly"), SYSTEM).rows
    assert len(cases) == 2
    assert definition.version == 1


# -- connectors --------------------------------------------------------------------------------


def test_a_connector_call_is_a_job_and_its_answer_moves_the_case(engine, deploy, people, queue):
    deploy(CALLING)
    case = engine.runtime.start("calling", actor=people["kuo"], variables={})
    (job,) = [job for job in queue.take() if job.kind == "service_call"]
    call = engine.machine.call(case.id, job.args["task_id"])
    assert (call.connector, call.arguments["url"]) == ("http", f"https://example.org/{case.business_key}")
    advance = engine.machine.finish_service(case.id, call.task_id, {"ok": True})
    assert [task.element_id for task in advance.opened] == ["read"]
    assert engine.machine.finish_service(case.id, call.task_id, {"ok": False}) is None, "a late answer changes nothing"
    assert engine.runtime.variables(case.id, SYSTEM)["found"] == {"ok": True}


def test_a_connector_that_gave_up_leaves_an_incident(engine, deploy, people, queue):
    deploy(CALLING)
    case = engine.runtime.start("calling", actor=people["kuo"], variables={})
    (job,) = [job for job in queue.take() if job.kind == "service_call"]
    engine.machine.fail_service(case.id, job.args["task_id"], "503 後放棄")
    assert engine.runtime.instance(case.id, SYSTEM).has_incident
    assert engine.runtime.diagram_state(case.id, SYSTEM).incidents == ("ask",)
    (incident,) = [i for i in engine.incidents.incidents(SYSTEM).rows if i.instance_id == case.id]
    engine.incidents.retry(incident.id, actor=people["operator"])
    (again,) = [job for job in queue.take() if job.kind == "service_call"]
    engine.machine.finish_service(case.id, again.args["task_id"], {"ok": 1})
    assert not engine.runtime.instance(case.id, SYSTEM).has_incident


def test_what_a_player_leaves_open_is_handed_to_a_worker(engine, deploy, people):
    deploy(TIMED)
    deploy(CALLING)
    timed = engine.runtime.start("timed", actor=people["kuo"], variables={})
    calling = engine.runtime.start("calling", actor=people["kuo"], variables={})
    worker = NoJobs()
    assert engine.machine.hand_over(worker) >= 2
    jobs = worker.take()
    assert {str(timed.id)} <= {job.args["instance_id"] for job in jobs if job.kind == "timer"}
    assert {str(calling.id)} <= {job.args["instance_id"] for job in jobs if job.kind == "service_call"}


# -- nobody there ------------------------------------------------------------------------------


def test_a_task_for_nobody_goes_to_the_administrators_with_an_incident(engine, deploy, people):
    deploy(NOBODY)
    case = engine.runtime.start("nobody", actor=people["kuo"], variables={})
    (task,) = engine.tasks.of_case(case.id, SYSTEM)
    assert "administrator@" in task.candidates
    assert engine.runtime.instance(case.id, SYSTEM).has_incident
    engine.tasks.assign(task.id, "kuo", people["admin"])
    assert engine.tasks.get(task.id, people["kuo"]).assignee == "kuo"
    assert not engine.runtime.instance(case.id, SYSTEM).has_incident


# -- header and clock --------------------------------------------------------------------------


def test_header_variables_stand_in_the_row(engine, deploy, people):
    deploy(CLOCKED)
    case = engine.runtime.start("clocked", actor=people["kuo"], variables={
        "subject": "臨時人員進用案", "applicant_agency": {"id": "health", "label": "衛生局"},
        "lead_agency": {"id": "works", "label": "工務局"},
        "handler": {"id": "tsai", "label": "蔡承辦"}, "speed": "速件", "due_at": "2018-06-01",
        "doc_no_in": "高市衛人字第10700000001號",
    })  # fmt: skip
    assert (case.subject, case.applicant_agency, case.applicant_agency_label) == ("臨時人員進用案", "health", "衛生局")
    assert (case.lead_agency, case.lead_agency_label) == ("works", "工務局")
    assert (case.handler, case.speed, case.doc_no_in) == ("tsai", "速件", "高市衛人字第10700000001號")
    assert case.due_at.isoformat() == "2018-06-01T09:30:00+00:00", "the office closes at 17:30 in Taipei"


@pytest.mark.parametrize("name", ["applicant_agency", "lead_agency"])
def test_a_case_is_found_by_the_agency_that_applied_or_that_leads_it(engine, deploy, people, name):
    deploy(CLOCKED)
    agency = f"u{uuid4().hex[:8]}"
    case = engine.runtime.start("clocked", actor=people["kuo"], variables={name: {"id": agency, "label": "某局"}})
    found = engine.runtime.find(InstanceQuery(filters={"agency": agency}), SYSTEM)
    assert [one.id for one in found.rows] == [case.id]


def test_the_case_clock_stops_while_a_correction_is_awaited(engine, deploy, people, clock):
    deploy(CLOCKED)
    case = engine.runtime.start("clocked", actor=people["kuo"], variables={"due_at": "2018-06-01"})
    complete_only(engine, case.id, people["tsai"], clock="stopped")
    assert engine.runtime.instance(case.id, SYSTEM).clock == "stopped"
    clock.advance(timedelta(days=2))
    complete_only(engine, case.id, people["tsai"], clock="running")
    found = engine.runtime.instance(case.id, SYSTEM)
    assert found.clock == "running"
    assert found.due_at > case.due_at, "the days of the correction do not count"
    assert len(engine.deadlines.stops(case.id)) == 1


# -- cancelling --------------------------------------------------------------------------------


def test_cancelling_ends_the_case_and_its_tasks(engine, deploy, people):
    deploy(APPROVAL)
    case = engine.runtime.start("approval", actor=people["kuo"], variables={"headcount": 1})
    advance = engine.runtime.cancel(case.id, reason="申請機關撤案", actor=people["kuo"], token="c-1")
    again = engine.runtime.cancel(case.id, reason="申請機關撤案", actor=people["kuo"], token="c-1")
    assert (advance.ended, again.ended, again.closed) == ("cancelled", "cancelled", advance.closed)
    found = engine.runtime.instance(case.id, people["kuo"])
    assert (found.status, found.end_reason, found.open_tasks) == ("cancelled", "申請機關撤案", ())
    with pytest.raises(InstanceEnded) as refused:
        engine.runtime.cancel(case.id, reason="再撤", actor=people["kuo"])
    assert refused.value.params["reason"] == "申請機關撤案"


def test_who_may_cancel(engine, deploy, people):
    deploy(APPROVAL)
    case = engine.runtime.start("approval", actor=people["kuo"], variables={"headcount": 1})
    with pytest.raises(NotAllowed):
        engine.runtime.cancel(case.id, reason="不想辦", actor=people["tsai"])
    with pytest.raises(InstanceNotFound):
        engine.runtime.cancel(case.id, reason="亂撤", actor=people["yang"])
    with pytest.raises(Invalid):
        engine.runtime.cancel(case.id, reason=" ", actor=people["kuo"])
    with pytest.raises(InstanceNotFound):
        engine.runtime.cancel(uuid4(), reason="無", actor=people["kuo"])
    assert engine.runtime.cancel(case.id, reason="管考註銷", actor=people["control"]).ended == "cancelled"


def test_the_diagram_shows_tokens_and_the_way(engine, deploy, people):
    deploy(APPROVAL)
    case = engine.runtime.start("approval", actor=people["kuo"], variables={"headcount": 1})
    complete_only(engine, case.id, people["tsai"])
    state = engine.runtime.diagram_state(case.id, people["kuo"])
    assert state.active == ("approve",)
    assert {"start", "check"} <= set(state.passed)
    assert {"f1", "f2"} <= set(state.passed_flows)
