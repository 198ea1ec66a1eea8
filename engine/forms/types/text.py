"""Text to type: one line (`textfield`) and several (`textarea`)."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from engine.forms.definition import Field, Message
from engine.forms.formats import FORMATS, email, tw_phone
from engine.forms.types.base import FieldType, Raw, Refused, Surroundings, plain_text
from engine.forms.types.pickers import is_picked, pick, picked_label, picked_raw


class TextField(FieldType):
    """One line of text; with `format` of a known shape, with `picker` a person or unit."""

    name = "textfield"
    label_zh = "單行文字"
    label_en = "Text field"
    lines: ClassVar[bool] = False
    longest: ClassVar[int] = 2000

    def accepts(self, field: Field, value: Any) -> bool:
        return is_picked(value) if field.properties.get("picker") else isinstance(value, str)

    def parse(self, field: Field, raw: Raw, around: Surroundings) -> Any:
        if field.properties.get("picker"):
            return pick(field, raw, around)
        text = plain_text(raw, lines=self.lines, limit=self.longest)
        known = FORMATS.get(field.properties.get("format", ""))
        if text is None or known is None:
            return text
        try:
            return known(text)
        except ValueError:
            raise Refused(field.properties["format"]) from None

    def to_raw(self, field: Field, value: Any) -> Raw:
        return picked_raw(value) if field.properties.get("picker") else super().to_raw(field, value)

    def validate(self, field: Field, value: Any, around: Surroundings) -> list[Message]:
        if not isinstance(value, str):
            return []
        return [*_lengths(value, around), *_shape(field, value), *_blocked(field, value)]

    def display(self, field: Field, value: Any, lang: str) -> str:
        return picked_label(value) if isinstance(value, dict) else super().display(field, value, lang)

    def check_definition(self, field: Field) -> list[tuple[str, str, str]]:
        wanted = field.properties.get("format", "")
        if wanted and wanted not in FORMATS:
            known = ", ".join(FORMATS)
            return [
                (
                    "form-unknown-format",
                    f"沒有「{wanted}」這種格式（可用：{known}）",
                    f"No format {wanted!r} (known: {known})",
                )
            ]
        return []


class TextArea(TextField):
    """Text of several lines."""

    name = "textarea"
    label_zh = "多行文字"
    label_en = "Text area"
    lines = True
    longest = 50_000


def _lengths(value: str, around: Surroundings) -> list[Message]:
    found = []
    least, most = around.limits.get("minLength"), around.limits.get("maxLength")
    if least is not None and len(value) < int(least):
        found.append(Message("too-short", {"min": int(least), "length": len(value)}))
    if most is not None and len(value) > int(most):
        found.append(Message("too-long", {"max": int(most), "length": len(value)}))
    return found


def _shape(field: Field, value: str) -> list[Message]:
    if field.pattern is not None and not field.pattern.matches(value):
        text = str(field.rules.get("patternErrorMessage") or "")
        return [Message("pattern", {"text": text, "text_en": field.properties.get("patternErrorMessageEn") or text})]
    kind = field.rules.get("validationType")
    known = {"email": email, "phone": tw_phone}.get(str(kind))
    if known is None:
        return []
    try:
        known(value)
    except ValueError:
        return [Message("email" if kind == "email" else "tw-phone")]
    return []


def _blocked(field: Field, value: str) -> list[Message]:
    words = re.split(r"[,，、;；\n]+", field.properties.get("blockWords", ""))
    folded = value.casefold()
    hits = [word.strip() for word in words if word.strip() and word.strip().casefold() in folded]
    if not hits:
        return []
    text = field.properties.get("blockMessage", "")
    return [
        Message(
            "blocked-words",
            {"words": "、".join(hits), "text": text, "text_en": field.properties.get("blockMessageEn") or text},
        )
    ]
