"""Checks before a deployment: whatever the engine would ignore, refuse or hang on, named by element.

A rule is a function that takes the `Report` and adds to it; `RULES` lists them all. What they
say, and what to do about it, stands in `engine.rules`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from engine import dmn
from engine.model import Finding, FormUse, SourceFile
from engine.rules import RULES as TABLE
from engine.rules import completed, in_order
from engine.spiff import xml
from engine.spiff.diagram import Diagram
from engine.spiff.lint import (
    activities,
    collaborations,
    compensation,
    connections,
    data,
    dataflow,
    deadlines,
    events,
    expressions,
    formats,
    gateways,
    identity,
    interfaces,
    people,
    references,
    repetitions,
    risks,
    starts,
    structure,
    support,
    timers,
)
from engine.spiff.lint.report import Report
from engine.spiff.lint.usage import names_given
from engine.spiff.reading import read_file

if TYPE_CHECKING:
    from engine.sandbox import ScriptSandbox

Check = Callable[[Report], None]
RULES: list[Check] = [
    *identity.RULES,
    *structure.RULES,
    *references.RULES,
    *formats.RULES,
    *support.RULES,
    *connections.RULES,
    *gateways.RULES,
    *events.RULES,
    *compensation.RULES,
    *timers.RULES,
    *starts.RULES,
    *activities.RULES,
    *repetitions.RULES,
    *interfaces.RULES,
    *data.RULES,
    *collaborations.RULES,
    *people.RULES,
    *expressions.RULES,
    *risks.RULES,
    *dataflow.RULES,
    *deadlines.RULES,
]


def check(
    files: Sequence[SourceFile], sandbox: ScriptSandbox, form_uses: Mapping[str, FormUse] | None = None
) -> tuple[Finding, ...]:
    """Every finding in the diagrams and tables among the files, errors first.

    Args:
        form_uses: what each form reads and writes, by file name; without it nobody asks
            where a variable comes from.
    """
    unreadable: list[Finding] = []
    diagrams: list[Diagram] = []
    for file in files:
        if file.kind == "bpmn":
            try:
                diagrams.append(read_file(file.name, file.content))
            except xml.XmlRefused as refused:
                unreadable.append(_refused(file.name, refused))
    models = dmn.parse_together([(file.name, file.content) for file in files if file.kind == "dmn"])
    keys = {file.name: form_keys(file) for file in files if file.kind == "form"}
    report = Report(
        diagrams,
        forms=frozenset(key for known in keys.values() for key in known),
        decisions={decision: model for model in models for decision in model.decisions},
        sandbox=sandbox,
        form_uses=None if form_uses is None else {k: form_uses[f] for f in keys if f in form_uses for k in keys[f]},
    )
    for rule in RULES:
        rule(report)
    tables = [
        finding for model in models for finding in (*model.findings, *dmn.analyse(model, names_given(report, model)))
    ]
    return in_order(map(completed, (*unreadable, *tables, *report.findings())))


def form_keys(file: SourceFile) -> set[str]:
    """The keys a diagram may call this form by: its path, its name, its own id, all without `.form`."""
    stem = file.name.removesuffix(".form")
    parts = stem.split("/")
    keys = {"/".join(parts[index:]) for index in range(len(parts))}
    try:
        own = json.loads(file.content).get("id")
    except (ValueError, AttributeError, RecursionError):
        own = None
    return keys | {own} if isinstance(own, str) and own else keys


def _refused(name: str, refused: xml.XmlRefused) -> Finding:
    rule = TABLE[refused.code]
    return Finding(refused.code, rule.level, name, None, None, refused.message_zh, refused.message_en, refused.line)
