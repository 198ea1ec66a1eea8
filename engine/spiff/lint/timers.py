"""Timers: each has one time, and that can be read; literals are held to their limits."""

from __future__ import annotations

import re

from engine.spiff import timers
from engine.spiff.diagram import Diagram, EventDefinition, Node
from engine.spiff.environment import is_feel
from engine.spiff.lint.dialect import is_spiff
from engine.spiff.lint.report import Report
from engine.spiff.xml import tag

KINDS = ("timeDate", "timeDuration", "timeCycle")
NUMBERS = {"timeDate": "EXT132", "timeCycle": "EXT133", "timeDuration": "EXT134"}
_LOCAL_MOMENT = re.compile(r'"\d{4,}-\d\d-\d\dT[\d:.]+"')
"""A date and time in FEEL that names no zone."""
_MEANT_AS_ISO = re.compile(r"[^\W\d]\w*|-?P.*|R-?\w*/.*|\d+/.*")
"""A word, or what begins like a duration or a repetition: no expression of Python's."""


def timers_are_bounded(report: Report) -> None:
    """A timer names one time; literals are read here, with their limits (50 years, 1,000 turns, 60 s when endless)."""
    for diagram, _, node in report.nodes():
        for event in node.events:
            if event.kind == "timer":
                _timer(report, diagram, node, event)
    for diagram in report.diagrams:
        for definition in report.index(diagram).all("timerEventDefinition"):
            if sum(tag(inner) in KINDS for inner in definition.iterchildren()) > 1:
                report.add("timer-several", diagram, definition.getparent())


def _timer(report: Report, diagram: Diagram, node: Node, event: EventDefinition) -> None:
    if not event.text or event.timer is None:
        report.add("timer-empty", diagram, node)
        return
    if is_feel(event.text):
        if _LOCAL_MOMENT.search(event.text):
            report.add("timer-without-zone", diagram, node)
        return
    literal = timers.as_literal(event.text)
    try:
        if literal is not None:
            zoned = _read(literal, event.timer)
        elif _MEANT_AS_ISO.fullmatch(event.text.strip()) and not is_spiff(diagram.root):
            raise timers.TimerText(f"「{event.text.strip()}」不是 ISO 8601 (not ISO 8601)")
        else:
            return
    except timers.TimerText as error:
        report.add("timer-invalid", diagram, node, NUMBERS[event.timer], problem=str(error))
        return
    if not zoned:
        report.add("timer-without-zone", diagram, node)


def _read(literal: str, kind: str) -> bool:
    """Whether the literal needs no zone or names one."""
    if kind == "timeCycle":
        cycle = timers.parse_cycle(literal)
        if cycle.count == 0:
            raise timers.TimerText("重複零次 (zero repetitions)")
        return cycle.start is None or timers.parse_moment(next(p for p in literal.split("/")[1:] if p[0] != "P"))[1]
    is_duration = literal.upper().lstrip("-").startswith("P")
    if is_duration != (kind == "timeDuration"):
        wanted = "期間 (not a duration)" if kind == "timeDuration" else "時間點 (not a moment)"
        raise timers.TimerText(f"「{literal}」不是{wanted}")
    if is_duration:
        if literal.startswith("-"):
            raise timers.TimerText(f"「{literal}」是負的期間 (a negative duration)")
        timers.parse_duration(literal)
        return True
    return timers.parse_moment(literal)[1]


RULES = [timers_are_bounded]
