"""Expressions as diagrams carry them: `=…`, and the `${…}` and `#{…}` of other tools."""

from __future__ import annotations

from collections.abc import Iterable

from engine.feel.expression import Expression, parse
from engine.feel.tolerant import parse_tolerantly


def is_expression(text: str) -> bool:
    """Whether `text` is marked as FEEL: it begins with `=`, or is all `${…}` or `#{…}`."""
    return text.lstrip().startswith("=") or _inside(text) is not None


def unwrap(text: str, names: Iterable[str] = ()) -> Expression | None:
    """The expression in `text`, or None when it is not marked as one.

    Inside `${…}` and `#{…}` also `==`, `&&`, `||`, `!` and `'…'` are read, as other tools write them.

    Raises:
        FeelSyntaxError: it is marked as an expression and is none.
    """
    inner = _inside(text)
    if inner is not None:
        return parse_tolerantly(inner, names)
    stripped = text.lstrip()
    return parse(stripped[1:].strip(), "expression", names) if stripped.startswith("=") else None


def _inside(text: str) -> str | None:
    stripped = text.strip()
    if stripped[:2] in ("${", "#{") and stripped.endswith("}"):
        return stripped[2:-1].strip()
    return None
