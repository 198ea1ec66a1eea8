"""Full-text search for Chinese without a dictionary: every two neighbouring characters are a word.

The embedded PostgreSQL has no text-search extension, and word segmentation would miss what
it does not know. With positions kept, two adjacent 2-grams match only where the characters
stand next to each other, so a search finds exactly the substrings of two characters and more.
"""

from __future__ import annotations

import re
import unicodedata

_RUN = re.compile(r"[^\W_]+")
_WORD = re.compile(r"[^\W_]+(?:[-./:@_]+[^\W_]+)*")
"""Runs that belong together: a case number, an address, a time."""
_MAX_POSITION = 16_000
"""Positions end at 16,383 in a tsvector; what lies beyond is not searched."""
_MAX_PLACES = 250
"""A tsvector keeps at most 255 positions of a word."""


def normalise(text: str) -> str:
    """Full-width becomes half-width and capitals small, so that both are found by either."""
    return unicodedata.normalize("NFKC", text).casefold()


def document(text: str) -> str:
    """A tsvector literal of `text`; a gap is left between runs, so nothing matches across punctuation."""
    places: dict[str, list[int]] = {}
    position = 1
    for run in _runs(text):
        for gram in _grams(run):
            if position > _MAX_POSITION:
                break
            kept = places.setdefault(gram, [])
            if len(kept) < _MAX_PLACES:
                kept.append(position)
            position += 1
        position += 1
    return " ".join(f"'{gram}':{','.join(map(str, at))}" for gram, at in places.items())


def query(text: str) -> str:
    """A tsquery literal that matches documents with every word of `text` as a substring; empty when it has none.

    The parts of a word such as `PT-107-00009` must follow each other, with one gap between them.
    """
    words = _WORD.findall(normalise(text))
    return " & ".join(dict.fromkeys(" <2> ".join(_phrase(run) for run in _RUN.findall(word)) for word in words))


def alternatives(text: str) -> str:
    """A tsquery literal that matches documents with any 2-gram of `text`; empty when it has none."""
    return " | ".join(f"'{gram}'" for gram in sorted(grams(text)))


def grams(text: str) -> frozenset[str]:
    """The 2-grams of `text`, what two texts have in common when they are alike."""
    return frozenset(gram for run in _runs(text) for gram in _grams(run))


def _runs(text: str) -> list[str]:
    return _RUN.findall(normalise(text))


def _grams(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def _phrase(run: str) -> str:
    if len(run) == 1:
        return f"'{run}':*"
    words = " <-> ".join(f"'{gram}'" for gram in _grams(run))
    return f"({words})"
