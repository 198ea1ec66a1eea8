"""String functions (DMN 1.5 section 10.3.4.3); positions count characters, not bytes, from 1."""

from __future__ import annotations

from decimal import Decimal

from engine.feel.errors import FeelError
from engine.feel.functions.registry import feel
from engine.feel.running import Run
from engine.feel.values import Value


@feel("substring(string: string, start position: number, length: number?)")
def substring(run: Run, string: str, start: Decimal, length: Decimal | None = None) -> Value:
    first = int(start)
    if first == 0 or first != start:
        raise FeelError("起始位置從 1 起算", "positions count from 1")
    if length is not None and length < 1:
        raise FeelError("長度至少是 1", "the length is at least 1")
    if abs(first) > len(string):
        return ""
    at = first - 1 if first > 0 else len(string) + first
    return string[at:] if length is None else string[at : at + int(length)]


@feel("string length(string: string)")
def string_length(run: Run, string: str) -> Value:
    return Decimal(len(string))


@feel("upper case(string: string)")
def upper_case(run: Run, string: str) -> Value:
    return string.upper()


@feel("lower case(string: string)")
def lower_case(run: Run, string: str) -> Value:
    return string.lower()


@feel("substring before(string: string, match: string)")
def substring_before(run: Run, string: str, match: str) -> Value:
    return string.partition(match)[0] if match and match in string else ""


@feel("substring after(string: string, match: string)")
def substring_after(run: Run, string: str, match: str) -> Value:
    return string.partition(match)[2] if match else string


@feel("contains(string: string, match: string)")
def contains(run: Run, string: str, match: str) -> Value:
    return match in string


@feel("starts with(string: string, match: string)")
def starts_with(run: Run, string: str, match: str) -> Value:
    return string.startswith(match)


@feel("ends with(string: string, match: string)")
def ends_with(run: Run, string: str, match: str) -> Value:
    return string.endswith(match)


@feel("string join(list: list, delimiter: string?)")
def string_join(run: Run, items: list[Value], delimiter: str | None = None) -> Value:
    texts = [item for item in items if item is not None]
    if not all(isinstance(text, str) for text in texts):
        raise FeelError("元素不全是文字", "not every element is a text")
    run.sized(sum(len(text) for text in texts) + len(texts) * len(delimiter or ""))
    return (delimiter or "").join(texts)
