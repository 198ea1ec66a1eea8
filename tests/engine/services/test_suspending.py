"""A suspended case stands still with all that is open, and goes on where it stood."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import SYSTEM
from engine.errors import CaseNotSuspended, CaseSuspended, InstanceEnded, InstanceNotFound, InvalidFields, NotAllowed
from tests.engine.conftest import MORNING
from tests.engine.services.diagrams import ALARMED, APPROVAL, CALLING, SCRIPTED, TIMED, WAITING

WHY = "政風查核"


def suspend(engine, people, case_id, reason=WHY):
    engine.suspension.suspend(case_id, reason=reason, actor=people["control"])


def resume(engine, people, case_id):
    engine.suspension.resume(case_id, actor=people["control"])


def open_elements(engine, case_id):
    return sorted(task.element_id for task in engine.tasks.of_case(case_id, SYSTEM) if task.is_open)


@pytest.fixture
def started(engine, people, deploy):
    def run(bpmn, **variables):
        return engine.runtime.start(deploy(bpmn).key, actor=people["kuo"], variables=variables)

    return run


def test_no_answer_is_taken_until_the_case_is_resumed(engine, people, open_task):
    task = open_task(APPROVAL, assignee="tsai", headcount=1)
    suspend(engine, people, task.instance_id)
    assert engine.runtime.instance(task.instance_id, SYSTEM).is_suspended
    assert engine.tasks.get(task.id, people["tsai"]).is_suspended
    with pytest.raises(CaseSuspended) as refused:
        engine.tasks.complete(task.id, actor=people["tsai"], variables={"ok": True}, token="kept for later")
    assert refused.value.said == {"who": "鄭研考", "at": MORNING, "reason": WHY}
    resume(engine, people, task.instance_id)
    engine.tasks.complete(task.id, actor=people["tsai"], variables={"ok": True}, token="kept for later")
    assert open_elements(engine, task.instance_id) == ["approve"]


def test_the_history_says_who_suspended_and_resumed_it_and_the_database_agrees(engine, people, started):
    case = started(APPROVAL, headcount=1)
    suspend(engine, people, case.id)
    assert engine.integrity.check() == ()
    assert engine.suspension.suspension(case.id, SYSTEM).reason == WHY
    resume(engine, people, case.id)
    entries = engine.history.timeline(case.id, SYSTEM)[-2:]
    assert [(entry.verb, entry.actor) for entry in entries] == [
        ("case.suspended", "control"), ("case.resumed", "control"),
    ]  # fmt: skip
    assert entries[0].params == {"reason": WHY}
    assert engine.suspension.suspension(case.id, SYSTEM) is None
    assert engine.integrity.check() == ()
    assert not engine.history.verify(case.id).faults


def test_a_suspension_that_the_history_does_not_know_is_a_breach(engine, people, started, intruder):
    case = started(APPROVAL, headcount=1)
    intruder.execute("update process_instance set suspended_at = now() where id = %s", [case.id])
    (breach,) = engine.integrity.check()
    assert (breach.kind, breach.named) == ("suspended-otherwise", (case.business_key,))
    intruder.execute("update process_instance set suspended_at = null where id = %s", [case.id])


@pytest.mark.parametrize("who", ["control", "registrar"])
def test_those_who_watch_over_cases_may(engine, people, started, who):
    case = started(APPROVAL, headcount=1)
    engine.suspension.suspend(case.id, reason=WHY, actor=people[who])
    engine.suspension.resume(case.id, actor=people[who])
    assert [person for person in people if engine.suspension.may_suspend(case, people[person])] == [
        "registrar", "control", "admin", "operator",
    ]  # fmt: skip


def test_who_only_started_or_handles_it_may_not_and_to_others_it_is_not_there(engine, people, open_task):
    task = open_task(APPROVAL, assignee="tsai", headcount=1)
    for who, refusal in (("kuo", NotAllowed), ("tsai", NotAllowed), ("yang", InstanceNotFound)):
        with pytest.raises(refusal):
            engine.suspension.suspend(task.instance_id, reason=WHY, actor=people[who])
    suspend(engine, people, task.instance_id)
    with pytest.raises(NotAllowed):
        engine.suspension.resume(task.instance_id, actor=people["kuo"])


def test_what_cannot_be_is_said(engine, people, started):
    case = started(APPROVAL, headcount=1)
    for reason, code in ((" ", "required"), ("長" * 501, "too-long"), ("查\u202e核", "characters")):
        with pytest.raises(InvalidFields) as refused:
            suspend(engine, people, case.id, reason)
        assert refused.value.fields == {"reason": code}
    with pytest.raises(CaseNotSuspended) as never:
        resume(engine, people, case.id)
    assert never.value.params["who"] is None
    suspend(engine, people, case.id)
    with pytest.raises(CaseSuspended):
        suspend(engine, people, case.id)
    resume(engine, people, case.id)
    with pytest.raises(CaseNotSuspended) as again:
        resume(engine, people, case.id)
    assert again.value.params["who"] == "鄭研考"
    engine.runtime.cancel(case.id, reason="撤案", actor=SYSTEM)
    with pytest.raises(InstanceEnded):
        suspend(engine, people, case.id)


def test_a_form_sent_twice_has_one_effect(engine, people, started):
    case = started(APPROVAL, headcount=1)
    for _ in range(2):
        engine.suspension.suspend(case.id, reason=WHY, actor=people["control"], token=f"suspend {case.id}")
    for _ in range(2):
        engine.suspension.resume(case.id, actor=people["control"], token=f"resume {case.id}")
    verbs = [entry.verb for entry in engine.history.timeline(case.id, SYSTEM)]
    assert verbs == ["case.started", "case.suspended", "case.resumed"]


def test_work_is_given_and_taken_remarks_are_made_and_the_case_may_end(engine, people, open_task):
    task = open_task(APPROVAL, headcount=1)
    suspend(engine, people, task.instance_id)
    engine.tasks.claim(task.id, people["tsai"])
    engine.tasks.save_draft(task.id, people["tsai"], {"f.opinion": ["擬同意"]})
    engine.tasks.assign(task.id, "wang", people["chief"], "請假")
    engine.runtime.comment(task.instance_id, "查核中", people["tsai"])
    engine.runtime.cancel(task.instance_id, reason="查核屬實", actor=people["control"])
    case = engine.runtime.instance(task.instance_id, SYSTEM)
    assert (case.status, case.suspended_at) == ("cancelled", None)
    assert engine.integrity.check() == ()


def test_a_suspended_case_moves_to_another_version_and_stays_suspended(engine, people, open_task, deploy):
    task = open_task(APPROVAL, assignee="tsai", headcount=1)
    suspend(engine, people, task.instance_id)
    deploy(APPROVAL.replace("受理審查", "收件審查"))
    newest = engine.repository.definition("approval").version
    engine.migration.migrate(task.instance_id, newest, actor=people["owner"], reason="修正流程圖")
    moved = engine.tasks.get(task.id, people["tsai"])
    assert (moved.name, moved.is_suspended) == ("收件審查", True)


def test_its_timers_do_not_fire_and_its_deadlines_go_on(engine, people, started, clock):
    case = started(TIMED, due_at=MORNING + timedelta(days=9))
    suspend(engine, people, case.id)
    assert engine.machine.next_due(MORNING + timedelta(days=9)) is None
    clock.advance(timedelta(days=4))
    assert case.id not in engine.machine.due()
    assert engine.machine.fire_timers(case.id) is None
    assert engine.measuring.measures().overdue_timers == 0
    resume(engine, people, case.id)
    assert case.id in engine.machine.due()
    engine.machine.fire_timers(case.id)
    assert open_elements(engine, case.id) == ["chase"]
    assert engine.runtime.instance(case.id, SYSTEM).due_at == MORNING + timedelta(days=9)


def test_messages_are_kept_and_delivered_when_it_is_resumed(engine, people, open_task):
    task = open_task(WAITING, assignee="tsai")
    engine.tasks.complete(task.id, actor=people["tsai"], variables={})
    suspend(engine, people, task.instance_id)
    for outcome in ("通過", "重複"):
        sent = engine.runtime.correlate("resolved", business_key=task.business_key, variables={"outcome": outcome})
        assert sent is None
    assert engine.machine.deliverable() == []
    resume(engine, people, task.instance_id)
    assert open_elements(engine, task.instance_id) == ["after"]
    assert engine.runtime.variables(task.instance_id, SYSTEM)["outcome"] == "通過"


def test_a_kept_message_that_is_about_to_be_delivered_waits_when_the_case_is_suspended(
    engine, people, open_task, intruder
):
    task = open_task(WAITING, assignee="tsai")
    engine.runtime.correlate("resolved", business_key=task.business_key, variables={})
    kept = "select id from buffered_message where business_key = %s"
    ((message,),) = intruder.execute(kept, [task.business_key]).fetchall()
    suspend(engine, people, task.instance_id)
    assert engine.machine.deliver_buffered(message, task.instance_id) is None
    assert intruder.execute(kept, [task.business_key]).fetchall() == [(message,)]


def test_a_signal_passes_it_by(engine, people, started):
    suspended, runs = started(ALARMED), started(ALARMED)
    suspend(engine, people, suspended.id)
    assert engine.runtime.signal("typhoon", {}) == [runs.id]
    resume(engine, people, suspended.id)
    assert open_elements(engine, suspended.id) == []
    assert engine.runtime.signal("typhoon", {}) == [suspended.id]


def test_the_answer_of_a_call_under_way_is_taken_and_what_follows_waits(engine, people, started, queue):
    case = started(CALLING)
    (call,) = [job.args["task_id"] for job in queue.take() if job.kind == "service_call"]
    suspend(engine, people, case.id)
    engine.machine.finish_service(case.id, call, {"ok": True})
    (task,) = [task for task in engine.tasks.of_case(case.id, SYSTEM) if task.is_open]
    engine.tasks.claim(task.id, people["tsai"])
    with pytest.raises(CaseSuspended):
        engine.tasks.complete(task.id, actor=people["tsai"], variables={})


def test_a_failed_step_is_not_run_again_meanwhile(engine, people, open_task):
    task = open_task(SCRIPTED, assignee="tsai")
    engine.tasks.complete(task.id, actor=people["tsai"], variables={})
    (incident,) = [i for i in engine.incidents.incidents(SYSTEM).rows if i.instance_id == task.instance_id]
    suspend(engine, people, task.instance_id)
    with pytest.raises(CaseSuspended):
        engine.incidents.retry(incident.id, variables={"days": 2}, actor=people["operator"])
    resume(engine, people, task.instance_id)
    engine.incidents.retry(incident.id, variables={"days": 2}, actor=people["operator"])
    assert open_elements(engine, task.instance_id) == ["after"]


def test_being_resumed_asks_machines_for_what_was_due_and_only_that(engine, people, started, queue, clock):
    timed, calling, idle = started(TIMED), started(CALLING), started(APPROVAL, headcount=1)
    for case in (timed, calling, idle):
        suspend(engine, people, case.id)
    clock.advance(timedelta(days=4))
    queue.take()
    for case in (timed, calling, idle):
        resume(engine, people, case.id)
    assert [(job.kind, job.args["instance_id"]) for job in queue.take()] == [
        ("timer", str(timed.id)), ("service_call", str(calling.id)),
    ]  # fmt: skip
