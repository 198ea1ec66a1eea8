"""What happened in one step, in the words of the drawing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.model import ClosedTask, ElementFact, IncidentFact, OpenedTask, ServiceCall, ThrownEvent
from engine.spiff.problems import StepProblem
from engine.spiff.token import Token

if TYPE_CHECKING:
    from engine.spiff.diagram import Flow


class StepLog:
    """Collects the parts of an `Advance` while tokens move."""

    def __init__(self) -> None:
        self.facts: list[ElementFact] = []
        self.opened: dict[str, OpenedTask] = {}
        self.closed: dict[str, ClosedTask] = {}
        self.thrown: list[ThrownEvent] = []
        self.calls: dict[str, ServiceCall] = {}
        self.withdrawn: dict[str, None] = {}
        self.incidents: dict[str, IncidentFact] = {}
        self.resolved: dict[str, None] = {}

    def entered(self, token: Token) -> None:
        """The token waits at, or runs inside, a drawn element now."""
        self._fact(token, "entered")

    def completed(self, token: Token, detail: Mapping[str, Any] | None = None) -> None:
        """The token leaves a drawn element."""
        self._fact(token, "completed", detail)

    def cancelled(self, token: Token) -> None:
        """The token was taken away."""
        if token.notes.pop("open", None):
            self.close(token, "cancelled")
        if self.calls.pop(token.id, None) is None and token.notes.get("called"):
            self.withdrawn[token.id] = None
        if token.notes.pop("incident", None):
            self.resolve(token)
        if token.task_spec.is_drawn and not token.task_spec.listens and "host" not in token.notes:
            self._fact(token, "cancelled")

    def skipped(self, token: Token) -> None:
        """A repeated element was passed without a single turn."""
        spec = token.task_spec
        detail = {**_process_detail(token), "instances": 0}
        self.facts.append(
            ElementFact(spec.bpmn_id, spec.bpmn_name or "", spec.node.type, "completed", token.id, detail)
        )

    def flow(self, token: Token, flow: Flow) -> None:
        """A sequence flow was taken. One that stands on no drawing is passed over."""
        if "[" in flow.id:
            return
        detail = _process_detail(token)
        if flow.returns is not None:
            detail["returns"] = flow.returns
        self.facts.append(ElementFact(flow.id, flow.name, "sequenceFlow", "completed", None, detail))

    def open(self, task: OpenedTask) -> None:
        """A person's task is open, or shown again because it changed."""
        self.opened[task.id] = task

    def close(self, token: Token, reason: Any) -> None:
        """A person's task is open no more. One that this step opened itself leaves no trace."""
        if self.opened.pop(token.id, None) is None:
            self.closed[token.id] = ClosedTask(token.id, reason)

    def incident(self, token: Token, problem: StepProblem) -> None:
        """The token's element failed."""
        spec = token.task_spec
        self.resolved.pop(token.id, None)
        self.incidents[token.id] = IncidentFact(
            task_id=token.id,
            element_id=spec.bpmn_id,
            element_name=spec.bpmn_name or "",
            kind=problem.kind,
            message=problem.message,
        )

    def resolve(self, token: Token) -> None:
        """The token has no incident any more."""
        if self.incidents.pop(token.id, None) is None:
            self.resolved[token.id] = None

    def _fact(self, token: Token, event: Any, detail: Mapping[str, Any] | None = None) -> None:
        spec = token.task_spec
        if spec.is_drawn:
            extra = {**_process_detail(token), **(detail or {})}
            self.facts.append(ElementFact(spec.bpmn_id, spec.bpmn_name or "", spec.node.type, event, token.id, extra))


def _process_detail(token: Token) -> dict[str, Any]:
    """Names the process where it is not the instance's own (a called one)."""
    called = token.workflow.spec.process_id
    return {} if called == token.case.definition.process_id else {"process": called}
