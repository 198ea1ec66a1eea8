"""What a decision gives, and the record of how it came about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RuleHit:
    """A rule of a decision table that matched."""

    table: str
    """The name of the decision whose table it is."""
    rule_id: str
    number: int
    """Row, counted from 1."""
    outputs: dict[str, Any]
    annotations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionStep:
    """One decision of the chain that leads to the one that was asked for."""

    decision_id: str
    name: str
    value: Any
    inputs: dict[str, Any] | None = None
    """Of a decision table: the input values by column label."""
    rules: tuple[RuleHit, ...] = ()
    file: str = ""
    """The file that it lies in."""
    columns: tuple[Any, ...] | None = None
    """The input values in the order of the columns, whose labels need not differ."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision's value with its reasons; plain Python values throughout."""

    value: Any
    """Of a table with several outputs a dict by output name; of a collecting table a list."""
    rules: tuple[RuleHit, ...] = ()
    """Every rule that matched, those of required decisions included, in the order they were evaluated."""
    inputs: dict[str, Any] | None = None
    """Of a decision table: the input values by column label."""
    errors: tuple[str, ...] = ()
    table: str = ""
    """The decision's name."""
    outputs: tuple[str, ...] = ()
    """The names of the table's output columns; empty for a single column without name."""
    notes: tuple[str, ...] = ()
    """Where null came of an empty value: no fault, but good to know."""
    steps: tuple[DecisionStep, ...] = ()
    """The chain: every decision that was evaluated, required ones before those that need them, this one last."""

    @property
    def failed(self) -> bool:
        """Whether the value is null because of an error: also when no rule matched and there is no default."""
        return self.value is None and bool(self.errors)
