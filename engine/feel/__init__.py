"""FEEL, the expression language of DMN 1.5: parse a text once, evaluate it often.

    from engine import feel

    feel.parse('amount > 100 and unit in ("health", "works")').evaluate({"amount": 120, "unit": "health"}).value  # True

Nothing here does I/O or reads the clock: `now()` and `today()` come from the caller's
`functions`. Every evaluation has a budget. What FEEL leaves null comes with the reason.
"""

from __future__ import annotations

from engine.feel.errors import FeelLimit, FeelSyntaxError
from engine.feel.expression import Evaluation, Expression, parse
from engine.feel.printing import source_of, written
from engine.feel.running import Budget
from engine.feel.temporal import (
    DaysTimeDuration,
    FeelDate,
    FeelDateTime,
    FeelTime,
    YearsMonthsDuration,
    add_months,
    parse_duration,
)
from engine.feel.tolerant import unwrapped
from engine.feel.values import Function, Range, from_python, to_python

__all__ = [
    "Budget",
    "DaysTimeDuration",
    "Evaluation",
    "Expression",
    "FeelDate",
    "FeelDateTime",
    "FeelLimit",
    "FeelSyntaxError",
    "FeelTime",
    "Function",
    "Range",
    "YearsMonthsDuration",
    "add_months",
    "from_python",
    "parse",
    "parse_duration",
    "source_of",
    "to_python",
    "unwrapped",
    "written",
]
