"""The names and functions that a diagram's expressions have besides FEEL's own (docs/diagrams.md).

`role`, `head`, `superior` and `user` give candidate texts; the directory turns
them into people later. The calendar functions follow 行政程序法 §48 and count in
Asia/Taipei. A null argument gives null.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from engine.calendar.working_days import TAIPEI
from engine.model import StepContext

NAMES = frozenset(["initiator", "business_key", "started_at"])
FUNCTIONS = frozenset(
    [
        "role",
        "head",
        "superior",
        "user",
        "now",
        "today",
        "working_days_after",
        "calendar_days_after",
        "working_days_between",
        "roc_year",
        "roc_date",
    ]
)
START_FUNCTIONS = frozenset(["open_cases"])
"""What the condition of a process's start event has besides: it asks how things stand, for want of a case (§10.5.2)."""
ROC_OFFSET = 1911
OpenCases = Callable[[str, str | None], int]
"""How many cases of a process run; with an element, how many of them stand there."""


def build(context: StepContext) -> Mapping[str, Callable[..., Any]]:
    """The functions as they are at `context.now`."""
    calendar = context.calendar

    def now() -> datetime:
        return context.now

    def today() -> date:
        return context.now.astimezone(TAIPEI).date()

    def working_days_after(date: Any, n: Any) -> Any:
        if date is None or n is None:
            return None
        return calendar.closing_of(calendar.add_working_days(as_date(date), whole(n)))

    def calendar_days_after(date: Any, n: Any) -> Any:
        if date is None or n is None:
            return None
        return calendar.end_of_period(as_date(date), whole(n))

    def working_days_between(a: Any, b: Any) -> Any:
        if a is None or b is None:
            return None
        return calendar.working_days_between(as_date(a), as_date(b))

    return {
        "role": role,
        "head": head,
        "superior": superior,
        "user": user,
        "now": now,
        "today": today,
        "working_days_after": working_days_after,
        "calendar_days_after": calendar_days_after,
        "working_days_between": working_days_between,
        "roc_year": roc_year,
        "roc_date": roc_date,
    }


def before_a_case(count: OpenCases) -> Mapping[str, Callable[..., Any]]:
    """What only the condition of a process's start event can ask."""

    def open_cases(process: Any, *element: Any) -> int:
        asked = (process, *element)
        if len(asked) > 2 or not all(isinstance(text, str) and text for text in asked):
            raise ValueError("open_cases(process, element): ids in double quotes")
        return count(process, element[0] if element else None)

    return {"open_cases": open_cases}


def role(name: Any, *unit: Any) -> str | None:
    """`role@unit`; `role@` when no unit is named. A unit that is null gives null."""
    if not isinstance(name, str) or not name:
        return None
    if not unit:
        return f"{name}@"
    key = identity(unit[0])
    return None if key is None else f"{name}@{key}"


def head(unit: Any) -> str | None:
    """`head@unit`."""
    key = identity(unit)
    return None if key is None else f"head@{key}"


def superior(person: Any) -> str | None:
    """`superior:person`."""
    key = identity(person)
    return None if key is None else f"superior:{key}"


def user(person: Any) -> str | None:
    """`user:person`."""
    key = identity(person)
    return None if key is None else f"user:{key}"


def roc_year(date: Any) -> int | None:
    """民國 year of a date."""
    return None if date is None else as_date(date).year - ROC_OFFSET


def roc_date(date: Any) -> str | None:
    """`民國107年5月29日`."""
    if date is None:
        return None
    day = as_date(date)
    return f"民國{day.year - ROC_OFFSET}年{day.month}月{day.day}日"


def identity(value: Any) -> str | None:
    """The id of a person or unit value, or the text itself."""
    if isinstance(value, Mapping):
        value = value.get("id")
    return value if isinstance(value, str) and value else None


def as_date(value: Any) -> date:
    """The office date of a date, a date and time, or ISO text.

    Raises:
        ValueError: it is none of these.
    """
    if isinstance(value, datetime):
        return value.astimezone(TAIPEI).date() if value.tzinfo else value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return as_date(datetime.fromisoformat(value))
    raise ValueError(f"not a date: {value!r}")


def whole(value: Any) -> int:
    """A whole number of days.

    Raises:
        ValueError: it has a fraction, or is no number.
    """
    if isinstance(value, bool | str) or int(value) != value:
        raise ValueError(f"not a whole number: {value!r}")
    return int(value)
