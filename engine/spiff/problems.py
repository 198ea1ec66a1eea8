"""What goes wrong inside a step and never leaves this folder as an exception."""

from __future__ import annotations

from typing import Literal

Kind = Literal["script", "condition", "decision", "service", "assignment", "timer", "limit", "definition", "error"]


class StepProblem(Exception):
    """One element could not do its work; it becomes an incident on that element's token."""

    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(message)
        self.kind: Kind = kind
        self.message = message


class BudgetSpent(Exception):
    """The step ran over its number of tasks or its time."""
