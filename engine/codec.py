"""Values to JSON and back: the one place that knows how a variable is stored.

    None, bool, int, str, list, dict       as they are
    Decimal                                {"$": "decimal", "v": "12.50"}
    date, time, datetime                   {"$": "date", "v": "2018-05-29"} …; a datetime keeps its offset, or has none
    timedelta, YearsMonthsDuration         {"$": "duration", "v": "P3DT4H"} or "P1Y2M"
    int beyond 64 bits                     {"$": "int", "v": "…"}
    a dict with a key `$` or `typename`    {"$": "dict", "v": [[key, value], …]}

`typename` is escaped because the workflow library takes a dict with that key for one of its own.
A float becomes the Decimal that prints like it, a tuple a list. A FEEL date or time that Python
cannot hold (year 20000) keeps its text. A datetime's zone is stored as its offset.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from engine.errors import TooLarge, ValueRefused
from engine.feel import DaysTimeDuration, FeelDate, FeelDateTime, FeelTime, YearsMonthsDuration, to_python
from engine.feel.temporal import parse_date, parse_date_time, parse_duration, parse_time
from engine.feel.temporal.dates import from_python_time

Json = Any

MAX_DEPTH = 64
MAX_BYTES = 1_000_000
LARGE_BYTES = 100_000
_ESCAPED_KEYS = {"$", "typename"}
_MAX_DIGITS = 4000


def encode(value: Any) -> Json:
    """The JSON value for `value`.

    Raises:
        ValueRefused: NaN, an infinity, NUL, half a surrogate pair, a key that is no text, a type not listed
            above, nesting beyond 64.
        TooLarge: more than 1 MB of JSON.
    """
    encoded = _encode(value, 0)
    _dump(encoded, 0)
    return encoded


def decode(encoded: Json) -> Any:
    """The value that `encode` was given.

    Raises:
        ValueRefused: nothing that `encode` makes.
    """
    if isinstance(encoded, list):
        return [decode(item) for item in encoded]
    if not isinstance(encoded, dict):
        return encoded
    if "$" not in encoded:
        return {key: decode(item) for key, item in encoded.items()}
    read = _READERS.get(encoded["$"]) if isinstance(encoded["$"], str) else None
    if read is None or encoded.keys() != {"$", "v"}:
        raise ValueRefused("The stored value is not one of ours", tag=str(encoded["$"])[:40])
    try:
        return read(encoded["v"])
    except (ValueError, TypeError, AttributeError, InvalidOperation) as error:
        raise ValueRefused("The stored value cannot be read", tag=encoded["$"]) from error


def dumps(value: Any) -> bytes:
    """`encode`, as UTF-8 text; keys keep their order. Raises ValueRefused as `encode` does."""
    return _dump(_encode(value, 0), 0)


def is_large(values: Any) -> bool:
    """Whether what a case holds is a good part of the 1 MB it may hold: time to say so."""
    return len(dumps(values)) > LARGE_BYTES


def loads(data: bytes | str) -> Any:
    """The value that `dumps` was given. Raises ValueRefused when it is not from there."""
    try:
        return decode(orjson.loads(data))
    except orjson.JSONDecodeError as error:
        raise ValueRefused("The stored value is not JSON") from error


def canonical(value: Any) -> bytes:
    """Bytes for a digest: the same for equal dicts whatever the order of their keys."""
    return _dump(_encode(value, 0, ordered=True), orjson.OPT_SORT_KEYS)


def _dump(encoded: Json, option: int) -> bytes:
    try:
        data = orjson.dumps(encoded, option=option)
    except (orjson.JSONEncodeError, RecursionError) as error:
        raise ValueRefused("A text holds half a character") from error
    if len(data) > MAX_BYTES:
        raise TooLarge(bytes=len(data))
    return data


def _encode(value: Any, depth: int, *, ordered: bool = False) -> Json:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, dict):
        return _mapping(value, _deeper(depth), ordered)
    if isinstance(value, list | tuple):
        inner = _deeper(depth)
        return [_encode(item, inner, ordered=ordered) for item in value]
    if isinstance(value, float):
        value = Decimal(repr(value))
    for types, tag, write in _WRITERS:
        if isinstance(value, types):
            return {"$": tag, "v": write(value)}
    raise ValueRefused("A value of this type cannot be stored", type=type(value).__name__)


def _deeper(depth: int) -> int:
    if depth >= MAX_DEPTH:
        raise ValueRefused("The value is nested too deeply", limit=MAX_DEPTH)
    return depth + 1


def _text(value: str) -> str:
    if "\x00" in value:
        raise ValueRefused("A text holds the character NUL")
    return value if type(value) is str else str.__str__(value)


def _integer(value: int) -> Json:
    if -(2**63) <= value < 2**64:
        return int(value)
    if value.bit_length() > _MAX_DIGITS * 3:
        raise ValueRefused("The number is too long")
    return {"$": "int", "v": str(int(value))}


def _mapping(value: dict[Any, Any], depth: int, ordered: bool) -> Json:
    encoded: dict[str, Json] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise ValueRefused("The keys of a value must be texts", key=repr(key)[:40])
        encoded[_text(key)] = _encode(item, depth, ordered=ordered)
    if encoded.keys() & _ESCAPED_KEYS:
        pairs = [[key, item] for key, item in encoded.items()]
        return {"$": "dict", "v": sorted(pairs, key=lambda pair: pair[0]) if ordered else pairs}
    return encoded


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueRefused("NaN and infinities cannot be stored")
    return str(value)


def _time(value: time) -> str:
    return str(from_python_time(value)) if isinstance(value.tzinfo, ZoneInfo) else value.isoformat()


_WRITERS: tuple[tuple[Any, str, Callable[[Any], str]], ...] = (
    (Decimal, "decimal", _decimal),
    (datetime, "datetime", datetime.isoformat),
    (date, "date", date.isoformat),
    (time, "time", _time),
    (timedelta, "duration", lambda value: str(DaysTimeDuration.from_timedelta(value))),
    (DaysTimeDuration | YearsMonthsDuration, "duration", str),
    (FeelDate, "date", str),
    (FeelTime, "time", str),
    (FeelDateTime, "datetime", str),
)


def _read_decimal(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(text)
    return number


def _read_datetime(text: str) -> Any:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return to_python(parse_date_time(text))


_READERS: dict[str, Callable[[Any], Any]] = {
    "decimal": _read_decimal,
    "int": int,
    "date": lambda text: to_python(parse_date(text)),
    "time": lambda text: to_python(parse_time(text)),
    "datetime": _read_datetime,
    "duration": lambda text: to_python(parse_duration(text)),
    "dict": lambda pairs: {key: decode(item) for key, item in pairs},
}
