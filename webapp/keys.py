"""Keys that are secret by their length and their randomness: what production refuses to start with."""

from __future__ import annotations

import math
import re
from collections import Counter

MIN_LENGTH = 32
MIN_BITS = 128
"""What a key must be able to hold, by its length and the kinds of its characters (OWASP ASVS 5.0, 11.2.3)."""
MIN_SEEN_BITS = 48
"""What must show in the characters themselves. Few of them show less than they hold: of 32 random hexadecimal digits
112 bits are seen on average, fewer than 76 in one key of a hundred thousand, and each four bits less in a tenth of
those."""
HOW_TO_MAKE_A_KEY = "make one with: python3 -c 'import secrets; print(secrets.token_hex(32))'"
_WORDS = re.compile(
    r"change|example|secret|password|passw0rd|default|siwei|demo|test|sample|insert|replace|your|key|0123|1234|abcd|qwert|asdf|zxcv|openssl|random|character",
    re.IGNORECASE,
)
_KINDS = (
    (10, re.compile(r"[0-9]*")),
    (16, re.compile(r"[0-9a-f]*|[0-9A-F]*")),
    (26, re.compile(r"[a-z]*|[A-Z]*")),
    (36, re.compile(r"[0-9a-z]*|[0-9A-Z]*")),
    (62, re.compile(r"[0-9a-zA-Z]*")),
    (64, re.compile(r".*", re.DOTALL)),
)
"""How many characters there are of each kind, the narrowest first."""


def weakness(key: str) -> str | None:
    """Why a key must not be used, None when it may: it is too short, or somebody typed it.

    Judged by its own characters only: what so many of their kinds can hold at most, how many different ones there
    are and how evenly they are used, whether it repeats or counts up, and whether words of examples make up part of it.
    """
    if not key:
        return "must be set in production"
    if len(key) < MIN_LENGTH:
        return f"must have at least {MIN_LENGTH} characters in production"
    if (most := _possible_bits(key)) < MIN_BITS:
        return f"can hold {most:.0f} bits of randomness and must hold {MIN_BITS}: use more characters, or more kinds"
    if _repeats(key):
        return "repeats itself"
    rest = _WORDS.sub("", key)
    if len(rest) < MIN_LENGTH * 3 // 4:
        return "consists of words, as an example does"
    if _seen_bits(rest) < MIN_SEEN_BITS:
        return "can be guessed: it must be random"
    return None


def _possible_bits(key: str) -> float:
    """What random characters of these kinds hold: all digits, all hexadecimal ones, or letters and signs, too."""
    size = next(size for size, kind in _KINDS if kind.fullmatch(key))
    return len(key) * math.log2(size)


def _repeats(key: str) -> bool:
    """Whether the key is one part again and again."""
    return key in (key + key)[1:-1]


def _seen_bits(key: str) -> float:
    """Shannon's entropy of the characters, of which those that follow from the two before do not count: what goes on
    repeating or counting, and what has followed the same two before."""
    counted, met = list(key[:2]), set[str]()
    for first, second, third in zip(key, key[1:], key[2:], strict=False):
        counts_on = abs(ord(second) - ord(first)) <= 1 and abs(ord(third) - ord(second)) <= 1
        if not counts_on and first + second + third not in met:
            counted.append(third)
        met.add(first + second + third)
    return sum(-n * math.log2(n / len(counted)) for n in Counter(counted).values())
