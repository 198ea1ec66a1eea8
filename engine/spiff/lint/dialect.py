"""Which tool's habits a file has: what the standard calls natural language is an expression in some of them."""

from __future__ import annotations

from lxml import etree

from engine.spiff.environment import is_feel
from engine.spiff.xml import SPIFF, XSI, q


def is_spiff(root: etree._Element) -> bool:
    """Whether a file is written in SpiffWorkflow's vocabulary, as this studio and SpiffArena do.

    There every expression is formal and scripts are Python, whether the file says so or not.
    """
    return SPIFF in root.nsmap.values()


def is_formal(element: etree._Element) -> bool:
    """Whether an expression element is marked as a formal expression, or says so by beginning with `=`."""
    declared = (element.get(q("type", XSI)) or "").rpartition(":")[2]
    return declared == "tFormalExpression" or bool(element.get("language")) or is_feel(element.text or "")
