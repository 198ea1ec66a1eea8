"""Numbers: whole and decimal, money (`format: money`), ROC years (`format: roc-year`)."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.forms.definition import Field, Message
from engine.forms.types.base import FieldType, Raw, Refused, Surroundings, plain_text

_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[+-]?\.\d+")
_EXPONENT = re.compile(r"[+-]?\d(?:\.\d+)?[eE][+-]?\d{1,2}")
_MAX_DIGITS = 30


class Number(FieldType):
    """A number. Whole ones are `int`, others `Decimal`; never a float."""

    name = "number"
    label_zh = "數字"
    label_en = "Number"
    json_type = "number"

    def accepts(self, field: Field, value: Any) -> bool:
        if isinstance(value, Decimal):
            return value.is_finite()
        return isinstance(value, int) and not isinstance(value, bool)

    def parse(self, field: Field, raw: Raw, around: Surroundings) -> int | Decimal | None:
        if isinstance(raw, bool):
            raise Refused("number")
        text = plain_text(raw, limit=100)
        if text is None:
            return None
        plain = unicodedata.normalize("NFKC", text).replace("−", "-").replace(" ", "")
        if field.properties.get("format") == "money":
            plain = re.sub(r"^(?:NT\$|NTD|新臺幣|新台幣|\$)|[元圓]整?$", "", plain)
        if not _NUMBER.fullmatch(plain) and not _EXPONENT.fullmatch(plain):
            raise Refused("number")
        try:
            number = Decimal(plain.replace(",", ""))
        except InvalidOperation:
            raise Refused("number") from None
        if len(number.as_tuple().digits) > _MAX_DIGITS or abs(number.adjusted()) > _MAX_DIGITS:
            raise Refused("number-too-large")
        return _fitted(field, number)

    def to_raw(self, field: Field, value: Any) -> Raw:
        return "" if value is None else format(value, "f") if isinstance(value, Decimal) else str(value)

    def validate(self, field: Field, value: Any, around: Surroundings) -> list[Message]:
        if not isinstance(value, (int, Decimal)):
            return []
        number, found = Decimal(value), []
        least, most = _bound(around.limits.get("min")), _bound(around.limits.get("max"))
        if least is not None and number < least:
            found.append(Message("too-small", {"min": f"{_plain(least):,}"}))
        if most is not None and number > most:
            found.append(Message("too-large", {"max": f"{_plain(most):,}"}))
        step = _bound(field.attributes.get("increment"))
        if step and number % step:
            found.append(Message("not-a-step", {"step": str(step)}))
        return found

    def display(self, field: Field, value: Any, lang: str) -> str:
        if value is None:
            return ""
        if not isinstance(value, (int, Decimal)) or isinstance(value, bool):
            return str(value)
        kind = field.properties.get("format")
        if kind == "plain":
            return str(value)
        if kind == "roc-year":
            return f"{value}年" if lang.startswith("zh") else f"{int(value) + 1911}"
        text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
        if kind == "money":
            return f"新臺幣{text}元" if lang.startswith("zh") else f"NT${text}"
        return f"{text} {field.property('unit', lang)}".rstrip()

    def check_definition(self, field: Field) -> list[tuple[str, str, str]]:
        if field.properties.get("format", "money") not in ("money", "roc-year", "plain"):
            wanted = field.properties["format"]
            return [("form-unknown-format", f"數字沒有「{wanted}」這種格式", f"No number format {wanted!r}")]
        return []


def _fitted(field: Field, number: Decimal) -> int | Decimal:
    """The number with no more decimals than the field takes (money: none, unless it says so)."""
    digits = field.attributes.get("decimalDigits")
    if digits is None and field.properties.get("format") in ("money", "roc-year"):
        digits = 0
    if number == number.to_integral_value():
        return int(number)
    exponent = number.normalize().as_tuple().exponent
    if isinstance(digits, int) and isinstance(exponent, int) and -exponent > digits:
        raise Refused("too-many-decimals", digits=digits) if digits else Refused("not-whole")
    return number


def _bound(value: Any) -> Decimal | None:
    try:
        number = None if value is None or isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number is None or number.is_finite() else None


def _plain(number: Decimal) -> int | Decimal:
    return int(number) if number == number.to_integral_value() else number
