"""Checks before a deployment: whatever the engine would ignore, refuse or hang on, named by element."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.model import Finding, SourceFile

if TYPE_CHECKING:
    from engine.sandbox import ScriptSandbox


def check(files: Sequence[SourceFile], sandbox: ScriptSandbox) -> tuple[Finding, ...]:
    """Every finding in the files, errors first."""
    return ()
