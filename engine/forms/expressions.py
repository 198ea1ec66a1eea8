"""FEEL in forms: conditions, computed values, limits, and `{{…}}` in texts.

The only module of this folder that knows `engine.feel`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from engine import feel
from engine.forms.roc import TAIPEI, roc_text

MAX_LENGTH = 4000

Functions = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True)
class Outcome:
    """What an expression gave, and what went wrong on the way."""

    value: Any
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A FEEL expression of a form, parsed. `text` is without the leading `=`."""

    text: str
    expression: Any = field(repr=False, compare=False)
    names: frozenset[str] = frozenset()

    def evaluate(self, names: Mapping[str, Any], functions: Functions) -> Outcome:
        """Evaluate over `names`; never raises: a limit that was hit is an error of the outcome."""
        try:
            evaluation = self.expression.evaluate(names, functions=functions)
        except feel.FeelLimit as limit:
            return Outcome(None, (str(limit),))
        return Outcome(evaluation.value, tuple(evaluation.errors))


def is_expression(text: Any) -> bool:
    """Whether a JSON value of a form is FEEL: text that begins with `=`."""
    return isinstance(text, str) and text.lstrip().startswith("=")


def compile_rule(text: str) -> Rule:
    """Parse FEEL, with or without the leading `=`.

    Raises:
        feel.FeelSyntaxError: it is not FEEL.
        ValueError: it is longer than 4,000 characters.
    """
    bare = text.strip().removeprefix("=").strip()
    if len(bare) > MAX_LENGTH:
        raise ValueError("expression longer than 4000 characters")
    expression = feel.parse(bare)
    return Rule(bare, expression, frozenset(expression.names))


def clock_functions(now: datetime) -> dict[str, Callable[..., Any]]:
    """`now()` and `today()` at the instant `now`, in Taipei, and the year and date of the ROC calendar."""
    local = now.astimezone(TAIPEI)
    return {
        "now": lambda: local,
        "today": lambda: local.date(),
        "roc_year": lambda day: None if day is None else _as_date(day).year - 1911,
        "roc_date": lambda day: None if day is None else roc_text(_as_date(day)),
    }


def _as_date(day: Any) -> date:
    if isinstance(day, datetime):
        return day.astimezone(TAIPEI).date() if day.tzinfo else day.date()
    if isinstance(day, date):
        return day
    return date(int(day.year), int(day.month), int(day.day))
