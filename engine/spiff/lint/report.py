"""Where rules write what they find."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine.model import Finding, FormUse
from engine.rules import RULES, Level, filled, in_order
from engine.spiff.diagram import Diagram, Flow, Lane, Node, Process, Scope
from engine.spiff.lint.index import Index
from engine.spiff.xml import properties, tag

if TYPE_CHECKING:
    from engine.dmn import DecisionModel
    from engine.sandbox import ScriptSandbox

ACCEPTS = "accepts"
"""The property by which an author says that a warning is meant: codes, separated by commas."""
Word = str | int | tuple[str, str]


class Report:
    """The files under check, what they name for one another, and the findings so far."""

    def __init__(
        self,
        diagrams: Sequence[Diagram],
        *,
        forms: frozenset[str],
        decisions: Mapping[str, DecisionModel],
        sandbox: ScriptSandbox,
        form_uses: Mapping[str, FormUse] | None = None,
    ) -> None:
        self.diagrams = tuple(diagrams)
        self.forms = forms
        self.decisions = decisions
        self.sandbox = sandbox
        self.form_uses = form_uses
        """What each form reads and writes, by every key it may be called by; None when nobody looked."""
        self.processes: dict[str, Process] = {
            process.id: process for diagram in diagrams for process in diagram.processes.values()
        }
        self.uses: dict[int, Any] = {}
        """What each node reads and writes, by the node's identity, once somebody has looked."""
        self.payloads: Any = None
        """What messages and signals bring, once somebody has looked."""
        self._findings: list[Finding] = []
        self._indexes: dict[int, Index] = {}

    def index(self, diagram: Diagram) -> Index:
        """The look-ups over a file."""
        known = self._indexes.get(id(diagram))
        if known is None:
            known = self._indexes[id(diagram)] = Index(diagram.root)
        return known

    @cached_property
    def scopes(self) -> tuple[tuple[Diagram, Process, Scope], ...]:
        """Every scope of every process that is to run; of every process where none is."""
        return tuple(
            (diagram, process, scope)
            for diagram in self.diagrams
            for process in _running(diagram)
            for scope in process.walk()
        )

    def nodes(self, *kinds: str) -> Iterator[tuple[Diagram, Scope, Node]]:
        """Every node of those scopes, or those of these kinds."""
        for diagram, _, scope in self.scopes:
            for node in scope.nodes.values():
                if not kinds or node.type in kinds:
                    yield diagram, scope, node

    def add(
        self,
        code: str,
        where: Diagram,
        about: Any,
        *numbers: str,
        level: Level | None = None,
        **words: Word,
    ) -> None:
        """Report that a rule is broken; a warning that the drawing accepts by its property `accepts` is left out.

        Args:
            code: a rule of the table.
            about: a node, a flow, a lane, an element; None for the whole file.
            numbers: which of the rule's numbers this is; all of them unless said.
            words: what the rule's sentences want to know; a pair is Chinese and English.
        """
        rule = RULES[code]
        element_id, name, line = _identify(about)
        if (level or rule.level) == "warning" and code in self._accepted(where, element_id):
            return
        words = {"name": name or element_id or where.file, **words}
        zh, en = ({key: _word(word, index) for key, word in words.items()} for index in (0, 1))
        self._findings.append(
            Finding(
                code=code,
                level=level or rule.level,
                file=where.file,
                element_id=element_id,
                element_name=name,
                message_zh=filled(rule.zh, zh),
                message_en=filled(rule.en, en),
                line=line,
                remedy_zh=filled(rule.remedy_zh, zh),
                remedy_en=filled(rule.remedy_en, en),
                rules=numbers or rule.numbers,
            )
        )

    def _accepted(self, where: Diagram, element_id: str | None) -> frozenset[str]:
        """The warnings that the drawing says are meant."""
        element = self.index(where).get(element_id)
        said = "" if element is None else properties(element).get(ACCEPTS, "")
        return frozenset(said.replace(",", " ").split())

    def findings(self) -> tuple[Finding, ...]:
        """All findings, each once, errors first, then gaps."""
        return in_order(dict.fromkeys(self._findings))


def _running(diagram: Diagram) -> list[Process]:
    processes = list(diagram.processes.values())
    return [process for process in processes if process.executable] or processes


def _word(word: Word, index: int) -> str:
    return word[index] if isinstance(word, tuple) else str(word)


def _identify(about: Any) -> tuple[str | None, str | None, int | None]:
    """The drawn id, the author's name and the line of what a finding is about.

    What has no id of its own is found by the nearest thing around it that has one.
    """
    if about is None:
        return None, None, None
    if isinstance(about, Flow):
        return (None if _is_made(about.id) else about.id), about.name or None, about.line
    if isinstance(about, Lane):
        return (None if _is_made(about.id) else about.id), about.name, None
    element = about.element if isinstance(about, Node | Scope) else about
    drawn = next((e for e in (element, *element.iterancestors()) if _can_be_shown(e)), None)
    if drawn is None:
        return None, element.get("name"), element.sourceline
    return drawn.get("id"), element.get("name") or drawn.get("name"), element.sourceline


def _can_be_shown(element: Any) -> bool:
    return bool(element.get("id")) and tag(element) != "definitions" and not _is_made(element.get("id"))


def _is_made(element_id: str) -> bool:
    """Whether an id was made here, because the drawing has none."""
    return "[" in element_id
