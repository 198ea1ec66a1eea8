"""A case's variables as fields: each with its type, so that what is typed means what it looks like."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from engine import codec
from engine.errors import ValueRefused
from webapp import typed_values
from webapp.dates import local

TYPES: dict[str, Any] = {
    "text": _l("文字"),
    "number": _l("數字"),
    "boolean": _l("是／否"),
    "date": _l("日期"),
    "datetime": _l("日期與時間"),
    "json": _l("JSON"),
    "empty": _l("空值"),
}
NEW_FIELDS = 2
MAX_LENGTH = 200_000
_NAME_LENGTH = 100


@dataclass
class Variable:
    """One variable as it is shown and typed."""

    name: str
    type: str
    text: str
    error: str = ""
    name_error: str = ""
    is_new: bool = False
    value: Any = None
    """What the case has now."""
    typed: Any = None
    """What was typed, once read without an error."""

    @property
    def rows(self) -> int:
        """Lines of a long text."""
        return min(12, max(2, self.text.count("\n") + 1, len(self.text) // 60))

    @property
    def is_long(self) -> bool:
        """Whether it needs more than a line."""
        return self.type == "json" or "\n" in self.text or len(self.text) > 60


@dataclass
class Mending:
    """All variables of a failed element."""

    variables: list[Variable] = field(default_factory=list)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Mending:
        """As the case has them, with empty rows for new ones."""
        known = [_shown(name, value) for name, value in sorted(values.items())]
        return cls([*known, *(Variable("", "text", "", is_new=True) for _row in range(NEW_FIELDS))])

    @property
    def errors(self) -> list[tuple[str, str, str]]:
        """What could not be read: field id, name, message."""
        found = []
        for number, variable in enumerate(self.variables):
            if variable.name_error:
                found.append((f"name-{number}", variable.name or _("新變數"), variable.name_error))
            if variable.error:
                found.append((f"value-{number}", variable.name or _("新變數"), variable.error))
        return found

    def read(self, form: MultiDict[str, str]) -> None:
        """Take what was typed; what cannot be read is named at its field."""
        names = {variable.name for variable in self.variables if not variable.is_new}
        for number, variable in enumerate(self.variables):
            if variable.is_new:
                variable.name = form.get(f"name-{number}", "").strip()
            elif form.get(f"name-{number}") != variable.name:  # the case has changed since the page was made
                variable.typed = variable.value
                continue
            kind = form.get(f"type-{number}", variable.type)
            variable.type = kind if kind in TYPES else variable.type
            before, variable.text = variable.text, form.get(f"value-{number}", "").replace("\r\n", "\n")
            if variable.is_new and not variable.name and not variable.text.strip():
                continue
            if variable.is_new:
                variable.name_error = _name_error(variable.name, names)
                names.add(variable.name)
            unchanged = not variable.is_new and before == variable.text and variable.type == _type_of(variable.value)
            try:
                variable.typed = variable.value if unchanged else parsed(variable.type, variable.text)
            except ValueError as error:
                variable.error = str(error)

    def changed(self) -> dict[str, Any]:
        """The variables whose value is another now, and the new ones."""
        return {
            variable.name: variable.typed
            for variable in self.variables
            if variable.name and (variable.is_new or not _same(variable.typed, variable.value))
        }


def parsed(kind: str, text: str) -> Any:
    """The value that `text` means as `kind`. Raises ValueError with a sentence for the field."""
    stripped = text.strip()
    if len(text) > MAX_LENGTH:
        raise ValueError(_("太長了，請縮短。"))
    if kind == "empty":
        return None
    if kind == "text":
        return text
    if not stripped:
        raise ValueError(_("請填寫這一欄，或將類型改為「空值」。"))
    return _READERS[kind](stripped)


def _json(text: str) -> Any:
    try:
        raw = json.loads(text, parse_float=Decimal)
        return codec.decode(codec.encode(raw) if _has_no_tags(raw) else raw)
    except json.JSONDecodeError as error:
        raise ValueError(
            _("不是有效的JSON：第%(line)d行第%(column)d字附近有誤。", line=error.lineno, column=error.colno)
        ) from None
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError, ValueRefused):
        raise ValueError(_("這個JSON裡有無法儲存的值。")) from None


_READERS = {
    "number": typed_values.number,
    "boolean": typed_values.boolean,
    "date": typed_values.day,
    "datetime": typed_values.moment,
    "json": _json,
}


def _has_no_tags(raw: Any) -> bool:
    """Whether the JSON holds plain values only, without the marks of decimals, dates and durations."""
    if isinstance(raw, dict):
        return "$" not in raw and all(map(_has_no_tags, raw.values()))
    return all(map(_has_no_tags, raw)) if isinstance(raw, list) else True


def _type_of(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | Decimal):
        return "number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, datetime):
        return "datetime"
    return "date" if isinstance(value, date) else "json"


def _shown(name: str, value: Any) -> Variable:
    kind = _type_of(value)
    texts = {
        "empty": lambda: "",
        "boolean": lambda: _("是") if value else _("否"),
        "number": lambda: str(value),
        "text": lambda: value,
        "datetime": lambda: local(value).strftime("%Y-%m-%d %H:%M"),
        "date": lambda: value.isoformat(),
        "json": lambda: json.dumps(codec.encode(value), ensure_ascii=False, indent=2),
    }
    return Variable(name, kind, texts[kind](), value=value)


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and codec.canonical(one) == codec.canonical(other)


def _name_error(name: str, taken: set[str]) -> str:
    if not name:
        return str(_("請填寫變數名稱。"))
    if len(name) > _NAME_LENGTH or not name.replace("-", "_").isidentifier():
        return str(_("變數名稱只能有文字、數字與底線，且不以數字開頭。"))
    return str(_("已經有這個變數。")) if name in taken else ""
