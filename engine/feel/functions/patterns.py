"""String functions that take a regular expression (DMN 1.5 section 10.3.4.3)."""

from __future__ import annotations

from engine.feel.errors import FeelError
from engine.feel.functions.registry import feel
from engine.feel.regex import Match, PatternError, Program, compile_pattern, find_all, search
from engine.feel.running import Run
from engine.feel.values import Value


@feel("matches(input: string, pattern: string, flags: string?)")
def matches(run: Run, text: str, pattern: str, flags: str | None = None) -> Value:
    return search(run, _compiled(pattern, flags), text) is not None


@feel("replace(input: string, pattern: string, replacement: string, flags: string?)")
def replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> Value:
    program = _compiled(pattern, flags)
    _refuse_empty(run, program)
    literal = "q" in (flags or "")
    parts, at, length = [], 0, 0
    for match in find_all(run, program, text):
        new = replacement if literal else _filled(replacement, match, program.groups)
        parts += [text[at : match.start], new]
        length += match.start - at + len(new)
        run.sized(length)
        at = match.end
    return "".join([*parts, text[at:]])


@feel("split(string: string, delimiter: string)")
def split(run: Run, text: str, delimiter: str) -> Value:
    program = _compiled(delimiter, None)
    _refuse_empty(run, program)
    parts, at = [], 0
    for match in find_all(run, program, text):
        parts.append(text[at : match.start])
        at = match.end
    return [*parts, text[at:]]


def _compiled(pattern: str, flags: str | None) -> Program:
    try:
        return compile_pattern(pattern, flags or "")
    except PatternError as error:
        raise FeelError(f"樣式「{pattern[:60]}」不正確", f"the pattern {pattern[:60]!r} is wrong: {error}") from None


def _refuse_empty(run: Run, program: Program) -> None:
    if search(run, program, "") is not None:
        raise FeelError("樣式會符合空字串", "the pattern matches the empty text")


def _filled(replacement: str, match: Match, groups: int) -> str:
    """The replacement with `$1` and its like filled in; `\\$` and `\\\\` are the signs themselves."""
    out, at = "", 0
    while at < len(replacement):
        char, after = replacement[at], replacement[at + 1 : at + 2]
        at += 1
        if char == "\\":
            if after not in ("\\", "$"):
                raise FeelError("取代文字的「\\」不正確", "a wrong \\ in the replacement")
            out += after
            at += 1
        elif char == "$":
            if not (after.isascii() and after.isdigit()):
                raise FeelError("取代文字的「$」不正確", "a wrong $ in the replacement")
            number = int(after)
            at += 1
            while replacement[at : at + 1].isdecimal() and number * 10 + int(replacement[at]) <= groups:
                number = number * 10 + int(replacement[at])
                at += 1
            out += match.group(number) if number <= groups else ""
        else:
            out += char
    return out
