"""What is kept of a decision that was taken: which rules of which table decided, on what, and what came out.

Values and numbers of rows only: the words of the table stand in the file that `digest` names, which never changes.
"""

from __future__ import annotations

from typing import Any

from engine import codec
from engine.dmn.graph import DecisionModel
from engine.dmn.model import Decision, DecisionStep
from engine.errors import ValueRefused
from engine.feel.running import Budget, Run
from engine.feel.text import text_of
from engine.feel.values import from_python

DIGEST = 12
"""Digits of the digest that are kept: enough to tell the versions of one table apart."""
LONGEST = 4_000
"""Bytes of a value that is kept whole: a long list stands among the case's variables already."""
BEGINNING = 200
"""Characters that are kept of a longer one."""


def recorded(decision_id: str, model: DecisionModel, decision: Decision) -> dict[str, Any]:
    """The record of a decision, as the history of a case keeps it.

    Returns:
        `decision`: the id that was asked for. `digest`: the first digits of the model's digest.
        `chain`: every decision that was evaluated, required ones first, the one asked for last, each with its
        `id`, its `output`, and for a table its `inputs` in the order of the columns and its `rules`: the numbers of
        the rows that decided, none where the default did; a row of a function's table is `[table, number]`.
        `file` is there where the decision lies in an imported file.
    """
    return {
        "decision": decision_id,
        "digest": model.digest[:DIGEST],
        "chain": [_step(step, model.file) for step in decision.steps],
    }


def _step(step: DecisionStep, file: str) -> dict[str, Any]:
    kept: dict[str, Any] = {"id": step.decision_id, "output": _kept(step.value)}
    if step.file != file:
        kept["file"] = step.file
    if step.columns is not None:
        kept["inputs"] = [_kept(value) for value in step.columns]
    rules = [hit.number if hit.table == step.name else [hit.table, hit.number] for hit in step.rules]
    if rules or step.columns is not None:
        kept["rules"] = rules
    return kept


def _kept(value: Any) -> Any:
    """The value; its text where it cannot be stored (a range, a function), the beginning of it where it is long."""
    try:
        data = codec.dumps(value)
    except ValueRefused:
        return text_of(Run(Budget(), {}), from_python(value))[:BEGINNING]
    return value if len(data) <= LONGEST else f"{data[: 4 * BEGINNING].decode(errors='ignore')[:BEGINNING]}…"
