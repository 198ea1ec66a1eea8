"""Files: the value holds their ids, never their bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.forms.definition import Field, Message
from engine.forms.types.base import FieldType, Raw, Refused, Surroundings, plain_text, raw_list

DEFAULT_TYPES = ("pdf", "odt", "ods", "odp", "jpg", "jpeg", "png", "txt", "csv", "docx", "xlsx")
"""Endings that may be uploaded at all (domain "Formats": ODF and PDF first)."""


def max_files(field: Field) -> int:
    """How many files the field takes."""
    return _number(field, "maxFiles", 10) if field.attributes.get("multiple", True) is not False else 1


def max_size(field: Field) -> int:
    """The most bytes of one file."""
    return _number(field, "maxSizeMB", 10) * 1024 * 1024


def accepted_types(field: Field) -> tuple[str, ...]:
    """The endings the field takes: `accept` within what may be uploaded at all."""
    wanted = [part.strip().lstrip(".").lower() for part in str(field.attributes.get("accept") or "").split(",")]
    narrowed = tuple(ending for ending in DEFAULT_TYPES if ending in wanted)
    return narrowed or DEFAULT_TYPES


class FilePicker(FieldType):
    """Stored files: a list of `{"id", "label", "size"}`."""

    name = "filepicker"
    label_zh = "檔案"
    label_en = "Files"
    json_type = "array"
    multiple = True

    def accepts(self, field: Field, value: Any) -> bool:
        return isinstance(value, list) and all(
            isinstance(item, Mapping)
            and isinstance(item.get("id"), str)
            and isinstance(item.get("label"), str)
            and isinstance(item.get("size"), int)
            for item in value
        )

    def parse(self, field: Field, raw: Raw, around: Surroundings) -> list[dict[str, Any]]:
        files = [_file_value(item) for item in raw_list(raw)]
        return list({file["id"]: file for file in files}.values())

    def to_raw(self, field: Field, value: Any) -> Raw:
        return [dict(item) for item in value if isinstance(item, Mapping)] if isinstance(value, (list, tuple)) else []

    def validate(self, field: Field, value: Any, around: Surroundings) -> list[Message]:
        found, most, largest = [], max_files(field), max_size(field)
        if len(value) > most:
            found.append(Message("too-many-files", {"max": most}))
        for file in value:
            ending = str(file["label"]).rpartition(".")[2].lower()
            if ending not in accepted_types(field):
                found.append(Message("file-type", {"name": file["label"], "types": ", ".join(accepted_types(field))}))
            if file["size"] > largest:
                found.append(Message("file-too-large", {"name": file["label"], "max": largest // 1024 // 1024}))
        return found

    def display(self, field: Field, value: Any, lang: str) -> str:
        items = value if isinstance(value, (list, tuple)) else []
        joiner = "、" if lang.startswith("zh") else ", "
        return joiner.join(str(item.get("label", "")) for item in items if isinstance(item, Mapping))


def _file_value(item: Any) -> dict[str, Any]:
    if isinstance(item, str):
        item = {"id": item, "label": item}
    if not isinstance(item, Mapping) or isinstance(item.get("size", 0), bool):
        raise Refused("format")
    identifier = plain_text(item.get("id"), limit=100)
    label = plain_text(item.get("label"), limit=255)
    if identifier is None or label is None:
        raise Refused("format")
    try:
        size = int(item.get("size", 0))
    except (TypeError, ValueError, OverflowError):
        raise Refused("format") from None
    return {"id": identifier, "label": label, "size": max(size, 0)}


def _number(field: Field, name: str, default: int) -> int:
    text = str(field.properties.get(name, ""))
    return int(text) if text.isascii() and text.isdigit() and int(text[:6]) > 0 else default
