"""Placeholders in the values of plans: `${today+7}`, `${docno}`, `${case minutes}`.

A text that is nothing but one placeholder becomes its value; within a longer text it is
written out.

    today±n, workday±n, now      the day (n calendar or working days away), the moment of the answer
    at±n hh:mm                   a moment so many calendar days away
    docno                        a number of the unit of whoever answers
    case KEY                     the number of another case of the group
    person ID, unit ID           a person, a unit
    value NAME                   a variable of the case
    file NAME                    a file of this name, stored
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from engine.calendar.working_days import TAIPEI
from webapp.demo.office import Office

_ONE = re.compile(r"\$\{([^}]+)\}")
_AWAY = re.compile(r"(today|workday|at)([+-]\d+)?(?: (\d\d:\d\d))?")


@dataclass(frozen=True)
class Wording:
    """What placeholders mean at one answer."""

    now: datetime
    office: Office
    names: Mapping[str, Any]
    number: Callable[[], str]
    """Gives a number for a letter."""
    case: Callable[[str], str]
    """Gives the number of a case of the group."""
    running: Callable[[str], Mapping[str, Any]]
    """Gives a case of the group as a picker holds it."""
    person: Callable[[str], Mapping[str, str]]
    unit: Callable[[str], Mapping[str, str]]
    file: Callable[[str], Mapping[str, Any]]

    def fill(self, value: Any) -> Any:
        """`value` with every placeholder filled in, as somebody would type it: dates as ISO texts."""
        if isinstance(value, str):
            whole = _ONE.fullmatch(value)
            return self._of(whole[1]) if whole else _ONE.sub(lambda found: _written(self._of(found[1])), value)
        if isinstance(value, Mapping):
            return {key: self.fill(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.fill(item) for item in value]
        if isinstance(value, datetime):
            return (value if value.tzinfo else value.replace(tzinfo=TAIPEI)).astimezone(TAIPEI).isoformat()
        return value.isoformat() if isinstance(value, date) else value

    def _of(self, text: str) -> Any:
        if away := _AWAY.fullmatch(text):
            return self._day(away[1], int(away[2] or 0), away[3])
        word, _, rest = text.partition(" ")
        match word:
            case "now":
                return self.now.astimezone(TAIPEI).replace(microsecond=0).isoformat()
            case "docno":
                return self.number()
            case "case":
                return self.case(rest)
            case "running":
                return dict(self.running(rest))
            case "person":
                return dict(self.person(rest))
            case "unit":
                return dict(self.unit(rest))
            case "file":
                return dict(self.file(rest))
            case "value":
                return self.names.get(rest)
        raise ValueError(f"unknown placeholder: {text}")

    def _day(self, word: str, away: int, clock: str | None) -> str:
        today = self.now.astimezone(TAIPEI).date()
        if word == "workday":
            return self.office.day(today, away).isoformat()
        day = today + timedelta(days=away)
        if word == "at":
            moment = time.fromisoformat(clock or "10:00")
            return datetime.combine(day, moment, tzinfo=TAIPEI).isoformat()
        return day.isoformat()


def _written(value: Any) -> str:
    if isinstance(value, Mapping):
        return str(value.get("label", ""))
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        day = date.fromisoformat(value)
        return f"{day.year - 1911}年{day.month}月{day.day}日"
    return "" if value is None else str(value)
