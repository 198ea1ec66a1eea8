"""What the engine asks of a sandbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from engine.errors import EngineError, LimitExceeded, StepFailed
from engine.sandbox.check import Problem


class ScriptFailed(StepFailed):
    """The script raised an error, is not allowed, or made a value that cannot be stored."""


class ScriptLimit(LimitExceeded):
    """The script ran over its limit of time, memory or nesting."""


class SandboxUnavailable(EngineError):
    """Scripts cannot be run safely here."""


class ScriptSandbox(Protocol):
    """Runs Python text with nothing but the values given to it."""

    def evaluate(self, text: str, names: Mapping[str, Any]) -> Any:
        """The value of one expression.

        Raises:
            ScriptFailed, ScriptLimit: there is none.
        """

    def execute(self, text: str, names: Mapping[str, Any]) -> dict[str, Any]:
        """The names that the statements assigned at their top level, with their values at the end.

        `names` are not changed; what the script changes in place counts when it is assigned.

        Raises:
            ScriptFailed, ScriptLimit: it did not come to its end; then nothing of it counts.
        """

    def check(self, text: str, *, expression: bool = False) -> tuple[Problem, ...]:
        """What is wrong with the text, without running it. Empty when nothing is."""

    def read_together(self, texts: Iterable[str]) -> None:
        """Read many scripts at once, so that `check` of each is quick afterwards. Says nothing of them."""

    def close(self) -> None:
        """End its workers. It starts new ones when it is used again."""
