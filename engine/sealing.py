"""Secrets at rest: encrypted with a key of the settings, and bound to what they belong to.

AES-256-GCM under a key derived by HKDF-SHA256. What a secret belongs to is authenticated
with it: whoever can write the database but lacks the key can neither read a secret nor have
it sent somewhere else by moving it to another row.

A key is changed by putting the new one first and keeping the former ones until everything is
sealed anew (`is_current`).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.errors import SealBroken

_FORMAT = "s1"
_NONCE_BYTES = 12
_PURPOSE = b"siwei: secrets at rest"


class Sealer:
    """Seals with the first of its keys and opens with any of them.

    Args:
        keys: secrets of any length, the current one first.

    Raises:
        ValueError: no key is given.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise ValueError("a sealer needs a key")
        derived = [_derived(key) for key in keys]
        self._ciphers = {_name(key): AESGCM(key) for key in derived}
        self._current = _name(derived[0])

    def seal(self, secret: bytes, belongs_to: str) -> str:
        """The secret as text that only these keys open, and only for `belongs_to`."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._ciphers[self._current].encrypt(nonce, secret, belongs_to.encode())
        return f"{_FORMAT}.{self._current}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, belongs_to: str) -> bytes:
        """The secret. Raises SealBroken: none of the keys is the one, or it was moved or changed."""
        form, _, rest = sealed.partition(".")
        name, _, body = rest.partition(".")
        cipher = self._ciphers.get(name)
        if form != _FORMAT or cipher is None:
            raise SealBroken("It was sealed with a key that is not among those of the settings.")
        try:
            content = base64.urlsafe_b64decode(body)
            return cipher.decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], belongs_to.encode())
        except (ValueError, InvalidTag) as error:
            raise SealBroken("It was changed, or belongs to something else.") from error

    def is_current(self, sealed: str) -> bool:
        """Whether it was sealed with the first key, so that the others may go."""
        return sealed.startswith(f"{_FORMAT}.{self._current}.")


def _derived(key: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(key)


def _name(key: bytes) -> str:
    """Which key it was, without telling it."""
    return hashlib.sha256(key).hexdigest()[:8]
