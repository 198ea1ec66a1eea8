"""DMN 1.2 to 1.5: decision tables with every hit policy, boxed expressions, and graphs of required decisions.

from engine import dmn

model = dmn.parse(xml, "sla.dmn")      # or parse_together, for files that import one another
model.findings                     # what is wrong, named by row and column
model.evaluate("sla", {"kind": "petition"}).value
"""

from __future__ import annotations

from engine.dmn.analysis import analyse
from engine.dmn.asking import Asked, asked, tested_name
from engine.dmn.graph import DecisionModel
from engine.dmn.linking import parse, parse_together
from engine.dmn.model import Decision, DecisionStep, RuleHit
from engine.dmn.record import DIGEST, recorded

__all__ = [
    "DIGEST",
    "Asked",
    "Decision",
    "DecisionModel",
    "DecisionStep",
    "RuleHit",
    "analyse",
    "asked",
    "parse",
    "parse_together",
    "recorded",
    "tested_name",
]
