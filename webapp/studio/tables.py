"""Forms as plain tables, for reading and for browsers without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine import SourceFile, forms


@dataclass(frozen=True)
class FieldRow:
    """One field of a form, in the words of its author."""

    label: str
    key: str
    type: str
    required: bool
    depth: int
    note: str = ""


def fields(file: SourceFile, lang: str) -> list[FieldRow]:
    """The fields of a form in the order of the page; what cannot be read is left out."""
    form = forms.parse(file.content, file.name)
    rows: list[FieldRow] = []
    for field in form.components:
        _add(rows, field, 0, lang)
    return rows


def _add(rows: list[FieldRow], field: Any, depth: int, lang: str) -> None:
    label = field.label if lang == "zh" else field.properties.get("label_en") or field.label
    text = field.attributes.get("text")
    required = bool(field.rules.get("required")) or field.required_if is not None
    rows.append(FieldRow(label or (text[:60] if isinstance(text, str) else ""), field.key, field.type, required, depth))
    for child in field.components:
        _add(rows, child, depth + 1, lang)
