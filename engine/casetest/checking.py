"""Comparing what came of a case with what its file expects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from engine.calendar.working_days import TAIPEI
from engine.casetest.loading import instant


def differences(wanted: Any, found: Any, path: str = "") -> Iterable[str]:
    """Where `found` is not as `wanted` says: mappings need only hold what is named, all else must be equal."""
    if isinstance(wanted, Mapping):
        if not isinstance(found, Mapping):
            yield f"{path or 'value'}: expected {show(wanted)}, is {show(found)}"
            return
        for key, value in wanted.items():
            yield from differences(value, found.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(wanted, list):
        if not isinstance(found, list | tuple) or len(found) != len(wanted):
            yield f"{path}: expected {show(wanted)}, is {show(found)}"
            return
        for number, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from differences(one, other, f"{path}[{number}]")
    elif not same(wanted, found):
        yield f"{path}: expected {show(wanted)}, is {show(found)}"


def same(wanted: Any, found: Any) -> bool:
    """Equal, where a date also stands for the office day of a date and time, and true is not 1."""
    if isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found
    if isinstance(wanted, datetime):
        return isinstance(found, datetime) and instant(wanted) == found
    if isinstance(wanted, date) and isinstance(found, datetime):
        return found.astimezone(TAIPEI).date() == wanted
    return bool(wanted == found)


def show(value: Any) -> str:
    """A value as a report shows it."""
    if isinstance(value, datetime):
        return value.astimezone(TAIPEI).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {show(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(show(item) for item in value) + "]"
    return str(value)
