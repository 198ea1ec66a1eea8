"""Every text that is evaluated later is read now: FEEL is parsed, Python checked, unknown functions named."""

from __future__ import annotations

from collections.abc import Iterator

from engine import feel
from engine.spiff import diagram as drawn
from engine.spiff import timers
from engine.spiff.diagram import Diagram, Node, Process
from engine.spiff.environment import feel_text, is_feel
from engine.spiff.functions import FUNCTIONS
from engine.spiff.lint.connections import scopes
from engine.spiff.lint.report import Report
from engine.spiff.xml import camunda

MAX_TEXT = 20_000
PEOPLE_ATTRIBUTES = ["assignee", "candidateUsers", "candidateGroups", "dueDate", "followUpDate", "priority", "formKey"]
FEEL_PROPERTIES = ("payload", "businessKey", "label")
PROCESS_ATTRIBUTES = ("candidateStarterGroups", "candidateStarterUsers")
RESERVED = frozenset(["initiator", "business_key", "started_at"])


def expressions_can_be_read(report: Report) -> None:
    """Conditions, people, dates, timers, loops, parameters, payloads and scripts."""
    for diagram, process, scope in scopes(report):
        if scope is process:
            for text in _process_texts(process):
                _check(report, diagram, process, text, python=False)
        for flow in scope.flows.values():
            if flow.condition is not None:
                _check(report, diagram, flow, flow.condition)
        for node in scope.nodes.values():
            for text in _literals_or_feel(node):
                _check(report, diagram, node, text, python=False)
            for text in _expressions(node):
                _check(report, diagram, node, text)
            if node.type == "scriptTask" and (script := drawn.script_of(node)) is not None:
                _check(report, diagram, node, script, statements=True)


def _process_texts(process: Process) -> Iterator[str]:
    yield from (v for name in PROCESS_ATTRIBUTES if (v := camunda(process.element, name)))
    yield from (lane.candidate_groups for lane in process.lanes if lane.candidate_groups)
    if "caseSubject" in process.properties:
        yield process.properties["caseSubject"]


def _literals_or_feel(node: Node) -> Iterator[str]:
    """Texts that are literals unless they begin with `=`."""
    yield from (value for name in PEOPLE_ATTRIBUTES if (value := node.camunda(name)))
    yield from (value for name in FEEL_PROPERTIES if (value := node.properties.get(name)))
    yield from (parameter.value for parameter in drawn.connector(node)[1])
    yield from (m.expression for name in ("in", "out") for m in drawn.call_mappings(node, name) if m.expression)


def _expressions(node: Node) -> Iterator[str]:
    """Texts that are FEEL, or Python when they do not begin with `=`."""
    for event in node.events:
        if event.kind == "timer" and event.text and timers.as_literal(event.text) is None:
            yield event.text
        if event.kind == "conditional" and event.text:
            yield event.text
    loop = node.loop
    if loop is not None:
        if loop.cardinality and not loop.cardinality.lstrip("-").isdigit():
            yield loop.cardinality
        if loop.collection:
            yield loop.collection if is_feel(loop.collection) else f"={loop.collection}"
        yield from filter(None, (loop.output_element, loop.completion_condition, loop.loop_condition))


def _check(
    report: Report, diagram: Diagram, about: object, text: str, *, python: bool = True, statements: bool = False
) -> None:
    if len(text) > MAX_TEXT:
        report.add(
            "expression-too-long",
            diagram,
            about,
            "「{name}」的算式或指令碼超過 20 KB。",
            "“{name}”: an expression or script is longer than 20 KB.",
        )
    elif is_feel(text):
        _feel(report, diagram, about, text)
    elif python:
        for problem in report.sandbox.check(text, expression=not statements):
            report.add(
                "python-refused",
                diagram,
                about,
                f"「{{name}}」:{problem.message_zh}",
                f"“{{name}}”: {problem.message_en}",
            )


def _feel(report: Report, diagram: Diagram, about: object, text: str) -> None:
    try:
        expression = feel.parse(feel_text(text))
    except feel.FeelSyntaxError as error:
        report.add(
            "expression-invalid",
            diagram,
            about,
            f"「{{name}}」的算式 {text} 讀不懂:{error.message_zh}",
            f"“{{name}}”: the expression {text} cannot be read: {error.message_en}",
        )
        return
    for name in sorted(expression.functions - FUNCTIONS):
        report.add(
            "unknown-function",
            diagram,
            about,
            f"「{{name}}」的算式用了不存在的函式 {name}()。",
            f"“{{name}}”: the expression calls a function that does not exist: {name}().",
        )


def assigned_names_are_free(report: Report) -> None:
    """A repetition does not hide the fixed names."""
    for diagram, _, scope in scopes(report):
        for node in scope.nodes.values():
            loop = node.loop
            if loop is not None and loop.element_variable in RESERVED | FUNCTIONS:
                report.add(
                    "name-reserved",
                    diagram,
                    node,
                    f"「{{name}}」的變數名 {loop.element_variable} 是保留字。",
                    f"“{{name}}”: the variable name {loop.element_variable} is reserved.",
                )


RULES = [expressions_can_be_read, assigned_names_are_free]
