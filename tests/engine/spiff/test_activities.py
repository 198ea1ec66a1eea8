# ruff: noqa: E501 (a piece of XML stays in one line)
"""User tasks, scripts, decisions, connectors, subprocesses and repetitions."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from engine.calendar.working_days import WorkCalendar
from engine.errors import InstanceEnded, TaskNotOpen, ValueRefused
from engine.model import CompleteTask, Execution, FinishService, SourceFile
from tests.engine.spiff.player import Player, bpmn, play, process, properties, source

LINE = ["s -> a", "a -> e"]
START_END = '<startEvent id="s"/><endEvent id="e"/>'
ANNA = {"id": "anna", "label": "安娜"}
HEALTH = {"id": "health", "label": "衛生局"}


def open_task(attributes: str, inner: str = "", **values):
    case = play(f'{START_END}<userTask id="a" name="審 查" {attributes}>{inner}</userTask>', *LINE, **values)
    return case, case.task("a")


# -- user tasks -------------------------------------------------------------------------------


def test_an_open_task_says_who_by_when_with_which_form():
    case, task = open_task(
        'camunda:assignee="=handler" camunda:candidateGroups="=role(&quot;agency_hr&quot;, unit)" '
        'camunda:candidateUsers="bob, carl" camunda:dueDate="=working_days_after(today(), 3)" '
        'camunda:followUpDate="2018-01-17" camunda:priority="=70" camunda:formKey="petition/intake"',
        properties(nameEn="Review", label="=unit"),
        handler=ANNA,
        unit=HEALTH,
    )
    assert (task.name, task.name_en, task.label) == ("審 查", "Review", "衛生局")
    assert task.assignee == "anna"
    assert task.candidate_groups == ("agency_hr@health",)
    assert task.candidate_users == ("bob", "carl")
    assert task.due_at == datetime(2018, 1, 18, 9, 30, tzinfo=UTC)  # Monday + 3 working days, 17:30 in Taipei
    assert task.follow_up_at == datetime(2018, 1, 17, 9, 30, tzinfo=UTC)
    assert (task.priority, task.form_key) == (70, "petition/intake")
    assert not case.incidents


def test_candidates_may_be_superiors_heads_and_persons():
    _, task = open_task(
        'camunda:candidateGroups="=[head(unit), superior(handler), user(handler), role(&quot;mayor&quot;)]"',
        handler=ANNA,
        unit="health",
    )
    assert task.candidate_groups == ("head@health", "superior:anna", "mayor@")
    assert task.candidate_users == ("anna",)


def test_a_lane_gives_the_default_candidates():
    lanes = (
        '<laneSet id="l"><lane id="l1" name="承辦">'
        + properties(candidateGroups='=role("agency_handler", unit)')
        + "<flowNodeRef>a</flowNodeRef><flowNodeRef>b</flowNodeRef></lane></laneSet>"
    )
    body = f'{START_END}{lanes}<userTask id="a"/><userTask id="b" camunda:assignee="anna"/>'
    case = play(body, "s -> a", "s -> b", "a -> e", "b -> e", unit=HEALTH)
    assert case.task("a").candidate_groups == ("agency_handler@health",)
    assert case.task("a").lane == "承辦"
    assert (case.task("b").assignee, case.task("b").candidate_groups) == ("anna", ())


def test_a_task_without_anybody_opens_with_an_incident_that_can_be_mended():
    case, task = open_task('camunda:candidateGroups="=role(&quot;agency_hr&quot;, unit)" camunda:dueDate="=later"')
    assert task.candidate_groups == ()
    assert case.incident("a").kind == "assignment"
    case.retry("a", unit=HEALTH, later=date(2018, 2, 1))
    assert not case.incidents
    assert case.task("a").candidate_groups == ("agency_hr@health",)
    assert case.task("a").due_at is not None
    assert len(case.open) == 1


def test_completing_a_task_resolves_its_assignment_incident():
    case, _ = open_task('camunda:assignee="=nobody"')
    assert case.complete("a").ended == "completed"
    assert not case.incidents


def test_a_completed_task_cannot_be_completed_again():
    body = f'{START_END}<userTask id="a"/><userTask id="b"/>'
    case = play(body, "s -> a", "a -> b", "b -> e")
    first = case.task("a").id
    case.complete("a")
    with pytest.raises(TaskNotOpen):
        case.step(CompleteTask(first, {}))
    case.complete("b")
    with pytest.raises(InstanceEnded):
        case.step(CompleteTask(first, {}))


def test_values_that_cannot_be_stored_are_refused_and_nothing_changes():
    case, _ = open_task("")
    with pytest.raises(ValueRefused):
        case.complete("a", x=float("nan"))
    with pytest.raises(ValueRefused):
        play(f'{START_END}<userTask id="a"/>', *LINE, x="\x00")
    assert case.complete("a", x=Decimal("1.50")).variables["x"] == Decimal("1.50")


def test_a_manual_task_waits_for_a_person():
    assert play(f'{START_END}<manualTask id="a"/>', *LINE).waiting == ["a"]


# -- scripts and decisions ----------------------------------------------------------------------


def script(text: str, **values):
    return play(f'{START_END}<scriptTask id="a"><script>{text}</script></scriptTask>', *LINE, **values)


def test_a_feel_script_gives_variables():
    assert script("={total: a + b, who: initiator}", a=1, b=2).variables == {"a": 1, "b": 2, "total": 3, "who": None}


def test_a_python_script_gives_the_names_it_assigns():
    case = script("total = sum(amounts)\nlabel = str(total)", amounts=[1, 2, 3])
    assert case.variables["total"] == 6
    assert case.variables["label"] == "6"


@pytest.mark.parametrize("text", ["={a: missing + 1}", "=[1]", "x = 1 / 0", "={f: function(x) x}"])
def test_a_script_that_fails_changes_nothing_and_leaves_an_incident(text):
    case = script(text, amount=1)
    assert case.variables == {"amount": 1}
    assert case.incident("a").kind == "script"
    assert case.incident("a").message


def test_scripts_see_the_fixed_names():
    body = f'{START_END}<scriptTask id="a"><script>={{who: initiator.label, key: business_key, at: started_at}}</script></scriptTask>'
    case = Player(source(bpmn(process(body, *LINE))), initiator=ANNA, business_key="PT-107-0001").start()
    assert (case.variables["who"], case.variables["key"]) == ("安娜", "PT-107-0001")
    assert case.variables["at"] == case.now


DMN = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="t" name="t" namespace="n">
<decision id="sla" name="期限"><decisionTable id="dt" hitPolicy="{policy}">
<input id="i"><inputExpression id="ie" typeRef="string"><text>kind</text></inputExpression></input>
<output id="o" {output} typeRef="number"/>
<rule id="r1"><inputEntry id="a1"><text>"plain"</text></inputEntry><outputEntry id="b1"><text>6</text></outputEntry></rule>
<rule id="r2"><inputEntry id="a2"><text>"plain", "hard"</text></inputEntry><outputEntry id="b2"><text>30</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def table(policy: str = "FIRST", output: str = 'name="days"') -> SourceFile:
    return SourceFile("sla.dmn", DMN.format(policy=policy, output=output).encode())


def decide(policy: str = "FIRST", output: str = 'name="days"', attributes: str = "", **values) -> Player:
    called = (
        "<extensionElements><spiffworkflow:calledDecisionId>sla</spiffworkflow:calledDecisionId></extensionElements>"
    )
    body = f'{START_END}<businessRuleTask id="a" {attributes}>{called}</businessRuleTask>'
    return Player(source(bpmn(process(body, *LINE)), table(policy, output))).start(**values)


def test_a_decision_gives_its_outputs_by_name_and_tells_the_history():
    case = decide(kind="plain")
    assert case.variables["days"] == 6
    fact = next(fact for fact in case.last.facts if fact.element_id == "a" and fact.event == "completed")
    assert fact.detail["decision"] == "sla"
    assert fact.detail["digest"] == hashlib.sha256(table(output='name="days"').content).hexdigest()[:12]
    assert fact.detail["chain"] == [{"id": "sla", "inputs": ["plain"], "rules": [1], "output": 6}]


def test_a_decision_goes_where_it_is_told():
    assert decide(output="", kind="hard").variables["sla"] == 30
    assert decide(attributes='camunda:resultVariable="limit"', kind="hard").variables["limit"] == 30
    assert decide("COLLECT", kind="plain").variables["sla"] == [6, 30]


def test_a_decision_without_a_matching_rule_is_an_incident():
    case = decide(kind="other")
    assert case.incident("a").kind == "decision"
    assert case.retry("a", kind="hard").variables["days"] == 30


# -- connectors ---------------------------------------------------------------------------------

SERVICE = (
    '<serviceTask id="a"><extensionElements><spiffworkflow:serviceTaskOperator id="mail" resultVariable="sent">'
    '<spiffworkflow:parameters><spiffworkflow:parameter id="to" type="str" value="=address"/>'
    '<spiffworkflow:parameter id="subject" type="str" value="Hello"/></spiffworkflow:parameters>'
    "</spiffworkflow:serviceTaskOperator></extensionElements></serviceTask>"
)
CAUGHT = (
    SERVICE + '<boundaryEvent id="x" attachedToRef="a"><errorEventDefinition errorRef="er" '
    'camunda:errorCodeVariable="code" camunda:errorMessageVariable="why"/></boundaryEvent><userTask id="mend"/>'
)


def test_a_service_task_asks_for_a_call_and_takes_its_answer():
    case = play(START_END + SERVICE, *LINE, address="a@b")
    assert case.call("a").connector == "mail"
    assert case.call("a").arguments == {"to": "a@b", "subject": "Hello"}
    assert case.last.service_calls
    assert case.finish("a", {"id": 7}).variables["sent"] == {"id": 7}
    assert case.ended == "completed"


def test_a_connector_that_gives_up_leaves_an_incident_and_can_be_called_again():
    case = play(START_END + SERVICE, *LINE, address="a@b").fail("a", "no such host")
    assert case.incident("a").kind == "service"
    assert "no such host" in case.incident("a").message
    case.calls.clear()
    case.retry("a", address="c@d")
    assert case.call("a").arguments["to"] == "c@d"
    assert case.finish("a").ended == "completed"


def test_an_error_of_a_connector_reaches_its_boundary_event():
    top = '<error id="er" errorCode="BOUNCED"/>'
    lines = [*LINE, "x -> mend", "mend -> e"]
    case = play(START_END + CAUGHT, *lines, top=top, address="a").fail("a", "mailbox full", "BOUNCED")
    assert case.waiting == ["mend"]
    assert (case.variables["code"], case.variables["why"]) == ("BOUNCED", "mailbox full")
    other = play(START_END + CAUGHT, *lines, top=top, address="a").fail("a", "mailbox full", "OTHER")
    assert other.incident("a").kind == "service"


def test_an_answer_that_comes_late_is_refused():
    case = play(START_END + SERVICE, *LINE, address="a")
    call = case.call("a")
    case.finish("a")
    with pytest.raises((TaskNotOpen, InstanceEnded)):
        case.step(FinishService(call.task_id))


def test_arguments_that_cannot_be_worked_out_are_an_incident():
    case = play(START_END + SERVICE, *LINE)
    assert case.incident("a").kind == "service"
    assert not case.calls
    assert case.retry("a", address="x").call("a")


# -- subprocesses ---------------------------------------------------------------------------------


def test_an_embedded_subprocess_works_on_the_variables_around_it():
    sub = '<subProcess id="sub"><startEvent id="s2"/><userTask id="in"/><endEvent id="e2"/><sequenceFlow id="i1" sourceRef="s2" targetRef="in"/><sequenceFlow id="i2" sourceRef="in" targetRef="e2"/></subProcess>'
    body = f'{START_END}{sub}<userTask id="after"/>'
    case = play(body, "s -> sub", "sub -> after", "after -> e", x=1)
    assert case.waiting == ["in"]
    assert set(case.last.active_elements) == {"sub", "in"}
    case.complete("in", y=2)
    assert case.waiting == ["after"]
    assert case.variables == {"x": 1, "y": 2}


def test_a_called_process_has_variables_of_its_own():
    inner = process(
        '<startEvent id="s"/><userTask id="in" name="{name}"/><endEvent id="e"/>', "s -> in", "in -> e", id="child"
    )
    call = (
        '<callActivity id="a" calledElement="child"><extensionElements><camunda:in source="x" target="given"/>'
        '<camunda:out source="answer" target="result"/></extensionElements></callActivity>'
    )
    case = Player(source(bpmn(process(START_END + call, *LINE)), bpmn(inner))).start(x=1, secret=2)
    task = case.task("in")
    assert case.executor.variables(Execution(case.source, case.last.state), task.id) == {"given": 1}
    case.complete("in", answer=42, other=1)
    assert case.variables == {"x": 1, "secret": 2, "result": 42}
    assert case.ended == "completed"
    assert [f.detail for f in case.last.facts if f.element_id == "in"] == [{"process": "child"}]


def test_without_mappings_everything_is_passed_to_a_called_process_and_back():
    inner = process('<startEvent id="s"/><userTask id="in"/><endEvent id="e"/>', "s -> in", "in -> e", id="child")
    call = '<callActivity id="a" calledElement="child"/>'
    case = Player(source(bpmn(process(START_END + call, *LINE), inner))).start(x=1)
    assert case.complete("in", y=2).variables == {"x": 1, "y": 2}


def test_while_a_part_runs_the_case_knows_what_the_part_will_hand_back():
    inner = process(
        '<startEvent id="s"/><userTask id="in"/><userTask id="more"/><endEvent id="e"/>',
        *("s -> in", "in -> more", "more -> e"),
        id="child",
    )
    some = (
        '<callActivity id="a" calledElement="child"><extensionElements><camunda:in variables="all"/>'
        '<camunda:out source="y" target="z"/></extensionElements></callActivity>'
    )
    everything = some.replace('source="y" target="z"', 'variables="all"')
    case = Player(source(bpmn(process(START_END + everything, *LINE)), bpmn(inner))).start(x=1)
    assert case.complete("in", x=5, y=2).variables == {"x": 5, "y": 2}
    assert case.complete("more").variables == {"x": 5, "y": 2}
    case = Player(source(bpmn(process(START_END + some, *LINE)), bpmn(inner))).start(x=1)
    assert case.complete("in", y=2).variables == {"x": 1}
    assert case.complete("more").variables == {"x": 1, "z": 2}


def test_what_one_of_many_parts_hands_back_is_not_the_case_s():
    inner = process('<startEvent id="s"/><userTask id="in"/><userTask id="more"/>', "s -> in", "in -> more", id="child")
    call = (
        '<callActivity id="a" calledElement="child"><multiInstanceLoopCharacteristics isSequential="true"'
        ' camunda:collection="=people" camunda:elementVariable="p"/></callActivity>'
    )
    case = Player(source(bpmn(process(START_END + call, *LINE)), bpmn(inner))).start(people=["甲"])
    assert case.complete("in", y=2).variables == {"people": ["甲"]}


def test_empty_subprocesses_are_passed_through():
    body = f'{START_END}<subProcess id="a"/>'
    assert play(body, *LINE).ended == "completed"


def test_the_same_ids_in_two_subprocesses_do_not_meet():
    inner = '<startEvent id="{0}s"/><userTask id="{0}t"/><sequenceFlow id="{0}f" sourceRef="{0}s" targetRef="{0}t"/>'
    first = process(
        f'{START_END}<subProcess id="sub">{inner.format("x")}</subProcess><callActivity id="c" calledElement="q"/>',
        "s -> sub",
        "sub -> c",
        "c -> e",
    )
    second = process(
        f'{START_END}<subProcess id="sub">{inner.format("y")}</subProcess>', "s -> sub", "sub -> e", id="q"
    )
    case = Player(source(bpmn(first), bpmn(second))).start()
    assert case.complete("xt").waiting == ["yt"]
    assert case.complete("yt").ended == "completed"


@pytest.mark.parametrize("name", ["Start", "End", "Root", "p.EndJoin", "start"])
def test_an_analyst_may_use_the_ids_that_the_library_uses(name):
    name = name.replace(".", "_") if name == "p.EndJoin" else name
    body = f'<startEvent id="s"/><userTask id="{name}"/><endEvent id="e"/>'
    assert play(body, f"s -> {name}", f"{name} -> e").complete(name).ended == "completed"


def test_the_calendar_of_the_step_is_used():
    closed = WorkCalendar(off=frozenset([date(2018, 1, 16)]))
    body = f'{START_END}<scriptTask id="a"><script>={{d: working_days_after(today(), 1), n: working_days_between(today(), date("2018-01-19")), y: roc_year(today()), t: roc_date(today()), c: calendar_days_after(today(), 5)}}</script></scriptTask>'
    case = Player(source(bpmn(process(body, *LINE))), calendar=closed).start()
    assert case.variables["d"] == datetime(2018, 1, 17, 9, 30, tzinfo=UTC)
    assert (case.variables["n"], case.variables["y"]) == (3, 107)
    assert case.variables["t"] == "民國107年1月15日"
    assert case.variables["c"] == datetime(2018, 1, 22, 4, 0, tzinfo=UTC)  # Saturday: Monday noon
