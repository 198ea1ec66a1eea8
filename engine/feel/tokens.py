"""FEEL text to tokens.

Names are what makes FEEL hard to cut up: they may hold spaces, operators and keywords
(`Pre-bureau Risk`, `date and time`). Such names are found by longest match among the names that
are known: those given, those the text itself declares (context keys, parameters, iteration
variables) and the built-in functions. Words side by side that are no known name are one name
all the same: the grammar has no other reading of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.feel.errors import FeelSyntaxError

_PART = r"\w\u00b7\u0300-\u036f\u203f\u2040\U00010000-\U000effff"
_PATTERN = rf"""(?P<space>(?:\s|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)+)
    | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<at>@"(?:[^"\\\n]|\\.)*")
    | (?P<string>"(?:[^"\\\n]|\\.)*")
    | (?P<word>(?![0-9])[{_PART}][{_PART}]*)
    | (?P<op>\*\*|\.\.|<=|>=|!=|->|[-+*/=<>()\[\]{{}},:.?'’])"""
_RAW = re.compile(_PATTERN, re.VERBOSE)
_KEYWORDS = {
    "and", "between", "else", "every", "for", "if", "in", "or", "return", "satisfies", "some", "then",
    "true", "false", "null",
}  # fmt: skip
_PUNCTUATION = {
    "(": "LPAR", ")": "RPAR", "{": "LBRACE", "}": "RBRACE", ",": "COMMA", ":": "COLON", ".": "DOT", "..": "DOTS",
    "+": "PLUS", "-": "MINUS", "*": "STAR", "/": "SLASH", "**": "POWER", "->": "ARROW", "?": "PLACEHOLDER",
    "=": "COMPARE", "!=": "COMPARE", "<": "COMPARE", "<=": "COMPARE", ">": "COMPARE", ">=": "COMPARE",
}  # fmt: skip
_IN_NAMES = {"+", "-", "*", "/", ".", "'", "’", "?"}
_ENDS_OPERAND = {
    "NUMBER", "STRING", "NAME", "RPAR", "RSQUARE", "CLOSE_OUT", "RBRACE", "TRUE", "FALSE", "NULL", "AT", "PLACEHOLDER",
}  # fmt: skip
# What may follow a range, but can begin no filter.
_CLOSERS = {
    "", ")", "]", "}", ",", ".", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in", "between", "instance",
    "then", "else", "return", "satisfies",
}  # fmt: skip
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\", "/": "/"}
_FULL_WIDTH = dict(zip("，：；（）［］｛｝＝＜＞＋－＊／．？！“”「」、。", ',:;()[]{}=<>+-*/.?!"""",.', strict=True))


@dataclass(frozen=True, slots=True)
class Raw:
    """A piece of text: kind `number`, `at`, `string`, `word`, `op` or `end`."""

    kind: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Cut:
    """A token as the grammar knows it."""

    type: str
    value: str
    start: int


class Names:
    """Known names by their first piece, longest first."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_first: dict[str, dict[tuple[str, ...], str]] = {}
        for name in sorted(names):
            self.add(tuple(piece.text for piece in _pieces_of_name(name)), name)

    def add(self, pieces: tuple[str, ...], name: str) -> None:
        """One more name, cut into pieces and as it is written; a single word needs no entry."""
        if len(pieces) > 1 and pieces not in self._by_first.setdefault(pieces[0], {}):
            known = {**self._by_first[pieces[0]], pieces: name}
            self._by_first[pieces[0]] = dict(sorted(known.items(), key=lambda one: -len(one[0])))

    def longest_at(self, raws: list[Raw], at: int) -> tuple[int, str]:
        """How many pieces from `at` on make the longest known name, and that name; 0 for none."""
        for pieces, name in self._by_first.get(raws[at].text, {}).items():
            if len(raws) - at > len(pieces) and all(raws[at + i].text == p for i, p in enumerate(pieces)):
                return len(pieces), name
        return 0, ""


def position(text: str, start: int) -> tuple[int, int]:
    """Line and column, from 1."""
    return text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)


def cut(text: str, known: Names, builtin: Names, *, unary: bool = False) -> list[Cut]:
    """The tokens of `text`.

    `unary` lets `not(` begin a negated test.

    Raises:
        FeelSyntaxError: a character or text literal that is none of FEEL's.
    """
    return list(_Cutter(text, known, builtin, unary).tokens())


def unquote(text: str, literal: str, start: int) -> str:
    """The text between the quotes, escapes resolved."""

    def escape(match: re.Match[str]) -> str:
        code = match[1]
        if code[0] in "uU" and len(code) > 1:
            value = int(code[1:], 16)
            if value > 0x10FFFF:
                raise FeelSyntaxError("沒有這個字元", "no such character", *position(text, start))
            return chr(value)
        if code in _ESCAPES:
            return _ESCAPES[code]
        # Regular expressions are commonly written "\d"; what is no escape stays as it stands.
        return match[0]

    plain = re.sub(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{6}|.)", escape, literal[1:-1])
    # Two escapes may stand for the halves of one character.
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if "\\u" in literal else plain


def _pieces_of_name(name: str) -> list[Raw]:
    try:
        return list(_raw_tokens(name))[:-1]
    except FeelSyntaxError:
        return [Raw("word", name, 0)]


def _raw_tokens(text: str) -> Iterator[Raw]:
    at = 0
    while at < len(text):
        match = _RAW.match(text, at)
        if match is None:
            raise _strange(text, at)
        if match.lastgroup != "space":
            yield Raw(match.lastgroup or "", match[0], at)
        at = match.end()
    yield Raw("end", "", at)


def _strange(text: str, at: int) -> FeelSyntaxError:
    char = text[at]
    where = position(text, at)
    if char == '"' or text[at : at + 2] == '@"':
        return FeelSyntaxError("文字少了結尾的雙引號", "the text has no closing quote", *where, ('"',))
    if char in _FULL_WIDTH:
        plain = _FULL_WIDTH[char]
        return FeelSyntaxError(
            f"「{char}」是全形符號，請改用半形「{plain}」", f"{char!r} is full-width; use {plain!r}", *where, (plain,)
        )
    return FeelSyntaxError(f"這裡不能有「{char}」", f"{char!r} cannot stand here", *where)


def _joined(pieces: list[str]) -> str:
    out = ""
    for piece in pieces:
        tight = not out or piece in _IN_NAMES or out[-1] in "+-*/.'’"
        out += piece if tight else f" {piece}"
    return out


@dataclass(slots=True)
class _Open:
    """A bracket not closed yet; `f` is the one of a function definition."""

    sign: str
    has_dots: bool = False


class _Cutter:
    def __init__(self, text: str, known: Names, builtin: Names, unary: bool) -> None:
        self.text = text
        self.raws = list(_raw_tokens(text))
        self.known = known
        self.builtin = builtin
        self.unary = unary
        self.at = 0
        self.last = ""
        self.before = ""
        """The token before the last one."""
        self.open: list[_Open] = []
        self._declared = Names()
        self._declare()

    def tokens(self) -> Iterator[Cut]:
        while self.raws[self.at].kind != "end":
            token = self._next()
            self.before, self.last = self.last, token.type
            yield token

    def _declare(self) -> None:
        """Collect the names of more than one word that the text itself declares."""
        for at, raw in enumerate(self.raws):
            if raw.text in ("{", ",", "(", "<") and (length := self._key_length(at + 1)):
                self._know(at + 1, at + 1 + length)
            elif raw.text in ("for", "some", "every"):
                end = at + 1
                while self.raws[end].text != "in" and self._in_name(end):
                    end += 1
                if self.raws[end].text == "in":
                    self._know(at + 1, end)

    def _know(self, start: int, end: int) -> None:
        pieces = tuple(piece.text for piece in self.raws[start:end])
        self._declared.add(pieces, _joined(list(pieces)))

    def _in_name(self, at: int) -> bool:
        raw = self.raws[at]
        return raw.kind in ("word", "number") or raw.text in _IN_NAMES

    def _key_length(self, at: int) -> int:
        """How many pieces from `at` on make a key, that is, stand before a colon."""
        end = at
        while self._in_name(end):
            end += 1
        return end - at if end > at and self.raws[end].text == ":" and self.raws[at].kind == "word" else 0

    def _next(self) -> Cut:
        raw = self.raws[self.at]
        if raw.kind == "word":
            return self._word(raw)
        self.at += 1
        if raw.kind == "op":
            return self._operator(raw)
        value = raw.text
        if raw.kind == "string":
            value = unquote(self.text, raw.text, raw.start)
        elif raw.kind == "at":
            value = unquote(self.text, raw.text[1:], raw.start)
        return Cut(raw.kind.upper(), value, raw.start)

    def _word(self, raw: Raw) -> Cut:
        if self.last in ("LBRACE", "COMMA", "LPAR", "LESS") and (length := self._key_length(self.at)):
            return self._take("KEY", length)
        length, name = max(self._declared.longest_at(self.raws, self.at), self.known.longest_at(self.raws, self.at),
                           key=lambda found: found[0])  # fmt: skip
        if length:
            return self._take("NAME", length, name)
        if self.last == "DOT":
            return self._take("NAME", self._words(self.at + 1) - self.at)
        length, name = self.builtin.longest_at(self.raws, self.at)
        if length:
            return self._take("NAME", length, name)
        keyword = self._keyword(raw)
        if keyword:
            self.at += 1
            return Cut(keyword, raw.text, raw.start)
        return self._take("NAME", self._words(self.at + 1) - self.at)

    def _keyword(self, raw: Raw) -> str:
        after = self.raws[self.at + 1].text
        if raw.text in _KEYWORDS:
            return raw.text.upper()
        if raw.text == "instance" and after == "of" and self.last in _ENDS_OPERAND:
            return "INSTANCE"
        if raw.text == "of" and self.last == "INSTANCE":
            return "OF"
        if raw.text == "function" and after in ("(", "<"):
            return "FUNCTION"
        if raw.text == "external" and self.last == "RPAR":
            return "EXTERNAL"
        if raw.text == "not" and after == "(" and self.unary and self.at == 0:
            return "NOT"
        return ""

    def _words(self, at: int) -> int:
        """Where the words from `at` on end that belong to one name."""
        while self.raws[at].kind == "word" and self.raws[at].text not in _KEYWORDS:
            if self.raws[at].text == "instance" and self.raws[at + 1].text == "of":
                break
            at += 1
        return at

    def _take(self, kind: str, length: int, name: str = "") -> Cut:
        pieces = self.raws[self.at : self.at + length]
        self.at += length
        return Cut(kind, name or _joined([piece.text for piece in pieces]), pieces[0].start)

    def _operator(self, raw: Raw) -> Cut:
        text = raw.text
        if text in ("[", "]"):
            return self._square(raw)
        if text == "<" and self.at > 1 and self._opens_type():
            self.open.append(_Open("<"))
            return Cut("LESS", text, raw.start)
        if text == ">" and self.open and self.open[-1].sign == "<":
            self.open.pop()
            return Cut("GREATER", text, raw.start)
        if text in ("(", "{"):
            self.open.append(_Open("f" if self.last == "FUNCTION" else text))
        elif text in (")", "}") and self.open:
            self.open.pop()
        elif text == ".." and self.open:
            self.open[-1].has_dots = True
        if text not in _PUNCTUATION:
            raise _strange(self.text, raw.start)
        return Cut(_PUNCTUATION[text], text, raw.start)

    def _square(self, raw: Raw) -> Cut:
        """`[` and `]` open and close lists and filters, and either may open or close a range."""
        operand = self.last in _ENDS_OPERAND
        in_range = bool(self.open and self.open[-1].has_dots)
        if raw.text == "[":
            if operand and in_range and self.raws[self.at].text in _CLOSERS:
                self.open.pop()
                return Cut("CLOSE_OUT", raw.text, raw.start)
            self.open.append(_Open("["))
            return Cut("LSQUARE", raw.text, raw.start)
        if operand or self.last == "LSQUARE":
            if self.open:
                self.open.pop()
            return Cut("RSQUARE", raw.text, raw.start)
        self.open.append(_Open("]"))
        return Cut("OPEN_OUT", raw.text, raw.start)

    def _opens_type(self) -> bool:
        """Whether a `<` here belongs to a type such as `list<number>`."""
        if self.raws[self.at - 2].text not in ("list", "range", "context", "function"):
            return False
        top = self.open[-1].sign if self.open else ""
        return self.before in ("OF", "ARROW", "LESS") or (self.before in ("COLON", "COMMA") and top in "<f")
