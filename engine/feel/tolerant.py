"""What other tools write, in the standard's words: `==`, `&&`, `||`, `!x` and `'text'` become FEEL before it is read.

A layer over text: the grammar knows nothing of it. Only what stands in `${…}` or `#{…}` is read so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

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
_SIGNS = {"==": "=", "&&": "and", "||": "or"}
_KEYWORDS = {"and", "or", "in", "between", "then", "else", "return", "satisfies", "instance"}


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str
    text: str


def unwrapped(text: str) -> str:
    """`${x == 'a'}` and `#{x == 'a'}` of other tools as `=x = "a"`; any other text as it is."""
    bare = text.strip()
    if bare[:2] in ("${", "#{") and bare.endswith("}"):
        return "=" + translated(bare[2:-1].strip())
    return text


def translated(text: str) -> str:
    """The same in standard FEEL."""
    pieces = [_Piece(match.lastgroup or "", match[0]) for match in _PIECE.finditer(text)]
    written: list[str] = []
    closings: list[int] = []
    at, end = 0, len(pieces)
    while at < end:
        piece = pieces[at]
        if piece.text == "!":
            written.append("not(")
            closings.append(_operand_end(pieces, at + 1, end))
        elif piece.kind == "sign":
            written.append(_apart(pieces, at, _SIGNS.get(piece.text, piece.text)))
        elif piece.kind == "single":
            written.append(_double_quoted(piece.text))
        else:
            written.append(piece.text)
        at += 1
        while closings and closings[-1] <= at:
            closings.pop()
            written.append(")")
    return "".join(written)


def _apart(pieces: list[_Piece], at: int, word: str) -> str:
    """A word with blanks around it where there are none yet."""
    if not word.isalpha():
        return word
    before = "" if at and pieces[at - 1].kind == "space" else " "
    behind = "" if at + 1 < len(pieces) and pieces[at + 1].kind == "space" else " "
    return f"{before}{word}{behind}"


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
