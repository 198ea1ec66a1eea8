# ruff: noqa: E501 (a piece of XML stays in one line)
"""Where variables come from: what is read too early or never written is found, and nothing that may be there is."""

from __future__ import annotations

import json

import pytest

from engine import forms
from engine.forms.uses import uses
from engine.model import SourceFile
from engine.spiff import Executor
from tests.engine.spiff.player import _sandbox, bpmn, process, properties

START = '<startEvent id="s" camunda:formKey="start"/><endEvent id="e"/>'
START_FORM = [{"type": "number", "id": "n", "key": "amount", "label": "n"}]
TABLE = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="t">
<decision id="level" name="level"><decisionTable id="t" hitPolicy="FIRST">
<input id="i"><inputExpression id="ie"><text>amount</text></inputExpression></input>
<output id="o" name="grade"/><rule id="r"><inputEntry id="c"><text>-</text></inputEntry><outputEntry id="v"><text>1</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def form(name, components):
    content = json.dumps({"type": "default", "id": name, "schemaVersion": 19, "components": components}).encode()
    return SourceFile(f"{name}.form", content)


def doubts(body, *lines, start=START, top="", answers=(), table=TABLE, more=b""):
    """The doubtful reads of a process: element, variable."""
    files = [
        SourceFile("p.bpmn", bpmn(process(start + body, *lines, top=top), more.decode())),
        form("start", START_FORM),
        form("answer", list(answers)),
        SourceFile("d.dmn", table.replace(b"level", b"level")),
    ]
    known = {file.name: uses(forms.parse(file.content, file.name)) for file in files if file.kind == "form"}
    findings = Executor(_sandbox).lint(files, known)
    return {
        (finding.element_id, finding.message_en.split("variable ")[1].split(",")[0])
        for finding in findings
        if finding.code in ("variable-never-written", "variable-read-early")
    }


def script(name, text):
    return f'<scriptTask id="{name}"><script>{text}</script></scriptTask>'


def test_what_a_start_form_asks_is_there():
    assert doubts(script("x", "={b: amount + 1}"), "s -> x", "x -> e") == set()


def test_a_slip_of_the_pen_is_found():
    assert doubts(script("x", "={b: amuont + 1}"), "s -> x", "x -> e") == {("x", "amuont")}


def test_a_condition_reads_what_its_gateway_has_before_it():
    body = script("x", "={b: 1}") + '<exclusiveGateway id="g" default="g_e"/><task id="y"/>'
    lines = ("s -> x", "x -> g", "g -> y: =c = 1", "g -> e", "y -> e")
    assert doubts(body, *lines) == {("g_y", "c")}
    assert doubts(body.replace("b: 1", "c: 1"), *lines) == set()


def test_what_is_only_written_later_is_too_early():
    body = script("x", "={b: c}") + script("y", "={c: 1}")
    assert doubts(body, "s -> x", "x -> y", "y -> e") == {("x", "c")}


def test_a_loop_may_bring_it_from_the_last_turn():
    body = script("x", "={b: c}") + script("y", "={c: 1}") + '<exclusiveGateway id="g" default="g_e"/>'
    assert doubts(body, "s -> x", "x -> y", "y -> g", "g -> x: =c > 0", "g -> e") == set()


def test_a_parallel_branch_may_bring_it():
    body = script("x", "={b: c}") + script("y", "={c: 1}") + '<parallelGateway id="f"/><parallelGateway id="j"/>'
    assert doubts(body, "s -> f", "f -> x", "f -> y", "x -> j", "y -> j", "j -> e") == set()


def test_an_event_subprocess_may_bring_it_at_any_time():
    inner = f'<startEvent id="i"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></startEvent>{script("y", "={c: 1}")}<endEvent id="j"/>'
    sub = f'<subProcess id="sub" triggeredByEvent="true">{inner}<sequenceFlow id="f1" sourceRef="i" targetRef="y"/><sequenceFlow id="f2" sourceRef="y" targetRef="j"/></subProcess>'
    assert doubts(script("x", "={b: c}") + sub, "s -> x", "x -> e") == set()


@pytest.mark.parametrize(
    ("event", "found"),
    [
        ("<messageEventDefinition messageRef='m'/>", set()),
        (properties(resultVariable="reply") + "<messageEventDefinition messageRef='m'/>", {("x", "c")}),
    ],
)
def test_a_message_may_bring_anything_unless_it_goes_into_one_variable(event, found):
    body = f'<intermediateCatchEvent id="w">{event}</intermediateCatchEvent>' + script("x", "={b: c}")
    assert doubts(body, "s -> w", "w -> x", "x -> e", top='<message id="m" name="m"/>') == found


SENT = (
    '<process id="q" isExecutable="true"><startEvent id="s2"/><endEvent id="e2">{0}'
    '<messageEventDefinition messageRef="m"/></endEvent><sequenceFlow id="f2" sourceRef="s2" targetRef="e2"/></process>'
)


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        (properties(payload="={c: 1}"), set()),
        (properties(payload="={other: 1}"), {("x", "c")}),
        ("", {("x", "c")}),
        (properties(payload="=merged"), {("e2", "merged")}),
    ],
)
def test_a_message_whose_sender_is_there_brings_what_that_says(payload, found):
    body = '<intermediateCatchEvent id="w"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
    body += script("x", "={b: c + 1}")
    top, more = '<message id="m" name="m"/>', SENT.format(payload).encode()
    assert doubts(body, "s -> w", "w -> x", "x -> e", top=top, more=more) == found


