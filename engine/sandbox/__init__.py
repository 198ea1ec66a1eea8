"""Python that a process owner wrote (script tasks, untagged conditions), run where it can hurt nobody.

`ScriptSandbox` is the only way to run it; `MontySandbox` is the one backend. There is no
fallback into this process.
"""

from __future__ import annotations

from engine.sandbox.check import Problem, check
from engine.sandbox.confine import Confinement
from engine.sandbox.monty import MontySandbox
from engine.sandbox.protocol import SandboxUnavailable, ScriptFailed, ScriptLimit, ScriptSandbox

__all__ = [
    "Confinement",
    "MontySandbox",
    "Problem",
    "SandboxUnavailable",
    "ScriptFailed",
    "ScriptLimit",
    "ScriptSandbox",
    "check",
]
