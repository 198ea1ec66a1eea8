"""Sets of characters: single ones, ranges, categories, and what `\\d` and its like stand for."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

CharSet = Callable[[str], bool]

CATEGORIES = frozenset(
    {"L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "Z", "Zs", "Zl", "Zp"}
    | {"P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "C", "Cc", "Cf", "Co", "Cn"}
)
# The blocks that texts here meet; XSD names many more.
BLOCKS = {
    "BasicLatin": (0x0000, 0x007F),
    "Latin-1Supplement": (0x0080, 0x00FF),
    "LatinExtended-A": (0x0100, 0x017F),
    "Greek": (0x0370, 0x03FF),
    "Cyrillic": (0x0400, 0x04FF),
    "GeneralPunctuation": (0x2000, 0x206F),
    "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "Bopomofo": (0x3100, 0x312F),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "CJKUnifiedIdeographsExtensionA": (0x3400, 0x4DBF),
    "CJKCompatibilityIdeographs": (0xF900, 0xFAFF),
    "HalfwidthandFullwidthForms": (0xFF00, 0xFFEF),
}


def single(char: str) -> CharSet:
    """Just this character."""
    return lambda other: other == char


def span(first: str, last: str) -> CharSet:
    """All characters between two, both included."""
    return lambda char: first <= char <= last


def negated(inner: CharSet) -> CharSet:
    """All others."""
    return lambda char: not inner(char)


def union(parts: list[CharSet]) -> CharSet:
    """Those in any of the parts."""
    return lambda char: any(part(char) for part in parts)


def without(whole: CharSet, removed: CharSet) -> CharSet:
    """Those of `whole` that are not in `removed`."""
    return lambda char: whole(char) and not removed(char)


def any_case(inner: CharSet) -> CharSet:
    """Those that are in the set in any case."""
    return lambda char: inner(char) or inner(char.lower()) or inner(char.upper())


def category(name: str) -> CharSet:
    """The characters of a Unicode category, `L` or `Lu`, or of a block, `IsHiragana`. KeyError when there is none."""
    if name.startswith("Is"):
        first, last = BLOCKS[name[2:]]
        return span(chr(first), chr(last))
    if name not in CATEGORIES:
        raise KeyError(name)
    return lambda char: unicodedata.category(char).startswith(name)


def any_char(char: str) -> bool:
    """Every character."""
    return True


def no_line_end(char: str) -> bool:
    """What the dot stands for."""
    return char not in "\n\r"


def _digit(char: str) -> bool:
    return unicodedata.category(char) == "Nd"


def _space(char: str) -> bool:
    return char in " \t\n\r"


def _word(char: str) -> bool:
    return unicodedata.category(char)[0] not in "PZC"


def _name_start(char: str) -> bool:
    return char in ":_" or unicodedata.category(char)[0] == "L"


def _name(char: str) -> bool:
    return char in ":_-." or unicodedata.category(char)[0] in "LMN"


CLASSES: dict[str, CharSet] = {"d": _digit, "s": _space, "w": _word, "i": _name_start, "c": _name}
CLASSES |= {letter.upper(): negated(inner) for letter, inner in CLASSES.items()}
