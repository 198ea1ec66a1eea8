"""What people entered into a case, form by form, as it was when they did.

The forms are those of the version the case runs on; a field's own type says how its value reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from engine import HistoryEntry, ProcessInstance
from engine.forms import FormDefinition
from webapp.cases.words import Line, line
from webapp.decisions import decided
from webapp.expressions import functions
from webapp.forms_in_use import form_of, plain_form
from webapp.i18n import lang
from webapp.services import engine
from webapp.taskforms import answers


@dataclass(frozen=True)
class Section:
    """One filled form.

    Attributes:
        title: the step's sentence: who did what.
        at: when.
        form: the form it was entered with; None for a step without one.
        values: what was entered; empty once erased.
        answers: the same in words, section by section.
        erased: whether the values were erased by a recorded erasure.
        entry: the line of the history they stand in.
    """

    title: str
    at: datetime
    form: FormDefinition | None
    values: Mapping[str, Any]
    answers: Sequence[Any]
    erased: bool
    entry: HistoryEntry


def sections(case: ProcessInstance, history: Sequence[HistoryEntry]) -> list[Section]:
    """Every form that was handed in, oldest first."""
    keys = form_keys(case)
    return [
        _section(case, entry, keys)
        for entry in history
        if entry.verb in {"case.started", "task.completed"} and (entry.values.get("given") or entry.erased_at)
    ]


def form_keys(case: ProcessInstance) -> dict[str, str]:
    """Which form each step of the case's diagrams uses; the start form stands under ``""``."""
    outline = engine().repository.outline(case.definition_id)
    keys = {task.id: task.form_key for task in outline.user_tasks if task.form_key}
    start = outline.start_form(case.process_key)
    return {**keys, "": start} if start else keys


def element_names(definition_id: UUID) -> dict[str, str]:
    """The names of a diagram's elements in the reader's language."""
    outline = engine().repository.outline(definition_id)
    english = lang() == "en"
    return {element.id: (element.name_en if english else None) or element.name for element in outline.elements}


def lines_of(case: ProcessInstance, history: Sequence[HistoryEntry]) -> list[Line]:
    """The history in sentences, oldest first, each with what tables decided in it."""
    names = element_names(case.definition_id)
    return [replace(line(entry, names), decisions=_decisions(case, entry, names)) for entry in history]


def _decisions(case: ProcessInstance, entry: HistoryEntry, names: Mapping[str, str]) -> list[decided.Decided]:
    records = [record for record in entry.values.get("decisions") or () if record.get("chain")]
    if not records:
        return []
    files = decided.of_version(case.definition_id)
    read = (decided.read(record, files, names.get(record["element"], ""), case.version) for record in records)
    return [one for one in read if one is not None]


def _section(case: ProcessInstance, entry: HistoryEntry, keys: Mapping[str, str]) -> Section:
    key = keys.get("" if entry.verb == "case.started" else entry.element_id or "")
    form = form_of(case.definition_id, key) if key else None
    values = entry.values.get("given") or {}
    words = answers(form or plain_form(), values, now=entry.occurred_at, lang=lang(), functions=functions())
    return Section(
        title=line(entry).text,
        at=entry.occurred_at,
        form=form,
        values=values,
        answers=words,
        erased=entry.erased_at is not None,
        entry=entry,
    )
