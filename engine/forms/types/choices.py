"""Choosing: `checkbox`, one of several (`radio`, `select`), several (`checklist`, `taglist`)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.forms.definition import Field, Message, Option, token_of
from engine.forms.types.base import FieldType, Raw, Refused, Surroundings, plain_text, raw_list
from engine.forms.types.pickers import is_picked, pick, picked_label, picked_raw, picker_kind

_YES = {"true", "on", "1", "yes", "y", "是"}
_NO = {"false", "off", "0", "no", "n", "否"}


class Checkbox(FieldType):
    """Yes or no. Required means: must be ticked."""

    name = "checkbox"
    label_zh = "勾選"
    label_en = "Checkbox"
    json_type = "boolean"

    def empty(self) -> bool:
        return False

    def is_empty(self, value: Any) -> bool:
        return value is not True

    def accepts(self, field: Field, value: Any) -> bool:
        return isinstance(value, bool)

    def parse(self, field: Field, raw: Raw, around: Surroundings) -> bool:
        if isinstance(raw, (list, tuple)) and len(raw) == 1:
            raw = raw[0]
        text = (plain_text(raw, limit=20) or "false").lower()
        if text not in _YES | _NO:
            raise Refused("format")
        return text in _YES

    def to_raw(self, field: Field, value: Any) -> Raw:
        return "true" if value is True else ""

    def display(self, field: Field, value: Any, lang: str) -> str:
        if value is None:
            return ""
        return ("是" if value else "否") if lang.startswith("zh") else ("Yes" if value else "No")


class Radio(FieldType):
    """One of several, all in view."""

    name = "radio"
    label_zh = "單選"
    label_en = "Radio group"
    offers_options = True

    def accepts(self, field: Field, value: Any) -> bool:
        return _is_choice(field, value)

    def parse(self, field: Field, raw: Raw, around: Surroundings) -> Any:
        if picker_kind(field):
            return pick(field, raw, around)
        if isinstance(raw, (list, tuple)):
            if len(raw) > 1:
                raise Refused("not-an-option")
            raw = raw[0] if raw else None
        option = _chosen(raw, around.options)
        return None if option is None else option.value

    def to_raw(self, field: Field, value: Any) -> Raw:
        return picked_raw(value) if picker_kind(field) else "" if value is None else token_of(value)

    def display(self, field: Field, value: Any, lang: str) -> str:
        return "" if self.is_empty(value) else _label(field.options, value, lang)


class Select(Radio):
    """One of several, in a menu."""

    name = "select"
    label_zh = "下拉選單"
    label_en = "Select"


class Checklist(FieldType):
    """Several of several, all in view. The value keeps the order of the options."""

    name = "checklist"
    label_zh = "複選"
    label_en = "Checklist"
    json_type = "array"
    multiple = True
    offers_options = True

    def accepts(self, field: Field, value: Any) -> bool:
        return isinstance(value, list) and all(_is_choice(field, item) for item in value)

    def parse(self, field: Field, raw: Raw, around: Surroundings) -> list[Any]:
        items = raw_list(raw)
        if picker_kind(field):
            people = [person for item in items if (person := pick(field, item, around))]
            return list({person["id"]: person for person in people}.values())
        chosen = {option.token for item in items if (option := _chosen(item, around.options))}
        return [option.value for option in around.options if option.token in chosen]

    def to_raw(self, field: Field, value: Any) -> Raw:
        items = value if isinstance(value, (list, tuple)) else []
        return [picked_raw(item) if picker_kind(field) else token_of(item) for item in items]

    def validate(self, field: Field, value: Any, around: Surroundings) -> list[Message]:
        least, most = around.limits.get("minLength"), around.limits.get("maxLength")
        found = []
        if least is not None and len(value) < int(least):
            found.append(Message("too-few", {"min": int(least)}))
        if most is not None and len(value) > int(most):
            found.append(Message("too-many", {"max": int(most)}))
        return found

    def display(self, field: Field, value: Any, lang: str) -> str:
        items = value if isinstance(value, (list, tuple)) else [] if value is None else [value]
        joiner = "、" if lang.startswith("zh") else ", "
        return joiner.join(_label(field.options, item, lang) for item in items)


class Taglist(Checklist):
    """Several of many; with `picker` people or units."""

    name = "taglist"
    label_zh = "標籤複選"
    label_en = "Tag list"


def _is_choice(field: Field, value: Any) -> bool:
    if picker_kind(field):
        return is_picked(value)
    return isinstance(value, (str, int, Decimal)) or is_picked(value)


def _chosen(raw: Raw, options: tuple[Option, ...]) -> Option | None:
    if isinstance(raw, Mapping):
        raw = raw.get("id")
    if isinstance(raw, (bool, int, Decimal)):
        raw = token_of(raw)
    text = plain_text(raw, limit=1000)
    if text is None:
        return None
    for option in options:
        if option.token == text:
            return option
    raise Refused("not-an-option", given=text)


def _label(options: tuple[Option, ...], value: Any, lang: str) -> str:
    wanted = token_of(value)
    found = next((option for option in options if option.token == wanted), None)
    return found.text(lang) if found else picked_label(value)
