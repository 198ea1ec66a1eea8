"""Any supported value comes back the same; everything else is refused."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import codec
from engine.errors import ValueRefused
from engine.feel import FeelDate, YearsMonthsDuration

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
keys = st.one_of(texts, st.sampled_from(["$", "v", "typename", "decimal", "dict"]))
zones = st.one_of(st.none(), st.integers(-1080, 1080).map(lambda minutes: timezone(timedelta(minutes=minutes))))
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**60), 10**60),
    texts,
    st.decimals(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.times(timezones=zones),
    st.datetimes(timezones=zones),
    st.timedeltas(),
    st.integers(-10_000, 10_000).map(YearsMonthsDuration),
)


def nested(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4))


def exactly(value: Any) -> Any:
    """The value with its types, so that 1, True and Decimal(1) differ, and 1.0 and 1.00."""
    if isinstance(value, list):
        return [exactly(item) for item in value]
    if isinstance(value, dict):
        return [(key, exactly(item)) for key, item in value.items()]
    return type(value).__name__, str(value)


@given(nested(scalars))
def test_any_supported_value_comes_back_the_same(value):
    assert exactly(codec.loads(codec.dumps(value))) == exactly(value)
    assert exactly(codec.decode(codec.encode(value))) == exactly(value)


@given(
    nested(st.one_of(st.none(), st.booleans(), st.integers(), texts, st.floats(allow_nan=False, allow_infinity=False)))
)
def test_any_json_in_is_the_same_json_out(value):
    out = codec.loads(codec.dumps(value))
    assert json.loads(json.dumps(out, default=float)) == json.loads(json.dumps(value))


@given(st.dictionaries(keys, nested(scalars), max_size=5))
def test_equal_dicts_have_the_same_canonical_bytes_whatever_the_order(value):
    assert codec.canonical(dict(reversed(value.items()))) == codec.canonical(value)


@given(nested(scalars))
def test_encoded_values_never_hold_a_key_that_the_workflow_library_interprets(value):
    def walk(encoded):
        if isinstance(encoded, dict):
            assert "typename" not in encoded
        for inner in encoded.values() if isinstance(encoded, dict) else encoded if isinstance(encoded, list) else ():
            walk(inner)

    walk(orjson.loads(codec.dumps(value)))


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (Decimal("12.50"), {"$": "decimal", "v": "12.50"}),
        (0.1, {"$": "decimal", "v": "0.1"}),
        (date(2018, 5, 29), {"$": "date", "v": "2018-05-29"}),
        (time(17, 30), {"$": "time", "v": "17:30:00"}),
        (time(17, 30, tzinfo=ZoneInfo("Asia/Taipei")), {"$": "time", "v": "17:30:00@Asia/Taipei"}),
        (datetime(2018, 5, 29, 9, tzinfo=ZoneInfo("Asia/Taipei")), {"$": "datetime", "v": "2018-05-29T09:00:00+08:00"}),
        (datetime(2018, 5, 29, 1, tzinfo=UTC), {"$": "datetime", "v": "2018-05-29T01:00:00+00:00"}),
        (timedelta(days=3, hours=4), {"$": "duration", "v": "P3DT4H"}),
        (YearsMonthsDuration(14), {"$": "duration", "v": "P1Y2M"}),
        (FeelDate(20000, 1, 1), {"$": "date", "v": "20000-01-01"}),
        (2**64, {"$": "int", "v": "18446744073709551616"}),
        ({"$": 1}, {"$": "dict", "v": [["$", 1]]}),
        ({"typename": "x"}, {"$": "dict", "v": [["typename", "x"]]}),
        ((1, 2), [1, 2]),
    ],
)
def test_the_stored_form_is_as_documented(value, encoded):
    assert codec.encode(value) == encoded
    assert codec.encode(codec.decode(encoded)) == encoded


def _deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def test_sixty_four_levels_are_stored():
    assert codec.loads(codec.dumps(_deep(64))) == _deep(64)


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        Decimal("-Infinity"),
        "a\x00b",
        {"a\x00": 1},
        "\ud800",
        {"\udfff": 1},
        {1: 2},
        {1, 2},
        b"bytes",
        object(),
        len,
        10**5000,
        _deep(65),
        "字" * 400_000,
        ["x" * 1000] * 1000,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_be_stored_is_refused(value):
    for write in (codec.dumps, codec.encode, codec.canonical):
        with pytest.raises(ValueRefused):
            write(value)


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b'{"$": "decimal", "v": "NaN"}',
        b'{"$": "decimal", "v": "x"}',
        b'{"$": "date", "v": "2018-02-30"}',
        b'{"$": "date", "v": 5}',
        b'{"$": "pickle", "v": "x"}',
        b'{"$": ["date"], "v": "x"}',
        b'{"$": "date"}',
        b'{"$": "date", "v": "2018-01-01", "x": 1}',
        b'{"$": "dict", "v": [[1]]}',
        b'{"$": "int", "v": "x"}',
    ],
)
def test_what_was_not_written_here_is_refused(data):
    with pytest.raises(ValueRefused):
        codec.loads(data)
