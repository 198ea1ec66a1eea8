"""What a message or signal brings, where everybody who sends it is among the files and says so."""

from __future__ import annotations

from engine import feel
from engine.spiff.diagram import EventDefinition
from engine.spiff.environment import feel_text, is_feel
from engine.spiff.lint.report import Report

THROWING = ("endEvent", "intermediateThrowEvent", "sendTask")


class Payloads:
    """Looks over all files once. Made by `of`."""

    def __init__(self, report: Report) -> None:
        self._names: dict[int, tuple[str, str | None]] = {}
        self._sent: dict[tuple[str, str | None], frozenset[str] | None] = {}
        for diagram, _, node in report.nodes():
            for event in node.events:
                if event.kind in ("message", "signal"):
                    name = self._names[id(event)] = (event.kind, diagram.event_name(event))
                    if node.type in THROWING:
                        self._send(name, node.properties.get("payload"))

    @classmethod
    def of(cls, report: Report) -> Payloads:
        """Those of the files under check."""
        if report.payloads is None:
            report.payloads = cls(report)
        found: Payloads = report.payloads
        return found

    def names(self, event: EventDefinition) -> frozenset[str] | None:
        """The variables that an awaited event brings; None when nobody can tell."""
        return self._sent.get(self._names.get(id(event), ("", None)))

    def _send(self, name: tuple[str, str | None], payload: str | None) -> None:
        brings = _keys(payload)
        known = self._sent.get(name, frozenset())
        self._sent[name] = None if brings is None or known is None else known | brings


def _keys(payload: str | None) -> frozenset[str] | None:
    if not payload:
        return frozenset()
    if not is_feel(payload):
        return None
    try:
        keys = feel.parse(feel_text(payload)).keys
    except feel.FeelSyntaxError:
        return None
    return None if keys is None else frozenset(keys)
