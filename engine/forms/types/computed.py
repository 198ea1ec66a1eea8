"""What the platform fills in: `expression` (a value) and `table` (rows to read)."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from engine.forms.definition import Field
from engine.forms.types.base import FieldType, Raw, Surroundings
from engine.forms.types.datetimes import DateTime
from engine.forms.types.number import Number

_NUMBER = Number()
_DATETIME = DateTime()


class Expression(FieldType):
    """A value computed on the server by FEEL; what a request says about it is ignored."""

    name = "expression"
    label_zh = "計算欄位"
    label_en = "Computed"
    json_type = "any"
    editable = False

    def parse(self, field: Field, raw: Raw, around: Surroundings) -> Any:
        return None

    def display(self, field: Field, value: Any, lang: str) -> str:
        return display_plain(field, value, lang)

    def check_definition(self, field: Field) -> list[tuple[str, str, str]]:
        if field.compute is None:
            return [("form-expression-missing", "計算欄位沒有運算式", "A computed field without an expression")]
        return []


class Table(FieldType):
    """Rows of the case to read, not to change."""

    name = "table"
    label_zh = "表格（唯讀）"
    label_en = "Table (read only)"
    json_type = "none"
    keyed = False
    editable = False

    def display(self, field: Field, value: Any, lang: str) -> str:
        return display_plain(field, value, lang)


def display_plain(field: Field, value: Any, lang: str) -> str:
    """Any value in words, by what it is."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return ("是" if value else "否") if lang.startswith("zh") else ("Yes" if value else "No")
    if isinstance(value, (int, Decimal)):
        return _NUMBER.display(field, _whole(value), lang)
    if isinstance(value, (date, time, datetime)):
        return _DATETIME.display(field, value, lang)
    if isinstance(value, dict):
        return str(value.get("label") or value.get("id") or "")
    if isinstance(value, (list, tuple)):
        return ("、" if lang.startswith("zh") else ", ").join(display_plain(field, item, lang) for item in value)
    text = str(value)
    found = next((option for option in field.options if option.token == text), None)
    return found.text(lang) if found else text


def _whole(value: int | Decimal) -> int | Decimal:
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value
