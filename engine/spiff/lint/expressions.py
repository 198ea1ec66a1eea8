"""Every text that is evaluated later is read now: FEEL is parsed, Python checked, unknown functions named."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from engine import feel
from engine.spiff import diagram as drawn
from engine.spiff import timers
from engine.spiff.diagram import Diagram, Node, Process
from engine.spiff.environment import feel_text, is_feel
from engine.spiff.functions import FUNCTIONS, START_FUNCTIONS
from engine.spiff.lint.dialect import is_formal, is_spiff
from engine.spiff.lint.index import in_executable
from engine.spiff.lint.report import Report
from engine.spiff.lint.starts import is_condition_of_a_start
from engine.spiff.xml import XSI, camunda, q, tag, text_of, whole_number

MAX_TEXT = 20_000
CONSTANT = re.compile(r"=?\s*(-?\d+(\.\d+)?|\"[^\"]*\"|'[^']*')\s*")
"""A number or a text: never true, never false."""
PEOPLE_ATTRIBUTES = ["assignee", "candidateUsers", "candidateGroups", "dueDate", "followUpDate", "priority", "formKey"]
FEEL_PROPERTIES = ("payload", "businessKey", "label")
PROCESS_ATTRIBUTES = ("candidateStarterGroups", "candidateStarterUsers")
RESERVED = frozenset(["initiator", "business_key", "started_at"])
PLACES = {
    "conditionExpression": ("條件", "condition"),
    "condition": ("條件", "condition"),
    "completionCondition": ("完成條件", "completion condition"),
    "activationCondition": ("啟動條件", "activation condition"),
    "loopCondition": ("迴圈條件", "loop condition"),
    "loopCardinality": ("數量", "number"),
    "timeDate": ("時間", "time"),
    "timeDuration": ("時間", "time"),
    "timeCycle": ("時間", "time"),
    "from": ("指派來源", "assignment's source"),
    "to": ("指派目的", "assignment's target"),
}
"""Elements that hold an expression, and what an author calls them."""
FORMAL_BY_SCHEMA = {
    "dataPath": ("資料路徑", "data path"),
    "messagePath": ("訊息路徑", "message path"),
    "transformation": ("轉換", "transformation"),
}


def expressions_are_formal(report: Report) -> None:
    """An executable process is written in expressions, not in natural language (§8.3.6)."""
    for diagram in report.diagrams:
        for element in report.index(diagram).all(*PLACES, *FORMAL_BY_SCHEMA):
            kind, text = tag(element), text_of(element)
            place = {**PLACES, **FORMAL_BY_SCHEMA}[kind]
            about = _holder(element)
            by_schema = kind in FORMAL_BY_SCHEMA or tag(element.getparent()) == "complexBehaviorDefinition"
            if text is None:
                is_marked = by_schema or element.get(q("type", XSI)) is not None
                reported_elsewhere = kind.startswith("time") or tag(element.getparent()) == "conditionalEventDefinition"
                if is_marked and not reported_elsewhere:
                    report.add("expression-empty", diagram, about, place=place, place_zh=place[0])
            elif in_executable(element) and not by_schema and not is_formal(element) and not is_spiff(diagram.root):
                number = "EXT123" if tag(element.getparent()) == "conditionalEventDefinition" else "EXT012"
                report.add(
                    "expression-informal", diagram, about, number, place=place, place_zh=place[0], text=_short(text)
                )


def _holder(element: etree._Element) -> etree._Element:
    """The node or flow that an expression belongs to."""
    return next((above for above in element.iterancestors() if _is_drawn(above)), element)


def _is_drawn(element: etree._Element) -> bool:
    kind = tag(element)
    return (
        bool(element.get("id"))
        and not kind.endswith(("Definition", "Association", "Characteristics"))
        and (kind not in ("assignment", ""))
    )


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


def expressions_can_be_read(report: Report) -> None:
    """Conditions, people, dates, timers, loops, parameters, payloads and scripts."""
    scripts = (drawn.script_of(node) for *_, scope in report.scopes for node in scope.nodes.values()
               if node.type == "scriptTask")  # fmt: skip
    report.sandbox.read_together(text for text in scripts if text and len(text) <= MAX_TEXT and not is_feel(text))
    for diagram, process, scope in report.scopes:
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
                asks = scope is process and is_condition_of_a_start(process, node, text)
                _check(report, diagram, node, text, known=FUNCTIONS | START_FUNCTIONS if asks else FUNCTIONS)
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
        if loop.cardinality and whole_number(loop.cardinality) is None:
            yield loop.cardinality
        if loop.collection:
            yield loop.collection if is_feel(loop.collection) else f"={loop.collection}"
        yield from filter(None, (loop.output_element, loop.completion_condition, loop.loop_condition))


def _check(
    report: Report,
    diagram: Diagram,
    about: object,
    text: str,
    *,
    python: bool = True,
    statements: bool = False,
    known: frozenset[str] = FUNCTIONS,
) -> None:
    if len(text) > MAX_TEXT:
        report.add("expression-too-long", diagram, about)
    elif is_feel(text):
        _feel(report, diagram, about, text, known)
    elif python:
        for problem in report.sandbox.check(text, expression=not statements):
            report.add("python-refused", diagram, about, problem=(problem.message_zh, problem.message_en))


def _feel(report: Report, diagram: Diagram, about: object, text: str, known: frozenset[str]) -> None:
    try:
        expression = feel.parse(feel_text(text))
    except feel.FeelSyntaxError as error:
        problem = (error.message_zh, error.message_en)
        report.add("expression-invalid", diagram, about, text=text, problem=problem)
        return
    for name in sorted(expression.functions - known):
        report.add("unknown-function", diagram, about, function=name)


def conditions_are_boolean(report: Report) -> None:
    """A condition that is a number or a text is neither true nor false; a multi-instance's have numbers."""
    for diagram, _, scope in report.scopes:
        conditions: list[tuple[object, str | None, str]] = [
            (flow, flow.condition, "conditionExpression") for flow in scope.flows.values()
        ]
        for node in scope.nodes.values():
            conditions += [(node, event.text, "condition") for event in node.events if event.kind == "conditional"]
            if node.loop is not None:
                conditions.append((node, node.loop.loop_condition, "loopCondition"))
        for about, text, place in conditions:
            if text and CONSTANT.fullmatch(text):
                words = PLACES[place]
                report.add("condition-not-boolean", diagram, about, place=words, place_zh=words[0], value=text)


def assigned_names_are_free(report: Report) -> None:
    """A repetition does not hide the fixed names."""
    for diagram, _, node in report.nodes():
        loop = node.loop
        if loop is not None and loop.element_variable in RESERVED | FUNCTIONS:
            report.add("name-reserved", diagram, node, variable=loop.element_variable or "")


RULES = [expressions_are_formal, expressions_can_be_read, conditions_are_boolean, assigned_names_are_free]
