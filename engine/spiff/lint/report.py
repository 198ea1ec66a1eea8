"""Where rules write what they find."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from engine.model import Finding
from engine.spiff.diagram import Diagram, Lane, Node, Process

if TYPE_CHECKING:
    from engine.sandbox import ScriptSandbox

Level = Literal["error", "warning", "todo"]
_ORDER = {"error": 0, "warning": 1, "todo": 2}


class Report:
    """The files under check, what they name for one another, and the findings so far."""

    def __init__(
        self,
        diagrams: Sequence[Diagram],
        *,
        forms: frozenset[str],
        decisions: frozenset[str],
        sandbox: ScriptSandbox,
    ) -> None:
        self.diagrams = tuple(diagrams)
        self.forms = forms
        self.decisions = decisions
        self.sandbox = sandbox
        self.processes: dict[str, Process] = {
            process.id: process for diagram in diagrams for process in diagram.processes.values()
        }
        self._findings: list[Finding] = []

    def add(
        self,
        code: str,
        where: Diagram | str,
        about: Any,
        zh: str,
        en: str,
        *,
        level: Level = "error",
        line: int | None = None,
    ) -> None:
        """Report something. `about` is a node, a lane, an element, or None for the whole file.

        `{name}` in a message stands for the author's name of the element, its id where it has none.
        """
        element_id, name, found_line = _identify(about)
        called = name or element_id or ""
        self._findings.append(
            Finding(
                code=code,
                level=level,
                file=where if isinstance(where, str) else where.file,
                element_id=element_id,
                element_name=name,
                message_zh=zh.replace("{name}", called),
                message_en=en.replace("{name}", called),
                line=line or found_line,
            )
        )

    def warn(self, code: str, where: Diagram | str, about: Any, zh: str, en: str) -> None:
        """Report something that may be meant."""
        self.add(code, where, about, zh, en, level="warning")

    def findings(self) -> tuple[Finding, ...]:
        """All findings, each once, errors first."""
        unique = dict.fromkeys(self._findings)
        return tuple(sorted(unique, key=lambda finding: _ORDER[finding.level]))


def _identify(about: Any) -> tuple[str | None, str | None, int | None]:
    if about is None:
        return None, None, None
    if isinstance(about, Node):
        return about.id, about.name or None, about.line
    if isinstance(about, Process):
        return about.id, about.name, about.element.sourceline
    if isinstance(about, Lane):
        return about.id, about.name, None
    if hasattr(about, "source") and hasattr(about, "target"):
        return about.id, about.name or None, about.line
    return about.get("id"), about.get("name"), about.sourceline
