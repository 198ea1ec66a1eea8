"""The code that is kept for copies without history: there, whole, and of a schema that this version's leads on from."""

from __future__ import annotations

import tarfile

from tests.faults.previous import KEPT, NEEDED, newest_kept

LARGEST = 420_000
"""Bytes: every copy of the repository carries it."""


def test_one_version_is_kept_and_all_of_it_is_there():
    (kept,) = KEPT.iterdir()
    assert newest_kept() == kept
    assert kept.stat().st_size < LARGEST
    with tarfile.open(kept) as files:
        names = files.getnames()
    for needed in NEEDED:
        if not needed.startswith(":"):
            assert any(name == needed or name.startswith(f"{needed}/") for name in names), needed
