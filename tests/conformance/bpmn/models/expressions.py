"""The few forms of expressions that models are drawn with, and what the reference takes them for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from operator import eq, ge, gt, le, lt
from typing import Any

SIGNS: dict[str, Callable[[Any, Any], bool]] = {"=": eq, ">=": ge, "<=": le, ">": gt, "<": lt}
COMPARISON = re.compile(r"(.+?) (=|>=|<=|>|<) (.+)")
TERM = re.compile(r"(\w+)(?:\[(\d+)\])?(?: \+ (\d+))?")
ENTRY = re.compile(r"(\w+): (\[[^\]]*\]|[^,}]+)")


def value(text: str, values: Mapping[str, Any]) -> Any:
    """What `2`, `a`, `a + 1`, `list[1]`, `count(list)` or `[0, 2]` is."""
    text = text.strip().removeprefix("=").strip()
    if text.startswith("["):
        return [int(number) for number in re.findall(r"\d+", text)]
    if text.startswith("count("):
        return len(values[text[6:-1]])
    found = TERM.fullmatch(text)
    assert found, text
    name, index, more = found.groups()
    given = int(name) if name.isdigit() else values[name]
    if index:
        given = given[int(index) - 1]
    return given + int(more) if more else given


def holds(condition: str, values: Mapping[str, Any]) -> bool:
    """Whether a condition is true: comparisons, or names of truth values, with `and` between them."""
    for part in condition.strip().removeprefix("=").strip().split(" and "):
        negated = part.startswith("not(")
        bare = part[4:-1] if negated else part
        found = COMPARISON.fullmatch(bare)
        true = SIGNS[found[2]](value(found[1], values), value(found[3], values)) if found else bool(values[bare])
        if true is negated:
            return False
    return True


def assigned(script: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a script of the form `={a: 1, b: a + 1}` assigns."""
    return {name: value(text, values) for name, text in ENTRY.findall(script)}
