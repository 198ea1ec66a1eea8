"""DMN 1.2 to 1.5: decision tables with every hit policy, boxed expressions, and graphs of required decisions.

from engine import dmn

model = dmn.parse(xml, "sla.dmn")
model.findings                     # what is wrong, named by row and column
model.evaluate("sla", {"kind": "petition"}).value
"""

from __future__ import annotations

from engine.dmn.graph import DecisionModel
from engine.dmn.model import Decision, RuleHit
from engine.dmn.read import parse

__all__ = ["Decision", "DecisionModel", "RuleHit", "parse"]
