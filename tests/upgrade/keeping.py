"""Keeps the code before the newest migration, for copies of the repository that come without its history."""

from __future__ import annotations

import lzma
from pathlib import Path

from tests.faults.previous import KEPT, before_newest, revision_before


def keep_code_before() -> Path | None:
    """Write it in place of the one that was kept; None where there is no history to take it from."""
    content = before_newest()
    if content is None:
        return None
    KEPT.mkdir(exist_ok=True)
    for old in KEPT.glob("*.tar.xz"):
        old.unlink()
    kept = KEPT / f"{revision_before()}.tar.xz"
    kept.write_bytes(lzma.compress(content, preset=9 | lzma.PRESET_EXTREME))
    return kept
