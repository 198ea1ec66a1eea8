"""Patterns of form authors, matched in time linear to the text.

The regular expressions of Python and JavaScript can take exponential time on an
unlucky text; whoever may draw a form could stop the server with one. These are the
same expressions without what makes them so (back references, look-around), run by
following all alternatives at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

MAX_STATES = 2000
MAX_TEXT = 2000

Test = Callable[[str], bool]


class PatternError(ValueError):
    """The pattern is not one we can match; `args[0]` says why."""


@dataclass(frozen=True)
class Pattern:
    """A compiled pattern. `matches` finds it anywhere in the text, as form-js does."""

    text: str
    _program: tuple[_State, ...] = field(repr=False, compare=False)

    def matches(self, text: str) -> bool:
        """Whether the pattern occurs in `text`; a text over 2,000 characters never matches."""
        if len(text) > MAX_TEXT:
            return False
        current = self._closure({0}, 0, text)
        for position, char in enumerate(text):
            if len(self._program) in current:
                return True
            moved = {to for at in current if at < len(self._program) for to in self._step(at, char)}
            current = self._closure(moved | {0}, position + 1, text)
        return len(self._program) in current

    def _step(self, at: int, char: str) -> tuple[int, ...]:
        state = self._program[at]
        return (at + 1,) if state.test is not None and state.test(char) else ()

    def _closure(self, start: set[int], position: int, text: str) -> set[int]:
        seen: set[int] = set()
        stack = list(start)
        while stack:
            at = stack.pop()
            if at in seen:
                continue
            seen.add(at)
            if at < len(self._program):
                stack.extend(self._program[at].free_moves(at, position, text))
        return seen


@dataclass(frozen=True)
class _State:
    """One instruction: test a character, or move on without one."""

    test: Test | None = None
    jumps: tuple[int, ...] = ()
    """Relative targets of a split."""
    anchor: str = ""

    def free_moves(self, at: int, position: int, text: str) -> tuple[int, ...]:
        if self.test is not None:
            return ()
        if self.anchor:
            return (at + 1,) if _anchored(self.anchor, position, text) else ()
        return tuple(at + jump for jump in self.jumps)


def _anchored(anchor: str, position: int, text: str) -> bool:
    if anchor == "^":
        return position == 0
    if anchor == "$":
        return position == len(text)
    before = position > 0 and _is_word(text[position - 1])
    after = position < len(text) and _is_word(text[position])
    return (before != after) == (anchor == "b")


def compile_pattern(text: str) -> Pattern:
    """Compile `text`.

    Known: literals, `.`, classes, `\\d \\w \\s \\b` and their opposites, `\\uXXXX`, groups,
    `|`, `* + ? {m,n}` (lazy ones match the same texts), `^ $`.

    Raises:
        PatternError: it is not well formed, uses look-around or back references, or
            has more than 2,000 states.
    """
    reader = _Reader(text)
    program = reader.alternatives()
    if reader.more():
        raise PatternError(f"unexpected {reader.peek()!r} at {reader.at + 1}")
    return Pattern(text, tuple(program))


_Program = list[_State]


class _Reader:
    """Reads a pattern by recursive descent."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self._depth = 0

    def more(self) -> bool:
        return self.at < len(self.text)

    def peek(self) -> str:
        return self.text[self.at]

    def take(self) -> str:
        if not self.more():
            raise PatternError("ends too early")
        self.at += 1
        return self.text[self.at - 1]

    def alternatives(self) -> _Program:
        self._depth += 1
        if self._depth > 50:
            raise PatternError("nested too deeply")
        program = self._sequence()
        while self.more() and self.peek() == "|":
            self.take()
            other = self._sequence()
            program = [
                _State(jumps=(1, len(program) + 2)),
                *program,
                _State(jumps=(len(other) + 1,)),
                *other,
            ]
        self._depth -= 1
        return _checked(program)

    def _sequence(self) -> _Program:
        program: _Program = []
        while self.more() and self.peek() not in "|)":
            program += self._quantified(self._atom())
            _checked(program)
        return program

    def _quantified(self, atom: _Program) -> _Program:
        while self.more() and self.peek() in "*+?{":
            bounds = self._bounds()
            if bounds is None:
                break
            least, most = bounds
            if self.more() and self.peek() == "?":
                self.take()
            atom = _repeat(atom, least, most)
        return atom

    def _bounds(self) -> tuple[int, int | None] | None:
        sign = self.peek()
        if sign != "{":
            self.take()
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
        end = self.text.find("}", self.at)
        least, comma, most = self.text[self.at + 1 : end].partition(",") if end > 0 else ("", "", "")
        if not (least.isascii() and least.isdigit()) or (most and not (most.isascii() and most.isdigit())):
            return None
        if len(least) > 4 or len(most) > 4:
            raise PatternError("repeats too often")
        self.at = end + 1
        upper = int(most) if most else (None if comma else int(least))
        if upper is not None and upper < int(least):
            raise PatternError("{m,n} with n below m")
        return int(least), upper

    def _atom(self) -> _Program:
        char = self.take()
        if char == "(":
            return self._group()
        if char == "[":
            return [_State(test=self._class())]
        if char == ".":
            return [_State(test=lambda c: c not in "\n\r\u2028\u2029")]
        if char in "^$":
            return [_State(anchor=char)]
        if char == "\\":
            return self._escaped()
        if char in "*+?":
            raise PatternError(f"nothing to repeat before {char!r} at {self.at}")
        return [_State(test=_exactly(char))]

    def _group(self) -> _Program:
        if self.text.startswith("?:", self.at):
            self.at += 2
        elif self.text.startswith("?<", self.at) and self.text[self.at + 2 : self.at + 3] not in ("=", "!"):
            self.at = self.text.index(">", self.at) + 1 if ">" in self.text[self.at :] else len(self.text)
        elif self.more() and self.peek() == "?":
            raise PatternError("look-around is not supported")
        program = self.alternatives()
        if not self.more() or self.take() != ")":
            raise PatternError("a group is not closed")
        return program

    def _escaped(self) -> _Program:
        char = self.peek() if self.more() else ""
        if char in ("b", "B"):
            self.take()
            return [_State(anchor=char)]
        if char.isdigit() and char != "0":
            raise PatternError("back references are not supported")
        test = self._escape()
        return [_State(test=test)]

    def _escape(self) -> Test:
        char = self.take()
        if char in _CLASSES:
            return _CLASSES[char]
        return _exactly(self._escaped_char(char))

    def _escaped_char(self, char: str) -> str:
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char in "ux":
            length = 4 if char == "u" else 2
            digits = self.text[self.at : self.at + length]
            self.at += length
            try:
                return chr(int(digits, 16)) if len(digits) == length else ""
            except ValueError:
                raise PatternError(f"\\{char} without its digits") from None
        if char.isalnum():
            raise PatternError(f"unknown escape \\{char}")
        return char

    def _class(self) -> Test:
        negated = self.more() and self.peek() == "^"
        if negated:
            self.take()
        tests: list[Test] = []
        first = True
        while first or self.peek_in_class() != "]":
            tests.append(self._class_part())
            first = False
        self.take()
        parts = tuple(tests)
        return lambda c: any(test(c) for test in parts) != negated

    def peek_in_class(self) -> str:
        if not self.more():
            raise PatternError("a class is not closed")
        return self.peek()

    def _class_part(self) -> Test:
        low = self.take()
        if low == "\\":
            name = self.take()
            if name in _CLASSES:
                return _CLASSES[name]
            low = self._escaped_char(name)
        if self.text.startswith("-", self.at) and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
            self.take()
            high = self.take()
            if high == "\\":
                high = self._escaped_char(self.take())
            if high < low:
                raise PatternError(f"range {low}-{high} is upside down")
            return lambda c: low <= c <= high
        return _exactly(low)


def _exactly(wanted: str) -> Test:
    return lambda c: c == wanted


def _is_word(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "_")


def _is_digit(char: str) -> bool:
    return char in "0123456789"


def _repeat(atom: _Program, least: int, most: int | None) -> _Program:
    if len(atom) * max(least, most or 0) > MAX_STATES:
        raise PatternError("the pattern is too large")
    program = atom * least
    if most is None:
        return [*program, _State(jumps=(1, len(atom) + 2)), *atom, _State(jumps=(-len(atom) - 1,))]
    for left in range(most - least, 0, -1):
        program = [*program, _State(jumps=(1, left * (len(atom) + 1))), *atom]
    return program


def _checked(program: _Program) -> _Program:
    if len(program) > MAX_STATES:
        raise PatternError("the pattern is too large")
    return program


_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "0": "\0"}
_CLASSES: dict[str, Test] = {
    "d": _is_digit,
    "D": lambda c: not _is_digit(c),
    "w": _is_word,
    "W": lambda c: not _is_word(c),
    "s": str.isspace,
    "S": lambda c: not c.isspace(),
}
