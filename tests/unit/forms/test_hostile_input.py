"""Odd and hostile input: a value or a message, never an exception."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import codec, forms
from tests.unit.forms.asking import NOW, make_form

COMPONENTS = [
    {"type": "textfield", "key": "text", "properties": {"format": "email"}},
    {"type": "textarea", "key": "area"},
    {"type": "number", "key": "number", "increment": 2, "validate": {"min": 0}},
    {"type": "number", "key": "money", "properties": {"format": "money"}},
    {"type": "datetime", "key": "date", "subtype": "date"},
    {"type": "datetime", "key": "time", "subtype": "time"},
    {"type": "datetime", "key": "both", "subtype": "datetime"},
    {"type": "checkbox", "key": "box"},
    {"type": "radio", "key": "radio", "values": ["a", 1, True]},
    {"type": "select", "key": "select", "values": ["a"]},
    {"type": "checklist", "key": "checks", "values": ["a", "b"]},
    {"type": "taglist", "key": "tags", "properties": {"picker": "person"}},
    {"type": "filepicker", "key": "files"},
    {"type": "group", "path": "group", "components": [{"type": "textfield", "key": "inner"}]},
    {"type": "dynamiclist", "path": "rows", "components": [{"type": "number", "key": "n"}, {"type": "checkbox",
        "key": "b"}]},
    {"type": "expression", "key": "sum", "expression": "=number + money"},
]  # fmt: skip
KEYS = [*(component.get("key") or component["path"] for component in COMPONENTS), "unknown", "typename", "$", "#"]
HOSTILE = ["\x00", "\ud800", "‮", "A" * 10_000, "=1+1", "' or 1=1 --", "<script>alert(1)</script>", "{{7*7}}",
    "${7*7}", "../../etc/passwd", "%s%n", "NaN", "1e400",
           "-0", "٣", "\r\nSet-Cookie: a=b", "🇹🇼👩‍👩‍👧", "ＮＵＬＬ", "null", "[object Object]", "9" * 5000,
               "0x7fffffff", "9999-12-31", "0001-01-01", "民國-1年1月1日"]  # fmt: skip
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text()
    | st.sampled_from(HOSTILE)
    | st.dates()
    | st.datetimes()
)
RAW = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*KEYS, "id", "label", "size", "date", "time", "n"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), RAW, max_size=8), st.dictionaries(st.sampled_from(KEYS), RAW, max_size=4))
def test_any_input_over_any_case_gives_a_result(raw, known):
    result = forms.validate(make_form(*COMPONENTS), raw, known, NOW)
    assert set(result.values) <= set(KEYS)
    if result.ok and not known:
        codec.dumps(result.values)  # what passed can be stored


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("key", KEYS)
def test_a_hostile_text_in_any_field_is_the_same_text_or_an_error(text, key):
    form = make_form(*COMPONENTS)
    result = forms.validate(form, {key: text}, {}, NOW)
    if key in ("area",) and result.ok:
        assert result.values[key] == text.replace("\r\n", "\n").strip()
    for messages in result.errors.values():
        assert all(message.code for message in messages)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_no_number_that_is_none_gets_in(number):
    assert forms.validate(make_form(COMPONENTS[2]), {"number": number}, {}, NOW).errors


@given(st.dictionaries(st.sampled_from(KEYS), RAW, max_size=6))
@settings(max_examples=100, deadline=None)
def test_a_form_shows_whatever_the_case_holds(known):
    form = make_form(*COMPONENTS)
    state = forms.open_form(form, known, NOW)
    state.raw()
    for node in state.walk():
        assert isinstance(forms.display(node.field, node.value), str)
        assert isinstance(forms.display(node.field, node.value, "en", masked=True), str)
