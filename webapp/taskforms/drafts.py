"""An unfinished form as JSON: it comes back exactly as it was left, errors and all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.forms import FormDefinition, FormState

VERSION = 1


def to_draft(state: FormState) -> dict[str, Any]:
    """What was typed so far, as plain JSON. Stored files are in it by id; nothing is checked."""
    return {"version": VERSION, "form": state.form.id, "raw": state.raw()}


def from_draft(draft: Mapping[str, Any] | None, form: FormDefinition) -> Mapping[str, Any] | None:
    """The raw input kept in `draft`; None when there is none or it belongs to another form."""
    if not draft or draft.get("version") != VERSION or draft.get("form") != form.id:
        return None
    raw = draft.get("raw")
    return raw if isinstance(raw, Mapping) else None
