"""What only shows: `text`, `separator`, `spacer`, `button`."""

from __future__ import annotations

from typing import Any

from engine.forms.definition import Field
from engine.forms.types.base import FieldType


class _Shown(FieldType):
    json_type = "none"
    keyed = False
    editable = False

    def display(self, field: Field, value: Any, lang: str) -> str:
        return ""


class Text(_Shown):
    """Words for the reader, in Markdown; `{{FEEL}}` inside is filled in."""

    name = "text"
    label_zh = "說明文字"
    label_en = "Text"


class Separator(_Shown):
    """A line between parts of the page."""

    name = "separator"
    label_zh = "分隔線"
    label_en = "Separator"


class Spacer(_Shown):
    """Empty room."""

    name = "spacer"
    label_zh = "空白"
    label_en = "Spacer"


class Button(_Shown):
    """A button of the editor's preview. The platform draws its own, so it shows nothing."""

    name = "button"
    label_zh = "按鈕（不使用）"
    label_en = "Button (not used)"
