"""What is typed to try a decision out, as values: by the type a table declares, or the one that is chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from engine import feel
from webapp import typed_values
from webapp.dates import local
from webapp.i18n import lang

LONGEST = 4_000
KINDS: Mapping[str, Any] = {
    "string": _l("文字"),
    "number": _l("數字"),
    "boolean": _l("是或否"),
    "date": _l("日期"),
    "moment": _l("日期與時間"),
    "feel": _l("FEEL 運算式"),
}
"""What can be typed, and how the page calls it."""
_OF_TYPE = {"string": "string", "number": "number", "boolean": "boolean", "date": "date", "date and time": "moment"}


def kind_of_type(type_: str) -> str:
    """How values of a FEEL type are typed; empty where nobody says what type it is."""
    return "" if type_ in ("", "Any") else _OF_TYPE.get(type_, "feel")


def kind_of_value(value: Any) -> str:
    """How a value is typed."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | Decimal):
        return "number"
    if isinstance(value, str) or value is None:
        return "string"
    if isinstance(value, datetime):
        return "moment"
    return "date" if isinstance(value, date) else "feel"


def written(value: Any, kind: str) -> str:
    """A value as it would be typed."""
    if value is None:
        return ""
    if kind == "feel":
        return feel.source_of(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return local(value).strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


def read(kind: str, text: str, functions: Mapping[str, Callable[..., Any]]) -> Any:
    """The value that `text` means; nothing typed is null.

    Raises:
        ValueError: with a sentence for the field.
    """
    stripped = text.strip()
    if not stripped:
        return None
    if len(text) > LONGEST:
        raise ValueError(_("太長了，請縮短到%(count)d個字以內。", count=LONGEST))
    if kind == "string":
        return stripped
    if kind == "feel":
        return _feel(stripped, functions)
    return _READERS[kind](stripped)


def _feel(text: str, functions: Mapping[str, Callable[..., Any]]) -> Any:
    try:
        found = feel.parse(text.removeprefix("=")).evaluate({}, functions)
    except feel.FeelSyntaxError as error:
        reason = error.message_zh if lang() == "zh" else error.message_en
    except feel.FeelLimit as limit:
        reason = limit.message_zh if lang() == "zh" else limit.message_en
    else:
        if not found.errors:
            return found.value
        reason = one_language(found.errors[0])
    raise ValueError(_("這不是FEEL的值：%(reason)s", reason=reason))


def one_language(error: str) -> str:
    """An error of an evaluation, which holds both languages, in the reader's."""
    chinese, both, english = error.partition(" / ")
    return english if both and lang() != "zh" else chinese


_READERS: Mapping[str, Callable[[str], Any]] = {
    "number": typed_values.number,
    "boolean": typed_values.boolean,
    "date": typed_values.day,
    "moment": typed_values.moment,
}
