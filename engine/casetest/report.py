"""What a process owner reads after the cases were played."""

from __future__ import annotations

from dataclasses import dataclass

from engine.casetest.player import Outcome
from engine.spiff import ProcessOutline

_NOT_NODES = ("textAnnotation", "dataObjectReference", "dataStoreReference")


@dataclass(frozen=True)
class Coverage:
    """Which drawn elements and flows at least one case has reached."""

    elements: int
    flows: int
    missed_elements: tuple[tuple[str, str], ...]
    """Id and name."""
    missed_flows: tuple[tuple[str, str], ...]

    @property
    def complete(self) -> bool:
        """Whether nothing was missed."""
        return not self.missed_elements and not self.missed_flows

    @property
    def percent(self) -> float:
        """Of elements and flows together; 100.0 only when nothing was missed."""
        total = self.elements + self.flows
        missed = len(self.missed_elements) + len(self.missed_flows)
        return 100.0 if not missed else min(99.9, round(100 * (total - missed) / max(total, 1), 1))


def coverage_of(outline: ProcessOutline, outcomes: tuple[Outcome, ...]) -> Coverage:
    """What the cases together have reached of everything drawn."""
    nodes = [element for element in outline.elements if element.type not in _NOT_NODES]
    seen = frozenset().union(*(outcome.elements for outcome in outcomes)) if outcomes else frozenset()
    taken = frozenset().union(*(outcome.flows for outcome in outcomes)) if outcomes else frozenset()
    names = {element.id: element.name for element in nodes}
    flows = [flow for flow in outline.flows if flow.is_named]
    return Coverage(
        elements=len(nodes),
        flows=len(flows),
        missed_elements=tuple((node.id, node.name) for node in nodes if node.id not in seen),
        missed_flows=tuple(
            (flow.id, flow.name or f"{names.get(flow.source, '')} → {names.get(flow.target, '')}")
            for flow in flows
            if flow.id not in taken
        ),
    )


@dataclass(frozen=True)
class Report:
    """All cases of one process."""

    process: str
    name: str
    outcomes: tuple[Outcome, ...]
    coverage: Coverage
    findings: tuple[str, ...] = ()
    """What keeps the process from being deployed: errors of its files, in words."""

    @property
    def passed(self) -> bool:
        """Whether every case went as written and its files have no error. Says nothing about coverage."""
        return not self.findings and all(outcome.passed for outcome in self.outcomes)

    def text(self, lang: str = "zh") -> str:
        """The report as lines of text."""
        zh = lang.startswith("zh")
        lines = [f"{self.name} ({self.process})"]
        lines += [f"  ✗ {finding}" for finding in self.findings]
        for outcome in self.outcomes:
            mode = ("存取還原" if zh else "restored") if outcome.restored else ("直接" if zh else "straight")
            lines.append(f"  {'✓' if outcome.passed else '✗'} {outcome.case.id} {outcome.case.name} [{mode}]")
            lines += [f"      {problem}" for problem in outcome.problems]
        failed = sum(not outcome.passed for outcome in self.outcomes)
        c = self.coverage
        total = len(self.outcomes)
        lines.append(
            f"  案例 {total} 件，未通過 {failed} 件；涵蓋率 {c.percent}%（元素 {c.elements}、流向 {c.flows}）"
            if zh
            else f"  {total} cases, {failed} failed; coverage {c.percent}% of {c.elements} elements and {c.flows} flows"
        )
        lines += [
            f"    {'未涵蓋' if zh else 'missed'}: {key} {name}" for key, name in c.missed_elements + c.missed_flows
        ]
        return "\n".join(lines)
