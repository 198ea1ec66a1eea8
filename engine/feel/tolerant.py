"""What other tools write, in the standard's words: `==`, `&&`, `||`, `!x` and `'text'` become FEEL before it is read.

A layer over text: the grammar knows nothing of it. What is refused afterwards is said at the place where it stands in
the text that was written.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.feel.errors import FeelSyntaxError
from engine.feel.expression import Expression, parse
from engine.feel.tokens import position

_PIECE = re.compile(
    r"""(?P<space>(?:\s|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)+)
    | (?P<text>@?"(?:[^"\\\n]|\\.)*")
    | (?P<single>'(?:[^'\\\n]|\\.)*')
    | (?P<sign>==|&&|\|\||!=|!)
    | (?P<open>[(\[{]) | (?P<close>[)\]}])
    | (?P<word>[^\W\d][\w.]*)
    | (?P<number>[0-9.]+)
    | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_SIGNS = {"==": "=", "&&": " and ", "||": " or "}
_KEYWORDS = {"and", "or", "in", "between", "then", "else", "return", "satisfies", "instance"}


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str
    text: str
    start: int


def parse_tolerantly(text: str, names: Iterable[str] = ()) -> Expression:
    """Read a FEEL expression in which signs of other languages may stand.

    Raises:
        FeelSyntaxError: it is none; line and column are those of `text`.
    """
    standard, origins = translated(text)
    try:
        return parse(standard, "expression", names)
    except FeelSyntaxError as error:
        lines = standard.split("\n")
        at = sum(len(line) + 1 for line in lines[: error.line - 1]) + error.column - 1
        origin = origins[at] if at < len(origins) else len(text)
        where = position(text, origin)
        raise FeelSyntaxError(error.reason_zh, error.reason_en, *where, error.expected) from None


@functools.lru_cache(maxsize=1024)
def translated(text: str) -> tuple[str, tuple[int, ...]]:
    """The same in standard FEEL, and for each of its characters where it comes from in `text`."""
    pieces = [_Piece(match.lastgroup or "", match[0], match.start()) for match in _PIECE.finditer(text)]
    written: list[tuple[str, int]] = []
    _translate(pieces, 0, len(pieces), written)
    origins = tuple(start for part, start in written for _ in part)
    return "".join(part for part, _ in written), origins


def _translate(pieces: list[_Piece], at: int, end: int, into: list[tuple[str, int]]) -> None:
    closings: list[int] = []
    while at < end:
        piece = pieces[at]
        if piece.kind == "sign" and piece.text == "!":
            into.append(("not(", piece.start))
            closings.append(_operand_end(pieces, at + 1, end))
        elif piece.kind == "sign":
            into.append((_SIGNS.get(piece.text, piece.text), piece.start))
        elif piece.kind == "single":
            into.append((_double_quoted(piece.text), piece.start))
        else:
            into += _each(piece)
        at += 1
        while closings and closings[-1] <= at:
            closings.pop()
            into.append((")", piece.start))


def _each(piece: _Piece) -> Iterator[tuple[str, int]]:
    return ((char, piece.start + offset) for offset, char in enumerate(piece.text))


def _double_quoted(text: str) -> str:
    inner = text[1:-1].replace("\\'", "'")
    return '"' + re.sub(r'(?<!\\)((?:\\\\)*)"', r'\1\\"', inner) + '"'


def _operand_end(pieces: list[_Piece], at: int, end: int) -> int:
    """Where the operand of a `!` ends: signs before a value, the value, and the brackets and paths behind it."""
    while at < end and (pieces[at].kind == "space" or pieces[at].text in ("!", "-")):
        at += 1
    at = _value_end(pieces, at, end)
    while at < end:
        if pieces[at].kind == "open" and pieces[at].text != "{":
            at = _bracket_end(pieces, at, end)
        elif pieces[at].text == ".":
            at = _value_end(pieces, at + 1, end)
        else:
            break
    return at


def _value_end(pieces: list[_Piece], at: int, end: int) -> int:
    if at >= end:
        return end
    if pieces[at].kind == "open":
        return _bracket_end(pieces, at, end)
    if pieces[at].kind != "word":
        return at + 1
    last = at + 1
    while at < end and pieces[at].kind in ("word", "space") and pieces[at].text not in _KEYWORDS:
        last = at + 1 if pieces[at].kind == "word" else last
        at += 1
    return last


def _bracket_end(pieces: list[_Piece], at: int, end: int) -> int:
    depth = 0
    while at < end:
        depth += {"open": 1, "close": -1}.get(pieces[at].kind, 0)
        at += 1
        if not depth:
            break
    return at
