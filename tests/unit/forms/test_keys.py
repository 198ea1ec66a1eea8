"""Keys that are also names of methods, of FEEL or of Python."""

from __future__ import annotations

import pytest

KEYS = [
    "validate",
    "meta",
    "process",
    "_x",
    "data",
    "errors",
    "populate_obj",
    "__class__",
    "姓名",
    "with space",
    "if",
    "null",
    "item",
    "0",
    "typename",
    "$",
]


@pytest.mark.parametrize("key", KEYS)
def test_any_key_holds_its_value(judge, key):
    result = judge([{"type": "textfield", "key": key, "validate": {"required": True}}], {key: "v"})
    assert result.values == {key: "v"}
    assert set(judge([{"type": "textfield", "key": key, "validate": {"required": True}}], {key: ""}).errors) == {key}
