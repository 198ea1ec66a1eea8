"""Checks before a deployment: whatever the engine would ignore, refuse or hang on, named by element.

A rule is a function that takes the `Report` and adds to it; `RULES` lists them all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from engine import dmn
from engine.model import Finding, SourceFile
from engine.spiff import xml
from engine.spiff.diagram import Diagram
from engine.spiff.lint import activities, connections, events, expressions, identity, people, support
from engine.spiff.lint.report import Report
from engine.spiff.reading import read_file

if TYPE_CHECKING:
    from engine.sandbox import ScriptSandbox

Rule = Callable[[Report], None]
RULES: list[Rule] = [
    *identity.RULES,
    *support.RULES,
    *connections.RULES,
    *events.RULES,
    *activities.RULES,
    *people.RULES,
    *expressions.RULES,
]


def check(files: Sequence[SourceFile], sandbox: ScriptSandbox) -> tuple[Finding, ...]:
    """Every finding in the files, errors first."""
    unreadable: list[Finding] = []
    diagrams: list[Diagram] = []
    decisions: set[str] = set()
    for file in files:
        try:
            if file.kind == "bpmn":
                diagrams.append(read_file(file.name, file.content))
        except xml.XmlRefused as refused:
            unreadable.append(_refused(file.name, refused))
    for model in dmn.parse_together([(file.name, file.content) for file in files if file.kind == "dmn"]):
        decisions.update(model.decisions)
        unreadable += model.findings
    report = Report(
        diagrams,
        forms=frozenset(key for file in files if file.kind == "form" for key in form_keys(file)),
        decisions=frozenset(decisions),
        sandbox=sandbox,
    )
    for rule in RULES:
        rule(report)
    return (*unreadable, *report.findings())


def form_keys(file: SourceFile) -> set[str]:
    """The keys a diagram may call this form by: its path, its name, its own id, all without `.form`."""
    stem = file.name.removesuffix(".form")
    parts = stem.split("/")
    keys = {"/".join(parts[index:]) for index in range(len(parts))}
    try:
        own = json.loads(file.content).get("id")
    except (ValueError, AttributeError):
        own = None
    return keys | {own} if isinstance(own, str) and own else keys


def _refused(name: str, refused: xml.XmlRefused) -> Finding:
    return Finding(refused.code, "error", name, None, None, refused.message_zh, refused.message_en, refused.line)
