"""Trying a decision out on its page: entered values or those of a past case, the rows that decide, the chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, request

from engine import HistoryEntry, PastDecision, dmn, feel
from engine.errors import RecordNotFound
from webapp.decisions import decided, typed
from webapp.decisions.decided import Decided, Files
from webapp.expressions import functions
from webapp.i18n import lang
from webapp.services import actor, engine
from webapp.studio import bp, sources
from webapp.studio.process import context

PAST = 10
"""Past decisions that are offered."""


@dataclass
class Entry:
    """A name that the decision takes, and what is typed for it.

    Attributes:
        asked: what the tables say about it.
        kind: how it is typed (`webapp.decisions.typed.KINDS`).
        fixed: whether the table says so itself.
    """

    asked: dmn.Asked
    id: str
    kind: str
    fixed: bool
    text: str = ""
    error: str = ""

    @property
    def label(self) -> str:
        """The heading of its column, else its name."""
        return self.asked.label or self.asked.name


@dataclass(frozen=True)
class Outcome:
    """What came out: the chain, or why there is none."""

    decided: Decided | None
    errors: Sequence[str] = ()
    notes: Sequence[str] = ()


@bp.route("/studio/<key>/try/<which>/<decision>", methods=["GET", "POST"])
def try_decision(key: str, which: str, decision: str) -> tuple[str, int]:
    """A decision with its inputs to fill in; `?past=` fills them from a past case, sending them decides."""
    shown = sources.named(key, which)
    files = Files.of(shown.files)
    model = files.model(decision) or abort(404)
    past = engine().history.decisions(key, decision, actor(), limit=PAST)
    entries = [_entry(number, asked) for number, asked in enumerate(dmn.asked(model, decision))]
    outcome, status = None, 200
    if request.method == "POST":
        values = _typed(entries, request.form)
        status = 422 if any(entry.error for entry in entries) else 200
        outcome = _decide(files, model, decision, values) if status == 200 else None
    elif chosen := next((one for one in past if one.id == request.args.get("past")), None):
        values = _of_past(chosen)
        for entry in entries:
            _fill(entry, values.get(entry.asked.name))
        outcome = _decide(files, model, decision, _typed(entries))
    page = render_template(
        "studio/try.html",
        **context(shown),
        shown=shown,
        decision_id=decision,
        title=model.decision_name(decision),
        file_name=model.file,
        entries=entries,
        kinds=typed.KINDS,
        outcome=outcome,
        past=past,
        chosen=request.args.get("past"),
    )
    return page, status


def _entry(number: int, asked: dmn.Asked) -> Entry:
    kind = typed.kind_of_type(asked.type)
    return Entry(asked, f"try-{number}", kind or "string", bool(kind))


def _typed(entries: Sequence[Entry], sent: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The values of the entries; what cannot be read is said at its entry."""
    values: dict[str, Any] = {}
    for entry in entries:
        if sent is not None:
            entry.text = sent.get(entry.id, "")
            wanted = sent.get(f"{entry.id}-kind", entry.kind)
            entry.kind = wanted if not entry.fixed and wanted in typed.KINDS else entry.kind
        try:
            values[entry.asked.name] = typed.read(entry.kind, entry.text, functions())
        except ValueError as error:
            entry.error = str(error)
    return values


def _fill(entry: Entry, value: Any) -> None:
    fits = value is None or typed.kind_of_value(value) == entry.kind
    if not entry.fixed and value is not None:
        entry.kind = typed.kind_of_value(value)
    elif not fits:  # a value of another type than the table declares: shown as it is, for the reader to see
        entry.kind = "feel"
    entry.text = typed.written(value, entry.kind)


def _decide(files: Files, model: dmn.DecisionModel, decision: str, values: Mapping[str, Any]) -> Outcome:
    try:
        found = model.evaluate(decision, values, functions())
    except feel.FeelLimit as limit:
        return Outcome(None, [limit.message_zh if lang() == "zh" else limit.message_en])
    record = dmn.recorded(decision, model, found)
    errors, notes = ([typed.one_language(text) for text in texts] for texts in (found.errors, found.notes))
    return Outcome(decided.read(record, files, "", ""), errors, notes)


def _of_past(past: PastDecision) -> dict[str, Any]:
    """The values that a past decision was taken on.

    A column that tests a name recorded its value; what stands within expressions is what the case's
    variables were after that entry.
    """
    case = past.entry.instance_id
    values = _variables(engine().history.timeline(case, actor()), past.entry.seq)
    model = decided.of_version(past.definition_id).model(past.record["decision"])
    if model is None:
        return values
    steps = {(kept.get("file", model.file), kept["id"]): kept.get("inputs", ()) for kept in past.record["chain"]}
    try:
        required = model.required(past.record["decision"])
    except RecordNotFound:
        return values
    free = model.free_names(past.record["decision"])
    for within, node in required:
        columns = getattr(node.logic, "inputs", ())
        for column, value in zip(columns, steps.get((within.file, node.id), ()), strict=False):
            name = dmn.tested_name(column)
            if name in free:
                values[name] = value
    return values


def _variables(timeline: Sequence[HistoryEntry], until: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for entry in timeline:
        if entry.seq <= until:
            values |= {**(entry.values.get("after") or {}), **(entry.values.get("given") or {})}
    return values
