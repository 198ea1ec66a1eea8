# ruff: noqa: E501 (a piece of XML stays in one line)
"""Each rule finds its fault, names the element, and leaves a correct drawing alone."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

from engine.model import SourceFile
from engine.rules import GROUPS, RULES
from engine.spiff import Executor, lint
from engine.spiff.lint import support
from tests.engine.spiff.player import _sandbox, bpmn, flows, process, properties
from tests.unit.spiff.violations import SOUND as SOUND_FILES
from tests.unit.spiff.violations import VIOLATIONS, around, beside

TOP = '<message id="m" name="reply"/><error id="er" errorCode="NO"/>'
SOUND = (
    '<startEvent id="s" camunda:formKey="intake"/><endEvent id="e"/>'
    '<userTask id="a" name="審查" camunda:candidateGroups="=role(&quot;clerk&quot;)" camunda:formKey="petition/review" camunda:dueDate="=today()"/>'
    '<exclusiveGateway id="g" default="g_e"/>'
)
LINES = ("s -> a", "a -> g", "g -> a: =again", "g -> e")
FORMS = (SourceFile("petition/review.form", b"{}"), SourceFile("x.form", b'{"id": "intake"}'))


def check(*files: SourceFile):
    return Executor(_sandbox).lint(files, {})


def check_body(body: str, *lines: str, top: str = TOP, attributes: str = ""):
    file = SourceFile("p.bpmn", bpmn(process(body, *lines, top=top, attributes=attributes)))
    return check(file, *FORMS)


def with_task(element: str, *lines: str) -> tuple[str, tuple[str, ...]]:
    """A sound process with one more element `x` between start and end."""
    return f'<startEvent id="s"/><endEvent id="e"/>{element}', ("s -> x", "x -> e", *lines)


def catching(inner: str) -> str:
    return f'<intermediateCatchEvent id="x">{inner}</intermediateCatchEvent>'


def timer(text: str, kind: str = "timeDuration") -> str:
    return catching(f"<timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>")


def boundary(inner: str, attributes: str = 'attachedToRef="x"') -> str:
    return f'<task id="x"/><task id="y"/><boundaryEvent id="b" {attributes}>{inner}</boundaryEvent>'


def operator(value: str) -> str:
    return (
        '<serviceTask id="x"><extensionElements><spiffworkflow:serviceTaskOperator id="mail"><spiffworkflow:parameters>'
        f'<spiffworkflow:parameter id="to" type="str" value="{value}"/></spiffworkflow:parameters>'
        "</spiffworkflow:serviceTaskOperator></extensionElements></serviceTask>"
    )


def repeated(characteristics: str, kind: str = "multiInstanceLoopCharacteristics", more: str = "") -> str:
    return f'<task id="x">{more}<{kind} {characteristics}</task>'


GATEWAY = '<startEvent id="s"/><endEvent id="e"/><exclusiveGateway id="x" {0}/><task id="y"/>'
MESSAGE = '<messageEventDefinition messageRef="m"/>'

LEVELS = range(7)
DOUBLING = (
    '<startEvent id="s"/><endEvent id="e"/>'
    + "".join(f'<task id="t{n}"/><parallelGateway id="g{n}"/><task id="a{n}"/><task id="b{n}"/>' for n in LEVELS),
    ("s -> t0", *(f"{source}{n} -> {target}{n}" for n in LEVELS for source, target in ("tg", "ga", "gb")),
     *(f"{side}{n} -> t{n + 1}" for n in LEVELS[:-1] for side in "ab"), "a6 -> e", "b6 -> e"),
)  # fmt: skip
"""Branches that split in parallel and are never joined."""
JOINED = (DOUBLING[0].replace('<task id="t', '<parallelGateway id="t'), DOUBLING[1])
STORE = (
    '<dataStoreReference id="store" name="名冊"/><task id="x"><ioSpecification><dataInput id="din"/><inputSet>'
    "<dataInputRefs>din</dataInputRefs></inputSet><outputSet/></ioSpecification><dataInputAssociation>"
    "<sourceRef>store</sourceRef><targetRef>din</targetRef></dataInputAssociation></task>"
)


def started_by(*events: str) -> tuple[str, tuple[str, ...]]:
    """A process that these events start, at the element `x`."""
    return f'<startEvent id="x">{"".join(events)}</startEvent><endEvent id="e"/>', ("x -> e",)


FAULTS = {
    "start-reads-variable": ("x", started_by("<conditionalEventDefinition><condition>=y &gt; 1</condition></conditionalEventDefinition>")),
    "data-store-in-case": ("store", with_task(STORE)),
    "unreachable": ("y", with_task('<task id="x"/><task id="y"/><task id="z"/>', "y -> z", "z -> y")),
    "no-outgoing": ("y", with_task('<task id="x"/><task id="y"/>', "x -> y")),
    "default-with-condition": ("x_e", (GATEWAY.format('default="x_e"'), ("s -> x", "x -> y: =a", "x -> e: =b", "y -> e"))),
    "gateway-without-condition": ("x_e", (GATEWAY.format(""), ("s -> x", "x -> y: =a", "x -> e", "y -> e"))),
    "gateway-without-default": ("x", (GATEWAY.format(""), ("s -> x", "x -> y: =a", "x -> e: =b", "y -> e"))),
    "condition-ignored": ("x_y", with_task('<parallelGateway id="x"/><task id="y"/>', "x -> y: =a", "y -> e")),
    "process-empty": ("p", ("", ())),
    "condition-after-event": ("x_e", with_task(catching(MESSAGE), "x_e: x -> e: =a")),
    "ignored-extension": ("x", with_task('<task id="x"><extensionElements><camunda:executionListener event="start"/></extensionElements></task>')),
    "ignored-attribute": ("x", with_task('<serviceTask id="x" camunda:class="a.B"/>')),
    "ignored-data": ("x", with_task('<task id="x"><dataInputAssociation id="d1"/></task>')),
    "unsupported-language": ("x", with_task('<scriptTask id="x" scriptFormat="groovy"><script>a = 1</script></scriptTask>')),
    "signal-unknown": ("x", with_task(catching("<signalEventDefinition/>"))),
    "error-unknown": ("b", with_task(boundary('<errorEventDefinition errorRef="nope"/>'), "b -> y", "y -> e")),
    "timer-several": ("x", with_task(catching("<timerEventDefinition><timeDate>2018-06-01T09:00:00+08:00</timeDate><timeDuration>P1D</timeDuration></timerEventDefinition>"))),
    "performer-ignored": ("x", with_task('<userTask id="x"><potentialOwner id="po"/></userTask>')),
    "compensation-activity-connected": ("x", with_task('<task id="x" isForCompensation="true"/>')),
    "link-with-others": ("x", ('<startEvent id="s"/><endEvent id="e"/><intermediateThrowEvent id="x"><linkEventDefinition name="L"/><messageEventDefinition messageRef="m"/></intermediateThrowEvent><intermediateCatchEvent id="c"><linkEventDefinition name="L"/></intermediateCatchEvent>', ("s -> x", "c -> e"))),
    "error-without-code": ("e2", with_task('<task id="x"/><endEvent id="e2"><errorEventDefinition/></endEvent>', "x -> e2")),
    "compensation-handlers": ("b", with_task(boundary("<compensateEventDefinition/>") + '<task id="h1" isForCompensation="true"/><task id="h2" isForCompensation="true"/><association id="a1" sourceRef="b" targetRef="h1"/><association id="a2" sourceRef="b" targetRef="h2"/>', "x -> y", "y -> e")),
    "compensation-target": ("u", with_task('<task id="x"/><intermediateThrowEvent id="u"><compensateEventDefinition activityRef="s"/></intermediateThrowEvent>', "x -> u", "u -> e")),
    "reference-unknown": ("x", with_task('<intermediateThrowEvent id="x"><eventDefinitionRef>gone</eventDefinitionRef></intermediateThrowEvent>')),
    "correlation-ignored": ("cs", with_task('<task id="x"/><correlationSubscription id="cs" correlationKeyRef="ck"/>')),
    "event-gateway-parallel": ("x", with_task('<eventBasedGateway id="x" eventGatewayType="Parallel"/>' + "".join(f'<intermediateCatchEvent id="c{n}">{MESSAGE}</intermediateCatchEvent>' for n in (1, 2)), "x -> c1", "x -> c2", "c1 -> e", "c2 -> e")),
    "misplaced-element": ("f", with_task('<task id="x"><sequenceFlow id="f" sourceRef="s" targetRef="e"/></task>')),
    "element-repeated": ("x", with_task('<task id="x"><standardLoopCharacteristics loopMaximum="2"/><standardLoopCharacteristics loopMaximum="3"/></task>')),
    "element-missing": ("x", with_task('<task id="x"><ioSpecification><inputSet/></ioSpecification></task>')),
    "unknown-attribute": ("x", with_task('<userTask id="x" asignee="demo"/>')),
    "attribute-value": ("b", with_task(boundary(MESSAGE, 'attachedToRef="x" cancelActivity="yes"'), "b -> y", "y -> e")),
    "attribute-missing": ("n", with_task('<task id="x"/><association id="n" sourceRef="x"/>')),
    "unknown-element": ("x", with_task('<task id="x"><tazk/></task>')),
    "lane-twice": ("x", with_task('<laneSet id="ls"><lane id="l1" name="甲"><flowNodeRef>x</flowNodeRef></lane><lane id="l2" name="乙"><flowNodeRef>x</flowNodeRef></lane></laneSet><task id="x"/>')),
    "lane-unstaffed": ("l1", with_task('<laneSet id="ls"><lane id="l1" name="承辦"><flowNodeRef>x</flowNodeRef></lane></laneSet><userTask id="x"/>')),
    "variable-never-written": ("x_y", with_task('<exclusiveGateway id="x" default="x_e"/><task id="y"/>', "x -> y: =amount > 5", "y -> e")),
    "variable-read-early": ("x", with_task('<scriptTask id="x"><script>={a: b}</script></scriptTask><scriptTask id="y"><script>={b: 1}</script></scriptTask>', "x -> y", "y -> e")),
    "parallel-explosion": ("t6", DOUBLING),
    "loop-unbounded": ("x", with_task('<exclusiveGateway id="x" default="x_e"/><task id="y"/>', "x -> y: =flag", "y -> x")),
    "task-without-form": ("x", with_task('<userTask id="x"/>')),
    "task-without-deadline": ("x", with_task('<userTask id="x"/>')),
    "escalation-unknown": ("b", with_task(boundary('<escalationEventDefinition escalationRef="nope"/>'), "b -> y", "y -> e")),
    "event-undefined": ("x", with_task('<intermediateCatchEvent id="x"/>')),
    "terminate-with-others": ("e2", with_task(f'<task id="x"/><endEvent id="e2">{MESSAGE}<terminateEventDefinition/></endEvent>', "x -> e2")),
    "boundary-unattached": ("b", with_task(boundary(MESSAGE, 'attachedToRef="e"'), "b -> y", "y -> e")),
    "timer-empty": ("x", with_task(catching("<timerEventDefinition/>"))),
    "timer-invalid": ("x", with_task(timer("P99999999Y"))),
    "timer-without-zone": ("x", with_task(timer("2018-06-01T09:00:00", "timeDate"))),
    "unknown-form": ("x", with_task('<userTask id="x" camunda:formKey="nope"/>')),
    "unknown-decision": ("x", with_task('<businessRuleTask id="x"><extensionElements><spiffworkflow:calledDecisionId>nope</spiffworkflow:calledDecisionId></extensionElements></businessRuleTask>')),
    "decision-missing": ("x", with_task('<businessRuleTask id="x"/>')),
    "unknown-process": ("x", with_task('<callActivity id="x" calledElement="nope"/>')),
    "call-missing": ("x", with_task('<callActivity id="x"/>')),
    "call-circle": ("x", with_task('<callActivity id="x" calledElement="p"/>')),
    "connector-missing": ("x", with_task('<serviceTask id="x"/>')),
    "script-empty": ("x", with_task('<scriptTask id="x"/>')),
    "loop-endless": ("x", with_task(repeated("/>", "standardLoopCharacteristics"))),
    "loop-maximum": ("x", with_task(repeated('loopMaximum="-1"/>', "standardLoopCharacteristics"))),
    "many-without-collection": ("x", with_task(repeated("/>"))),
    "many-cardinality": ("x", with_task(repeated("><loopCardinality>1000000</loopCardinality></multiInstanceLoopCharacteristics>"))),
    "many-output": ("x", with_task(repeated('camunda:collection="=m"/>', more=properties(outputCollection="votes")))),
    "many-behaviour": ("x", with_task(repeated('behavior="One" camunda:collection="=m"/>'))),
    "name-reserved": ("x", with_task(repeated('camunda:collection="=m" camunda:elementVariable="initiator"/>'))),
    "nobody-assigned": ("x", with_task('<userTask id="x"/>')),
    "expression-invalid": ("x", with_task('<userTask id="x" camunda:assignee="=role("/>')),
    "expression-too-long": ("x", with_task(f'<scriptTask id="x"><script>={" " * 20_001}1</script></scriptTask>')),
    "unknown-function": ("x", with_task(operator("=rolle(&quot;clerk&quot;)"))),
    "python-refused": ("x", with_task('<scriptTask id="x"><script>import os</script></scriptTask>')),
    "node-without-lane": ("x", with_task('<laneSet id="ls"><lane id="l1" name="承辦"><flowNodeRef>s</flowNodeRef></lane></laneSet><userTask id="x"/>')),
    "lane-unknown-node": ("l1", with_task('<laneSet id="ls"><lane id="l1" name="承辦"><flowNodeRef>gone</flowNodeRef></lane></laneSet><task id="x"/>')),
    "name-refused": ("x", with_task(f'<task id="x" name="{"長" * 256}"/>')),
    "no-id": (None, with_task('<task id="x"/><task name="nameless"/>')),
}  # fmt: skip
OF_FILES = {
    "extension-demanded", "call-not-executable", "not-bpmn", "no-process", "not-executable", "duplicate-process", "pool-without-process",
    "xml-too-large", "xml-malformed", "xml-doctype", "xml-too-many-nodes", "xml-too-deep",
}  # fmt: skip
OF_THE_ENGINE = {"unsupported-element", "unsupported-event", "unsupported-instantiate"}


def test_an_empty_specification_of_data_passes_nothing_over():
    specified = '<task id="x"><ioSpecification><inputSet/><outputSet/></ioSpecification></task>'
    assert check_body(with_task(specified)[0], *with_task(specified)[1]) == ()


def test_a_sound_process_has_no_findings():
    assert check_body(SOUND, *LINES) == ()


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_is_found_where_it_is(code):
    element, (body, lines) = FAULTS[code]
    found = [finding for finding in check_body(body, *lines) if finding.code == code]
    assert found, f"{code} was not found"
    if element is not None:
        assert element in {finding.element_id for finding in found}
    for finding in found:
        _is_whole(finding)


@pytest.mark.parametrize("number", VIOLATIONS)
def test_a_broken_rule_of_the_standard_is_found_at_its_element(number):
    code, element, content = VIOLATIONS[number]
    found = [f for f in check(SourceFile("p.bpmn", content)) if (f.code, f.element_id) == (code, element)]
    assert any(number in finding.rules and finding.level == "error" for finding in found)
    for finding in found:
        _is_whole(finding)


@pytest.mark.parametrize("name", SOUND_FILES)
def test_a_sound_file_is_not_refused(name):
    findings = check(SourceFile("p.bpmn", SOUND_FILES[name]))
    assert [f"{f.code} {f.element_id}" for f in findings if f.blocks] == []


@pytest.mark.parametrize(
    "number", ["9" * 6_000, "-" + "9" * 6_000, "\u00b2", "+", ""], ids=["long", "low", "odd", "sign", "empty"]
)
@pytest.mark.parametrize(
    "content",
    [
        '<task id="x" startQuantity="{}"/>',
        '<task id="x"><standardLoopCharacteristics loopMaximum="{}"/></task>',
        '<task id="x"><multiInstanceLoopCharacteristics><loopCardinality>{}</loopCardinality></multiInstanceLoopCharacteristics></task>',
    ],
    ids=["quantity", "maximum", "cardinality"],
)
def test_a_number_that_is_none_or_too_long_is_named_and_breaks_nothing(content, number):
    assert any(
        f.blocks and f.element_id == "x" for f in check_body(*with_task(content.format(number))[:1], "s -> x", "x -> e")
    )


@pytest.mark.parametrize(
    ("code", "element"),
    [
        ("parallel-explosion", '<task id="x" completionQuantity="64"/>'),
        (
            "loop-unbounded",
            '<task id="x"><standardLoopCharacteristics><loopCondition>=amount &gt; 1</loopCondition></standardLoopCharacteristics></task>',
        ),
        ("timer-without-zone", timer('=date and time("2018-06-01T09:00:00")', "timeDate")),
    ],
)
def test_more_shapes_of_a_risk_are_warned_about(code, element):
    body, lines = with_task(element)
    assert (code, "x") in {(f.code, f.element_id) for f in check_body(body, *lines)}


@pytest.mark.parametrize(
    "element",
    [
        '<task id="x"><standardLoopCharacteristics><loopCondition>=loopCounter &lt; 3</loopCondition></standardLoopCharacteristics></task>',
        '<scriptTask id="x"><standardLoopCharacteristics><loopCondition>=n &gt; 1</loopCondition></standardLoopCharacteristics><script>={n: 1}</script></scriptTask>',
        '<task id="x"><standardLoopCharacteristics loopMaximum="3"><loopCondition>=true</loopCondition></standardLoopCharacteristics></task>',
        timer('=date and time("2018-06-01T09:00:00+08:00")', "timeDate"),
    ],
)
def test_what_ends_and_names_its_zone_is_no_risk(element):
    body, lines = with_task(element)
    assert check_body(body, *lines) == ()


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("extension-demanded", beside("", top='<extension definition="urn:x" mustUnderstand="true"/>')),
        (
            "call-not-executable",
            around('<callActivity id="x" calledElement="q"/>', after='<process id="q"><task id="t"/></process>'),
        ),
    ],
)
def test_what_more_than_one_process_says_is_judged(code, content):
    (found,) = (finding for finding in check(SourceFile("p.bpmn", content)) if finding.blocks)
    assert found.code == code
    _is_whole(found)


def _is_whole(finding):
    """Element, rule and remedy in both languages, with every place filled."""
    rule = RULES[finding.code]
    assert finding.level == rule.level
    assert finding.blocks is rule.blocks
    assert finding.file == "p.bpmn"
    assert set(finding.rules) <= set(rule.numbers)
    for text in (finding.message_zh, finding.message_en, finding.remedy_zh, finding.remedy_en):
        assert text
        assert not re.search(r"\{[a-z_]+\}", text), text
    assert finding.text("zh-Hant") == finding.message_zh
    assert finding.remedy("en") == finding.remedy_en


def test_every_rule_has_its_model():
    codes = {code for group, rules in GROUPS.items() if group != "papers" for code in (rule.code for rule in rules)}
    assert codes - OF_FILES - OF_THE_ENGINE == set(FAULTS) | {code for code, _, _ in VIOLATIONS.values()}
    assert {number for rule in RULES.values() for number in rule.numbers} == set(VIOLATIONS)


def test_every_code_that_is_reported_is_in_the_table():
    engine = Path(inspect.getfile(lint)).parents[2]
    found = set()
    for path in engine.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = ast.unparse(node.func)
                if name == "report.add" or name.endswith(("XmlRefused", "findings.add", "self._add")):
                    found.add(node.args[0].value)
    assert len(found) > 100
    assert found <= set(RULES)


@pytest.mark.parametrize(
    ("table", "kind", "body", "code"),
    [
        ("RUNNABLE", "task", '<task id="x"/>', "unsupported-element"),
        ("EVENTS_AT", "intermediateCatchEvent", catching(MESSAGE), "unsupported-event"),
    ],
)
def test_what_the_engine_cannot_run_is_named(monkeypatch, table, kind, body, code):
    known = getattr(support, table)
    less = {**known, kind: set()} if isinstance(known, dict) else known - {kind}
    monkeypatch.setattr(support, table, less)
    assert (code, "x") in {(f.code, f.element_id) for f in check_body(*with_task(body)[:1], *with_task(body)[1])}


def test_the_authors_words_are_in_the_message():
    body, lines = with_task('<userTask id="x" name="局長 核定" camunda:formKey="nope" camunda:assignee="anna"/>')
    (finding,) = (found for found in check_body(body, *lines) if found.blocks)
    assert "局長 核定" in finding.message_zh
    assert "局長 核定" in finding.message_en
    assert finding.element_name == "局長 核定"
    assert finding.line


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<definitions", "xml-malformed"),
        (b"", "xml-malformed"),
        (b"\xff\xfe", "xml-malformed"),
        (b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><definitions>&f;</definitions>', "xml-doctype"),
        (b"<a>" + b" " * 2_000_001 + b"</a>", "xml-too-large"),
        (b"<a>" + b"<b/>" * 20_001 + b"</a>", "xml-too-many-nodes"),
        (b"<a/>", "not-bpmn"),
        (bpmn(), "no-process"),
        (bpmn('<process id="p"><startEvent id="s"/><endEvent id="e"/></process>'), "not-executable"),
    ],
)
def test_files_that_are_no_processes(content, code):
    assert code in {finding.code for finding in check(SourceFile("p.bpmn", content))}


def test_a_process_stands_in_one_file_only():
    file = bpmn(process(SOUND, *LINES))
    findings = check(SourceFile("a.bpmn", file), SourceFile("b.bpmn", file), *FORMS)
    assert [(f.code, f.file) for f in findings] == [("duplicate-process", "b.bpmn")]
    assert "a.bpmn" in findings[0].message_en


def test_lanes_survive_a_file_without_a_process_parsed_first():
    """The library loses them."""
    lanes = '<laneSet id="l"><lane id="l1" name="承辦"><flowNodeRef>a</flowNodeRef></lane></laneSet>'
    empty = SourceFile("a.bpmn", bpmn(TOP))
    main = SourceFile("b.bpmn", bpmn(process(SOUND + lanes, *LINES)))
    findings = check(empty, main, *FORMS)
    assert [f.code for f in findings if f.file == "b.bpmn"] == []
    from engine.model import DefinitionSource

    outline = Executor(_sandbox).outline(DefinitionSource("d", "p", (empty, main)))
    assert outline.user_task("a").lane == "承辦"


def test_findings_of_decision_tables_come_along():
    findings = check(SourceFile("x.dmn", b"<nonsense/>"), SourceFile("p.bpmn", bpmn(process(SOUND, *LINES))), *FORMS)
    assert {f.file for f in findings if f.level == "error"} == {"x.dmn"}


def test_all_findings_come_at_once_errors_first():
    body = SOUND + '<userTask id="b"/><scriptTask id="c"/><task id="d"/>'
    findings = check_body(body, *LINES, "s -> b", "b -> c", "c -> e")
    assert [f.level for f in findings] == sorted((f.level for f in findings), key=["error", "todo", "warning"].index)
    assert {"nobody-assigned", "script-empty", "no-incoming"} <= {f.code for f in findings}


def test_branches_that_are_joined_do_not_multiply():
    assert "parallel-explosion" not in {finding.code for finding in check_body(JOINED[0], *JOINED[1])}


def test_a_warning_that_the_drawing_accepts_is_left_out_and_an_error_is_not():
    task = f'<userTask id="x" camunda:assignee="anna">{properties(accepts="task-without-form, gateway-without-condition")}</userTask>'
    findings = check_body(*with_task(task)[:1], *with_task(task)[1])
    assert {finding.code for finding in findings} == {"task-without-deadline"}
    gateway = (
        f'<exclusiveGateway id="x">{properties(accepts="gateway-without-condition")}</exclusiveGateway><task id="y"/>'
    )
    findings = check_body(*with_task(gateway)[:1], *with_task(gateway, "x -> y", "y -> e")[1])
    assert "gateway-without-condition" in {finding.code for finding in findings}


def test_subprocess_contents_are_checked_too():
    inner = '<startEvent id="is"/><scriptTask id="x"><script>=1 +</script></scriptTask>' + flows("is -> x")
    body, lines = with_task(f'<subProcess id="x0">{inner}</subProcess>')
    lines = ("s -> x0", "x0 -> e")
    assert "expression-invalid" in {f.code for f in check_body(body, *lines)}


def test_a_process_subject_is_checked():
    body = properties(caseSubject="=title +") + SOUND
    assert "expression-invalid" in {f.code for f in check_body(body, *LINES)}
