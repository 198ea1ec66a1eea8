"""Keys that are secret by their length and their randomness: what production refuses to start with."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import pairwise

MIN_LENGTH = 32
MIN_BITS = 30.0
"""Estimated from below: 32 random hexadecimal digits come out at 57, one in a million of them below 40."""
HOW_TO_MAKE_A_KEY = "make one with: python3 -c 'import secrets; print(secrets.token_hex(32))'"
_WORDS = re.compile(
    r"change|example|secret|password|passw0rd|default|siwei|demo|test|sample|insert|replace|your|key|0123|1234|abcd|qwert|openssl|random|character",
    re.IGNORECASE,
)


def weakness(key: str) -> str | None:
    """Why a key must not be used, None when it may: it is too short, or somebody typed it.

    Judged by its own characters only: how many different ones there are and how evenly they
    are used, whether it repeats or counts up, and whether words of examples make up part of it.
    """
    if not key:
        return "must be set in production"
    if len(key) < MIN_LENGTH:
        return f"must have at least {MIN_LENGTH} characters in production"
    if _repeats(key):
        return "repeats itself"
    rest = _WORDS.sub("", key)
    if len(rest) < MIN_LENGTH * 3 // 4:
        return "consists of words, as an example does"
    if _bits(rest) < MIN_BITS:
        return "can be guessed: it must be random"
    return None


def _repeats(key: str) -> bool:
    """Whether the key is one part again and again."""
    return key in (key + key)[1:-1]


def _bits(key: str) -> float:
    """Shannon's entropy of the characters, of which those that follow from the one before do not count."""
    counted = [b for a, b in pairwise(key) if abs(ord(a) - ord(b)) > 1]
    counts = Counter(counted)
    total = len(counted)
    return sum(-n * math.log2(n / total) for n in counts.values())
