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


@bp.get("/studio/<key>/try/<which>/<decision>")
def try_decision(key: str, which: str, decision: str) -> str:
    """A decision with its inputs to fill in; `?past=` fills them from a past case and decides."""
    trial = _Trial.of(key, which, decision)
    chosen = next((one for one in trial.past if one.id == request.args.get("past")), None)
    if chosen is None:
        return trial.page()
    values = _of_past(chosen)
    for entry in trial.entries:
        _fill(entry, values.get(entry.asked.name))
    return trial.page(trial.decide(_typed(trial.entries)), chosen)


@bp.post("/studio/<key>/try/<which>/<decision>")
def decide(key: str, which: str, decision: str) -> tuple[str, int]:
    """What the decision gives for the values that were typed; nothing is kept."""
    trial = _Trial.of(key, which, decision)
    values = _typed(trial.entries, request.form)
    if any(entry.error for entry in trial.entries):
        return trial.page(), 422
    return trial.page(trial.decide(values)), 200


@dataclass(frozen=True)
class _Trial:
    shown: sources.FileSet
    files: Files
    model: dmn.DecisionModel
    decision: str
    entries: Sequence[Entry]
    past: Sequence[PastDecision]

    @classmethod
    def of(cls, key: str, which: str, decision: str) -> _Trial:
        """The decision of a version or of the draft, or 404."""
        shown = sources.named(key, which)
        files = Files.of(shown.files)
        model = files.model(decision) or abort(404)
        entries = [_entry(number, asked) for number, asked in enumerate(dmn.asked(model, decision))]
        return cls(
            shown, files, model, decision, entries, engine().history.decisions(key, decision, actor(), limit=PAST)
        )

    def decide(self, values: Mapping[str, Any]) -> Outcome:
        """What comes out for these values."""
        try:
            found = self.model.evaluate(self.decision, values, functions())
        except feel.FeelLimit as limit:
            return Outcome(None, [limit.message_zh if lang() == "zh" else limit.message_en])
        record = dmn.recorded(self.decision, self.model, found)
        errors, notes = ([typed.one_language(text) for text in texts] for texts in (found.errors, found.notes))
        return Outcome(decided.read(record, self.files, "", ""), errors, notes)

    def page(self, outcome: Outcome | None = None, chosen: PastDecision | None = None) -> str:
        """The page, with what came out."""
        return render_template(
            "studio/try.html",
            **context(self.shown),
            shown=self.shown,
            decision_id=self.decision,
            title=self.model.decision_name(self.decision),
            file_name=self.model.file,
            entries=self.entries,
            kinds=typed.KINDS,
            outcome=outcome,
            past=self.past,
            chosen=chosen,
        )


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
