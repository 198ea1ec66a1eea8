"""What holds other fields: a section (`group`) and repeated rows (`dynamiclist`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.forms.definition import Field
from engine.forms.types.base import FieldType


class Group(FieldType):
    """A section with a heading; with `path` its values are a dict of their own."""

    name = "group"
    label_zh = "群組"
    label_en = "Group"
    json_type = "object"
    keyed = False
    editable = False
    container = "group"

    def display(self, field: Field, value: Any, lang: str) -> str:
        return _summary(field, value, lang) if isinstance(value, Mapping) else ""


class DynamicList(FieldType):
    """Rows of the same fields: a list of dicts."""

    name = "dynamiclist"
    label_zh = "重複列"
    label_en = "Rows"
    json_type = "array"
    multiple = True
    editable = False
    container = "rows"

    def display(self, field: Field, value: Any, lang: str) -> str:
        rows = value if isinstance(value, (list, tuple)) else []
        joiner = "；" if lang.startswith("zh") else "; "
        return joiner.join(_summary(field, row, lang) for row in rows if isinstance(row, Mapping))

    def check_definition(self, field: Field) -> list[tuple[str, str, str]]:
        if not field.path:
            return [
                (
                    "form-rows-without-path",
                    "重複列沒有 path，填寫的資料無處可存",
                    "Rows without a path: their values have no place",
                )
            ]
        return []


def row_limits(field: Field) -> tuple[int, int]:
    """The least and the most rows (`minRows`, `maxRows`; a required list has at least one)."""
    least = _number(field.properties.get("minRows"), 1 if field.rules.get("required") else 0)
    return least, max(_number(field.properties.get("maxRows"), 100), 1)


def _number(text: Any, default: int) -> int:
    found = str(text or "")
    return min(int(found), 1000) if found.isascii() and found.isdigit() and len(found) < 7 else default


def _summary(field: Field, values: Mapping[str, Any], lang: str) -> str:
    from engine.forms.types import display

    parts = []
    for child in field.components:
        value: Any = values
        for segment in child.path:
            value = value.get(segment) if isinstance(value, Mapping) else None
        text = display(child, value, lang)
        if text:
            parts.append(text)
    return " ".join(parts)
