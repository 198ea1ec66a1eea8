"""Dates, times and both; typed in the ROC or the common calendar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from engine.forms.definition import Field, Message
from engine.forms.roc import TAIPEI, read_date, read_datetime, read_time, roc_short, roc_text
from engine.forms.types.base import FieldType, Raw, Refused, Surroundings, plain_text


def subtype(field: Field) -> str:
    """`date`, `time` or `datetime`."""
    found = field.attributes.get("subtype", "date")
    return found if found in ("date", "time", "datetime") else "date"


class DateTime(FieldType):
    """A date, a time of day, or both, by the field's `subtype`.

    Raw input of both is one text, or `{"date": …, "time": …}` from two boxes.
    """

    name = "datetime"
    label_zh = "日期時間"
    label_en = "Date and time"

    def accepts(self, field: Field, value: Any) -> bool:
        kind = subtype(field)
        if kind == "time":
            return isinstance(value, time)
        return isinstance(value, datetime) if kind == "datetime" else type(value) is date

    def parse(self, field: Field, raw: Raw, around: Surroundings) -> date | time | datetime | None:
        kind = subtype(field)
        if isinstance(raw, datetime):
            local = raw.astimezone(TAIPEI) if raw.tzinfo else raw.replace(tzinfo=TAIPEI)
            return local.date() if kind == "date" else local.time() if kind == "time" else local
        if isinstance(raw, (date, time)):
            raw = raw.isoformat()
        try:
            if isinstance(raw, Mapping):
                return _two_parts(kind, raw)
            text = plain_text(raw, limit=60)
            if text is None:
                return None
            return _READERS[kind](text)
        except ValueError as problem:
            raise Refused(_code(kind, str(problem))) from None

    def to_raw(self, field: Field, value: Any) -> Raw:
        if isinstance(value, datetime):
            local = value.astimezone(TAIPEI) if value.tzinfo else value
            return {"date": roc_short(local.date()), "time": local.strftime("%H:%M")}
        if isinstance(value, date):
            return roc_short(value)
        if isinstance(value, time):
            return value.strftime("%H:%M")
        if subtype(field) == "datetime" and value is None:
            return {"date": "", "time": ""}
        return "" if value is None else str(value)

    def validate(self, field: Field, value: Any, around: Surroundings) -> list[Message]:
        found = []
        if field.attributes.get("disallowPassedDates") and isinstance(value, date):
            day = value.date() if isinstance(value, datetime) else value
            if day < around.now.astimezone(TAIPEI).date():
                found.append(Message("date-passed"))
        if isinstance(value, date):
            found += _bounds(value, around)
        return found

    def display(self, field: Field, value: Any, lang: str) -> str:
        if isinstance(value, datetime):
            local = value.astimezone(TAIPEI) if value.tzinfo else value
            return f"{self.display(field, local.date(), lang)} {local:%H:%M}"
        if isinstance(value, date):
            return roc_text(value) if lang.startswith("zh") else value.isoformat()
        if isinstance(value, time):
            return value.strftime("%H:%M")
        return "" if value is None else str(value)


def _two_parts(kind: str, raw: Mapping[str, Any]) -> date | time | datetime | None:
    if not raw.keys() & {"date", "time"}:
        raise ValueError("format")
    day = plain_text(raw.get("date"), limit=60)
    hour = plain_text(raw.get("time"), limit=60)
    if kind != "datetime":
        text = day if kind == "date" else hour
        return _READERS[kind](text) if text else None
    if day is None and hour is None:
        return None
    if day is None or hour is None:
        raise ValueError("half")
    return datetime.combine(read_date(day), read_time(hour), TAIPEI)


def _date_only(text: str) -> date:
    return read_datetime(text).date() if "T" in text else read_date(text)


_READERS: dict[str, Callable[[str], date | time | datetime]] = {
    "date": _date_only,
    "time": read_time,
    "datetime": read_datetime,
}


def _code(kind: str, problem: str) -> str:
    if problem == "no-such-day":
        return "date-not-exist"
    if problem == "no-such-time":
        return "time-not-exist"
    return "datetime-half" if problem == "half" else kind


def _bounds(value: date, around: Surroundings) -> list[Message]:
    """`validate.min` and `max` of ours: an ISO date, or FEEL that gives a date."""
    day = value.date() if isinstance(value, datetime) else value
    found = []
    for name, code, wrong in (("min", "date-too-early", -1), ("max", "date-too-late", 1)):
        bound = _as_date(around.limits.get(name))
        if bound is not None and (day < bound if wrong < 0 else day > bound):
            found.append(Message(code, {name: roc_text(bound), f"{name}_en": bound.isoformat()}))
    return found


def _as_date(bound: Any) -> date | None:
    if isinstance(bound, datetime):
        return bound.astimezone(TAIPEI).date() if bound.tzinfo else bound.date()
    if isinstance(bound, date):
        return bound
    try:
        return read_date(bound) if isinstance(bound, str) else None
    except ValueError:
        return None
