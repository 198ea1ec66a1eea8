"""The rules table: every code that a finding can have, with its words, its remedy and the rule of the standard.

The checks (`engine.spiff.lint` and those of forms, tables and letters) find; this table speaks.
`docs/lint` is generated from it, and so is the studio's page of rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.rules import activities, data, events, files, flows, papers, running, tables
from engine.rules.rule import Level, Rule, filled

if TYPE_CHECKING:
    from engine.model import Finding

GROUPS: dict[str, tuple[Rule, ...]] = {
    "files": files.RULES,
    "flows": flows.RULES,
    "events": events.RULES,
    "activities": activities.RULES,
    "data": data.RULES,
    "running": running.RULES,
    "papers": (*papers.RULES, *tables.RULES),
}
"""The rules by the page they stand on."""
RULES: dict[str, Rule] = {rule.code: rule for rules in GROUPS.values() for rule in rules}


_ORDER = {"error": 0, "todo": 1, "warning": 2}


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors first, then gaps, then warnings; else as they were found."""
    return tuple(sorted(findings, key=lambda finding: _ORDER[finding.level]))


def group_of(code: str) -> str:
    """The page a rule stands on. Raises KeyError: there is no such rule."""
    return next(group for group, rules in GROUPS.items() if RULES[code] in rules)


def completed(finding: Finding) -> Finding:
    """A finding with remedy and rule, taken from the table where its finder gave none."""
    rule = RULES.get(finding.code)
    if rule is None or finding.remedy_zh:
        return finding
    return replace(finding, remedy_zh=rule.remedy_zh, remedy_en=rule.remedy_en, rules=finding.rules or rule.numbers)


__all__ = ["GROUPS", "RULES", "Level", "Rule", "completed", "filled", "group_of", "in_order"]
