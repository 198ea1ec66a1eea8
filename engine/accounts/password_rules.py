"""Password rules and hashes: argon2id, length before complexity, none that everybody knows (ASVS 5.0 level 2)."""

from __future__ import annotations

import unicodedata
from base64 import b64encode
from functools import cache
from itertools import pairwise
from pathlib import Path
from secrets import token_bytes

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

MIN_LENGTH = 12
MAX_LENGTH = 128
HISTORY = 3
"""A new password differs from the last three (資通系統防護基準)."""

_COMMON = Path(__file__).parents[1] / "data" / "common_passwords.txt"
_RUNS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")


class Passwords:
    """Hashes and checks passwords.

    Args:
        hasher: argon2id with the library's recommended cost unless another is given
            (tests use a cheap one).
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobody = _of_no_password(self._hasher)

    def hash(self, password: str) -> str:
        """The argon2id hash to store."""
        return self._hasher.hash(_normal(password))

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is the one of the hash. Takes as long when there is no hash."""
        try:
            found = self._hasher.verify(password_hash or self._nobody, _normal(password))
        except (VerificationError, InvalidHashError):
            return False
        return found and password_hash is not None

    def outdated(self, password_hash: str) -> bool:
        """Whether the hash was made at another cost and should be made anew at the next sign-in."""
        return self._hasher.check_needs_rehash(password_hash)


def fault(password: str, *, username: str = "", name: str = "") -> str | None:
    """The code of what is wrong with a new password, None when nothing is.

    `too-short` (under 12 characters), `too-long` (over 128), `common` (on the list of
    well-known ones, or one with digits around it), `simple` (a run or a repeated
    pattern), `personal` (holds the account's or the person's name).
    """
    password = _normal(password)
    if len(password) < MIN_LENGTH:
        return "too-short"
    if len(password) > MAX_LENGTH:
        return "too-long"
    folded = password.casefold()
    if _is_common(folded):
        return "common"
    if _is_simple(folded):
        return "simple"
    parts = [username, *username.split(".")]
    if any(len(part) >= 4 and part.casefold() in folded for part in parts) or (name and name.casefold() in folded):
        return "personal"
    return None


def _of_no_password(hasher: PasswordHasher) -> str:
    """What looks like a hash of this cost: checking against it takes as long, and nothing was hashed to make it."""
    salt, digest = (b64encode(token_bytes(size)).decode().rstrip("=") for size in (hasher.salt_len, hasher.hash_len))
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2{hasher.type.name.lower()}$v={ARGON2_VERSION}${cost}${salt}${digest}"


def _normal(password: str) -> str:
    """The same characters whichever way they were typed (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def _is_common(folded: str) -> bool:
    letters = folded.strip("0123456789!@#$%^&*()_-+=.,?~ ")
    plain = folded.translate(str.maketrans("0134578@$!", "oleastb" + "asi"))
    plain_letters = plain.strip("0123456789!@#$%^&*()_-+=.,?~ ")
    return bool({folded, letters, plain, plain_letters} & _common())


def _is_simple(folded: str) -> bool:
    if len(set(folded)) < 5:
        return True
    for length in range(1, len(folded) // 2 + 1):
        if (folded[:length] * (len(folded) // length + 1))[: len(folded)] == folded:
            return True
    steps = [any(a + b in run or b + a in run for run in _RUNS) for a, b in pairwise(folded)]
    return sum(steps) >= len(steps) * 0.8


@cache
def _common() -> frozenset[str]:
    lines = _COMMON.read_text("utf-8").split()
    return frozenset(line.casefold() for line in lines if not line.startswith("#"))
