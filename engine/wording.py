"""Free texts that people write: reasons, remarks, names. What is kept is what was written, or it is refused."""

from __future__ import annotations

import unicodedata

from engine.errors import InvalidFields

MAX_REASON = 500
"""Characters of a reason: why a case is suspended, withdrawn or moved, why work goes to somebody else."""
MAX_REMARK = 2000
"""Characters of what is explained at length: a remark, why a deployment is turned down, why something is erased."""

_HIDING = frozenset("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
"""Signs that turn the direction of what follows: by them a text looks like another one."""


def is_forbidden(char: str) -> bool:
    """Whether no text may hold this sign.

    NUL and other controls, half a surrogate pair, changes of direction, and what Unicode says is no character
    (U+FFFE, U+FFFF …): no document can hold that.
    """
    if char in "\n\t":
        return False
    return unicodedata.category(char) in ("Cc", "Cs") or char in _HIDING or _is_no_character(ord(char))


def is_allowed(text: str) -> bool:
    """Whether anything may be called so: what may not, is found nowhere."""
    return not any(map(is_forbidden, text))


def legible(text: str) -> str:
    """A text for a log, whatever it was: what no text may hold stands there as U+FFFD."""
    return "".join("\ufffd" if is_forbidden(char) else char for char in text)


def is_of_a_line(char: str) -> bool:
    """Whether a name or another line of text may hold this sign: nothing that breaks the line or is not seen.

    Characters that are younger than this Python, and those for private use, are as good as any: people are called so.
    """
    return not is_forbidden(char) and char not in "\n\t" and unicodedata.category(char) not in ("Cf", "Zl", "Zp")


def _is_no_character(code: int) -> bool:
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def _is_seen(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cf", "Zs", "Zl", "Zp")


def written(text: str, field: str, *, most: int, required: bool = True) -> str:
    """A text as it is kept: composed (NFC), line breaks of one kind, no blanks around it; nothing else changes.

    Args:
        field: what it is, for the error.
        most: how many characters it may have.

    Raises:
        InvalidFields: `required` when there is nothing to see, `characters`, `too-long`.
    """
    kept = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if required and not any(map(_is_seen, kept)):
        raise InvalidFields({field: "required"})
    if not is_allowed(kept):
        raise InvalidFields({field: "characters"})
    if len(kept) > most:
        raise InvalidFields({field: "too-long"})
    return kept
