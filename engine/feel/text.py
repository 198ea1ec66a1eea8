"""A value as FEEL's `string()` writes it."""

from __future__ import annotations

from decimal import Decimal

from engine.feel.running import Run
from engine.feel.values import Function, Range, Value


def text_of(run: Run, value: Value) -> str:
    """The text of `value`; texts inside lists and contexts stand in quotes."""
    return value if isinstance(value, str) else _inner(run, value)


def number_text(value: Decimal) -> str:
    """A number without exponent."""
    return format(value, "f")


def _inner(run: Run, value: Value) -> str:
    run.spend(1)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, list):
        return _bounded(run, "[", [_inner(run, item) for item in value], "]")
    if isinstance(value, dict):
        return _bounded(run, "{", [f"{key}: {_inner(run, item)}" for key, item in value.items()], "}")
    if isinstance(value, Range):
        ends = f"{_inner(run, value.low)}..{_inner(run, value.high)}"
        return f"{'[' if value.low_included else '('}{ends}{']' if value.high_included else ')'}"
    if isinstance(value, Function):
        return f"function({', '.join(value.parameters)})"
    return str(value)


def _bounded(run: Run, opening: str, parts: list[str], closing: str) -> str:
    run.sized(sum(len(part) + 2 for part in parts))
    return f"{opening}{', '.join(parts)}{closing}"
