"""Who is told what, once, in the app and by mail, in their language."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from engine import SYSTEM, NoJobs, ProcessEngine, SetClock, SourceFile
from engine.calendar.working_days import TAIPEI
from engine.jobs import MAX_ATTEMPTS
from tests.engine.conftest import HISTORY_KEY
from tests.engine.services.diagrams import FOR_LABOR, NOBODY, SCRIPTED, chain, process, user_task

DUE = process(
    "due",
    chain(
        user_task("answer", "回覆", FOR_LABOR + ' camunda:dueDate="2018-06-08T17:30:00+08:00"'),
        ids=("answer",),
    ),
)
ASKED = process("asked", chain(user_task("look", "看", FOR_LABOR), ids=("look",)))
BACK = process(
    "back",
    """<bpmn:startEvent id="start"/><bpmn:userTask id="draft" name="擬稿" camunda:assignee="tsai"/>
    <bpmn:userTask id="check" name="核稿" camunda:assignee="chief"/><bpmn:exclusiveGateway id="which" default="f4"/>
    <bpmn:endEvent id="end"/>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="draft"/>
    <bpmn:sequenceFlow id="f2" sourceRef="draft" targetRef="check"/>
    <bpmn:sequenceFlow id="f3" sourceRef="check" targetRef="which"/>
    <bpmn:sequenceFlow id="f4" sourceRef="which" targetRef="end"/>
    <bpmn:sequenceFlow id="f5" sourceRef="which" targetRef="draft"><bpmn:conditionExpression
      xsi:type="bpmn:tFormalExpression">=decision = "return"</bpmn:conditionExpression></bpmn:sequenceFlow>""",
)


@pytest.fixture(scope="module", autouse=True)
def addresses(people, store, executor):
    """Everybody has an address."""
    engine = ProcessEngine(store, executor, history_key=HISTORY_KEY)
    for person in ("tsai", "wang", "chief", "operator", "admin"):
        name = people[person].name
        engine.directory.change_person(person, actor=SYSTEM, name=name, email=f"{person}@kcg.example")


def notices(engine, people, person, case):
    return [notice.kind for notice in engine.notifications.of(people[person]) if notice.instance_id == case.id]


def test_work_that_arrives_is_told_to_those_who_answer_to_it_and_to_nobody_else(begin, live, work, people, letterbox):
    case = begin(ASKED)
    work()
    assert notices(live, people, "tsai", case) == notices(live, people, "wang", case) == ["arrived"]
    assert notices(live, people, "inspector", case) == []
    (subject,) = letterbox.to("tsai@kcg.example")
    assert subject == f"【四維】新的工作：看（{case.business_key}）"
    (message,) = [message for message in letterbox.messages if message["To"] == "tsai@kcg.example"]
    (task,) = live.tasks.of_case(case.id, SYSTEM)
    assert f"https://siwei.example/tasks/{task.id}" in message.get_content()


def test_told_twice_is_heard_once(begin, live, work, service, people, letterbox):
    case = begin(ASKED)
    (task,) = live.tasks.of_case(case.id, SYSTEM)
    for _ in range(2):
        service.handle("notify", {"kind": "arrived", "instance_id": str(case.id), "task_ids": [str(task.id)]}, 0)
    work()
    assert notices(live, people, "tsai", case) == ["arrived"]
    assert len(letterbox.to("tsai@kcg.example")) == 1


def test_a_task_that_was_taken_before_the_worker_came_is_told_to_whoever_has_it_only(
    begin, live, work, people, letterbox
):
    case = begin(ASKED)
    (task,) = live.tasks.of_case(case.id, SYSTEM)
    live.tasks.claim(task.id, people["wang"])
    work()
    assert notices(live, people, "tsai", case) == []
    assert letterbox.to("tsai@kcg.example") == []


def test_whoever_wants_no_mail_gets_none_and_english_is_english(begin, live, work, people, letterbox):
    live.notifications.set_preference(people["tsai"], mail=False, lang="zh")
    live.notifications.set_preference(people["wang"], mail=True, lang="en")
    case = begin(ASKED)
    work()
    assert notices(live, people, "tsai", case) == ["arrived"]
    assert letterbox.to("tsai@kcg.example") == []
    assert letterbox.to("wang@kcg.example") == [f"[Siwei] New work: 看 ({case.business_key})"]
    for person in ("tsai", "wang"):
        live.notifications.set_preference(people[person], mail=True, lang="zh")


def test_a_mail_server_that_is_down_costs_nobody_a_notice(begin, live, work, people, letterbox, bring_forward):
    letterbox.broken = True
    case = begin(ASKED)
    work()
    assert notices(live, people, "tsai", case) == ["arrived"]
    assert letterbox.messages == []
    letterbox.broken = False
    bring_forward()
    work()
    assert len(letterbox.to("tsai@kcg.example")) == 1


def test_a_confidential_case_is_named_by_its_number_only(begin, live, work, people, letterbox):
    case = begin(ASKED, security_class="密", subject="檢舉某科長")
    work()
    (message,) = [message for message in letterbox.messages if message["To"] == "tsai@kcg.example"]
    text = message["Subject"] + message.get_content()
    assert case.business_key in text
    assert "檢舉" not in text
    assert "看" not in message["Subject"]


def test_work_that_comes_back_is_told_as_returned(begin, live, work, people):
    case = begin(BACK)
    for person, answer in (("tsai", {}), ("chief", {"decision": "return"})):
        (task,) = [task for task in live.tasks.of_case(case.id, SYSTEM) if task.is_open]
        live.tasks.complete(task.id, actor=people[person], variables=answer)
    work()
    assert notices(live, people, "tsai", case) == ["returned"], "the first task was done before the worker came"


def test_an_incident_is_told_to_operators_in_the_app_but_not_by_mail(begin, live, work, people, letterbox):
    case = begin(SCRIPTED)
    (task,) = live.tasks.of_case(case.id, SYSTEM)
    live.tasks.claim(task.id, people["tsai"])
    live.tasks.complete(task.id, actor=people["tsai"], variables={})
    work()
    assert notices(live, people, "operator", case) == ["incident"]
    assert letterbox.to("operator@kcg.example") == []


def test_a_task_for_nobody_is_told_to_the_administrators(begin, live, work, people):
    case = begin(NOBODY)
    work()
    assert sorted(notices(live, people, "admin", case)) == ["arrived", "incident"]


def test_due_soon_and_overdue_are_told_once_each(store, executor, people, make_service):
    clock = SetClock(datetime(2018, 5, 29, 9, tzinfo=TAIPEI))
    engine = ProcessEngine(store, executor, history_key=HISTORY_KEY, clock=clock, queue=NoJobs())
    engine.repository.deploy([SourceFile("process.bpmn", DUE.encode())], actor=SYSTEM, force_now=True)
    case = engine.runtime.start("due", actor=people["kuo"], variables={})
    service = make_service(engine)
    seen = []
    for day in range(12):
        clock.set(datetime(2018, 5, 30, 9, tzinfo=TAIPEI) + timedelta(days=day))
        service.sweep()
        service.sweep()
        seen.append(sorted(notices(engine, people, "tsai", case)))
    # open from 29 May 9:00 to 8 June 17:30: 80 % are used on 6 June at 15:48, a working day before is 7 June 17:30
    assert seen[:8] == [[]] * 8
    assert seen[8] == ["due"]
    assert seen[9] == ["due"]
    assert seen[10] == ["due", "overdue"]
    assert seen[11] == ["due", "overdue"]


def test_the_last_attempt_of_a_mail_is_a_failed_job(begin, live, work, people, letterbox, bring_forward):
    letterbox.broken = True
    begin(BACK)
    for _ in range(MAX_ATTEMPTS):
        work()
        bring_forward()
    assert {job.kind for job in live.monitor.failed_jobs(people["operator"])} == {"notice_mail"}
