"""Paper: a whole case with its 簽核歷程, and one decision alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import abort, render_template

from engine import ProcessInstance
from engine.forms import display
from webapp.cases import bp
from webapp.cases.data import Section, sections
from webapp.cases.diagram import drawing
from webapp.cases.words import Line, line, step_name
from webapp.i18n import lang
from webapp.services import actor, engine


@dataclass(frozen=True)
class Signing:
    """One row of the signing history (簽核歷程).

    Attributes:
        step: the step that was completed.
        decision: what was decided, in the words of the form's menu.
        took: how long it took since the step was opened; None when that is not known.
    """

    line: Line
    step: str
    decision: str
    took: timedelta | None

    @property
    def at(self) -> datetime:
        """When it was signed."""
        return self.line.entry.occurred_at


@bp.get("/cases/<uuid:instance_id>/print")
def print_case(instance_id: UUID) -> str:
    """The whole case on paper."""
    case = engine().runtime.instance(instance_id, actor())
    history = engine().history.timeline(case.id, actor())
    data = sections(case, history)
    return render_template(
        "cases/print_case.html",
        case=case,
        data=data,
        signings=signings(case, data),
        comments=engine().runtime.comments(case.id, actor()),
        attachments=engine().runtime.attachments(case.id, actor()),
        drawing=drawing(case),
        now=engine().clock.now(),
    )


@bp.get("/cases/<uuid:instance_id>/decisions/<task_id>/print")
def print_decision(instance_id: UUID, task_id: str) -> str:
    """One completed step alone."""
    case = engine().runtime.instance(instance_id, actor())
    data = sections(case, engine().history.timeline(case.id, actor()))
    section = next((part for part in data if part.entry.task_id == task_id), None)
    if section is None:
        abort(404)
    return render_template(
        "cases/print_decision.html",
        case=case,
        section=section,
        signing=signings(case, [section])[0],
        now=engine().clock.now(),
    )


def signings(case: ProcessInstance, data: list[Section]) -> list[Signing]:
    """The rows of the signing history, oldest first."""
    opened = {str(task.id): task.created_at for task in engine().tasks.of_case(case.id, actor())}
    return [
        Signing(
            line=line(part.entry),
            step=step_name(part.entry),
            decision=decision_text(part),
            took=part.at - opened[part.entry.task_id] if part.entry.task_id in opened else None,
        )
        for part in data
    ]


def decision_text(part: Section) -> str:
    """What was decided, in the words of the form's decision menu."""
    field = part.form.decision if part.form else None
    value: Any = part.values.get(field.key if field and field.key else "decision")
    if value is None:
        return ""
    return display(field, value, lang()) if field else str(value)
