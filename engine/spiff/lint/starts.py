"""Starts of processes: before there is a case, timers and conditions see no variables (BPMN 2.0 §10.5.2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from engine import feel
from engine.calendar.working_days import WorkCalendar
from engine.model import StepContext
from engine.spiff import functions, timers
from engine.spiff.diagram import Diagram, EventDefinition, Node, Process
from engine.spiff.environment import feel_text, is_feel
from engine.spiff.lint.report import Report
from engine.spiff.lint.timers import NUMBERS
from engine.spiff.lint.usage import read_by

BY_THE_CALENDAR = frozenset(["working_days_after", "calendar_days_after", "working_days_between"])
"""What these give is in the office calendar, which a check of files does not know."""

SOME_DAY = datetime(2040, 1, 2, tzinfo=UTC)
"""The check is the same on every day: half a century before and after this one are within a timer's reach."""


def begins_cases(process: Process) -> Iterator[Node]:
    """The events that begin cases of a process: its start events, and those behind a gateway in their place."""
    yield from process.starts()
    for node in process.nodes.values():
        if node.type == "eventBasedGateway" and node.instantiate and not process.incoming(node.id):
            yield from (process.nodes[f.target] for f in process.outgoing(node.id) if f.target in process.nodes)


def is_condition_of_a_start(process: Process, node: Node, text: str) -> bool:
    """Whether this is the condition of an event that begins cases: it has functions of its own."""
    return any(text == event.text for event in node.events if event.kind == "conditional") and any(
        node is start for start in begins_cases(process)
    )


def starts_read_no_case(report: Report) -> None:
    """The timers and conditions of starts need no variables, and such a timer gives a time."""
    for diagram, process, scope in report.scopes:
        for start in begins_cases(process) if scope is process else ():
            for event in start.events:
                literal = event.kind == "timer" and timers.as_literal(event.text or "") is not None
                if event.kind in ("timer", "conditional") and event.text and not literal:
                    _start(report, diagram, start, event, event.text)


def _start(report: Report, diagram: Diagram, start: Node, event: EventDefinition, text: str) -> None:
    place = ("條件", "condition") if event.kind == "conditional" else ("時間", "time")
    unknown = read_by(text, python=True) - functions.FUNCTIONS - functions.START_FUNCTIONS
    for name in sorted(unknown):
        report.add("start-reads-variable", diagram, start, variable=name, place=place)
    if event.kind == "timer" and not unknown and is_feel(text):
        problem = _no_time(event, text)
        if problem:
            report.add("timer-invalid", diagram, start, NUMBERS[event.timer or "timeDuration"], problem=problem)


def _no_time(event: EventDefinition, text: str) -> str | None:
    """Why the expression of a timer gives no time; None when it does, or nobody can tell."""
    try:
        expression = feel.parse(feel_text(text))
        if expression.functions - functions.FUNCTIONS or expression.functions & BY_THE_CALENDAR:
            return None
        found = expression.evaluate({}, functions.build(StepContext(SOME_DAY, WorkCalendar())))
        if found.value is None and found.errors:
            return "; ".join(found.errors)
        timers.armed(event.timer or "timeDuration", found.value, SOME_DAY)
    except (timers.TimerText, OverflowError, ValueError, feel.FeelLimit) as error:
        return str(error)
    except feel.FeelSyntaxError:  # told by the rule on expressions
        return None
    return None


RULES = [starts_read_no_case]
