"""The text of a letter: a template of FEEL in double braces becomes plain words (docs/diagrams.md, Letters).

Nothing here knows HTML; the page escapes what comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine import feel
from engine.repository.letters import PLACEHOLDER, split
from webapp.dates import TAIPEI, local, roc_year

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_CHINESE = "零一二三四五六七八九十"


class LetterFault(Exception):
    """A letter's template cannot be filled; says which expression and why."""


@dataclass(frozen=True)
class Item:
    """One numbered point of 說明 or 辦法."""

    number: str
    text: str
    items: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Names:
    """What a template's expressions may use."""

    variables: Mapping[str, Any]
    functions: Mapping[str, Callable[..., Any]]
    unknown: frozenset[str] = field(default=frozenset())

    def evaluate(self, expression: str) -> Any:
        """The value of a FEEL text; a name the case does not have is null.

        Raises:
            LetterFault: it cannot be read.
        """
        try:
            parsed = feel.parse(expression, names=tuple(self.variables))
        except feel.FeelSyntaxError as error:
            raise LetterFault(f"{expression}: {error}") from error
        missing = {name: None for name in parsed.names if name not in self.variables}
        return feel.to_python(parsed.evaluate({**missing, **self.variables}, self.functions).value)

    def with_name(self, name: str, value: Any) -> Names:
        """The same and one name more."""
        return Names({**self.variables, name: value}, self.functions)


def filled(text: Any, names: Names) -> str:
    """`text` with each `{{ FEEL | filter }}` replaced by its words; null leaves nothing."""
    return PLACEHOLDER.sub(lambda found: _words(found.group(1).strip(), names), str(text or "")).strip()


def holds(condition: Any, names: Names) -> bool:
    """Whether a `when` or `if` is true; absent is true, null is not."""
    return True if condition is None else names.evaluate(str(condition)) is True


def items(entries: Any, names: Names, level: int = 0) -> tuple[Item, ...]:
    """The points of a list of templates; empty ones are left out before numbering, a single one has no number."""
    found: list[tuple[str, tuple[Item, ...]]] = []
    for entry in entries or ():
        for text, below in _entry(entry, names, level):
            if text or below:
                found.append((text, below))
    several = len(found) > 1
    return tuple(
        Item(_number(index, level) if several else "", text, below) for index, (text, below) in enumerate(found, 1)
    )


def lines(entries: Any, names: Names) -> tuple[str, ...]:
    """A plain list (正本, 副本, attendees) of templates, without the empty ones."""
    return tuple(item.text for item in items(entries if isinstance(entries, list) else [entries], names) if item.text)


def _entry(entry: Any, names: Names, level: int) -> list[tuple[str, tuple[Item, ...]]]:
    if not isinstance(entry, Mapping):
        return [(filled(entry, names), ())]
    scopes = [names]
    if "for" in entry:
        name, _, expression = str(entry["for"]).partition(" in ")
        values = names.evaluate(expression)
        scopes = [names.with_name(name.strip(), value) for value in (values if isinstance(values, list) else [])]
    return [
        (filled(entry.get("text"), scope), items(entry.get("items"), scope, level + 1))
        for scope in scopes
        if holds(entry.get("if"), scope)
    ]


def _number(index: int, level: int) -> str:
    """一、（一）1、（1）in this order of depth (文書處理手冊)."""
    return (f"{chinese(index)}、", f"（{chinese(index)}）", f"{index}、", f"（{index}）")[min(level, 3)]


def chinese(number: int) -> str:
    """一 to 九十九."""
    if number <= 10:
        return _CHINESE[number]
    tens, ones = divmod(number, 10)
    return ("" if tens == 1 else _CHINESE[tens]) + "十" + (_CHINESE[ones] if ones else "")


def _words(inner: str, names: Names) -> str:
    expression, wanted = split(inner)
    value = names.evaluate(expression)
    return FILTERS[wanted](value) if wanted else plain(value)


def plain(value: Any) -> str:
    """A value without a filter: as an office would write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return roc_datetime_words(value)
    if isinstance(value, date):
        return roc_date_words(value)
    if isinstance(value, (int, Decimal)):
        return number(value)
    if isinstance(value, (list, Mapping)):
        return label(value)
    return str(value) if isinstance(value, (str, time, timedelta)) else ""


def roc_date_words(value: Any) -> str:
    """107年5月29日."""
    day = _as_day(value)
    return f"{roc_year(day.year)}年{day.month}月{day.day}日" if day else ""


def roc_full(value: Any) -> str:
    """中華民國107年5月29日."""
    words = roc_date_words(value)
    return f"中華民國{words}" if words else ""


def roc_datetime_words(value: Any) -> str:
    """107年5月29日上午9時30分."""
    if not isinstance(value, datetime):
        return roc_date_words(value)
    moment = local(value) if value.tzinfo else value.replace(tzinfo=TAIPEI)
    half = "上午" if moment.hour < 12 else "下午"
    hour = moment.hour if moment.hour <= 12 else moment.hour - 12
    return f"{roc_date_words(moment)}{half}{hour}時" + (f"{moment.minute}分" if moment.minute else "")


def en_date(value: Any) -> str:
    """29 May 2018, for letters to guests."""
    day = _as_day(value)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if day else ""


def en_datetime(value: Any) -> str:
    """29 May 2018, 9:30 a.m."""
    if not isinstance(value, datetime):
        return en_date(value)
    moment = local(value) if value.tzinfo else value.replace(tzinfo=TAIPEI)
    return f"{en_date(moment)}, {moment.hour % 12 or 12}:{moment.minute:02} {'a.m.' if moment.hour < 12 else 'p.m.'}"


def number(value: Any) -> str:
    """1,234 or 1,234.5."""
    if not isinstance(value, (int, Decimal)) or isinstance(value, bool):
        return value if isinstance(value, str) else ""
    return f"{value.normalize():,f}" if isinstance(value, Decimal) else f"{value:,}"


def money(value: Any) -> str:
    """新臺幣1萬4,286元 (文書處理手冊: 萬 and 億 in words, the rest with separators)."""
    if not isinstance(value, (int, Decimal)) or isinstance(value, bool):
        return ""
    whole = int(value)
    parts, sign = [], "負" if whole < 0 else ""
    whole = abs(whole)
    for unit, size in (("億", 10**8), ("萬", 10**4)):
        count, whole = divmod(whole, size)
        if count:
            parts.append(f"{count:,}{unit}")
    if whole or not parts:
        parts.append(f"{whole:,}")
    return f"新臺幣{sign}{''.join(parts)}元"


def label(value: Any) -> str:
    """The label of a person, unit or file; of a list, all of them joined by 、."""
    if isinstance(value, Mapping):
        return str(value.get("label") or value.get("name") or "")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "、".join(text for text in map(label, value) if text)
    return plain(value) if value is not None else ""


def _as_day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return local(value).date() if value.tzinfo else value.date()
    return value if isinstance(value, date) else None


FILTERS: Mapping[str, Callable[[Any], str]] = {
    "roc_date": roc_date_words,
    "roc_datetime": roc_datetime_words,
    "roc_full": roc_full,
    "en_date": en_date,
    "en_datetime": en_datetime,
    "money": money,
    "number": number,
    "label": label,
}
