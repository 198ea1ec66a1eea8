"""How sensitive values show in lists: 王○明, 0912***678.

Rule (domain D, "Personal data"): lists mask; who opens the case sees the whole, and
that is recorded elsewhere.
"""

from __future__ import annotations

import re


def mask(kind: str, text: str) -> str:
    """`text` with its middle hidden. `kind`: name, phone, email, address, anything else hides all but the ends."""
    bare = text.strip()
    if not bare:
        return ""
    if kind == "name":
        return _name(bare)
    if kind == "phone":
        return _middle(bare, 4, 3, "***")
    if kind == "email" and "@" in bare:
        local, _, host = bare.partition("@")
        return f"{local[:1]}***@{host}"
    if kind == "address":
        district = re.match(r".{0,6}?[縣市].{0,4}?[區鄉鎮市]", bare)
        return f"{district[0]}***" if district else f"{bare[:3]}***"
    return _middle(bare, 1, 1, "***")


def _name(name: str) -> str:
    if re.search(r"[A-Za-z]", name):
        return " ".join(f"{word[0]}***" for word in name.split())
    if len(name) <= 2:
        return f"{name[0]}○"
    return f"{name[0]}{'○' * (len(name) - 2)}{name[-1]}"


def _middle(text: str, head: int, tail: int, hidden: str) -> str:
    if len(text) <= head + tail:
        return f"{text[0]}{hidden}"
    return f"{text[:head]}{hidden}{text[-tail:]}"