def test_a_decision_reads_its_inputs_and_writes_its_outputs():
    rule = '<businessRuleTask id="r"><extensionElements><spiffworkflow:calledDecisionId>level</spiffworkflow:calledDecisionId></extensionElements></businessRuleTask>'
    assert doubts(rule + script("x", "={b: grade}"), "s -> r", "r -> x", "x -> e") == set()
    bare = '<startEvent id="s"/><endEvent id="e"/>'
    assert doubts(rule, "s -> r", "r -> e", start=bare) == {("r", "amount")}


def test_a_form_writes_its_fields_and_reads_what_its_conditions_name():
    task = '<userTask id="t" camunda:formKey="answer" camunda:assignee="anna"/>'
    fields = [
        {"type": "textfield", "id": "a", "key": "opinion", "label": "a", "conditional": {"hide": "=level_of_risk > 2"}},
        {"type": "textfield", "id": "b", "key": "shown", "label": "b", "readonly": True},
        {
            "type": "group",
            "id": "g",
            "label": "g",
            "components": [{"type": "number", "id": "c", "key": "inner", "label": "c"}],
        },
    ]
    reading = script("x", "={b: opinion, c: inner, d: shown}")
    assert doubts(task + reading, "s -> t", "t -> x", "x -> e", answers=fields) == {
        ("t", "level_of_risk"),
        ("t", "shown"),
        ("x", "shown"),
    }


def test_the_item_of_a_repetition_is_there_inside_it_alone():
    many = '<multiInstanceLoopCharacteristics camunda:collection="=[amount]" camunda:elementVariable="one"/>'
    inner = f'<startEvent id="i"/>{script("x", "={b: one, n: loopCounter}")}<endEvent id="j"/><sequenceFlow id="f1" sourceRef="i" targetRef="x"/><sequenceFlow id="f2" sourceRef="x" targetRef="j"/>'
    body = f'<subProcess id="sub">{many}{inner}</subProcess>' + script("y", "={c: one}")
    assert doubts(body, "s -> sub", "sub -> y", "y -> e") == {("y", "one")}


def test_a_called_process_has_what_is_passed_and_gives_back_what_it_writes():
    called = process(
        '<startEvent id="qs"/><endEvent id="qe"/>' + script("qx", "={back: given + gone}"),
        "qs -> qx",
        "qx -> qe",
        id="q",
    )
    body = (
        '<callActivity id="c" calledElement="q"><extensionElements><camunda:in source="amount" target="given"/></extensionElements></callActivity>'
        + script("x", "={b: back, d: lost}")
    )
    assert doubts(body, "s -> c", "c -> x", "x -> e", more=called.encode()) == {("qx", "gone"), ("x", "lost")}


def test_python_reads_and_writes_too():
    body = '<scriptTask id="x"><script>total = amount + len(rest)</script></scriptTask>' + script("y", "={b: total}")
    assert doubts(body, "s -> x", "x -> y", "y -> e") == {("x", "rest")}


RULE_TASK = (
    '<businessRuleTask id="x"><extensionElements><spiffworkflow:calledDecisionId>level'
    "</spiffworkflow:calledDecisionId></extensionElements></businessRuleTask>"
)


def unknown_in_tables(table, body=RULE_TASK, lines=("s -> x", "x -> e"), more=""):
    files = [
        SourceFile("p.bpmn", bpmn(process(START + body, *lines), more)),
        form("start", START_FORM),
        SourceFile("d.dmn", table),
    ]
    known = {"start.form": uses(forms.parse(files[1].content, "start.form"))}
    found = Executor(_sandbox).lint(files, known)
    return [(one.element_id, one.message_en) for one in found if one.code == "dmn-unknown-name"]


def test_a_table_that_reads_a_name_nobody_gives_is_told_the_nearest_one():
    assert unknown_in_tables(TABLE) == []
    assert unknown_in_tables(TABLE.replace(b"<text>amount<", b"<text>amout<")) == [
        ("level", "decision 'level' uses the unknown name 'amout'; did you mean 'amount'?")
    ]


def test_a_table_may_read_what_nobody_can_tell():
    table = TABLE.replace(b"<text>amount<", b"<text>amout<")
    payload = '<intermediateCatchEvent id="m"><messageEventDefinition messageRef="news"/></intermediateCatchEvent>'
    message = '<message id="news" name="news"/>'
    assert unknown_in_tables(table, payload + RULE_TASK, ("s -> m", "m -> x", "x -> e"), more=message) == []
    assert unknown_in_tables(table, properties(instantiable="false") + RULE_TASK) == []
    uncalled = unknown_in_tables(table, '<task id="x"/>')
    assert uncalled == []
