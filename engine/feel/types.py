"""FEEL types as `instance of` and parameters name them, and whether a value is of one."""

from __future__ import annotations

from dataclasses import dataclass

from engine.feel.values import Function, Range, Value, kind

SIMPLE = {
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "date and time": "date and time",
    "dateTime": "date and time",
    "days and time duration": "days and time duration",
    "dayTimeDuration": "days and time duration",
    "years and months duration": "years and months duration",
    "yearMonthDuration": "years and months duration",
}


@dataclass(frozen=True, slots=True)
class FeelType:
    """A type: `name` is Any, Null, one of SIMPLE, list, context, range or function."""

    name: str
    element: FeelType | None = None
    """Of a list or range."""
    entries: tuple[tuple[str, FeelType], ...] = ()
    """Of a context."""


def conforms(value: Value, wanted: FeelType) -> bool:
    """Whether `value` is of the type."""
    if wanted.name == "Any":
        return value is not None
    if wanted.name == "Null":
        return value is None
    if kind(value) != wanted.name:
        return False
    if isinstance(value, list) and wanted.element is not None:
        return all(item is None or conforms(item, wanted.element) for item in value)
    if isinstance(value, Range) and wanted.element is not None:
        ends = [end for end in (value.low, value.high) if end is not None]
        return all(conforms(end, wanted.element) for end in ends)
    if isinstance(value, dict):
        return all(key in value and (value[key] is None or conforms(value[key], of)) for key, of in wanted.entries)
    return True


def is_function(value: Value) -> bool:
    """Whether it can be called."""
    return isinstance(value, Function)
