"""The case header: which variables of a case stand in its row, and how they are read.

A variable named like a header field is copied after each step (docs/diagrams.md,
"Case header"; domain.md A). What cannot be read as that field is left as it was: a
process author's slip must not stop a case.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from engine import feel
from engine.calendar.working_days import TAIPEI
from engine.cases.values import CONFIDENTIAL, PLAIN
from engine.feel import FeelLimit, FeelSyntaxError
from engine.model import Variables

OFFICE_CLOSES = time(17, 30)
"""A deadline that is only a date ends when the office closes."""

_TEXTS = ("speed", "doc_no_in", "doc_no_out", "retention_class", "source", "outcome")
_NAMED = ("applicant_agency", "applicant_unit", "lead_agency", "handler")
_LIMIT = 500

FIELDS = (
    "owning_unit", "subject", "applicant_agency", "applicant_agency_label", "applicant_unit", "applicant_unit_label",
    "lead_agency", "lead_agency_label", "handler", "handler_label", "speed", "security_class", "received_at", "due_at",
    "doc_no_in", "doc_no_out", "retention_class", "source", "outcome", "clock",
)  # fmt: skip

EMPTY: Mapping[str, Any] = {**dict.fromkeys(FIELDS), "security_class": PLAIN, "clock": "running", "subject": ""}
"""The header of a case that has said nothing about itself yet."""


def read_header(
    variables: Variables,
    before: Mapping[str, Any],
    *,
    properties: Mapping[str, str],
    names: Mapping[str, Any],
    title: str,
    due_is_new: bool = True,
) -> dict[str, Any]:
    """The header after a step.

    Args:
        variables: the case's variables after the step.
        before: the header so far, `EMPTY` for a new case.
        properties: the process's own: `caseSubject` (FEEL), `ownerUnit`.
        names: what expressions may use besides the variables.
        title: the subject of a case that has none of its own, the process's name.
        due_is_new: whether this step wrote the variable `due_at`; else the deadline stays where it
            is, which is later than the variable says once the clock has stood still.
    """
    header = {name: before[name] for name in FIELDS}
    for name in _TEXTS:
        if isinstance(text := variables.get(name), str):
            header[name] = text[:_LIMIT] or None
    header["retention_class"] = header["retention_class"] or properties.get("retention")
    for name in _NAMED:
        if name in variables:
            header[name], header[f"{name}_label"] = _named(variables[name], (header[name], header[f"{name}_label"]))
    if "received_at" in variables:
        header["received_at"] = _moment(variables["received_at"], header["received_at"], at=time(0))
    if "due_at" in variables and due_is_new:
        header["due_at"] = _moment(variables["due_at"], header["due_at"], at=OFFICE_CLOSES)
    if variables.get("security_class") in (PLAIN, CONFIDENTIAL):
        header["security_class"] = variables["security_class"]
    if variables.get("clock") in ("running", "stopped"):
        header["clock"] = variables["clock"]
    header["owning_unit"] = _owner(variables, properties) or header["owning_unit"]
    header["subject"] = _subject(variables, properties, names) or header["subject"] or title
    return header


def _named(value: Any, before: tuple[str | None, str | None]) -> tuple[str | None, str | None]:
    if value is None:
        return None, None
    if isinstance(value, str):
        return value[:_LIMIT], value[:_LIMIT]
    if isinstance(value, Mapping) and isinstance(value.get("id"), str):
        return value["id"][:_LIMIT], str(value.get("label") or value["id"])[:_LIMIT]
    return before


def _moment(value: Any, before: datetime | None, *, at: time) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
        except ValueError:
            return before
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=TAIPEI)
    return datetime.combine(value, at, TAIPEI) if isinstance(value, date) else before


def _owner(variables: Variables, properties: Mapping[str, str]) -> str | None:
    unit = variables.get("owning_unit")
    if isinstance(unit, Mapping):
        unit = unit.get("id")
    return unit if isinstance(unit, str) and unit else properties.get("ownerUnit")


def _subject(variables: Variables, properties: Mapping[str, str], names: Mapping[str, Any]) -> str | None:
    own = variables.get("subject")
    if isinstance(own, str) and own.strip():
        return own.strip()[:_LIMIT]
    text = properties.get("caseSubject", "").strip().removeprefix("=")
    if not text:
        return None
    try:
        evaluation = feel.parse(text).evaluate({**names, **variables})
    except (FeelSyntaxError, FeelLimit):  # lint has said so at deployment; a title is not worth an incident
        return None
    return evaluation.value[:_LIMIT] if isinstance(evaluation.value, str) and evaluation.value else None
