"""A pattern's text to a tree."""

from __future__ import annotations

from dataclasses import dataclass

from engine.feel.regex import charsets
from engine.feel.regex.charsets import CharSet

_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"} | {char: char for char in "\\|.?*+(){}[]-^$"}
_MOST_REPEATS = 1000
_DEEPEST = 50


class PatternError(ValueError):
    """The text is no XPath regular expression."""


@dataclass(frozen=True, slots=True)
class Char:
    """One character of a set."""

    chars: CharSet


@dataclass(frozen=True, slots=True)
class Anchor:
    """`^` or `$`."""

    start: bool


@dataclass(frozen=True, slots=True)
class BackReference:
    """The text that a group has matched."""

    group: int


@dataclass(frozen=True, slots=True)
class Group:
    """A part in brackets; `number` 0 for one that captures nothing."""

    number: int
    inner: Pattern


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part so many times; `most` None for no bound."""

    inner: Pattern
    least: int
    most: int | None
    greedy: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """Parts one after another."""

    parts: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several, the first that fits."""

    options: tuple[Pattern, ...]


Pattern = Char | Anchor | BackReference | Group | Repeat | Sequence | Choice


class Parser:
    """Reads one pattern; `groups` is how many capture."""

    def __init__(self, text: str, *, dot_all: bool, ignore_case: bool, free_spacing: bool) -> None:
        self.text = _without_spaces(text) if free_spacing else text
        self.dot_all = dot_all
        self.ignore_case = ignore_case
        self.at = 0
        self.groups = 0
        self._closed: set[int] = set()
        self._depth = 0

    def read(self) -> Pattern:
        """The whole pattern. Raises PatternError."""
        pattern = self._choice()
        if self.at < len(self.text):
            raise PatternError(f"unexpected {self.text[self.at]!r}")
        return pattern

    def _choice(self) -> Pattern:
        options = [self._sequence()]
        while self._take("|"):
            options.append(self._sequence())
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _sequence(self) -> Pattern:
        parts = []
        while self.at < len(self.text) and self._peek() not in "|)":
            parts.append(self._quantified())
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _quantified(self) -> Pattern:
        part = self._atom()
        bounds = self._quantifier()
        if bounds is None:
            return part
        if isinstance(part, Anchor):
            raise PatternError("an anchor cannot be repeated")
        least, most = bounds
        return Repeat(part, least, most, greedy=not self._take("?"))

    def _quantifier(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("?", (0, 1)), ("*", (0, None)), ("+", (1, None))):
            if self._take(sign):
                return bounds
        if not self._take("{"):
            return None
        end = self.text.find("}", self.at)
        low, comma, high = self.text[self.at : max(end, self.at)].partition(",")
        if end < 0 or not _number(low) or (high and not _number(high)):
            raise PatternError("a wrong {…}")
        self.at = end + 1
        least = int(low[:6])
        most = None if comma and not high else int(high[:6] or low[:6])
        if least > _MOST_REPEATS or (most or 0) > _MOST_REPEATS or (most is not None and most < least):
            raise PatternError("a wrong number of repetitions")
        return least, most

    def _atom(self) -> Pattern:
        char = self._next()
        if char == "(":
            return self._group()
        if char == "[":
            return self._char(self._char_class())
        if char == ".":
            return Char(charsets.any_char if self.dot_all else charsets.no_line_end)
        if char in "^$":
            return Anchor(char == "^")
        if char == "\\":
            return self._escape()
        if char in "?*+{}]":
            raise PatternError(f"unexpected {char!r}")
        return self._char(charsets.single(char))

    def _group(self) -> Pattern:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise PatternError("nested too deeply")
        number = 0
        if self._take("?"):
            if not self._take(":"):
                raise PatternError("only (?:…) may begin with (?")
        else:
            self.groups += 1
            number = self.groups
        inner = self._choice()
        if not self._take(")"):
            raise PatternError("a missing )")
        self._closed.add(number)
        self._depth -= 1
        return Group(number, inner)

    def _escape(self) -> Pattern:
        char = self._peek()
        if char.isascii() and char.isdigit() and char != "0":
            self.at += 1
            number = int(char)
            while self._peek().isascii() and self._peek().isdigit() and number * 10 + int(self._peek()) <= self.groups:
                number = number * 10 + int(self._next())
            if number not in self._closed:
                raise PatternError(f"no group {number} before")
            return BackReference(number)
        return self._char(self._escaped_set())

    def _escaped_set(self) -> CharSet:
        char = self._next()
        if char in charsets.CLASSES:
            return charsets.CLASSES[char]
        if char in "pP":
            end = self.text.find("}", self.at)
            if not self._take("{") or end < 0:
                raise PatternError("a wrong \\p{…}")
            name, self.at = self.text[self.at : end], end + 1
            try:
                found = charsets.category(name)
            except KeyError:
                raise PatternError(f"no category {name!r}") from None
            return found if char == "p" else charsets.negated(found)
        if char not in _ESCAPED:
            raise PatternError(f"\\{char} means nothing")
        return charsets.single(_ESCAPED[char])

    def _char_class(self) -> CharSet:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise PatternError("nested too deeply")
        negative = self._take("^")
        parts: list[CharSet] = []
        removed: CharSet | None = None
        while not self._take("]"):
            if parts and self.text.startswith("-[", self.at):
                self.at += 2
                removed = self._char_class()
                if not self._take("]"):
                    raise PatternError("a subtraction ends its class")
                break
            parts.append(self._class_part(first=not parts))
        if not parts:
            raise PatternError("an empty character class")
        self._depth -= 1
        whole = charsets.negated(charsets.union(parts)) if negative else charsets.union(parts)
        return whole if removed is None else charsets.without(whole, removed)

    def _class_part(self, *, first: bool) -> CharSet:
        low = self._class_char()
        if not isinstance(low, str):
            return low
        if low == "-" and not first and self._peek() not in ("]", "-"):
            raise PatternError("a - in the middle of a character class")
        if self._peek() != "-" or self.text[self.at + 1 : self.at + 2] in ("]", "["):
            return charsets.single(low)
        self.at += 1
        high = self._class_char()
        if not isinstance(high, str) or high < low:
            raise PatternError("a wrong range of characters")
        return charsets.span(low, high)

    def _class_char(self) -> str | CharSet:
        """One character of a class, or the set that an escape stands for."""
        char = self._next()
        if char == "[":
            raise PatternError("unexpected '['")
        if char != "\\":
            return char
        if self._peek() in _ESCAPED:
            return _ESCAPED[self._next()]
        return self._escaped_set()

    def _char(self, chars: CharSet) -> Char:
        return Char(charsets.any_case(chars) if self.ignore_case else chars)

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _next(self) -> str:
        char = self._peek()
        if not char:
            raise PatternError("the pattern ends too early")
        self.at += 1
        return char

    def _take(self, char: str) -> bool:
        if self._peek() != char:
            return False
        self.at += 1
        return True


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _without_spaces(text: str) -> str:
    """Flag x: white space counts only inside character classes."""
    kept, depth, escaped = [], 0, False
    for char in text:
        if not escaped and char == "[":
            depth += 1
        elif not escaped and char == "]":
            depth = max(depth - 1, 0)
        escaped = char == "\\" and not escaped
        if depth or not char.isspace():
            kept.append(char)
    return "".join(kept)
