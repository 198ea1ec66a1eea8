"""Who is told what, once, in the app and by mail, in their language."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from engine import SYSTEM, NoJobs, ProcessEngine, SetClock, SourceFile
from engine.calendar.working_days import TAIPEI
from engine.jobs import MAX_ATTEMPTS
from engine.queue import JobSpec
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

TWICE = process(
    "twice",
    chain(*(user_task(f"step{n}", f"第{n}步", FOR_LABOR) for n in range(4)), ids=("step0", "step1", "step2", "step3")),
)
WITH_CASE = process(
    "with_case",
    """<bpmn:startEvent id="start"/><bpmn:parallelGateway id="split"/>
    <bpmn:userTask id="handle" name="辦理" camunda:assignee="tsai"
      camunda:dueDate="=date and time(due_at, time(&quot;17:30:00+08:00&quot;))"/>
    <bpmn:userTask id="extend" name="核定展期" camunda:assignee="chief"/>
    <bpmn:endEvent id="end"/><bpmn:endEvent id="end2"/>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="split"/>
    <bpmn:sequenceFlow id="f2" sourceRef="split" targetRef="handle"/>
    <bpmn:sequenceFlow id="f3" sourceRef="split" targetRef="extend"/>
    <bpmn:sequenceFlow id="f4" sourceRef="handle" targetRef="end"/>
    <bpmn:sequenceFlow id="f5" sourceRef="extend" targetRef="end2"/>""",
)
WAITING = process(
    "waiting",
    """<bpmn:startEvent id="start"/><bpmn:intermediateCatchEvent id="long" name="候">
      <bpmn:timerEventDefinition id="t"><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P300D</bpmn:timeDuration>
      </bpmn:timerEventDefinition></bpmn:intermediateCatchEvent><bpmn:endEvent id="end"/>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="long"/>
    <bpmn:sequenceFlow id="f2" sourceRef="long" targetRef="end"/>""",
)


def complete_next(engine, people, case, **answer):
    (task,) = [task for task in engine.tasks.of_case(case.id, SYSTEM) if task.is_open]
    engine.tasks.claim(task.id, people["tsai"])
    engine.tasks.complete(task.id, actor=people["tsai"], variables=answer)


@pytest.fixture(scope="module", autouse=True)
def addresses(people, store, executor):
    """Everybody has an address."""
    engine = ProcessEngine(store, executor, history_key=HISTORY_KEY)
    for person in ("tsai", "wang", "chief", "operator", "admin"):
        name = people[person].name
        engine.directory.change_person(person, actor=SYSTEM, name=name, email=f"{person}@kcg.example")


ENGLISH = (
    '<bpmn:extensionElements><camunda:properties><camunda:property name="nameEn" value="Count"/>'
    "</camunda:properties></bpmn:extensionElements>"
)


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


@pytest.mark.parametrize(
    ("answer", "flow", "told"),
    [
        ({"decision": "return"}, None, "returned"),
        ({"decision": "return"}, "false", "arrived"),  # a letter to write: nothing came back
        ({"decision": "revise"}, "true", "returned"),
        ({"decision": "revise"}, None, "arrived"),  # done before, yet not sent back
    ],
)
def test_what_was_sent_back_is_said_by_the_decision_or_by_the_flow(begin, live, work, people, answer, flow, told):
    mark = (
        ""
        if flow is None
        else (
            '<bpmn:extensionElements><camunda:properties><camunda:property name="returns" '
            f'value="{flow}"/></camunda:properties></bpmn:extensionElements>'
        )
    )
    case = begin(
        BACK.replace('targetRef="draft"><bpmn:cond', f'targetRef="draft">{mark}<bpmn:cond').replace(
            '=decision = "return"', '=decision = "return" or decision = "revise"'
        )
    )
    for person, given in (("tsai", {}), ("chief", answer)):
        (task,) = [task for task in live.tasks.of_case(case.id, SYSTEM) if task.is_open]
        live.tasks.complete(task.id, actor=people[person], variables=given)
    work()
    assert notices(live, people, "tsai", case) == [told]


def test_an_incident_is_told_to_operators_in_the_app_but_not_by_mail(begin, live, work, people, letterbox):
    case = begin(SCRIPTED.replace('name="計算">', f'name="計算">{ENGLISH}'))
    (task,) = live.tasks.of_case(case.id, SYSTEM)
    live.tasks.claim(task.id, people["tsai"])
    live.tasks.complete(task.id, actor=people["tsai"], variables={})
    work()
    assert notices(live, people, "operator", case) == ["incident"]
    (told,) = [one for one in live.notifications.of(people["operator"]) if one.instance_id == case.id]
    assert (told.params["task"], told.params["task_en"]) == ("計算", "Count")
    assert letterbox.to("operator@kcg.example") == []


def test_a_task_for_nobody_is_told_to_the_administrators(begin, live, work, people):
    case = begin(NOBODY)
    work()
    assert sorted(notices(live, people, "admin", case)) == ["arrived", "incident"]


def played(store, executor, clock):
    """An engine whose time the test moves."""
    return ProcessEngine(store, executor, history_key=HISTORY_KEY, clock=clock, queue=NoJobs())


def day(number, hour=9, month=5):
    return datetime(2018, month, number, hour, tzinfo=TAIPEI)


def begin_at(engine, people, clock, moment, bpmn, **variables):
    clock.set(moment)
    engine.repository.deploy([SourceFile("process.bpmn", bpmn.encode())], actor=SYSTEM, force_now=True)
    key = bpmn.split('<bpmn:process id="', 1)[1].split('"', 1)[0]
    return engine.runtime.start(key, actor=people["kuo"], variables=variables)


def sweeps(service, clock, days):
    """Go round once each morning; whoever goes round twice tells nobody twice."""
    for moment in days:
        clock.set(moment)
        service.sweep()
        service.sweep()


DEADLINE = date(2018, 6, 8)
"""A Friday; it ends at 17:30."""
JUNE = [datetime(2018, 6, number, 9, tzinfo=TAIPEI) for number in range(1, 28)]


def test_a_case_reminds_of_its_own_deadline_before_it_on_it_and_after(store, executor, people, make_service):
    clock = SetClock(day(29))
    engine = played(store, executor, clock)
    case = begin_at(engine, people, clock, day(29), ASKED, due_at=DEADLINE)
    service = make_service(engine)
    told = {}
    for moment in JUNE:
        before = len(notices(engine, people, "tsai", case))
        sweeps(service, clock, [moment])
        new = notices(engine, people, "tsai", case)[: len(notices(engine, people, "tsai", case)) - before]
        told |= {moment.day: new} if new else {}
    # 80 % of the time is used on 6 June in the afternoon, it ends on the 8th at 17:30; the third working day after that
    # is the 13th, five further ones end on the 20th: each is told on the next morning's round
    assert told == {7: ["case_due"], 9: ["case_overdue"], 14: ["case_overdue"], 21: ["case_overdue"]}


def test_a_case_does_not_remind_while_its_clock_stands_still_and_its_deadline_moves(
    store, executor, people, make_service
):
    clock = SetClock(day(29))
    engine = played(store, executor, clock)
    case = begin_at(engine, people, clock, day(29), TWICE, due_at=DEADLINE)
    service = make_service(engine)
    complete_next(engine, people, case, clock="stopped")
    sweeps(service, clock, JUNE[:14])
    assert "case_due" not in notices(engine, people, "tsai", case)
    assert "case_overdue" not in notices(engine, people, "tsai", case)
    complete_next(engine, people, case, clock="running")
    moved = engine.runtime.instance(case.id, SYSTEM).due_at
    assert moved > datetime(2018, 6, 20, tzinfo=TAIPEI)
    complete_next(engine, people, case, note="a step that says nothing of the deadline")
    assert engine.runtime.instance(case.id, SYSTEM).due_at == moved, "the variable still says the first one"
    sweeps(service, clock, [moved - timedelta(hours=2)])
    assert notices(engine, people, "tsai", case).count("case_due") == 1
    sweeps(service, clock, [moved + timedelta(hours=2)])
    assert notices(engine, people, "tsai", case).count("case_overdue") == 1


def test_a_case_that_has_ended_reminds_nobody(store, executor, people, make_service):
    clock = SetClock(day(29))
    engine = played(store, executor, clock)
    case = begin_at(engine, people, clock, day(29), ASKED, due_at=DEADLINE)
    engine.runtime.cancel(case.id, reason="撤案", actor=people["kuo"])
    sweeps(make_service(engine), clock, JUNE[-1:])
    assert "case_overdue" not in notices(engine, people, "tsai", case)


def test_work_that_is_due_with_its_case_is_told_once_and_moves_with_it(store, executor, people, make_service):
    clock = SetClock(day(29))
    engine = played(store, executor, clock)
    case = begin_at(engine, people, clock, day(29), WITH_CASE, due_at=DEADLINE)
    service = make_service(engine)
    sweeps(service, clock, JUNE[:7])
    assert notices(engine, people, "tsai", case) == ["due"], "the task says it; the case does not say it again"
    later = datetime(2018, 6, 22, 17, 30, tzinfo=TAIPEI)
    (other,) = [task for task in engine.tasks.of_case(case.id, SYSTEM) if task.element_id == "extend"]
    engine.tasks.complete(other.id, actor=people["chief"], variables={"due_at": later})
    (task,) = [task for task in engine.tasks.of_case(case.id, SYSTEM) if task.is_open]
    assert task.due_at == later
    sweeps(service, clock, JUNE[7:15])
    assert notices(engine, people, "tsai", case) == ["due"], "no more overdue on the 9th"
    sweeps(service, clock, [later + timedelta(hours=1)])
    assert notices(engine, people, "tsai", case) == ["overdue", "due"]


def test_a_case_that_waits_for_nobody_reminds_its_handler_else_the_registrar(store, executor, people, make_service):
    clock = SetClock(day(29))
    engine = played(store, executor, clock)
    handled = begin_at(
        engine, people, clock, day(29), WAITING, due_at=DEADLINE, handler={"id": "wang", "label": "王小明"}
    )
    owned = begin_at(engine, people, clock, day(29), WAITING, due_at=DEADLINE, owning_unit="aia.inspection")
    sweeps(make_service(engine), clock, JUNE[:8])
    assert notices(engine, people, "wang", handled) == ["case_due"]
    assert notices(engine, people, "registrar", handled) == []
    assert notices(engine, people, "registrar", owned) == ["case_due"]


def test_a_mail_about_a_case_names_it_and_leads_to_it(begin, live, work, people, letterbox):
    case = begin(ASKED, due_at="2018-06-08")
    (notice,) = live.notifications.add(
        ["tsai"], "case_overdue", instance_id=case.id, params={"due_at": "2018-06-08T17:30:00+08:00", "once": "1"}
    ).values()
    with live.store.transaction() as tx:
        live.queue.defer(tx.connection, [JobSpec("notice_mail", {"notification_id": str(notice)})])
    work()
    (message,) = [found for found in letterbox.messages if "案件已逾限辦日" in found["Subject"]]
    assert f"https://siwei.example/cases/{case.id}" in message.get_content()
    assert "民國107年6月8日 17:30" in message.get_content()


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
