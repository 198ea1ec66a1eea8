# ruff: noqa: E501 (a piece of XML stays in one line)
"""Each rule finds its fault, names the element, and leaves a correct drawing alone."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

from engine.model import SourceFile
from engine.spiff import Executor, lint
from tests.engine.spiff.player import _sandbox, bpmn, flows, process, properties

TOP = '<message id="m" name="reply"/><error id="er" errorCode="NO"/>'
SOUND = (
    '<startEvent id="s" camunda:formKey="intake"/><endEvent id="e"/>'
    '<userTask id="a" name="審查" camunda:candidateGroups="=role(&quot;clerk&quot;)" camunda:formKey="petition/review"/>'
    '<exclusiveGateway id="g" default="g_e"/>'
)
LINES = ("s -> a", "a -> g", "g -> a: =again", "g -> e")
FORMS = (SourceFile("petition/review.form", b"{}"), SourceFile("x.form", b'{"id": "intake"}'))


def check(*files: SourceFile):
    return Executor(_sandbox).lint(files)


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

FAULTS = {
    "missing-start": ("p", ('<task id="a"/><endEvent id="e"/>', ("a -> e",))),
    "missing-end": ("p", ('<startEvent id="s"/><task id="a"/>', ("s -> a",))),
    "unreachable": ("y", with_task('<task id="x"/><task id="y"/><task id="z"/>', "y -> z", "z -> y")),
    "no-outgoing": ("y", with_task('<task id="x"/><task id="y"/>', "x -> y")),
    "flow-dangling": ("x_nowhere", with_task('<task id="x"/>', "x -> nowhere")),
    "start-with-incoming": ("s", with_task('<task id="x"/>', "x -> s")),
    "end-with-outgoing": ("e", with_task('<task id="x"/>', "e -> x")),
    "default-unknown": ("x", (GATEWAY.format('default="s_x"'), ("s -> x", "x -> y: =a", "x -> e: =b", "y -> e"))),
    "default-with-condition": ("x_e", (GATEWAY.format('default="x_e"'), ("s -> x", "x -> y: =a", "x -> e: =b", "y -> e"))),
    "gateway-without-condition": ("x_e", (GATEWAY.format(""), ("s -> x", "x -> y: =a", "x -> e", "y -> e"))),
    "gateway-without-default": ("x", (GATEWAY.format(""), ("s -> x", "x -> y: =a", "x -> e: =b", "y -> e"))),
    "condition-ignored": ("x_e", with_task('<parallelGateway id="x"/><task id="y"/>', "x -> y: =a", "y -> e") ),
    "event-gateway-target": ("x", with_task('<eventBasedGateway id="x"/><task id="y"/>', "x -> y", "y -> e")),
    "unsupported-instantiate": ("x", with_task('<eventBasedGateway id="x" instantiate="true"/>')),
    "event-subprocess-connected": ("x", with_task(f'<subProcess id="x" triggeredByEvent="true"><startEvent id="xs">{MESSAGE}</startEvent></subProcess>')),
    "event-subprocess-start": ("x", with_task('<task id="y"/><subProcess id="x" triggeredByEvent="true"><startEvent id="xs"/></subProcess>')),
    "subprocess-start": ("x", with_task(f'<subProcess id="x"><startEvent id="xs">{MESSAGE}</startEvent></subProcess>')),
    "unsupported-element": ("x", with_task('<complexGateway id="x"/>')),
    "unsupported-event": ("x", with_task(catching("<errorEventDefinition/>"))),
    "ignored-extension": ("x", with_task('<task id="x"><extensionElements><camunda:executionListener event="start"/></extensionElements></task>')),
    "ignored-attribute": ("x", with_task('<serviceTask id="x" camunda:class="a.B"/>')),
    "ignored-data": ("x", with_task('<task id="x"><dataInputAssociation id="d1"/></task>')),
    "quantity-invalid": ("x", with_task('<task id="x" startQuantity="0"/>')),
    "unsupported-language": ("x", with_task('<scriptTask id="x" scriptFormat="groovy"><script>a = 1</script></scriptTask>')),
    "message-unknown": ("x", with_task(catching('<messageEventDefinition messageRef="nope"/>'))),
    "signal-unknown": ("x", with_task(catching("<signalEventDefinition/>"))),
    "error-unknown": ("b", with_task(boundary('<errorEventDefinition errorRef="nope"/>'), "b -> y", "y -> e")),
    "escalation-unknown": ("b", with_task(boundary('<escalationEventDefinition escalationRef="nope"/>'), "b -> y", "y -> e")),
    "event-undefined": ("x", with_task('<intermediateCatchEvent id="x"/>')),
    "terminate-with-others": ("e2", with_task(f'<task id="x"/><endEvent id="e2">{MESSAGE}<terminateEventDefinition/></endEvent>', "x -> e2")),
    "boundary-unattached": ("b", with_task(boundary(MESSAGE, 'attachedToRef="e"'), "b -> y", "y -> e")),
    "boundary-leads-nowhere": ("b", with_task(boundary(MESSAGE))),
    "error-not-interrupting": ("b", with_task(boundary('<errorEventDefinition errorRef="er"/>', 'attachedToRef="x" cancelActivity="false"'), "b -> y", "y -> e")),
    "link-without-partner": ("x", with_task('<intermediateThrowEvent id="x"><linkEventDefinition name="L"/></intermediateThrowEvent>')),
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
    "duplicate-id": ("x", with_task('<task id="x"/><task id="x"/>')),
    "name-refused": ("x", with_task(f'<task id="x" name="{"長" * 256}"/>')),
    "no-id": (None, with_task('<task id="x"/><task name="nameless"/>')),
}  # fmt: skip
OTHER_CODES = {"not-bpmn", "no-process", "not-executable", "duplicate-process"}
WARNINGS = {
    "no-outgoing", "default-with-condition", "gateway-without-default", "condition-ignored", "ignored-data",
    "terminate-with-others", "boundary-leads-nowhere", "timer-without-zone", "call-circle", "many-behaviour",
    "nobody-assigned", "lane-unknown-node",
}  # fmt: skip


def test_a_sound_process_has_no_findings():
    assert check_body(SOUND, *LINES) == ()


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_is_found_where_it_is(code):
    element, (body, lines) = FAULTS[code]
    if code == "condition-ignored":
        lines = ("s -> x", "x -> e: =b", "x -> y: =a", "y -> e")
    found = [finding for finding in check_body(body, *lines) if finding.code == code]
    assert found, f"{code} was not found"
    if element is not None:
        assert element in {finding.element_id for finding in found}
    for finding in found:
        assert finding.level == ("warning" if code in WARNINGS else "error")
        assert finding.file == "p.bpmn"
        assert finding.message_zh
        assert finding.message_en
        assert "{" not in finding.message_zh + finding.message_en
        assert finding.text("zh-Hant") == finding.message_zh


def test_every_code_has_its_test():
    folder = Path(inspect.getfile(lint)).parent
    codes = set()
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            is_report = isinstance(node, ast.Call) and ast.unparse(node.func) in ("report.add", "report.warn")
            if is_report and isinstance(node.args[0], ast.Constant):
                codes.add(node.args[0].value)
    assert codes - OTHER_CODES == set(FAULTS) - {
        "message-unknown",
        "signal-unknown",
        "error-unknown",
        "escalation-unknown",
    }


def test_the_authors_words_are_in_the_message():
    body, lines = with_task('<userTask id="x" name="局長 核定" camunda:formKey="nope" camunda:assignee="anna"/>')
    (finding,) = check_body(body, *lines)
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
    assert [f.level for f in findings] == sorted((f.level for f in findings), key=["error", "warning", "todo"].index)
    assert {"nobody-assigned", "script-empty", "unreachable"} <= {f.code for f in findings}


def test_subprocess_contents_are_checked_too():
    inner = '<startEvent id="is"/><scriptTask id="x"><script>=1 +</script></scriptTask>' + flows("is -> x")
    body, lines = with_task(f'<subProcess id="x0">{inner}</subProcess>')
    lines = ("s -> x0", "x0 -> e")
    assert "expression-invalid" in {f.code for f in check_body(body, *lines)}


def test_a_process_subject_is_checked():
    body = properties(caseSubject="=title +") + SOUND
    assert "expression-invalid" in {f.code for f in check_body(body, *LINES)}
