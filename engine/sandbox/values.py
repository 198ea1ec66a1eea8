"""Values on their way into a script and out of it.

In: None, bool, int, Decimal, str, date, time, datetime, timedelta, lists and dicts of these, as
Python's own; the script computes with them as Python does (a Decimal and a float do not mix).
A years-months duration, a FEEL date beyond Python's calendar and anything else have no place in a
script: using such a name is an error.
Out: the same types; a float becomes the Decimal that prints like it, a tuple a list. Sets,
functions, bytes, NaN and infinities are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

MAX_DEPTH = 64
_PLAIN = (bool, int, str, Decimal, datetime, date, time, timedelta)


class NotPlain(TypeError):
    """A value of a type that a script can neither take nor give."""


def to_script(value: Any) -> Any:
    """`value` as a script sees it. Raises NotPlain."""
    if value is None or isinstance(value, (*_PLAIN, float)):
        return value
    if isinstance(value, Mapping):
        return {_key(key): to_script(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_script(item) for item in value]
    raise NotPlain(type(value).__name__)


def from_script(value: Any, depth: int = 0) -> Any:
    """What a script gave, as a plain value. Raises NotPlain."""
    if depth > MAX_DEPTH:
        raise NotPlain("nested too deeply")
    if value is None or type(value) in _PLAIN:
        if isinstance(value, Decimal) and not value.is_finite():
            raise NotPlain(str(value))
        return value
    if type(value) is float:
        return from_script(Decimal(repr(value)))
    if type(value) is dict:
        return {_key(key): from_script(item, depth + 1) for key, item in value.items()}
    if type(value) in (list, tuple):
        return [from_script(item, depth + 1) for item in value]
    raise NotPlain(type(value).__name__)


def _key(key: Any) -> str:
    if type(key) is not str:
        raise NotPlain(f"dict with a key of type {type(key).__name__}")
    return key
